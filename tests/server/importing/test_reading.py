"""Files as offices send them: encodings, separators, titles, dates, and zeros that Excel lost."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importing.checkpoints import class_of
from server.importing.duties import duty_of, one_span_of
from server.importing.lanes import lane_name_of
from server.importing.officers import role_of
from server.importing.permit_columns import goods_of, provinces_of, tax_code_of, uses_of
from server.importing.roads import road_key
from server.issuing.columns import Column
from server.issuing.encodings import decoded
from server.issuing.rows import RowError, cells_of, headed, matched_columns, restored_cells
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.issuing.values import (
    VIETNAM,
    birth_date_of,
    birth_from_number,
    from_serial,
    hours_of,
    id_from_number,
    moment_ms,
    phone_from_number,
    unforced,
)

TEXT = "Mã;Họ tên\na1;Nguyễn Thị Thử, phường Đông Kỵ\n"
COLUMNS = (
    Column("id", "Mã", "id"),
    Column("name", "Họ tên", "name"),
    Column("id_number", "Số giấy tờ", "i", 32, digits=True, restore=id_from_number),
    Column("day", "Ngày", restore=from_serial),
)


def cp1258(text: str) -> bytes:
    """As Windows writes it: a letter with its circumflex or horn, the tone as a mark of its own."""
    apart = []
    for letter in unicodedata.normalize("NFC", text):
        try:
            apart.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFD", letter)
            tone = next(one for one in base if one in "\u0300\u0301\u0303\u0309\u0323")
            rest = unicodedata.normalize("NFC", base.replace(tone, ""))
            apart.append(rest.encode("cp1258") + tone.encode("cp1258"))
    return b"".join(apart)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (unicodedata.normalize("NFD", TEXT).encode(), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (cp1258(TEXT), "Windows-1258"),
    ],
)
def test_the_same_words_are_read_from_every_encoding(
    tmp_path: Path, data: bytes, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    table = read_table(path)
    assert table.encoding == encoding
    assert table.headings == ("Mã", "Họ tên")
    assert table.rows[0].cells == ("a1", "Nguyễn Thị Thử, phường Đông Kỵ")


@pytest.mark.parametrize("text", ["NguyÔn V¨n Thö", "NguyÔn", "Nguyeãn Vaên Thöû"])
def test_letters_of_old_fonts_are_refused_and_not_guessed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"name\n{text}\n".encode("cp1252"))
    with pytest.raises(TableError, match=r"file\.encoding"):
        read_table(path)


@pytest.mark.parametrize("head", ["sep=;\n", "DANH SÁCH;;\n;;\nNgày 22 tháng 11 năm 2026;;\n"])
def test_what_stands_above_the_headings_is_passed_over(tmp_path: Path, head: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(head + "STT;Mã;Họ tên\n1;a1;Lê Thử\n", "utf-8")
    table = headed(read_table(path), COLUMNS)
    errors: list[RowError] = []
    matched = matched_columns(COLUMNS, table.headings)
    cells = cells_of(table.rows[0], matched, errors)
    assert (errors, cells["id"], cells["name"]) == ([], "a1", "Lê Thử")
    assert table.rows[0].number == head.count("\n") + 2, "as the spreadsheet counts"


def test_a_cell_that_was_forced_to_be_text_is_that_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,id_number\na,\'001090000001\nb,"=""001090000001"""\n', "utf-8")
    assert [row.cells[1] for row in read_table(path).rows] == ["001090000001"] * 2


