"""Why somebody was let through or sent back: words for people, codes for programs."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import openpyxl
import pytest

from server.config import Config
from server.packs import EVERYBODY, checkpoint_scope, publish
from server.projector import Projector
from server.store.registered import Checkpoint
from server.store.sqlite import open_store
from tests.cli.conftest import Chot
from tests.cli.exported_day import OK, WINDOW, event, make_day, push
from tests.rules.writing import pack, rule
from tests.server.store.tablets import NOON_MS, enrolled

CODES: tuple[list[str], ...] = (
    ["red"],
    ["red", "seen"],
    ["gone"],
    ["rules_missing"],
    ["not_ours", "red"],
    [],
)
PLACES = ("hd-ql6", "nt-ca-na")
WORDS = {
    "hd-ql6": ["Vùng đỏ", "Vùng đỏ; Đã thấy", "Đã bỏ", "Máy chưa có quy định: hỏi chốt trưởng",
               "not_ours; Vùng đỏ", ""],
    "nt-ca-na": ["Cấp 4: quay đầu", "Cấp 4: quay đầu; Đã thấy", "Đã bỏ",
                 "Máy chưa có quy định: hỏi chốt trưởng", "not_ours; Cấp 4: quay đầu", ""],
}  # fmt: skip


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two checkpoints; one has rules of its own, and a code was dropped from both."""
    data, rng = tmp_path_factory.mktemp("reasons") / "data", random.Random(11)
    config = Config(data)
    with open_store(config) as store:
        for place in PLACES:
            one = Checkpoint(place, place, "ql", "01", "hd", "", "city", "active", "", ())
            store.put_checkpoint(one)
            tablet = enrolled(store, rng, place)
            made = [
                event(tablet, {"verdict": {"outcome": "refer", "reasons": list(codes)}}, {})
                for codes in CODES
            ]
            push(store, tablet, NOON_MS + 20 * 60_000, *made)
        seen = rule("seen", True, text="Đã thấy")
        gone, red = (rule(code, True, text=said) for code, said in
                     (("gone", "Đã bỏ"), ("red", "Vùng đỏ")))  # fmt: skip
        own = rule("red", True, text="Cấp 4: quay đầu")
        publish(store, store.keys, "rules", EVERYBODY, pack(gone, red), NOON_MS)
        publish(store, store.keys, "rules", EVERYBODY, pack(red, seen), NOON_MS + 1)
        scope = checkpoint_scope("nt-ca-na")
        publish(store, store.keys, "rules", scope, pack(own, seen), NOON_MS)
        with Projector(config, store.keys) as projector:
            projector.catch_up()
    return data


def reasons(file: Path, place: str, head: str, of: str) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return [row[head] for row in csv.DictReader(text) if row[of] == place]


@pytest.mark.parametrize("place", PLACES)
def test_people_read_the_words_of_the_rules_of_that_checkpoint(
    chot: Chot, decided: Path, tmp_path: Path, place: str
) -> None:
    file = tmp_path / "luot.csv"
    chot("export", "crossings", "--data", decided, *WINDOW, "--output", file)
    assert reasons(file, place, "Lý do", "Chốt") == WORDS[place]


def test_a_workbook_has_the_words_too(chot: Chot, decided: Path, tmp_path: Path) -> None:
    file = tmp_path / "luot.xlsx"
    chot("export", "crossings", "--data", decided, *WINDOW, "--output", file)
    head, *rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    found = [(row[head.index("Chốt")], row[head.index("Lý do")] or "") for row in rows]
    assert sorted(found) == sorted((place, one) for place in PLACES for one in WORDS[place])


def test_unmasked_rows_have_the_words_too(chot: Chot, decided: Path, tmp_path: Path) -> None:
    file = tmp_path / "luot.csv"
    why = ("--unmask", "--purpose", "truy vết", "--case", "12/CV")
    chot("export", "crossings", "--data", decided, *WINDOW, *why, "--output", file)
    assert reasons(file, "hd-ql6", "Lý do", "Chốt") == WORDS["hd-ql6"]


def test_as_of_an_earlier_number_the_words_are_the_same(
    chot: Chot, decided: Path, tmp_path: Path
) -> None:
    file = tmp_path / "luot.csv"
    chot("export", "crossings", "--data", decided, *WINDOW, "--as-of-sequence", "2",
         "--output", file)  # fmt: skip
    assert reasons(file, "hd-ql6", "Lý do", "Chốt") == WORDS["hd-ql6"][:2]


def test_programs_read_codes(chot: Chot, decided: Path, tmp_path: Path) -> None:
    wired, lines = tmp_path / "wire.csv", tmp_path / "lines.jsonl"
    chot("export", "crossings", "--data", decided, *WINDOW, "--lang", "en", "--output", wired)
    chot("export", "crossings", "--data", decided, *WINDOW, "--output", lines)
    codes = ["; ".join(one) for one in CODES]
    assert reasons(wired, "nt-ca-na", "reasons", "checkpoint") == codes
    rows = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert [one["reasons"] for one in rows if one["checkpoint"] == "hd-ql6"] == codes


def test_words_that_a_spreadsheet_would_run_are_defused(chot: Chot, tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "luot.csv"
    make_day(data)
    chot("export", "crossings", "--data", data, *WINDOW, "--output", file)
    assert set(reasons(file, "hd-ql6", "Lý do", "Chốt")) == {f"'{OK}", "card.missing"}
