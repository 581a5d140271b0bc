"""Many decisions at once end where one after the other ends, and cost one reading of the pack."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest

from rules.permit_lists import MAX_QUOTAS, parse_permit_lists
from server.importing.permit_rows import Step, changed, permits_planned
from server.issuing.tables import Row, Table, TableError
from server.permit_changes import (
    NotListedError,
    with_priority,
    with_quota,
    with_suspension,
    without_suspension,
)

NOW_MS = 1_795_320_000_000
UNTIL = (None, "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
ROUNDS = 60


def step(rng: random.Random) -> Step:
    what = rng.choice(["quota", "suspend", "resume", "priority"])
    entry: dict[str, Any]
    if what == "quota":
        about = rng.choice([{"type": "pass"}, {"id": "A"}, {"id": "B"}])
        entry = about | {"per_day": rng.choice([None, 1, 2]), "total": rng.choice([None, 9])}
    elif what == "priority":
        entry = {
            "provinces": rng.choice([[], ["58"], ["58", "24"], ["24", "58"]]),
            "goods": rng.choice([[], ["farm_products"]]),
            "perishable": rng.random() < 0.5,
            "reference": "1/UBND",
        }
    else:
        name = {"name": rng.choice(["Công ty TNHH Mẫu", "CTY TNHH MẪU", "Công ty Khác"])}
        entry = rng.choice([{"type": "permit"}, name]) | {"reference": "2/UBND"}
    return Step(2, what, entry, rng.choice(UNTIL), ("", ""))


def one_by_one(content: dict[str, Any], steps: list[Step]) -> dict[str, Any]:
    for one in steps:
        entry = dict(one.entry)
        with contextlib.suppress(NotListedError):
            if one.what == "quota":
                about = next((name, entry[name]) for name in ("type", "id") if name in entry)
                content = with_quota(content, about, (entry["per_day"], entry["total"]))
            elif one.what == "suspend":
                content = with_suspension(content, entry, one.until, NOW_MS)
            elif one.what == "resume":
                content = without_suspension(content, entry, NOW_MS)
            else:
                content = with_priority(content, entry)
    return content


def test_a_file_of_decisions_ends_where_one_after_the_other_ends(rng: random.Random) -> None:
    for _ in range(ROUNDS):
        before = one_by_one({"turned_back_hours": 24}, [step(rng) for _ in range(6)])
        # What has ended by now counts no more, and whether it is still there is no matter.
        steps = [one for one in (step(rng) for _ in range(8)) if one.until != UNTIL[2]]
        assert changed(before, steps, NOW_MS) == one_by_one(before, steps)


def test_a_thousand_suspensions_read_the_pack_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(content: Any) -> Any:
        read.append(1)
        return parse_permit_lists(content)

    monkeypatch.setattr("server.permit_changes.parse_permit_lists", counted)
    steps = [
        Step(n, "suspend", {"name": f"Công ty TNHH Số {n}", "reference": "1"}, None, ("", ""))
        for n in range(1_000)
    ]
    assert len(changed({}, steps, NOW_MS)["suspended"]["companies"]) == 1_000
    assert len(read) == 1


def test_more_than_the_pack_holds_is_said_in_words() -> None:
    heads = ("Việc", "Số giấy", "Lượt mỗi ngày")
    rows = [Row(n, ("hạn mức", f"P{n}", "1")) for n in range(MAX_QUOTAS + 1)]
    with pytest.raises(TableError) as refused:
        permits_planned(Table(heads, tuple(rows)), {}, NOW_MS)
    assert refused.value.code == "permits.many"
    assert refused.value.values == {
        "what": "hạn mức",
        "count": MAX_QUOTAS + 1,
        "limit": MAX_QUOTAS,
    }
    plan, errors = permits_planned(Table(heads, tuple(rows[1:])), {}, NOW_MS)
    assert errors == [] and len(plan.put) == MAX_QUOTAS
