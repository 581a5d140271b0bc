"""`chot watchlist`: all rows or none, views by role and purpose, and a filter with its price."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from cli.data import VIETNAM, opened
from credentials.jws import parse_json, parse_jws
from rules.watchlist import WatchFilter, parse_watchlist
from server.packs import EVERYBODY
from server.store.published import AuditEntry
from tests.cli.conftest import Chot

HEADINGS = "Số giấy tờ,Số CMND cũ,Họ tên,Diện,Xã,Địa chỉ,Từ,Đến,Ngày lấy mẫu,Ghi chú"
ROWS = (
    '001 190-012.345,264123456,Nguyễn Thị Mẫu,F1,2021/22738,Thôn 2,20/11/2026,04/12/2026,"'
    '27/11/2026; 21/11/2026, 03/12/2026",',
    "058085000999,,Lê Văn Mẫu,F0 sau điều trị,2021/22741,Khu phố 1,2026-11-01,2026-11-30,,=1+1",
    "058121000001,,Bé Mẫu,f1_child,2021/22738,Thôn 2,20/11/2026,04/12/2026,,với mẹ",
    "058170000777,,Trần Văn Đã Hết,f3,2021/22738,,01/10/2026,10/10/2026,,",
)
AT = ("--on", "2026-11-22 12:00", "--reference", "45/KH-UBND")


@pytest.fixture
def where(demo_data: Path) -> tuple[str, Path]:
    return "--data", demo_data


def written(path: Path, *rows: str, headings: str = HEADINGS) -> Path:
    path.write_text("\n".join((headings, *rows)) + "\n", "utf-8")
    return path


def watched_now(number: str) -> str:
    """A row whose window holds the moment the test runs."""
    today = datetime.now(VIETNAM).date()
    window = f"{today - timedelta(days=2)},{today + timedelta(days=5)}"
    return f"{number},,Bé Mẫu,F1 trẻ em,2021/22738,Thôn 2,{window},,với mẹ"


def names(data: Path) -> list[str]:
    with opened(data) as store:
        return sorted(one.name for one in store.watch_entries())


def audited(data: Path) -> list[AuditEntry]:
    with opened(data) as store:
        found = [one for _, one in store.audited(0, 1000) if one.what.startswith("watchlist.")]
        assert store.verify_audit() is None
    return found


def filter_of(data: Path) -> WatchFilter:
    with opened(data) as store:
        pack = store.pack("watchlist", EVERYBODY)
    assert pack is not None
    return parse_watchlist(parse_json(parse_jws(pack.jws, 2**24).payload)["content"])


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_an_import_is_previewed_then_done_and_a_second_one_changes_nothing(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    file = written(tmp_path / "f1.csv", *ROWS)
    preview = chot("watchlist", "import", *where, file, "--dry-run").stdout
    assert "+\tdòng 2\tf1\t********2345\tNguyễn Thị Mẫu" in preview and "4 thêm" in preview
    assert names(where[1]) == [] and audited(where[1]) == []
    assert "4 thêm" in chot("watchlist", "import", *where, file).stdout
    assert (
        "0 thêm / added, 0 đổi / changed, 4 như cũ"
        in chot("watchlist", "import", *where, file).stdout
    )
    (entry,) = audited(where[1])
    assert entry.details == {"added": 4, "changed": 0, "file": "f1.csv"}


def test_a_row_that_differs_changes_its_entry_and_no_other(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    chot("watchlist", "import", *where, written(tmp_path / "a.csv", *ROWS))
    with opened(where[1]) as store:
        before = {one.name: one for one in store.watch_entries()}
    longer = ROWS[2].replace("04/12/2026", "11/12/2026")
    file = written(tmp_path / "b.csv", longer, ROWS[1])
    preview = chot("watchlist", "import", *where, file, "--dry-run").stdout
    assert re.search(r"~\tdòng 2\t.*05/12/2026.*→.*12/12/2026", preview)
    assert (
        "0 thêm / added, 1 đổi / changed, 1 như cũ"
        in chot("watchlist", "import", *where, file).stdout
    )
    with opened(where[1]) as store:
        after = {one.name: one for one in store.watch_entries()}
    assert after["Bé Mẫu"].id == before["Bé Mẫu"].id
    assert after["Bé Mẫu"].until_ms == before["Bé Mẫu"].until_ms + 7 * 86_400_000
    assert after["Bé Mẫu"].added_ms == before["Bé Mẫu"].added_ms
    assert [one for one in after if after[one] != before[one]] == ["Bé Mẫu"]


def test_wrong_rows_are_all_told_and_nothing_is_imported(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    file = written(
        tmp_path / "sai.csv",
        ROWS[0],
        "12345,,A,F9,22738,,hôm qua,04/12/2026,thứ hai,",
        "058085000001,,B,F1,2021/22738,,05/12/2026,04/12/2026,,",
        "058085000002,,C,F1,2021/99999,,05/12/2026,04/12/2028,,",
        "058085000003,,,F1,,,05/12/2026,,,",
        ROWS[0],
    )
    result = chot("watchlist", "import", *where, file, exit_code=1)
    for line in (
        "Dòng 3, Số giấy tờ: phải có 12 chữ số",
        "Dòng 3, Diện: phải là F0",
        "Dòng 3, Xã: phải là bộ mã và mã của một xã có thật",
        "Dòng 3, Từ: phải là ngày giờ",
        "Dòng 3, Ngày lấy mẫu: phải là các ngày",
        "Dòng 4, Đến: trước lúc bắt đầu",
        "Dòng 5, Xã: phải là bộ mã và mã của một xã có thật",
        "Dòng 5, Đến: sau lúc bắt đầu hơn 1 năm",
        "Dòng 6, Họ tên: không được để trống",
        "Dòng 6, Đến: không được để trống",
        "Dòng 7: cùng người, cùng diện và cùng ngày bắt đầu với dòng 2",
    ):
        assert line in result.stderr
    assert "5 dòng sai, chưa nhận dòng nào" in result.stderr
    assert names(where[1]) == []


def test_zeros_that_a_spreadsheet_lost_are_told_or_the_row_is_refused(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    book = Workbook()
    book.active.append(["Số giấy tờ", "Họ tên", "Diện", "Xã", "Từ", "Đến"])
    row = ["Nguyễn Thị Mẫu", "F1", "2021/22738", "20/11/2026", "04/12/2026"]
    book.active.append([1190012, *row])
    book.save(tmp_path / "f1.xlsx")
    told = chot("watchlist", "import", *where, tmp_path / "f1.xlsx", exit_code=1).stderr
    assert "Dòng 2, Số giấy tờ: là số nên mất số 0" in told
    book.active.cell(2, 1).value = 1190012345
    book.save(tmp_path / "f1.xlsx")
    said = chot("watchlist", "import", *where, tmp_path / "f1.xlsx")
    assert "1 thêm" in said.stdout
    assert "Dòng 2, Số giấy tờ: ô số 1190012345 được hiểu là 001190012345" in said.stderr
    book.active.cell(2, 1).value = "001190012345"
    book.save(tmp_path / "f1.xlsx")
    assert "1 như cũ" in chot("watchlist", "import", *where, tmp_path / "f1.xlsx").stdout


def test_a_file_that_is_no_list_is_refused(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    other = written(tmp_path / "x.csv", "1,2", headings="Số giấy tờ,Bệnh")
    assert (
        "không có cột tên “Bệnh”" in chot("watchlist", "import", *where, other, exit_code=1).stderr
    )
    few = written(tmp_path / "y.csv", "1", headings="Số giấy tờ")
    assert "thiếu cột “Họ tên”" in chot("watchlist", "import", *where, few, exit_code=1).stderr


def test_each_audience_gets_its_view_and_each_look_is_audited(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    chot("watchlist", "import", *where, written(tmp_path / "a.csv", *ROWS))
    export = ("watchlist", "export", *where, *AT, "--view")
    commune = ("commune", "--purpose", "home_visit", "--commune", "2021/22738")
    assert table(chot(*export, *commune).stdout) == [
        ["Địa chỉ", "Họ tên", "Từ ngày", "Đến hết"],
        ["Thôn 2", "Bé Mẫu", "2026-11-20", "2026-12-04"],
        ["Thôn 2", "Nguyễn Thị Mẫu", "2026-11-20", "2026-12-04"],
    ]
    health = table(chot(*export, "health", "--purpose", "sampling").stdout)
    assert [(row[0], row[3]) for row in health[1:]] == [
        ("", "Bé Mẫu"),
        ("", "Lê Văn Mẫu"),
        ("2026-11-27", "Nguyễn Thị Mẫu"),
        ("2026-12-03", "Nguyễn Thị Mẫu"),
    ]
    assert health[2][7] == "'=1+1", "a spreadsheet must not run a note"
    steering = chot(*export, "steering", "--purpose", "report", "--lang", "en").stdout
    assert table(steering) == [
        ["place", "f0_after", "f1", "f1_child", "f2", "f3"],
        ["Phường Đô Vinh, Phan Rang-Tháp Chàm, Ninh Thuận (2021/22738)", *"01100"],
        ["Phường Phước Mỹ, Phan Rang-Tháp Chàm, Ninh Thuận (2021/22741)", *"10000"],
        ["", *"11100"],
    ]
    assert [(one.what, one.purpose, one.reference) for one in audited(where[1])[1:]] == [
        ("watchlist.commune", "home_visit", "document_number=45/KH-UBND"),
        ("watchlist.health", "sampling", "document_number=45/KH-UBND"),
        ("watchlist.steering", "report", "document_number=45/KH-UBND"),
    ]


@pytest.mark.parametrize(
    ("view", "purpose", "reference"),
    [("steering", "sampling", "1"), ("commune", "report", "1"), ("health", "sampling", " ")],
)
def test_a_look_without_a_fitting_purpose_or_reference_is_refused(
    view: str, purpose: str, reference: str, chot: Chot, where: tuple[str, Path]
) -> None:
    options = ("--view", view, "--purpose", purpose, "--reference", reference)
    told = chot(
        "watchlist", "export", *where, *options, "--commune", "2021/22738", exit_code=1
    ).stderr
    assert "--purpose" in told
    assert audited(where[1]) == []


def test_an_export_file_is_for_its_owner_only(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    target = tmp_path / "y-te.csv"
    chot("watchlist", "export", *where, *AT, "--view", "health", "--purpose", "sampling",
         "--output", target)  # fmt: skip
    assert target.stat().st_mode & 0o077 == 0


def test_entries_are_listed_with_masked_numbers_and_removed_by_id(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    chot("watchlist", "import", *where, written(tmp_path / "a.csv", *ROWS))
    listed = chot("watchlist", "list", *where, *AT, "--purpose", "correction").stdout
    assert "001190012345" not in listed and listed.count("\n") == 3
    rows = json.loads(
        chot("watchlist", "list", *where, *AT, "--purpose", "correction", "--json").stdout
    )
    assert [one["id"] for one in rows] == [line.split("\t")[0] for line in listed.splitlines()]
    assert {one["id_number"] for one in rows} >= {"********2345"}
    assert all(one["from_ms"] < one["until_ms"] for one in rows)
    assert all(set(one["id_number"][:-4]) == {"*"} for one in rows)
    (child,) = (line for line in listed.splitlines() if "Bé Mẫu" in line)
    reason = ("--reason", "nhầm người")
    gone = chot("watchlist", "remove", *where, child.split("\t")[0], *reason)
    assert "1 mục đã xóa" in gone.stdout and "Bé Mẫu" not in names(where[1])
    ended = chot("watchlist", "remove", *where, "--ended-before", "2026-11-01", *reason)
    assert "1 mục" in ended.stdout
    assert names(where[1]) == ["Lê Văn Mẫu", "Nguyễn Thị Mẫu"]
    told = chot("watchlist", "remove", *where, "xyz", *reason, exit_code=1).stderr
    assert "Không có mục xyz" in told
    assert [one.details.get("reason") for one in audited(where[1])[-2:]] == ["nhầm người"] * 2


def test_the_published_filter_has_who_is_watched_now_and_its_figures_are_printed(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    ended = "058170000777,,Đã Hết,f3,2021/22738,,01/10/2020,10/10/2020,,"
    file = written(
        tmp_path / "a.csv", watched_now("058121000001"), ended, watched_now("058121000002")
    )
    chot("watchlist", "import", *where, file)
    said = chot("watchlist", "publish", *where, "--dry-run").stdout
    assert "2 người, 2 số giấy tờ" in said and "48 người ngoài" in said
    assert "thử được người ấy" in said
    with opened(where[1]) as store:
        assert store.pack("watchlist", EVERYBODY) is None
    assert "phiên bản / version 1" in chot("watchlist", "publish", *where).stdout
    published = filter_of(where[1])
    assert published.bucket_bits == 22 and len(published.buckets) == 2
    assert published.holds("058121000001") and not published.holds("058170000777")
    assert "Như bản đang công bố" in chot("watchlist", "publish", *where).stdout


def test_the_rate_has_a_least_value_and_a_high_one_has_to_be_asked_for(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    rng = random.Random(5)
    rows = [watched_now(f"{rng.randrange(10**12):012}") for _ in range(400)]
    chot("watchlist", "import", *where, written(tmp_path / "a.csv", *rows))
    low = chot("watchlist", "publish", *where, "--rate", "0.00001", exit_code=1).stderr
    assert "Tỷ lệ phải từ 0.0095%" in low
    few = ("--population", "60000")
    high = chot("watchlist", "publish", *where, *few, exit_code=1).stderr
    assert "Sẽ hỏi nhầm" in high
    chot("watchlist", "publish", *where, *few, "--rate", "0.15")
    assert 0.15 <= filter_of(where[1]).false_rate() < 0.31
    # Without a rate the crowds in force stay: nobody narrows them by publishing once more.
    coarse = filter_of(where[1]).bucket_bits
    more = written(tmp_path / "b.csv", watched_now("058121000001"))
    chot("watchlist", "import", *where, more)
    chot("watchlist", "publish", *where)
    assert filter_of(where[1]).bucket_bits == coarse
    assert filter_of(where[1]).holds("058121000001")
    chot("watchlist", "publish", *where, "--rate", "0.001")
    assert filter_of(where[1]).bucket_bits > coarse


def test_the_duty_desk_asks_for_one_person(
    chot: Chot, where: tuple[str, Path], tmp_path: Path
) -> None:
    chot("watchlist", "import", *where, written(tmp_path / "a.csv", watched_now("058121000001")))
    asking = ("watchlist", "check", *where, "--reference", "chốt Cà Ná 14:05")
    assert "CÓ / listed\tBé Mẫu\tPhường Đô Vinh" in chot(*asking, stdin="058 121 000 001\n").stdout
    assert "KHÔNG có" in chot(*asking, stdin="058121000002\n").stdout
    assert "12 chữ số" in chot(*asking, stdin="0581\n", exit_code=1).stderr
    (entry, _) = audited(where[1])[1:]
    assert (entry.purpose, entry.reference) == (
        "checkpoint_call",
        "request_number=chốt Cà Ná 14:05",
    )
