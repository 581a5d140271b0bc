"""The daily list of who is on the way to a commune: those, nobody else, and it is written down."""

from __future__ import annotations

import csv
import io
import json
import random
import stat
from pathlib import Path
from typing import Any

import pytest

from cli.communes import commune_of
from server.config import load_config
from server.places.units import named_as
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot
from tests.cli.goods import lorry, place
from tests.server.store.tablets import enrolled

HOUR_MS = 3_600_000
DAY = ("--from", "2026-11-22 00:00", "--to", "2026-11-22 12:00")
CA_NA = "2021-22910"
PHONE = "0900000123"


@pytest.fixture
def arriving(demo_data: Path) -> Path:
    """Two people to Cà Ná, of whom one says no more, and those who do not belong on its list."""
    store = open_store(load_config(demo_data))
    tablet = enrolled(store, random.Random(5), "nt-ca-na")
    tablet.now_ms = NOON_MS - HOUR_MS
    who = {"name": "Nguyễn Văn Thử", "phone": PHONE, "address": "=Thôn Lạc Nghiệp",
           "id_number": "058090000123"}  # fmt: skip
    there: dict[str, Any] = {
        "destination": place("22910"),
        "origin": place("00004"),
        "purpose": "return_home",
    }
    tablet.push(
        store,
        tablet.batch(
            lorry(tablet, person=who, **there),
            lorry(tablet, person={"temperature_c": 36.6}, **there),
            lorry(tablet, person={"name": "Ở nơi khác"}, destination=place("22852")),
            lorry(tablet, person={"name": "Đi ra"}, **there | {"direction": "out"}),
            lorry(tablet, person={"name": "Quay đầu"}, **there | {"action": "turned_back"}),
            lorry(tablet, person={"name": "Đã hủy"}, **there | {"voided": "wrong_entry"}),
            lorry(tablet, person={"name": "Chỉ nêu tỉnh"}, destination=place("58")),
        ),
        NOON_MS,
    )
    store.close()
    return demo_data


def listed(chot: Chot, data: Path, *more: str) -> list[dict[str, str]]:
    said = chot("export", "arrivals", "--data", data, *DAY, "--commune", CA_NA, *more).stdout
    return list(csv.DictReader(io.StringIO(said.removeprefix("\ufeff"))))


def test_the_list_holds_who_was_let_in_and_named_the_commune(chot: Chot, arriving: Path) -> None:
    first, second = listed(chot, arriving)
    assert first["Họ tên"] == "Nguyễn Văn Thử" and first["Điện thoại"] == PHONE
    assert first["Nơi đến"] == "Xã Cà Ná, Thuận Nam, Ninh Thuận"
    assert "Thành phố Hà Nội" in first["Nơi đi"] or "Hà Nội" in first["Nơi đi"]
    assert first["Địa chỉ"] == "'=Thôn Lạc Nghiệp", "nothing runs in a spreadsheet"
    assert second["Họ tên"] == "" and second["Mã lượt"], "who gave no name is not left out"
    assert "Số giấy tờ" not in first


def test_who_named_only_what_the_commune_lies_in_is_counted_beside(
    chot: Chot, arriving: Path
) -> None:
    said = chot("export", "arrivals", "--data", arriving, *DAY, "--commune", CA_NA).stderr
    assert "2 dòng từ 2 lượt" in said
    assert "1 lượt chỉ nêu huyện hoặc tỉnh" in said
    other = ("--commune", "2021-00004")
    assert "chỉ nêu" not in chot("export", "arrivals", "--data", arriving, *DAY, *other).stderr


def test_the_lodging_register_gets_what_a_notice_of_stay_needs(chot: Chot, arriving: Path) -> None:
    first, _ = listed(chot, arriving, "--for", "lodging")
    assert first["Số giấy tờ"] == "058090000123" and first["Mục đích"] == "Về nơi cư trú"


def test_a_file_is_for_its_owner_and_the_audit_says_for_whom(
    chot: Chot, arriving: Path, tmp_path: Path
) -> None:
    file = tmp_path / "den.jsonl"
    chot(
        "export", "arrivals", "--data", arriving, *DAY, "--commune", CA_NA, "--recipient",
        "Tổ COVID thôn Lạc Nghiệp", "--output", file,
    )  # fmt: skip
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [json.loads(line)["name"] for line in file.read_text("utf-8").splitlines()] == [
        "Nguyễn Văn Thử",
        "",
    ]
    assert (tmp_path / "den.jsonl.sha256").exists()
    with open_store(load_config(arriving)) as store:
        [entry] = store.audited_of("export.arrivals")
    assert entry.details["communes"] == [CA_NA] and entry.details["for"] == "team"
    assert entry.details["recipient"] == "Tổ COVID thôn Lạc Nghiệp"
    assert PHONE not in json.dumps(entry.details)


def test_what_was_erased_is_on_no_list_any_more(chot: Chot, arriving: Path) -> None:
    record = listed(chot, arriving)[0]["Mã lượt"]
    chot(
        "erase", "--record", record, "--reason", "request", "--basis", "1/2026", "--data", arriving,
        "--yes",
    )  # fmt: skip
    first, _ = listed(chot, arriving)
    assert first["Mã lượt"] == record and first["Họ tên"] == "" == first["Điện thoại"]


def test_a_commune_is_named_by_code_or_by_what_people_call_it(chot: Chot) -> None:
    assert commune_of("cà ná, thuận nam").code == "22910"
    assert commune_of("2025:22909").path == "Xã Cà Ná, Khánh Hòa"
    said = chot("export", "arrivals", "--commune", "Cà Ná", exit_code=1).output
    assert "2021-22910" in said and "2025-22909" in said
    assert "Không có xã" in chot("export", "arrivals", "--commune", "Xyz", exit_code=1).output
    assert (
        "Không có xã" in chot("export", "arrivals", "--commune", "2021-99999", exit_code=1).output
    )


def test_a_commune_of_2025_goes_by_its_old_communes_as_well() -> None:
    whole = named_as(commune_of("2025-22909"))
    assert whole[0] == "2025-22909" and CA_NA in whole
    assert named_as(commune_of(CA_NA)) == (CA_NA,)
