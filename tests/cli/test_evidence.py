"""A case file holds all that is known of a crossing, proves it, and shows every change to it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.config import load_config
from server.store.sqlite import SqliteStore, open_store
from server.store.view_protocol import Criteria
from tests.cli.conftest import Chot

WHY = ("--purpose", "điều tra", "--case", "12/CSĐT")


def store_of(data: Path) -> SqliteStore:
    return open_store(load_config(data))


@pytest.fixture(scope="module")
def record(busy: Path) -> str:
    """A crossing of several people that was amended."""
    from cli.data import viewed

    with viewed(busy) as store:
        after = ""
        while True:
            rows, after = store.search(Criteria(), after, 200)
            for row in rows:
                whole = store.crossing(row.record) if row.people > 1 else None
                if whole is not None and any(one.get("name") for one in whole.people.values()):
                    return row.record
            assert after, "the demo has such a crossing"


@pytest.fixture
def made(chot: Chot, busy: Path, record: str, tmp_path: Path) -> Path:
    target = tmp_path / "ho-so.zip"
    chot("evidence", "make", record, "--data", busy, *WHY, "--output", target)
    return target


def files_in(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def changed(path: Path, target: Path, change: Callable[[dict[str, bytes]], Any]) -> Path:
    files = files_in(path)
    change(files)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target


def test_the_file_holds_the_crossing_whole_and_can_be_checked_anywhere(
    chot: Chot, busy: Path, record: str, made: Path
) -> None:
    assert made.stat().st_mode & 0o077 == 0
    files = files_in(made)
    whole = json.loads(files["ho-so.json"])
    with closing(store_of(busy)) as store:
        crossing = store.crossing(record)
        assert crossing is not None
        looks = [one for _, one in store.audited(0, 10_000) if one.subject == record]
    assert whole["crossing"]["people"] == crossing.people
    assert len(whole["crossing"]["history"]) == len(crossing.history)
    events = [json.loads(line) for line in files["su-kien.jsonl"].splitlines()]
    assert {(one["device"], one["seq"]) for one in events} >= {
        (one.device, one.seq) for one in crossing.history
    }
    page = files["ho-so.html"].decode()
    for person in crossing.people.values():
        assert person.get("name", "") in page
    assert crossing.row.complaint_code in page
    assert re.search(r"<script|https?://", page) is None
    assert [one.what for one in looks] == ["evidence"]
    assert (looks[0].purpose, looks[0].reference) == ("điều tra", "12/CSĐT")
    said = chot("evidence", "check", made).output
    assert "nguyên vẹn" in said and "12/CSĐT" in said


def test_people_of_other_crossings_are_not_in_the_file(busy: Path, made: Path) -> None:
    own = {
        (one["device"], one["seq"])
        for one in map(json.loads, files_in(made)["su-kien.jsonl"].splitlines())
    }
    others = 0
    for name, data in files_in(made).items():
        if name.startswith("chung-minh/"):
            batch = json.loads(data)["batch"]
            for seq, event in enumerate(batch["events"], batch["first"]):
                if (batch["device"], seq) not in own:
                    others += 1
                    assert "person" not in event and "sealed" not in event
    assert others or len(own) == 1


def test_it_is_checked_by_the_key_of_its_server(
    chot: Chot, busy: Path, made: Path, tmp_path: Path
) -> None:
    chot("evidence", "check", made, "--data", busy)
    chot("init", "--data", tmp_path / "other", "--unit", "Khác", "--no-totp")
    said = chot("evidence", "check", made, "--data", tmp_path / "other", exit_code=1).output
    assert "khóa khác ký" in said


def test_a_folder_holds_the_same_and_nothing_is_overwritten(
    chot: Chot, busy: Path, record: str, made: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "ho-so"
    chot("evidence", "make", record, "--data", busy, *WHY, "--output", folder)
    names = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
    assert names == set(files_in(made))
    assert all(one.stat().st_mode & 0o077 == 0 for one in folder.rglob("*"))
    chot("evidence", "check", folder)
    again = chot("evidence", "make", record, "--data", busy, *WHY, "--output", folder, exit_code=1)
    assert "không ghi đè" in again.output


def swap(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (swap("ho-so.html", b"<h1>", b"<h2>"),
         "ho-so.html: tệp đã bị sửa"),
        (swap("su-kien.jsonl", b'"seq": ', b'"seq": 9'), "su-kien.jsonl: tệp đã bị sửa"),
        (swap("manifest.json", "điều tra".encode(), b"khac"), "chữ ký của máy chủ không đúng"),
        (lambda files: files.pop("ho-so.json"), "ho-so.json: thiếu tệp"),
        (lambda files: files.update({"them.txt": b"x"}), "them.txt: tệp này không thuộc hồ sơ"),
        (lambda files: files.pop("manifest.sig"), "không phải hồ sơ của chot"),
        (lambda files: files.update({"manifest.sig": b"AAAA\n"}), "chữ ký của máy chủ"),
    ],
)  # fmt: skip
def test_every_change_is_named(
    chot: Chot, made: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], Any], said: str
) -> None:
    other = changed(made, tmp_path / "other.zip", change)
    assert said in chot("evidence", "check", other, exit_code=1).output


def resigned(change: Callable[[dict[str, bytes]], None]) -> Callable[[dict[str, bytes]], None]:
    """The change by somebody who makes a manifest and a key of their own: a server that lies."""
    import hashlib

    from cryptography.hazmat.primitives.asymmetric import ec

    from server.evidence.archive import PREFIX
    from server.keys import public_jwk
    from sync.batch import sign_es256
    from sync.encoding import to_base64url

    def forge(files: dict[str, bytes]) -> None:
        change(files)
        key = ec.generate_private_key(ec.SECP256R1())
        manifest = json.loads(files["manifest.json"])
        keys = json.loads(files["khoa.json"])
        keys["keys"]["forger"] = public_jwk(key)
        files["khoa.json"] = json.dumps(keys).encode()
        manifest["server"] = "forger"
        manifest["files"] = {
            name: hashlib.sha256(data).hexdigest()
            for name, data in files.items()
            if not name.startswith("manifest")
        }
        files["manifest.json"] = json.dumps(manifest).encode()
        digest = hashlib.sha256(files["manifest.json"]).digest()
        files["manifest.sig"] = to_base64url(sign_es256(key, PREFIX + digest)).encode()

    return forge


def in_events(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    def apply(files: dict[str, bytes]) -> None:
        events = [json.loads(line) for line in files["su-kien.jsonl"].splitlines()]
        change(events[0])
        files["su-kien.jsonl"] = b"".join(json.dumps(one).encode() + b"\n" for one in events)

    return apply


def in_batch(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    def apply(files: dict[str, bytes]) -> None:
        batch = json.loads(files["chung-minh/lo-1.json"])
        change(batch)
        files["chung-minh/lo-1.json"] = json.dumps(batch).encode()

    return apply


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (in_events(lambda one: one.update(body=one["body"] + " ")), "khác với bản đã ký"),
        (in_events(lambda one: one.update(person='{"name":"Khác"}')), "đã cam kết"),
        (in_events(lambda one: one.update(hash="A" * 43)), "không lô nào"),
        (in_batch(lambda one: one["batch"]["events"][0].update(body="{}")), "máy bảng"),
        (in_batch(lambda one: one["envelopes"][0].update(received=1)), "biên nhận"),
    ],
)
def test_a_server_cannot_change_what_a_tablet_signed(
    chot: Chot,
    made: Path,
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    said: str,
) -> None:
    other = changed(made, tmp_path / "forged.zip", resigned(change))
    assert said in chot("evidence", "check", other, exit_code=1).output


def test_what_was_forgotten_is_said_and_still_proved(
    chot: Chot, busy: Path, record: str, tmp_path: Path
) -> None:
    import shutil

    data = shutil.copytree(busy, tmp_path / "data")
    chot("erase", "--data", data, "--record", record, "--reason", "request", "--basis", "1",
         "--yes")  # fmt: skip
    target = tmp_path / "after.zip"
    chot("evidence", "make", record, "--data", data, *WHY, "--output", target)
    assert "không còn phần cá nhân" in chot("evidence", "check", target).output


def test_a_complaint_code_finds_the_crossing_and_mistakes_are_clear(
    chot: Chot, busy: Path, record: str, tmp_path: Path
) -> None:
    with closing(store_of(busy)) as store:
        crossing = store.crossing(record)
        assert crossing is not None
    out = ("--output", tmp_path / "x.zip")
    chot("evidence", "make", crossing.row.complaint_code, "--data", busy, *WHY, *out)
    assert json.loads(files_in(tmp_path / "x.zip")["manifest.json"])["record"] == record
    other = ("--output", tmp_path / "y.zip")
    nobody = "019a0000-0000-7000-8000-000000000000"
    assert (
        "Không có hồ sơ"
        in chot("evidence", "make", nobody, "--data", busy, *WHY, *other, exit_code=1).output
    )
    assert (
        "không phải mã"
        in chot("evidence", "make", "x", "--data", busy, *WHY, *other, exit_code=1).output
    )
    blank = ("--purpose", " ", "--case", "1")
    assert (
        "không được trống"
        in chot("evidence", "make", record, "--data", busy, *blank, *other, exit_code=1).output
    )
    (tmp_path / "z.zip").write_bytes(b"no zip")
    assert "không phải hồ sơ" in chot("evidence", "check", tmp_path / "z.zip", exit_code=1).output
    assert not (tmp_path / "y.zip").exists()
