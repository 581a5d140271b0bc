"""Levels from indicators: which threshold decides, and never a lower level for worse figures."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from rules.errors import RuleError
from server.issuing.tables import Row, Table
from server.issuing.values import moment_ms
from server.levels.rows import Reading, level_rows
from server.levels.suggest import (
    DEFAULT_THRESHOLDS,
    OUT,
    Indicators,
    holds,
    lines_to_confirm,
    read_thresholds,
    suggested,
    suggestions,
)

BY = read_thresholds(DEFAULT_THRESHOLDS)
HEADINGS = ("Mã", "Ca mới/100k/tuần", "Ca mới trong tuần", "Dân số", "Tiêm 1 mũi (%)",
            "Đáp ứng điều trị", "Từ", "Công bố lúc")  # fmt: skip


@pytest.mark.parametrize(
    ("incidence", "one_dose", "treatment", "level"),
    [
        (0, 69.9, True, 1), (19.9, 0, True, 1), (20, 0, True, 2), (50, 0, True, 3),
        (149.9, 69.9, True, 3), (150, 69.9, True, 4), (150, 70, True, 3), (20, 70, True, 1),
        (50, 70, True, 2), (0, 100, False, 2), (150, 0, False, 4),
    ],
)  # fmt: skip
def test_the_cut_points_as_remembered(
    incidence: float, one_dose: float, treatment: bool, level: int
) -> None:
    assert suggested(Indicators(incidence, one_dose, treatment), BY)[0] == level


def test_worse_figures_never_give_a_lower_level() -> None:
    cases, doses = (0, 19, 20, 49, 50, 149, 150, 900), (100, 70, 69, 0)
    found = {
        (a, b, c): suggested(Indicators(a, b, c), BY)[0]
        for a, b, c in product(cases, doses, (True, False))
    }
    for a, b, c in found:
        assert all(found[more, b, c] >= found[a, b, c] for more in cases if more >= a)
        assert all(found[a, fewer, c] >= found[a, b, c] for fewer in doses if fewer <= b)
        assert found[a, b, False] >= found[a, b, c]


def test_the_words_say_which_threshold_decided() -> None:
    said = suggested(Indicators(63.2, 65, False), BY)[1]
    assert said == (
        "63,2 ca/100k/tuần (từ 50 đến dưới 150); tiêm 1 mũi 65% (dưới 70%); "
        "điều trị chưa đáp ứng (+1)"
    )


def test_thresholds_say_that_they_are_unconfirmed_and_ended() -> None:
    at = moment_ms("26/01/2022 23:59"), moment_ms("27/01/2022")
    assert BY.unconfirmed
    assert [holds(BY, one) for one in at if one is not None] == [True, False]
    assert "218/QĐ-BYT" in BY.replaced_by


def test_a_suggestion_imports_only_once_somebody_confirmed_it() -> None:
    table = Table(
        HEADINGS,
        (
            Row(2, ("22771", "160", "", "", "40", "có", "17/10/2021", "15/10/2021")),
            Row(3, ("22910", "", "3", "6000", "80,5", "không", "17/10/2021", "15/10/2021")),
        ),
    )
    found, errors = suggestions(table, BY, "2021")
    assert errors == []
    assert [(one.place.code, one.level) for one in found] == [("22771", 4), ("22910", 3)]
    lines = lines_to_confirm(found)
    now_ms = moment_ms("16/10/2021")
    assert now_ms is not None

    def imported(lines: list[list[str]]) -> tuple[list[int | None], set[str]]:
        rows = tuple(Row(number, tuple(line)) for number, line in enumerate(lines, 2))
        good, wrong = level_rows(Table(OUT, rows), Reading(now_ms))
        return [one.level for one in good], {one.code for one in wrong}

    assert imported(lines) == ([], {"missing", "unconfirmed"})
    level, who = OUT.index("Cấp"), OUT.index("Người xác nhận")
    for line, confirmed in zip(lines, ("3", "3"), strict=True):
        line[level] = confirmed
    assert imported(lines) == ([], {"unconfirmed"})
    for line in lines:
        line[who] = "Giám đốc CDC"
    assert imported(lines) == ([3, 3], set()), "what the person says counts, not the suggestion"


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        (("22771", "", "", "", "40", "có"), "incidence", "missing"),
        (("22771", "", "3", "0", "40", "có"), "incidence", "missing"),
        (("22771", "-1", "", "", "40", "có"), "incidence", "measure"),
        (("22771", "nhiều", "", "", "40", "có"), "incidence", "measure"),
        (("22771", "5", "", "", "101", "có"), "one_dose", "measure"),
        (("22771", "5", "", "", "", "có"), "one_dose", "missing"),
        (("22771", "5", "", "", "40", "chưa rõ"), "treatment", "choice"),
        (("99999", "5", "", "", "40", "có"), "code", "unknown_code"),
    ],
)
def test_a_wrong_row_names_its_cell(cells: tuple[str, ...], column: str, code: str) -> None:
    found, errors = suggestions(Table(HEADINGS, (Row(2, cells),)), BY, "2021")
    assert found == []
    assert [(one.row, one.column, one.code) for one in errors] == [(2, column, code)]


@pytest.mark.parametrize(
    "change",
    [
        {"incidence_per_100k_week": [50, 20, 150]},
        {"incidence_per_100k_week": [20, 50]},
        {"levels_below": [1, 2, 3, 5]},
        {"document": None},
    ],
)
def test_thresholds_of_another_form_are_refused(change: dict[str, object], tmp_path: Path) -> None:
    value = json.loads(DEFAULT_THRESHOLDS.read_text("utf-8")) | change
    file = tmp_path / "thresholds.json"
    file.write_text(json.dumps(value), "utf-8")
    with pytest.raises(RuleError):
        read_thresholds(file)
