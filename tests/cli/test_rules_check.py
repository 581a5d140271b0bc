"""`chot rules check` and `explain`: what they print, how they end, which files they take."""

from __future__ import annotations

import builtins
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.rules.files import MAX_FILE_BYTES, MAX_NODES, read_rule_file
from tests.cli.conftest import Chot
from tests.rules.journeys import PACK_NAMES, PACKS, VECTORS

FILES = Path(__file__).parent / "rules_files"

# `CHOT_GOLDEN=1 pytest tests/cli/test_rules_check.py` writes the expected outputs anew.
REWRITE = bool(os.environ.get("CHOT_GOLDEN"))

GOLDEN = {
    "check.txt": (0, "check", "cua_ngo.yaml"),
    "check_en.txt": (0, "check", "cua_ngo.yaml", "--lang", "en", "--against", "cua_ngo_cu.json"),
    "check_sai.txt": (1, "check", "sai.yaml", "--journeys", "cua_ngo_journeys.yaml"),
    "check_hong.txt": (1, "check", "hong.yaml"),
    "explain.txt": (0, "explain", "--pack", "cua_ngo.yaml", "--journey", "cua_ngo_journeys.yaml"),
    "explain_en.txt": (
        *(0, "explain", "--pack", "cua_ngo.yaml", "--journey", "luot.yaml"),
        *("--at", "15/10/2021 23:59", "--lang", "en"),
    ),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rule files as the working directory: printed paths are short."""
    monkeypatch.chdir(shutil.copytree(FILES, tmp_path / "rules"))
    return tmp_path / "rules"


@pytest.mark.parametrize("name", GOLDEN)
def test_what_is_printed_is_what_was_written_down(name: str, here: Path, chot: Chot) -> None:
    code, *words = GOLDEN[name]
    said = chot("rules", *map(str, words), exit_code=int(code)).output
    if REWRITE:
        (FILES / name).write_text(said, "utf-8")
    assert said == (FILES / name).read_text("utf-8")


@pytest.mark.parametrize("name", PACK_NAMES)
def test_the_shipped_packs_and_their_journeys_are_good(name: str, chot: Chot) -> None:
    journeys = VECTORS / f"{name}_journeys.json"
    said = chot("rules", "check", PACKS / f"{name}.json", "--journeys", journeys, "--json")
    found = json.loads(said.stdout)
    assert found["ok"]
    assert all(one["severity"] == "note" for one in found["findings"])
    assert [one["expected"]["outcome"] for one in found["journeys"]] == [
        one["outcome"] for one in found["journeys"]
    ]


def test_the_json_form_names_places_lines_and_changes(here: Path, chot: Chot) -> None:
    said = chot(
        *("rules", "check", "sai.yaml", "hong.yaml", "--json", "--against", "cua_ngo_cu.json"),
        exit_code=1,
    )
    bad, broken = (json.loads(line) for line in said.stdout.splitlines())
    first = bad["findings"][0]
    assert (first["code"], first["rule"], first["line"]) == ("rule.variable", "misspelt", 7)
    assert first["at"] == "/rules/0/condition/var"
    assert bad["difference"]["removed"] == ["emergency"]
    assert (broken["ok"], broken["rules"], broken["difference"]) == (False, 0, None)


def test_the_difference_is_against_what_a_checkpoint_has(
    chot: Chot, demo_data: Path, here: Path
) -> None:
    where = ("--against", "server", "--checkpoint", "hd-ql6", "--data", demo_data)
    said = chot("rules", "check", PACKS / "ha_dong_2021_08.json", *where)
    assert "Không thay đổi gì." in said.output
    found = json.loads(chot("rules", "check", "cua_ngo.yaml", "--json", *where).stdout)
    assert found["difference"]["added"] == ["emergency", "doses", "red-zone"]
    assert "hd-emergency" in found["difference"]["removed"]
    assert len(found["difference"]["journeys"]) > 0


def test_the_files_of_the_how_to_are_good(tmp_path: Path, chot: Chot) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "rules.md"
    pack, journeys = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    (tmp_path / "hn.yaml").write_text(pack, "utf-8")
    (tmp_path / "hn_journeys.yaml").write_text(journeys, "utf-8")
    found = json.loads(chot("rules", "check", tmp_path / "hn.yaml", "--json").stdout)
    assert (found["findings"], len(found["journeys"])) == ([], 1)


def test_a_draft_may_be_compared_with_too(here: Path, chot: Chot) -> None:
    assert (
        "Không thay đổi gì."
        in chot("rules", "check", "cua_ngo.yaml", "--against", "cua_ngo.yaml").output
    )


def test_a_journey_is_explained_by_the_pack_and_levels_that_are_in_force(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    journey = {
        "direction": "in",
        "purpose": "emergency",
        "origin": {"dataset": "2021", "code": "58"},
        "checkpoint": {"id": "nt-ca-na", "province": "58", "class": "border"},
    }
    file = tmp_path / "luot.json"
    file.write_text(json.dumps({"journey": journey}), "utf-8")
    words = ("--journey", file, "--json", "--data", demo_data)
    found = json.loads(chot("rules", "explain", "--checkpoint", "nt-ca-na", *words).stdout)
    assert (found["outcome"], found["pack"]) == ("pass", {"name": "rules", "version": 1})
    assert found["texts"]["emergency"]["vi"]
    assert {one["state"] for one in found["explained"]} >= {"fired", "not_fired"}
    levels = [one["read"].get("external.origin_level") for one in found["explained"]]
    assert 2 in levels
    later = chot("rules", "explain", "--checkpoint", "nt-ca-na", *words, "--at", "01/10/2021")
    read = [one["read"] for one in json.loads(later.stdout)["explained"]]
    assert not any(one.get("external.origin_level") for one in read)


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "no_such.yaml"),
        ("check", "cua_ngo.yaml", "--against", "server"),
        ("check", "cua_ngo.yaml", "--checkpoint", "c"),
        ("check", "cua_ngo.yaml", "--against", "no_such.json"),
        ("explain", "--journey", "cua_ngo_journeys.yaml"),
        ("explain", "--pack", "a", "--checkpoint", "b", "--journey", "cua_ngo_journeys.yaml"),
        ("explain", "--pack", "no_such", "--journey", "cua_ngo_journeys.yaml"),
    ],
    ids=" ".join,
)
def test_a_call_that_makes_no_sense_ends_with_2(words: Any, here: Path, chot: Chot) -> None:
    chot("rules", *words, exit_code=2)


BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdef", "bcdefg", strict=True)
)
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "twice.yaml": ("rules: []\nrules: []\n", ":2: khóa 'rules' lặp lại"),
    "twice.json": ('{"rules": [], "rules": []}', "khóa 'rules' lặp lại"),
    "deep.yaml": ("[" * 5000, ":1: lồng quá sâu"),
    "deep.json": ("[" * 100_000, "quá sâu"),
    "bomb.yaml": (BOMB, "quá nhiều phần tử"),
    "many.yaml": (f"[{'1,' * (MAX_NODES + 1)}]", "quá nhiều phần tử"),
    "itself.yaml": ("a: &a [*a]\n", "*a chưa có"),
    "tag.yaml": ("a: !!python/object/apply:os.system ['true']\n", "không dùng được"),
    "merge.yaml": ("a: &a {b: 1}\nc: {<<: *a}\n", "'<<'"),
    "key.yaml": ("? [a]\n: 1\n", "khóa phải là chuỗi"),
    "two.yaml": ("a: 1\n---\nb: 1\n", "một tài liệu"),
    "syntax.yaml": ("a: [1\nb: 2\n", "syntax.yaml:"),
    "syntax.json": ('{"a": 1,}', "syntax.json:1: JSON"),
    "nan.json": ('{"a": NaN}', "NaN"),
    "bytes.json": (b"\xff", "UTF-8"),
    "bytes.yaml": (b"a: \xff", "UTF-8"),
    "nul.yaml": (b"a: \x00", "YAML"),
    "large.yaml": (b"#" * (MAX_FILE_BYTES + 1), "byte"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_read_says_why_and_where(name: str, tmp_path: Path, chot: Chot) -> None:
    content, said = REFUSED[name]
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert said in chot("rules", "check", file, exit_code=1).output


def test_yaml_reads_alike_with_and_without_the_c_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [read_rule_file(FILES / "cua_ngo.yaml")]
    monkeypatch.delattr("yaml.CSafeLoader", raising=False)
    found.append(read_rule_file(FILES / "cua_ngo.yaml"))
    assert found[0] == found[1]
    assert found[0].line_of("/rules/2/condition/and/0") == 48


@pytest.mark.parametrize("content", ["", "null", "[]", "rules: 1", "a: 2021-08-01"])
def test_a_file_that_is_no_pack_is_refused(content: str, tmp_path: Path, chot: Chot) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(content, "utf-8")
    found = json.loads(chot("rules", "check", file, "--json", exit_code=1).stdout)
    assert found["findings"][0]["code"] == "pack.field"


def test_yaml_keeps_dates_and_leading_zeros_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        "[2021-08-01, 2021-08-01T00:00:00+07:00, 01, no, 12:30, 1, -2, 1.5, true, null, ~, '1']",
        "utf-8",
    )
    assert read_rule_file(file).value == [
        *("2021-08-01", "2021-08-01T00:00:00+07:00", "01", "no", "12:30"),
        *(1, -2, 1.5, True, None, None, "1"),
    ]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path, chot: Chot) -> None:
    text = (FILES / "cua_ngo_cu.json").read_text("utf-8")
    (tmp_path / "cu.json").write_text(text, "utf-8-sig")
    assert "dùng được" in chot("rules", "check", tmp_path / "cu.json").output


def test_a_time_without_its_offset_says_what_is_needed(tmp_path: Path, chot: Chot) -> None:
    text = (FILES / "cua_ngo.yaml").read_text("utf-8").replace("T00:00:00+07:00", "")
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    said = chot("rules", "check", tmp_path / "x.yaml", exit_code=1).output
    assert "'effective_from' phải là ngày giờ có múi giờ" in said


def test_yaml_asks_for_its_package_by_name(
    here: Path, chot: Chot, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name == "yaml":
            raise ModuleNotFoundError(name)
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    assert "chot[yaml]" in chot("rules", "check", "cua_ngo.yaml", exit_code=1).output
