"""The cells of a card's row as the claims of its facts (`credentials/card_claims.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.issuing.columns import DOSES
from server.issuing.values import date_of, folded, moment_ms

Wrong = Callable[[int, str, str, Mapping[str, object]], None]
MAX_DOSES = 20
_TYPES = {"pcr": "p", "rt pcr": "p", "nhanh": "r", "test nhanh": "r", "rapid": "r", "antigen": "r"}
_RESULTS = {
    "am tinh": "n", "negative": "n", "am": "n", "duong tinh": "p", "positive": "p", "duong": "p",
}  # fmt: skip


def card_claims(row: int, cells: Mapping[str, str], wrong: Wrong) -> dict[str, Any]:
    """Claims k, u and z; `wrong` is told each error."""
    doses, tests = _doses(row, cells, wrong), _tests(row, cells, wrong)
    recovered_on = date_of(cells.get("recovered_on", ""))
    claims: dict[str, Any] = {}
    if doses:
        claims["k"] = doses
    if tests:
        claims["u"] = tests
    if recovered_on is not None:
        claims["z"] = [[recovered_on, None]]
    facts = ("dose", "test_", "recovered_on")
    if not claims and not any(name.startswith(facts) for name in cells):
        wrong(row, "", "nothing", {})
    return claims


def _doses(row: int, cells: Mapping[str, str], wrong: Wrong) -> list[list[Any]]:
    given = [
        (number, cells.get(f"dose{number}_product"), cells.get(f"dose{number}_date"))
        for number in DOSES
    ]
    given = [one for one in given if one[1] or one[2]]
    of = cells.get("doses_of", str(max(2, *(number for number, *_ in given), 0)))
    if not of.isdecimal() or not 1 <= int(of) <= MAX_DOSES:
        wrong(row, "doses_of", "integer", {"limit": MAX_DOSES})
        return []
    doses = []
    for number, product, text in given:
        day = date_of(text or "")
        if not product or not text:
            wrong(row, f"dose{number}_date", "dose", {"number": number})
        elif day is not None:
            doses.append([number, int(of), product, day])
    return doses


def _tests(row: int, cells: Mapping[str, str], wrong: Wrong) -> list[list[Any]]:
    names = ("test_type", "test_result", "test_sampled")
    if not any(name in cells for name in (*names, "test_resulted")):
        return []
    if not all(name in cells for name in names):
        wrong(row, "test_type", "test", {})
        return []
    kind, result = _TYPES.get(folded(cells[names[0]])), _RESULTS.get(folded(cells[names[1]]))
    if kind is None:
        wrong(row, names[0], "choice", {"known": "PCR, nhanh / rapid"})
    if result is None:
        wrong(row, names[1], "choice", {"known": "âm tính / negative, dương tính / positive"})
    times: list[int | None] = []
    for name in ("test_sampled", "test_resulted"):
        at_ms = moment_ms(cells[name]) if name in cells else None
        if name in cells and at_ms is None:
            wrong(row, name, "moment", {})
            return []
        times.append(None if at_ms is None else at_ms // 1000)
    return [] if kind is None or result is None else [[kind, result, *times]]
