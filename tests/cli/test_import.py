"""Imports as an administrator meets them: preview, all rows or none, the same file twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cli.data import VIETNAM, now_ms
from credentials import open_badge, parse_trust
from server.config import load_config
from server.keys import KeyRing
from server.packs import officer_kek, said_by, trust_content
from server.store.registered import Checkpoint, Officer
from server.store.sqlite import SqliteStore, open_store
from tests.cli.conftest import Chot
from tests.cli.libreoffice import converted, needs_libreoffice
from tests.qr import read_qr

Take = Callable[..., dict[str, Any]]


def stored(data: Path) -> SqliteStore:
    return open_store(load_config(data))


def places(data: Path) -> dict[str, Checkpoint]:
    with closing(stored(data)) as store:
        return {one.id: one for one in store.checkpoints()}


def audited(data: Path) -> list[str]:
    with closing(stored(data)) as store:
        return [one.what for _, one in store.audited(0, 10_000)]


@pytest.fixture
def take(chot: Chot, demo_data: Path, tmp_path: Path) -> Take:
    """Import lines apart by `|` and get what was said as JSON."""

    def run(kind: str, *lines: str, exit_code: int = 0, **more: Any) -> dict[str, Any]:
        file = tmp_path / "rows.csv"
        file.write_text("\n".join(line.replace("|", ";") for line in lines), "utf-8")
        words = [*kind.split(" "), "import", file, "--data", demo_data, "--json"]
        for name, value in more.items():
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
        found: dict[str, Any] = json.loads(chot(*words, exit_code=exit_code).stdout)
        return found

    return run


def wrong(said: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(one["row"], one["column"], one["code"]) for one in said["errors"]]


HEAD = "Mã chốt|Tên chốt|Tuyến đường|Xã|Tỉnh|Loại|Làn"
NEW = "bg-dinh-ke|Chốt Dĩnh Kế|Quốc lộ 31 km 3+200|Dĩnh Kế|Bắc Giang|giáp ranh|Ô tô, Xe máy"


def test_checkpoints_are_added_and_changed_and_the_same_file_again_does_nothing(
    take: Take, demo_data: Path
) -> None:
    before = places(demo_data)
    preview = take("checkpoint", HEAD, NEW, "hd-ql6||||||", "hd-to-huu||||| chợ |", dry_run=True)
    assert (preview["added"], preview["changed"], preview["same"]) == (1, 1, 1)
    assert places(demo_data) == before, "a preview changes nothing"
    said = take("checkpoint", HEAD, NEW, "hd-ql6||||||", "hd-to-huu||||| chợ |")
    assert said["changes"] == preview["changes"]
    assert said["changes"][1]["fields"] == [["class", "giáp ranh", "chợ"]]
    after = places(demo_data)
    new = after["bg-dinh-ke"]
    assert (new.province, new.district, new.commune) == ("24", "213", "07231")
    assert (new.klass, new.state, new.lanes) == ("border", "active", ("o-to", "xe-may"))
    assert new.road == "Quốc lộ 31 Km 3+200"
    assert after["hd-ql6"] == before["hd-ql6"]
    entries = audited(demo_data)
    noted = [one for one in entries if one.startswith("checkpoint.")]
    assert noted[-3:] == ["checkpoint.put", "checkpoint.put", "checkpoint.import"]
    again = take("checkpoint", HEAD, NEW, "hd-ql6||||||", "hd-to-huu||||| chợ |")
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 3)
    assert audited(demo_data) == entries


def test_of_places_that_differ_by_marks_the_one_as_written_is_meant(
    take: Take, demo_data: Path
) -> None:
    head = "Mã chốt|Tên chốt|Tuyến đường|Xã|Huyện|Tỉnh"
    take("checkpoint", head, "gl-1|A|QL14|Ia Băng|Chư Prông|Gia Lai",
         "gl-2|B|QL14|xã Ia Bang|Chư Prông|Gia Lai")  # fmt: skip
    after = places(demo_data)
    assert (after["gl-1"].commune, after["gl-2"].commune) == ("23905", "23924")
    said = take("checkpoint", head, "gl-3|C|QL14|ia bảng|Chư Prông|Gia Lai", exit_code=1)
    assert wrong(said) == [(2, "commune", "many_places")]


def test_one_wrong_row_and_no_checkpoint_is_taken(take: Take, demo_data: Path) -> None:
    before = places(demo_data)
    said = take("checkpoint", HEAD, NEW, "BG|Chốt|QL1|Tân An||xx|o-to", "hd-ql6|||99999|||",
                "hd-ql6||||||", "moi||||||", "bg-2|B|QL1|07231|Hà Nội||", exit_code=1)  # fmt: skip
    assert wrong(said) == [
        (3, "checkpoint", "checkpoint_id"),
        (3, "class", "checkpoint_class"),
        (3, "commune", "many_places"),
        (4, "commune", "unknown_code"),
        (6, "commune", "missing"),
        (6, "road", "missing"),
        (6, "name", "missing"),
        (7, "province", "name_differs"),
    ]
    assert places(demo_data) == before
    assert "checkpoint.import" not in audited(demo_data)


def test_wrong_rows_are_told_by_number_in_vietnamese(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Mã chốt;Loại\nhd-ql6;nhà ga\n", "utf-8")
    said = chot("checkpoint", "import", file, "--data", demo_data, exit_code=1).output
    assert "Dòng 2, Loại: phải là cửa ngõ" in said and "chưa nhận dòng nào" in said


def test_a_lane_is_not_taken_from_under_its_tablet(take: Take, demo_data: Path) -> None:
    head = "Mã chốt|Làn|Chiều"
    said = take("lane", head, "hd-ql6|Xe tải|ra", "hd-ql6|Ô tô|", exit_code=1)
    assert wrong(said) == [(2, "lane", "lane_in_use")]
    said = take("checkpoint", "Mã chốt|Làn", "hd-ql6|o-to", exit_code=1)
    assert wrong(said) == [(2, "lanes", "lane_in_use")]
    others = places(demo_data)
    take("lane", head, "hd-ql6|Xe tải|ra", "hd-ql6|Ô tô|", "hd-ql6|xe-may|vào và ra", exit_code=1)
    take("lane", head, "hd-ql6|Xe tải|ra", "hd-ql6|Ô tô|", "hd-ql6|xe-may|hai chiều")
    after = places(demo_data)
    assert after.pop("hd-ql6").lanes == ("xe-tai-ra", "o-to", "xe-may")
    assert after == {name: one for name, one in others.items() if name != "hd-ql6"}


def test_checkpoints_on_one_road_are_on_one_road(take: Take, demo_data: Path) -> None:
    roads = ("Mã đường|Tên đường|Tên khác", "QL1|Quốc lộ 1|Quốc lộ 1A", "QL6|Quốc lộ 6|")
    assert take("road", *roads)["added"] == 2
    assert take("road", *roads)["same"] == 2
    take("checkpoint", "Mã chốt|Tuyến đường|Lý trình", "nt-ca-na|ql.1a|1589+300",
         "nt-thuan-bac|QL1A km 1540|")  # fmt: skip
    after = places(demo_data)
    assert after["nt-ca-na"].road == "Quốc lộ 1 Km 1589+300"
    assert after["nt-thuan-bac"].road == "Quốc lộ 1 Km 1540"
    said = take("checkpoint", "Mã chốt|Tuyến đường", "hd-ql6|Đường Láng", exit_code=1)
    assert wrong(said) == [(2, "road", "no_road")]
    said = take("road", roads[0], "QL1B|Quốc lộ 1B|QL 1A", exit_code=1)
    assert wrong(said) == [(2, "aliases", "road_shared")]


@pytest.mark.parametrize("kind", ["checkpoint", "lane", "road"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_template_holds_what_is_stored_and_changes_nothing(
    chot: Chot, take: Take, demo_data: Path, tmp_path: Path, kind: str, suffix: str
) -> None:
    if suffix == "xlsx":
        pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    take("road", "Mã đường|Tên đường|Tên khác", "QL1|Quốc lộ 1|Quốc lộ 1A")
    template = tmp_path / f"mau.{suffix}"
    chot(kind, "import", "--template", template, "--data", demo_data)
    # The demo's city streets are not on the list of roads that this test began.
    words = (kind, "import", template, "--data", demo_data, "--json", "--lang", "en")
    said = json.loads(chot(*words, exit_code=1 if kind == "checkpoint" else 0).stdout)
    if kind == "checkpoint":
        assert {one["code"] for one in said["errors"]} == {"no_road"}
    else:
        assert said["same"] > 0 and said["changes"] == []
    assert chot(kind, "import", "--template", template, "--data", demo_data, exit_code=1)


def test_a_level_for_a_code_that_is_no_place_is_told_by_its_row(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Bộ mã;Mã;Cấp;Từ\n2021;99999;3;01/01/2099\n", "utf-8")
    said = chot("levels", "import", file, "--data", demo_data, exit_code=1).output
    assert "Dòng 2, Mã: không có mã 99999 trong bộ mã 2021" in said


OFFICERS = "Mã cán bộ|Họ tên|Vai trò|Chốt|PIN"


def officers(data: Path) -> dict[str, Officer]:
    with closing(stored(data)) as store:
        return {one.id: one for one in store.officers()}


def test_known_officers_keep_their_badges_and_new_ones_get_one(
    take: Take, demo_data: Path, tmp_path: Path
) -> None:
    before = officers(demo_data)
    known = next(iter(before.values()))
    rows = (
        OFFICERS,
        f"{known.id}|||hd-ql6, hd-to-huu|",
        "hd-moi|Vũ Thị Thử|chốt trưởng|hd-ql6|246813",
        "hd-hai|Lê Văn Mẫu|tình nguyện viên|hd-ql6, hd-to-huu|",
    )
    assert take("officer", *rows, dry_run=True)["added"] == 2
    assert officers(demo_data) == before
    out = tmp_path / "the"
    said = take("officer", *rows, badges=out)
    assert (said["added"], said["changed"]) == (2, 1)
    after = officers(demo_data)
    assert after[known.id].kek == known.kek
    assert after[known.id].checkpoints == ("hd-ql6", "hd-to-huu")
    assert (after["hd-moi"].role, after["hd-hai"].role) == ("lead", "volunteer")
    pins = (out / "pins.csv").read_text("utf-8-sig").splitlines()
    assert pins[1] == "hd-moi,Vũ Thị Thử,246813" and len(list((out / "codes").iterdir())) == 4
    keys = KeyRing.load_or_create(demo_data)
    text = read_qr(next((out / "codes").glob("0001-*.png")))
    evidence, secret = open_badge(text, parse_trust(trust_content(keys, now_ms())), now_ms())
    assert evidence.status == "verified" and secret is not None
    assert officer_kek(secret, "246813", "hd-moi") == after["hd-moi"].kek
    with closing(stored(demo_data)) as store:
        pack = store.pack("roster", "checkpoint:hd-ql6")
        assert pack is not None
        assert {"hd-moi", "hd-hai"} <= {one["id"] for one in said_by(pack)["officers"]}
    again = (rows[0], rows[1], rows[2].replace("246813", ""), rows[3])
    assert take("officer", *again)["same"] == 3
    take("officer", "Mã cán bộ|Trạng thái", "hd-moi|thu hồi")
    assert officers(demo_data)["hd-moi"].revoked


def test_new_officers_without_a_folder_for_badges_are_not_half_taken(
    take: Take, demo_data: Path, chot: Chot, tmp_path: Path
) -> None:
    before = officers(demo_data)
    file = tmp_path / "a.csv"
    file.write_text(f"{OFFICERS.replace('|', ';')}\nhd-moi;Vũ Thị Thử;lead;hd-ql6;\n", "utf-8")
    said = chot("officer", "import", file, "--data", demo_data, exit_code=2).output
    assert "--badges" in said
    (tmp_path / "the").mkdir()
    (tmp_path / "the" / "x").touch()
    chot("officer", "import", file, "--data", demo_data, "--badges", tmp_path / "the", exit_code=1)
    assert officers(demo_data) == before
    refused = take("officer", OFFICERS, "A B|X|sếp|hd-khong|12", exit_code=1)
    assert wrong(refused) == [
        (2, "officer", "officer"),
        (2, "role", "officer_role"),
        (2, "pin", "pin"),
        (2, "checkpoints", "checkpoint"),
    ]


ROSTER = "Mã chốt|Ngày|Ca|Cán bộ|Nhiệm vụ"


def duties(data: Path) -> list[tuple[str, int, int, str, str]]:
    with closing(stored(data)) as store:
        return [astuple(one) for one in store.duties(0, 1 << 46)]


def test_a_roster_replaces_the_days_it_names_and_nobody_stands_in_two_places(
    take: Take, demo_data: Path, chot: Chot
) -> None:
    first, second = [one for one in officers(demo_data).values() if "hd-ql6" in one.checkpoints][:2]
    night = f"hd-ql6|24/11/2099|22h-6h|{second.name}|y tế"
    rows = (ROSTER, f"hd-ql6|23/11/2099|06:00-14:00|{first.id}|", night)
    assert take("roster", *rows)["added"] == 2
    assert take("roster", *rows)["same"] == 2
    start = int(datetime(2099, 11, 24, 22, tzinfo=VIETNAM).timestamp() * 1000)
    held = duties(demo_data)
    assert held[1] == ("hd-ql6", start, start + 8 * 3_600_000, second.id, "health")
    said = take("roster", ROSTER, f"hd-ql6|25/11/2099|05:00-13:00|{second.id}|", exit_code=1)
    assert wrong(said) == [(2, "officer", "duty_overlap")], "the night before ends at six"
    assert duties(demo_data) == held
    said = take("roster", ROSTER, f"hd-ql6|23/11/2099|14h-22h|{first.id}|phân luồng")
    assert (said["added"], said["removed"]) == (1, 1), "the whole of the 23rd, nothing of the 24th"
    assert [one[3:] for one in duties(demo_data)] == [(first.id, "traffic"), (second.id, "health")]
    with closing(stored(demo_data)) as store:
        pack = store.pack("roster", "checkpoint:hd-ql6")
        assert pack is not None
        planned = [(one["officer"], one["duty"]) for one in said_by(pack)["plan"]]
    assert planned == [(first.id, "traffic"), (second.id, "health")], "tablets propose them"
    listed = chot("roster", "list", "--data", demo_data, "--from", "23/11/2099", "--to",
                  "24/11/2099").output  # fmt: skip
    assert f"hd-ql6\t23/11/2099\t14:00-22:00\tphân luồng\t{first.name}" in listed


def test_rows_of_a_roster_are_judged_by_who_may_open_a_shift_there(take: Take) -> None:
    said = take("roster", ROSTER, "hd-ql6|23/11/2099|sáng|ai đó|", "khong|hôm nay|6h-14h||múa",
                exit_code=1)  # fmt: skip
    assert wrong(said) == [
        (2, "hours", "span"),
        (3, "day", "date"),
        (3, "officer", "missing"),
        (3, "duty", "duty_name"),
        (2, "officer", "officer_none"),
        (3, "checkpoint", "checkpoint"),
    ]


@pytest.mark.slow
@needs_libreoffice
def test_a_list_that_went_through_a_spreadsheet_is_the_same_list(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    source = tmp_path / "f1.csv"
    source.write_text(
        "Số giấy tờ,Họ tên,Diện,Xã,Từ,Đến\n"
        "001190012345,Lê Thử,F1,2021/22738,20/11/2026,4/12/2026\n",
        "utf-8",
    )
    (tmp_path / "out").mkdir()
    converted([source], tmp_path / "out", "xlsx", "CSV:44,34,76,1,,1066")
    words = ("watchlist", "import", "--data", demo_data)
    said = chot(*words, tmp_path / "out" / "f1.xlsx")
    assert "ô số 1190012345 được hiểu là 001190012345" in said.stderr
    assert "1 thêm" in said.stdout
    assert "1 như cũ" in chot(*words, source).stdout, "zeros, days and places are what they were"


def test_sheets_that_were_not_read_are_named(chot: Chot, demo_data: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Huyện")):
        sheet.append(["Mã đường", "Tên đường"])
        sheet.append(["ql6", "Quốc lộ 6"])
    book.active.title = "Quốc lộ"
    book.save(tmp_path / "duong.xlsx")
    found = chot("road", "import", tmp_path / "duong.xlsx", "--data", demo_data, "--dry-run")
    assert "Chỉ đọc trang tính “Quốc lộ”; KHÔNG đọc: “Huyện”." in found.stderr
