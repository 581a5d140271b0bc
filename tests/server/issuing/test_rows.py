"""Rows are judged before anything is signed; every error names its row in both languages."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.issuing.columns import COLUMNS, KINDS, Kind, headings
from server.issuing.rows import Defaults, Draft, RowError, drafts_of
from server.issuing.tables import MAX_ROWS, Row, Table, TableError, read_table
from server.issuing.texts import TEXTS, said

NOW_MS = 1_795_320_000_000  # 22 November 2026, 11:00 in Vietnam
PERMIT = ("Họ tên", "Ngày sinh", "Số giấy tờ", "Biển số", "Lý do", "Khung giờ", "Đến")
GOOD = ("Lê Thử", "15/08/1990", "001090000001", "29A-123.45", "Đi làm", "5h-20h", "31/12/2026")


def table(heads: Sequence[str], *rows: Sequence[str]) -> Table:
    return Table(tuple(heads), tuple(Row(n, tuple(row)) for n, row in enumerate(rows, 2)))


def judged(kind: Kind, *args: Any) -> tuple[list[Draft], list[RowError]]:
    return drafts_of(kind, table(*args), Defaults(NOW_MS))


def test_a_row_becomes_the_claims_that_its_cells_say() -> None:
    drafts, errors = judged("permit", PERMIT, GOOD)
    assert errors == []
    assert drafts[0].claims == {
        "n": "Lê Thử", "b": "1990-08-15", "i": "001090000001", "v": "29A-123.45", "r": "Đi làm",
        "h": "05:00-20:00",
    }  # fmt: skip
    # A bare day as an end is over when the day is: 1 January, 0h in Vietnam.
    assert drafts[0].until_ms == 1_798_736_400_000


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("Họ tên", "", "missing"),
        ("Họ tên", "ẫ" * 121, "long"),
        ("Họ tên", "Lê\u202eThử", "control"),
        ("Ngày sinh", "31/02/1990", "birth_date"),
        ("Biển số", "--", "plate"),
        ("Khung giờ", "sáng", "hours"),
        ("Khung giờ", "25h-26h", "hours"),
        ("Đến", "hôm nào", "moment"),
        ("Đến", "21/11/2026", "ended"),
        ("Đến", "21/11/2036", "far"),
        ("Đến", "", "missing"),
    ],
)
def test_one_wrong_cell_names_its_row_and_column_and_issues_nothing(
    column: str, text: str, code: str
) -> None:
    bad = tuple(text if name == column else cell for name, cell in zip(PERMIT, GOOD, strict=True))
    drafts, errors = judged("permit", PERMIT, GOOD, bad)
    assert drafts == []
    named = {one.vi: one.name for one in COLUMNS["permit"]}[column]
    assert [(one.row, one.column, one.code) for one in errors] == [(3, named, code)]
    for lang in ("vi", "en"):
        assert said(errors[0].code, lang, **errors[0].values)


def test_every_error_of_a_file_is_told_at_once() -> None:
    bad = ("", "x", *GOOD[2:])
    _, errors = judged("permit", PERMIT, bad, GOOD, ("", *GOOD[1:]))
    assert [(one.row, one.column) for one in errors] == [
        (2, "name"),
        (2, "birth_date"),
        (4, "name"),
    ]


def test_the_same_row_twice_is_a_mistake() -> None:
    _, errors = judged("permit", PERMIT, GOOD, GOOD)
    assert [(one.row, one.code, one.values["other"]) for one in errors] == [(3, "twice", 2)]


def test_an_end_before_the_beginning_is_refused() -> None:
    heads = (*PERMIT, "Từ")
    _, errors = judged("permit", heads, (*GOOD, "01/02/2027"))
    assert [(one.column, one.code) for one in errors] == [("valid_until", "order")]


@pytest.mark.parametrize(
    ("heads", "code"),
    [
        (("Họ tên", "Màu"), "heading.unknown"),
        (("Họ tên", "name", "Lý do"), "heading.twice"),
        (("Lý do",), "heading.missing"),
    ],
)
def test_headings_that_cannot_be_right_are_refused_whole(heads: tuple[str, ...], code: str) -> None:
    with pytest.raises(TableError) as caught:
        judged("permit", heads, ("a",) * len(heads))
    assert caught.value.code == code
    assert said(code, "en", **caught.value.values)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_headings_of_the_template_are_understood(kind: Kind, lang: str) -> None:
    found = headings(kind, lang)
    _, errors = drafts_of(kind, table(found, ["x"] * len(found)), Defaults(NOW_MS))
    assert "no_heading" not in {one.code for one in errors}


def test_headings_are_found_without_marks_and_in_any_case() -> None:
    heads = ("HO TEN", "ngay sinh", "so  giay to", "Bien_so", "LÝ DO", "khung gio", "đến")
    assert judged("permit", heads, GOOD)[1] == []


def test_a_trip_has_one_manifest_with_the_workers_of_its_rows() -> None:
    heads = ("Chuyến", "Đơn vị", "Biển số", "Họ tên", "Số giấy tờ", "Đến")
    drafts, errors = judged(
        "manifest",
        heads,
        ("S1", "Công ty Mẫu", "29B-123.45", "Lê Một", "001090000001", "31/12/2026"),
        ("", "", "", "Lê Hai", "", ""),
        ("S2", "Công ty Mẫu", "29B-678.90", "Vũ Ba", "", "31/12/2026"),
    )
    assert errors == []
    assert [one.workers for one in drafts] == [
        (("Lê Một", "001090000001"), ("Lê Hai",)),
        (("Vũ Ba",),),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("S1", "A", "29B-123.45", "Một", ""), ("S1", "B", "", "Hai", "")], "differs"),
        ([("S1", "A", "29B-123.45", "Một", "3")], "workers"),
        ([("S1", "A", "29B-123.45", "", "")], "missing"),
        ([("S1", "A", "29B-123.45", "Một", ""), ("S1", "", "", "Một", "")], "twice"),
        ([("S1", "A", "29B-123.45", "", "0")], "integer"),
    ],
)
def test_a_trip_that_contradicts_itself_is_refused(rows: list[tuple[str, ...]], code: str) -> None:
    heads = ("Chuyến", "Đơn vị", "Biển số", "Họ tên", "Số người")
    found = table(heads, *rows)
    _, errors = drafts_of("manifest", found, Defaults(NOW_MS, NOW_MS + 86_400_000))
    assert [one.code for one in errors] == [code]


def test_a_card_holds_the_facts_of_its_row_and_never_a_colour() -> None:
    heads = (
        "name", "dose1_product", "dose1_date", "dose2_product", "dose2_date", "test_type",
        "test_result", "test_sampled", "recovered_on", "valid_until",
    )  # fmt: skip
    row = (
        "Lê Thử", "Vero Cell", "01/08/2021", "Vero Cell", "2021-08-29", "PCR", "Âm tính",
        "20/11/2026 08:00", "01/07/2021", "31/12/2026",
    )  # fmt: skip
    drafts, errors = judged("card", heads, row)
    assert errors == []
    assert drafts[0].claims == {
        "n": "Lê Thử",
        "k": [[1, 2, "Vero Cell", "2021-08-01"], [2, 2, "Vero Cell", "2021-08-29"]],
        "u": [["p", "n", 1_795_136_400, None]],
        "z": [["2021-07-01", None]],
    }


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({}, "nothing"),
        ({"dose1_product": "Vero Cell"}, "dose"),
        ({"test_type": "PCR"}, "test"),
        ({"test_type": "x", "test_result": "am", "test_sampled": "20/11/2026 08:00"}, "choice"),
        ({"recovered_on": "07/2021"}, "date"),
    ],
)
def test_a_card_with_half_a_fact_is_refused(cells: dict[str, str], code: str) -> None:
    given = {"name": "Lê Thử", "valid_until": "31/12/2026"} | cells
    _, errors = judged("card", tuple(given), tuple(given.values()))
    assert [one.code for one in errors] == [code]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_files_of_any_spreadsheet_are_read(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "a.csv"
    lines = [delimiter.join(PERMIT), delimiter.join(GOOD), delimiter * (len(PERMIT) - 1)]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    found = read_table(path)
    assert (found.headings, found.rows[0].cells, len(found.rows)) == (PERMIT, GOOD, 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"name\n", "file.empty"),
        ("Họ tên\nLê".encode("cp1258", "replace") + b"\xff", "file.encoding"),
        ("name\nNguyÔn V¨n Thö".encode("cp1252"), "file.encoding"),
        (b'name\n"Le', "file.quotes"),
        (b"name\n" + b"x" * 1001, "file.cell"),
        (b"name" + b"," * 64 + b"\n", "file.columns"),
        (b"name\n" + b"Le\n" * (MAX_ROWS + 1), "file.rows"),
        (b"name\n\x00", "file.encoding"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(
    tmp_path: Path, data: bytes, code: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(TableError) as caught:
        read_table(path)
    assert caught.value.code == code


def test_xlsx_cells_are_read_as_people_see_them(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(PERMIT)
    # A spreadsheet's times have no zone.
    born, ends = (datetime.fromisoformat(one) for one in ("1990-08-15", "2026-12-30 18:00"))
    sheet.append((*GOOD[:1], born, *GOOD[2:6], ends))
    sheet.append((*GOOD[:2], 12_345_678, *GOOD[3:]))
    path = tmp_path / "a.xlsx"
    book.save(path)
    found = read_table(path)
    assert found.rows[0].cells[1] == "1990-08-15"
    assert found.rows[0].cells[6] == "2026-12-30 18:00:00"
    drafts, errors = drafts_of("permit", found, Defaults(NOW_MS))
    assert drafts == []
    assert [(one.row, one.column, one.code) for one in errors] == [(3, "id_number", "number_cell")]


def test_a_file_that_only_calls_itself_xlsx_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"name\nLe")
    with pytest.raises(TableError, match=r"file\.xlsx"):
        read_table(path)


@pytest.mark.parametrize("harm", ["cut", "not xml", "no sheet", "entities"])
def test_a_damaged_or_hostile_xlsx_is_refused(tmp_path: Path, harm: str) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.Workbook()
    book.active.append(PERMIT)
    book.active.append(GOOD)
    good, path = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    book.save(good)
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{"&" + before + ";" * 1}{("&" + before + ";") * 99}">'
        for before, name in zip("abcdef", "bcdefg", strict=True)
    )
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename.startswith("xl/worksheets/sheet"):
                if harm == "no sheet":
                    continue
                if harm == "cut":
                    data = data[: len(data) // 2]
                if harm == "not xml":
                    data = b"name,reason"
                if harm == "entities":
                    text = data.decode("utf-8")
                    first = f"{bomb}]>" + text[text.index("<worksheet") :]
                    data = first.replace("Lê Thử", "&g;").replace("<v>0</v>", "<v>&g;</v>").encode()
            target.writestr(entry.filename, data)
    with pytest.raises(TableError, match=r"file\.xlsx"):
        read_table(path)


def test_a_missing_extra_is_asked_for_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(TableError) as caught:
        read_table(path)
    assert "chot[xlsx]" in said(caught.value.code, "vi", **caught.value.values)


def test_every_error_has_both_languages() -> None:
    for code, (vi, en) in TEXTS.items():
        assert vi and en and vi != en, code
