"""Files of levels: what is read, what is refused, what it changes from when."""

from __future__ import annotations

from typing import Any

import pytest

from rules.grace import LevelBook, parse_level_book
from server.issuing.tables import Row, Table
from server.issuing.values import moment_ms
from server.levels.content import Change, NothingToWithdrawError, changes, taken_in
from server.levels.rows import LevelRow, Reading, level_rows

HEADINGS = ("Bộ mã", "Mã", "Xã", "Tỉnh", "Cấp", "Từ", "Đến", "Công bố lúc")
DAY_MS = 86_400_000


def ms(text: str) -> int:
    found = moment_ms(text)
    assert found is not None
    return found


NOW_MS = ms("16/10/2021 09:00")
READING = Reading(NOW_MS)


def read(*lines: str, reading: Reading = READING) -> tuple[list[LevelRow], list[tuple[Any, ...]]]:
    """Rows of "2021;22771;;;4;17/10/2021;;", numbered from 2."""
    rows = [Row(number, tuple(line.split(";"))) for number, line in enumerate(lines, 2)]
    good, errors = level_rows(Table(HEADINGS, tuple(rows)), reading)
    return good, [(one.row, one.column, one.code) for one in errors]


def taken(content: dict[str, Any], *lines: str, now_ms: int = NOW_MS) -> dict[str, Any]:
    rows, errors = read(*lines, reading=Reading(now_ms))
    assert errors == []
    return taken_in(content, rows, now_ms)


def steps(before: LevelBook, after: LevelBook, now_ms: int) -> list[tuple[Any, ...]]:
    return [
        (one.place, one.at_ms, one.from_level, one.to_level, one.way)
        for one in changes(before, after, now_ms)
    ]


EMPTY = parse_level_book({"levels": []})
FIRST = "2021;22771;;;2;01/10/2021;;30/09/2021"
RISE = "2021;22771;;;4;17/10/2021;;15/10/2021 16:00"
START_MS = ms("17/10/2021")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("2021;99999;;;4;17/10/2021;;", ("code", "unknown_code")),
        ("2025;22771;;;4;17/10/2021;;", ("code", "unknown_code")),
        (";22771;;;4;17/10/2021;;", ("dataset", "choice")),
        ("2021;;;;4;17/10/2021;;", ("code", "missing")),
        ("2021;22771;Phường Đông Hải;;4;17/10/2021;;", ("code", "name_differs")),
        ("2021;;Phường Tân Phú;;4;17/10/2021;;", ("commune", "many_places")),
        ("2021;;Xã Không Có;;4;17/10/2021;;", ("commune", "no_place")),
        ("2021;22771;;;5;17/10/2021;;", ("level", "level")),
        ("2021;22771;;;;17/10/2021;;", ("level", "missing")),
        ("2021;22771;;;4;;;", ("valid_from", "missing")),
        ("2021;22771;;;4;mai;;", ("valid_from", "moment")),
        ("2021;22771;;;4;16/10/2021;;", ("valid_from", "early")),
        ("2021;22771;;;4;17/10/2021;;18/10/2021", ("valid_from", "early")),
        ("2021;22771;;;4;17/10/2021 06:00;16/10/2021;", ("valid_to", "order")),
    ],
)
def test_a_wrong_row_names_its_cell_and_nothing_is_taken(line: str, error: tuple[str, str]) -> None:
    rows, errors = read(FIRST, line)
    assert (rows, errors) == ([], [(3, *error)])


def test_a_code_that_a_spreadsheet_made_a_number_of_needs_all_its_digits_or_a_name() -> None:
    def codes(code: str, name: str) -> list[str]:
        cells = ("2021", code, name, "", "4", "17/10/2021", "", "")
        table = Table(HEADINGS, (Row(2, cells, frozenset({1})),))
        good, errors = level_rows(table, READING)
        return [one.place.code for one in good] or [one.code for one in errors]

    assert codes("22771", "") == ["22771"]
    assert codes("268", "") == ["number_cell"], "it was 00268 or a district; nobody can tell"
    assert codes("268", "Quận Hà Đông") == ["268"]
    assert codes("268", "Phường Hà Cầu") == ["name_differs"]


def test_the_same_place_and_start_twice_is_refused() -> None:
    assert read(RISE, RISE) == ([], [(3, "code", "twice")])


def test_an_early_row_begins_when_it_was_announced_where_that_is_asked_for() -> None:
    ((row,), errors) = read(
        "2021;22771;;;4;16/10/2021;;17/10/2021 07:30", reading=Reading(NOW_MS, move=True)
    )
    assert errors == []
    assert (row.from_ms, row.moved) == (ms("17/10/2021 07:30"), True)


def test_names_stand_for_a_code_and_are_written_in_full() -> None:
    content = taken({"levels": []}, "2021;;cà ná;Ninh Thuận;1;17/10/2021;;")
    (window,) = content["levels"]
    assert window["place"] == {"dataset": "2021", "code": "22910"}
    assert (window["name"], window["province"]) == ("Xã Cà Ná, Thuận Nam, Ninh Thuận", "58")


def test_a_change_is_shown_from_when_it_holds() -> None:
    before = taken({"levels": []}, FIRST)
    after = taken(before, RISE)
    books = parse_level_book(before), parse_level_book(after)
    assert steps(*books, NOW_MS) == [("2021:22771", START_MS, 2, 4, "up")]
    assert steps(EMPTY, books[0], NOW_MS) == [("2021:22771", NOW_MS, None, 2, "new")]
    assert steps(books[1], books[1], NOW_MS) == []


def test_a_window_that_ends_gives_way_to_what_held_before() -> None:
    before = taken({"levels": []}, FIRST)
    after = taken(before, "2021;22771;;;4;17/10/2021;18/10/2021;")
    found = steps(parse_level_book(before), parse_level_book(after), NOW_MS)
    assert found == [
        ("2021:22771", START_MS, 2, 4, "up"),
        ("2021:22771", START_MS + 2 * DAY_MS, 4, 2, "down"),
    ]


def test_an_announced_change_can_be_taken_back() -> None:
    announced = taken({"levels": []}, FIRST, RISE)
    after = taken(announced, "2021;22771;;;bỏ;17/10/2021;;")
    assert after == taken({"levels": []}, FIRST)
    found = changes(parse_level_book(announced), parse_level_book(after), NOW_MS)
    name = "Phường Mỹ Đông, Phan Rang-Tháp Chàm, Ninh Thuận"
    assert found == [Change("2021:22771", name, START_MS, 2, 2, 4)]
    assert found[0].way == "same"
    with pytest.raises(NothingToWithdrawError):
        taken(after, "2021;22771;;;bỏ;17/10/2021;;")


def test_a_row_with_the_same_start_takes_the_place_of_the_one_before() -> None:
    announced = taken({"levels": []}, FIRST, RISE)
    after = taken(announced, RISE.replace(";4;", ";3;"))
    assert [one["level"] for one in after["levels"]] == [2, 3]


def test_what_counts_for_nothing_any_more_leaves_after_sixty_days() -> None:
    content = taken({"levels": []}, FIRST, RISE)
    soon = taken(content, now_ms=START_MS + 59 * DAY_MS)
    later = taken(content, now_ms=START_MS + 61 * DAY_MS)
    assert [one["level"] for one in soon["levels"]] == [2, 4]
    assert [one["level"] for one in later["levels"]] == [4]


def test_grace_hours_and_what_else_the_pack_says_stay() -> None:
    content = taken({"levels": [], "grace_hours": 24}, FIRST)
    assert content["grace_hours"] == 24
