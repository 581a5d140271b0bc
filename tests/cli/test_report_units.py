"""Commune, district, province: signed reports go up, are added, and what is missing is named."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest

from server.config import Config, load_config, save_config
from server.store.registered import Checkpoint
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot
from tests.server.store.tablets import enrolled

AT = "2026-11-22T12:00"
HOUR_MS = 3_600_000
Made = Callable[[str, str, str, int], Path]


@pytest.fixture
def server(tmp_path: Path) -> Made:
    """A server of its own with one checkpoint and some crossings in the morning."""

    def make(unit: str, checkpoint: str, commune: str, crossings: int) -> Path:
        data = tmp_path / unit
        save_config(Config(data, unit=unit))
        store = open_store(load_config(data))
        if checkpoint:
            place = Checkpoint(checkpoint, f"Chốt {checkpoint}", "QL1", "58", "589", commune,
                               "border", "active", "0259 000 0001", ("1",))  # fmt: skip
            store.put_checkpoint(place)
            tablet = enrolled(store, random.Random(unit), checkpoint)
            tablet.now_ms = NOON_MS - HOUR_MS
            if crossings:
                tablet.push(store, tablet.traffic(crossings), NOON_MS - HOUR_MS)
        store.close()
        return data

    return make


def report(chot: Chot, data: Path, *more: object) -> Any:
    said = chot("report", "--data", data, "--at", AT, "--format", "json", *more)
    return json.loads(said.stdout)


def known_to(chot: Chot, above: Path, below: Path, identifier: str) -> None:
    key = below / "report-key.json"
    chot("report", "unit", "key", "--data", below, "--output", key)
    chot("report", "unit", "add", identifier, "--data", above, "--key", key,
         "--name", below.name, "--hotline", "0259 111 2222")  # fmt: skip


def issued(chot: Chot, data: Path, number: str) -> Path:
    file = data / f"up-{number}.json"
    chot("report", "issue", "--data", data, "--at", AT, "--number", number, "--yes")
    chot("report", "hand-up", number, "--data", data, "--output", file)
    return file


def crossings(made: Any, period: str = "cut") -> int:
    return int(made["periods"][period]["figures"]["crossings"])


def test_communes_add_up_to_a_district_and_a_province(
    chot: Chot, server: Made, tmp_path: Path
) -> None:
    one, two, three = (server(f"Xã {n}", f"xa-{n}", f"2286{n}", n) for n in (1, 2, 3))
    district, province = server("Huyện", "huyen", "22870", 4), server("Tỉnh", "", "", 0)
    for at, commune in enumerate((one, two, three)):
        known_to(chot, district, commune, f"xa-{at}")
    known_to(chot, province, district, "589")
    files = [issued(chot, commune, "1") for commune in (one, two)]
    chot("report", "receive", "--data", district, *files)
    made = report(chot, district)
    assert crossings(made) == 1 + 2 + 4 and [one["unit"]["name"] for one in made["units"]] == [
        "Xã 1",
        "Xã 2",
    ]
    assert [one["name"] for one in made["missing_units"]] == ["Xã 3"]
    assert crossings(report(chot, district, "--checkpoint", "huyen")) == 4
    status = chot("report", "--data", district, "--at", AT).output
    assert "Chưa có báo cáo của Xã 3. Gọi 0259 111 2222." in status.replace("\u00a0", " ")
    chot("report", "receive", "--data", province, issued(chot, district, "8"))
    above = report(chot, province)
    for period in ("cut", "day", "activation"):
        assert above["periods"][period]["figures"] == made["periods"][period]["figures"]
    assert above["before"].keys() == made["before"].keys()
    page = tmp_path / "tinh.docx"
    chot("report", "--data", province, "--at", AT, "--output", page)
    rows = [[cell.text for cell in row.cells] for row in docx.Document(str(page)).tables[2].rows]
    assert [row[0] for row in rows[1:]] == [
        "Huyện", "– Xã 1", "– Xã 2", "– Xã 3: chưa có báo cáo", "Cộng",
    ]  # fmt: skip
    assert [row[1] for row in rows[1:]] == ["7", "1", "2", "", "7"]


def test_a_later_report_of_a_unit_replaces_the_earlier_and_is_told_as_an_addendum(
    chot: Chot, server: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    commune, district = server("Xã", "xa", "22861", 2), server("Huyện", "huyen", "22870", 3)
    known_to(chot, district, commune, "22861")
    first = issued(chot, commune, "1")
    for said in ("đã nhận", "đã có từ trước"):
        assert said in chot("report", "receive", "--data", district, first).output
    issued(chot, district, "5")
    assert "Không có gì đến sau." in chot("report", "show", "5", "--data", district).output
    store = open_store(load_config(commune))
    tablet = enrolled(store, random.Random("late"), "xa")
    tablet.now_ms = NOON_MS - HOUR_MS // 2
    tablet.push(store, tablet.traffic(4), NOON_MS)
    store.close()
    chot("report", "receive", "--data", district, issued(chot, commune, "2"))
    shown = chot("report", "show", "5", "--data", district, "--format", "json")
    assert crossings(json.loads(shown.stdout)) == 5
    assert "Xã: báo cáo số 2 (thay số 1)" in shown.stderr
    assert "Lượt phương tiện: +4" in shown.stderr
    assert crossings(report(chot, district)) == 9


def test_what_is_not_a_units_signed_report_is_not_taken(
    chot: Chot, server: Made, tmp_path: Path
) -> None:
    commune, district = server("Xã", "xa", "22861", 2), server("Huyện", "huyen", "22870", 0)
    file = issued(chot, commune, "1")

    def refused(text: str) -> str:
        wrong = tmp_path / "wrong.json"
        wrong.write_text(text, "utf-8")
        return chot("report", "receive", "--data", district, wrong, exit_code=1).output

    text = file.read_text("utf-8")
    assert "khóa chưa khai báo" in refused(text)
    known_to(chot, district, commune, "22861")
    assert "đã bị sửa" in refused(text.replace('\\"crossings\\":2', '\\"crossings\\":9', 1))
    for nonsense in ("", "[]", "{}", "[" * 100_000, '{"kind": "chot-report", "version": 1}'):
        assert "không phải báo cáo" in refused(nonsense)
    good = tmp_path / "good.json"
    good.write_text(text, "utf-8")
    bad = tmp_path / "wrong.json"
    chot("report", "receive", "--data", district, good, bad, exit_code=1)
    assert report(chot, district)["units"] == []


def test_a_checkpoint_is_not_counted_twice(chot: Chot, server: Made) -> None:
    commune, district = server("Xã", "chung", "22861", 2), server("Huyện", "chung", "22861", 2)
    known_to(chot, district, commune, "22861")
    chot("report", "receive", "--data", district, issued(chot, commune, "1"))
    said = chot("report", "--data", district, "--at", AT, exit_code=1).output
    assert "cộng hai lần" in said and "chung" in said


def test_other_cut_offs_are_refused_and_not_added(chot: Chot, server: Made) -> None:
    commune, district = server("Xã", "xa", "22861", 2), server("Huyện", "huyen", "22870", 0)
    save_config(replace(load_config(commune), report_hours=(7, 12, 18)))
    known_to(chot, district, commune, "22861")
    said = chot("report", "receive", "--data", district, issued(chot, commune, "1"), exit_code=1)
    assert "khung giờ khác" in said.output


def test_a_place_has_its_own_report(chot: Chot, demo_data: Path) -> None:
    store = open_store(load_config(demo_data))
    places = {one.id: one for one in store.checkpoints()}
    for name in ("nt-ca-na", "hd-ql6"):
        tablet = enrolled(store, random.Random(name), name)
        tablet.now_ms = NOON_MS - HOUR_MS
        tablet.push(store, tablet.traffic(3), NOON_MS)
    store.close()
    for asked in ("58", "Ninh Thuận"):
        made = report(chot, demo_data, "--unit", asked)
        province = places["nt-ca-na"].province
        assert {one["id"] for one in made["checkpoints"]} == {
            one.id for one in places.values() if one.province == province
        }
        assert crossings(made) == 3
    text = chot("report", "--data", demo_data, "--at", AT, "--unit", "58").output
    assert "thuộc Tỉnh Ninh Thuận" in text and "Theo địa bàn, từ 00:00" in text
    wrong = chot("report", "--data", demo_data, "--unit", "Cà Mau", exit_code=1).output
    assert "58 Tỉnh Ninh Thuận" in wrong
