"""`chot export notes`: the book of a checkpoint as a file, nobody named unless it is asked for."""

from __future__ import annotations

import csv
import io
import secrets
from pathlib import Path

import pytest

from cli.demo.make import make_demo
from server.config import load_config
from server.keys import KeyRing
from server.projector import Projector
from server.store.sqlite import open_store
from sync.encoding import uuid7
from tests.cli.conftest import NOON_MS, Chot

WINDOW = ("--from", "2026-11-22", "--to", "2026-11-22")


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """A demo without traffic, with a violation and an incident."""
    data = tmp_path / "data"
    make_demo(data, NOON_MS, lambda _: None, days=0)
    config = load_config(data)
    who = {"name": "=Trần Thị Thử", "id_number": "001190009999"}
    with open_store(config) as store, Projector(config, KeyRing.load_or_create(data)) as projector:
        for kind, fields, person in (
            ("violation", {"what": "no_mask", "action": "fined", "amount_vnd": 1}, {"who": who}),
            ("incident", {"what": "fire", "severity": "high"}, None),
        ):
            store.write(
                kind=kind,
                record=uuid7(NOON_MS, secrets.token_bytes(10)),
                home="nt-ca-na",
                user="officer-1",
                fields=fields,
                person=person,
                now_ms=NOON_MS,
            )
        projector.catch_up()
    return data


def test_the_book_is_written_in_words_and_names_nobody(chot: Chot, noted: Path) -> None:
    file = noted.parent / "so-viec.csv"
    chot("export", "notes", "--data", noted, *WINDOW, "--output", file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    assert {(one["Loại"], one["Việc"], one["Xử lý, kết quả"]) for one in rows} == {
        ("Vi phạm", "Không đeo khẩu trang nơi công cộng", "Phạt tiền"),
        ("Sự việc", "Cháy", "Nghiêm trọng"),
    }
    assert "Trần" not in file.read_text("utf-8-sig")


def test_who_it_was_is_there_for_a_purpose_and_defused(chot: Chot, noted: Path) -> None:
    file = noted.parent / "so-viec.csv"
    why = ("--unmask", "--purpose", "xử phạt", "--case", "12/QĐ")
    chot("export", "notes", "--data", noted, *WINDOW, "--lang", "en", *why, "--output", file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    (one,) = [row for row in rows if row["kind"] == "violation"]
    assert (one["name"], one["id_number"]) == ("'=Trần Thị Thử", "001190009999")
    assert (one["what"], one["result"], one["amount_vnd"]) == ("no_mask", "fined", "1")