def test_zeros_that_a_workbook_lost_are_put_back_and_told(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.Workbook()
    book.active.append(["Mã", "Số giấy tờ", "Ngày"])
    book.active.append(["a", 1_090_000_001, 44_423])
    book.active.append(["b", 10_000_001, datetime.fromisoformat("2021-08-15")])
    book.active.append(["c", 123, "15/8/2021"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    table = read_table(path)
    matched = matched_columns(COLUMNS, table.headings)
    errors: list[RowError] = []
    cells = [cells_of(row, matched, errors) for row in table.rows]
    assert [one["id_number"] for one in cells[:2]] == ["001090000001", "010000001"]
    assert [one["day"] for one in cells] == ["2021-08-15", "2021-08-15", "15/8/2021"]
    assert [(one.row, one.code) for one in errors] == [(4, "number_cell")]
    told = [(one.row, one.column, one.values["whole"]) for one in restored_cells(table, COLUMNS)]
    assert told == [
        (2, "id_number", "001090000001"),
        (2, "day", "2021-08-15"),
        (3, "id_number", "010000001"),
    ]


def test_a_number_that_was_shortened_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;id_number\na;1,09E+09\n", "utf-8")
    table, errors = read_table(path), list[RowError]()
    cells_of(table.rows[0], matched_columns(COLUMNS, table.headings), errors)
    assert [one.code for one in errors] == ["rounded"]


@pytest.mark.parametrize(
    ("number", "whole"),
    [("1090000001", "001090000001"), ("79090000001", "079090000001"), ("90000001", "090000001"),
     ("190000001", "190000001"), ("109000000123", None), ("1234567", None), ("", None)],
)  # fmt: skip
def test_an_id_number_gets_back_only_zeros_that_it_must_have_had(
    number: str, whole: str | None
) -> None:
    assert id_from_number(number) == whole


def test_telephones_and_days_of_bare_numbers() -> None:
    assert phone_from_number("912345678") == "0912345678"
    assert phone_from_number("2590000115") == "02590000115"
    assert phone_from_number("12345678") is None
    assert birth_from_number("1990") == "1990"
    assert birth_from_number("33100") == "1990-08-15"
    assert from_serial("2021") is None, "a year is no day of 1905"


@pytest.mark.parametrize(
    "text",
    [
        "15/8/2021 6:30", "15-08-2021 06:30", "15.08.21 6h30", "2021-08-15T06:30",
        "2021-08-15 06:30:00", "06:30 15/08/2021", "6h30 15/8/2021", "6 giờ 30 phút, 15/8/2021",
        "lúc 6h30 ngày 15 tháng 8 năm 2021", "ngày 15/8/2021 lúc 6 giờ 30", "2021/8/15 6g30",
    ],
)  # fmt: skip
def test_one_moment_is_read_however_people_write_it(text: str) -> None:
    assert moment_ms(text) == datetime(2021, 8, 15, 6, 30, tzinfo=VIETNAM).timestamp() * 1000


@pytest.mark.parametrize("text", ["12/31/2021", "31/02/2021", "15082021", "15/8", "15/8/2021 25h"])
def test_what_may_be_another_day_is_no_day(text: str) -> None:
    assert moment_ms(text) is None


def test_birth_dates_keep_what_they_leave_open() -> None:
    assert birth_date_of("ngày 5 tháng 8 năm 1990") == "1990-08-05"
    assert birth_date_of("5.8.1990") == "1990-08-05"
    assert birth_date_of("8/1990") == "1990-08"
    assert birth_date_of("05/08/21") is None, "1921 and 2021 are both alive"


def test_spellings_of_a_road_are_one() -> None:
    assert len({road_key(one) for one in ("Quốc lộ 1A", "QL1A", "QL.1A", "ql 1a")}) == 1
    assert road_key("Quốc lộ 1") != road_key("Quốc lộ 1A")


CELLS = st.text(max_size=60) | st.from_regex(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}( [0-9]{1,2}[:hg][0-9]{0,2})?", fullmatch=True
)


# The first name of a place reads the list of places.
@settings(deadline=None)
@given(CELLS, st.booleans())
def test_no_cell_breaks_a_reader(text: str, end: bool) -> None:
    at_ms = moment_ms(text, end=end)
    assert at_ms is None or isinstance(at_ms, int)
    for read in (birth_date_of, birth_from_number, from_serial, id_from_number, phone_from_number,
                 hours_of, duty_of, one_span_of, class_of, lane_name_of, goods_of, provinces_of,
                 uses_of, tax_code_of, role_of, unforced):  # fmt: skip
        read(text)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_are_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "a.csv"
    path.write_bytes(data)
    try:
        table = headed(read_table(path), COLUMNS)
        matched_columns(COLUMNS, table.headings)
    except TableError as error:
        assert said(error.code, "vi", **error.values) and said(error.code, "en", **error.values)


@given(st.text("aăâeêioôơuưyđbcghklmnpqrstvxAĐàảãáạếộữ ,.0123456789", min_size=1, max_size=80))
def test_what_windows_1258_can_write_is_read_back(text: str) -> None:
    data = cp1258(text)
    read, encoding = decoded(data)
    if encoding == "Windows-1258":
        assert unicodedata.normalize("NFC", read) == unicodedata.normalize("NFC", text)
    else:
        assert data.decode("utf-8") == read, "plain ASCII, or by chance UTF-8"


def test_zeros_that_a_spreadsheet_lost_in_a_text_file_are_put_back_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    numbers = ("1090000001", "00109000000", "001090000003", "B1234567", "123456789012")
    path.write_text("id,id_number\n" + "".join(f"a,{one}\n" for one in numbers), "utf-8")
    table, errors = read_table(path), list[RowError]()
    matched = matched_columns(COLUMNS, table.headings)
    cells = [cells_of(row, matched, errors)["id_number"] for row in table.rows]
    assert (cells, errors) == (["001090000001", *numbers[1:]], [])
    told = [(one.row, one.values["whole"]) for one in restored_cells(table, COLUMNS)]
    assert told == [(2, "001090000001")]


@pytest.mark.parametrize("fault", ["#N/A", "#REF!", "#DIV/0!", "#n/a"])
def test_what_a_broken_formula_shows_is_no_value(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"STT,id,name\n{fault},a,Lê Thử\n2,b,{fault}\n", "utf-8")
    table, errors = read_table(path), list[RowError]()
    matched = matched_columns(COLUMNS, table.headings)
    for row in table.rows:
        cells_of(row, matched, errors)
    assert [(one.row, one.column, one.code) for one in errors] == [(3, "name", "fault")]


def test_of_a_workbook_the_sheet_that_people_see_is_read_and_others_are_named(
    tmp_path: Path,
) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.Workbook()
    old, seen = book.active, book.create_sheet("Tháng 11")
    more, template = book.create_sheet("Tháng 12"), book.create_sheet("Cách điền")
    book.create_sheet("Trống")
    for sheet, name in ((old, "Cũ"), (seen, "Mới"), (more, "Sau"), (template, "Ví dụ")):
        sheet.append(["Mã", "Họ tên"])
        sheet.append(["a", name])
    old.sheet_state = "hidden"
    book.active = 1
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert table.rows[0].cells == ("a", "Mới")
    assert (table.sheet, table.unread) == ("Tháng 11", ("Tháng 12",))


def test_a_heading_is_told_by_the_row_it_stands_in(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("DANH SÁCH\n\nSTT,Mã,Họ tên,Quan hệ\n1,a,Lê Thử,con\n", "utf-8")
    table = headed(read_table(path), COLUMNS)
    with pytest.raises(TableError) as refused:
        matched_columns(COLUMNS, table.headings, table.heading_row)
    assert (refused.value.code, refused.value.values["row"]) == ("heading.unknown", 3)


def test_an_endless_cell_is_not_called_an_open_quotation_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\na," + "A" * 1_000_000 + "\n", "utf-8")
    with pytest.raises(TableError, match=r"file\.endless"):
        read_table(path)
