"""Who is to stand where and when: the plan of duties («phân công ca trực») from a file.

All rows of a checkpoint and a day are the whole plan of that day there; other days stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from server.importing.plan import Line, Plan, Read, Shown, compared, rows_read
from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.said import local_time
from server.issuing.tables import Table
from server.issuing.values import VIETNAM, date_of, folded, from_serial, hours_of
from server.store.reference_protocol import Duty, DutyName
from server.store.registered import Officer, OfficerRole

DAY_MS = 86_400_000
DUTIES: tuple[DutyName, ...] = get_args(DutyName)
SAID_DUTIES: dict[DutyName, str] = {
    "lead": "chốt trưởng", "scan": "quét", "health": "y tế", "traffic": "phân luồng",
}  # fmt: skip
USUAL_DUTY: dict[OfficerRole, DutyName] = {
    "lead": "lead", "officer": "scan", "medic": "health", "volunteer": "traffic",
}  # fmt: skip
"""What somebody does who has nothing else to do; the same on the tablet."""

_DUTY_WORDS: dict[str, DutyName] = {
    **{folded(word): duty for duty, word in SAID_DUTIES.items()},
    **{duty: duty for duty in DUTIES},
    "truong chot": "lead", "truong ca": "lead", "quet ma": "scan",
}  # fmt: skip


def duty_of(text: str) -> str | None:
    return _DUTY_WORDS.get(folded(text))


def one_span_of(text: str) -> str | None:
    """One span of hours, as "06:00-14:00"; "22h-6h" goes into the next day."""
    found = hours_of(text)
    return None if found is None or "," in found or found[:5] == found[6:] else found


COLUMNS: tuple[Column, ...] = (
    Column("checkpoint", "Mã chốt", "checkpoint", 41, required=True, example="hd-ql6"),
    Column(
        "day", "Ngày", "day", 40, date_of, "date", required=True, restore=from_serial,
        example="23/11/2026",
    ),
    Column("hours", "Ca", "hours", 30, one_span_of, "span", required=True, example="06:00-14:00"),
    Column("officer", "Cán bộ", "officer", 120, required=True, example="hd-an"),
    Column("duty", "Nhiệm vụ", "duty", 30, duty_of, "duty_name", example="quét"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staff:
    """What rows are compared with; `duties` are all that overlap the days of the file."""

    checkpoints: Sequence[str]
    officers: Sequence[Officer]
    duties: Sequence[Duty]


def span_of(table: Table) -> tuple[int, int]:
    """The time that a file is about, a day wider at both ends; (0, 0) where no row has a day."""
    index = next((n for n, one in enumerate(table.headings) if folded(one) in ("ngay", "day")), -1)
    days = [
        _day_ms(day)
        for row in table.rows
        if 0 <= index < len(row.cells)
        and (day := date_of(row.cells[index]) or from_serial(row.cells[index]))
    ]
    return (min(days) - DAY_MS, max(days) + 3 * DAY_MS) if days else (0, 0)


def duties_planned(table: Table, staff: Staff) -> tuple[Plan[Duty], list[RowError]]:
    """The plan of a file, or every error in it. Raises TableError for its headings."""
    errors: list[RowError] = []
    found: list[tuple[int, Duty]] = []
    for read in rows_read(table, COLUMNS, errors):
        one = _duty(read, staff, errors)
        if one is not None:
            found.append((read.number, one))
    names = {one.id: one.name for one in staff.officers}
    days = {(one.checkpoint, _day(one.from_ms)) for _, one in found}
    written = {_key(one) for _, one in found}
    replaced = [one for one in staff.duties if (one.checkpoint, _day(one.from_ms)) in days]
    gone = tuple(one for one in replaced if _key(one) not in written)
    stay = [one for one in staff.duties if one not in replaced]
    _say_overlaps(found, stay, errors)
    plan = compared(found, replaced, _key, shown, lambda one: said_duty(one, names))
    lines = (*plan.lines, *(Line("remove", None, said_duty(one, names)) for one in gone))
    return Plan(lines, plan.put, gone, plan.same), errors


def shown(one: Duty) -> Shown:
    start, end = (datetime.fromtimestamp(at / 1000, VIETNAM) for at in (one.from_ms, one.until_ms))
    return {
        "checkpoint": one.checkpoint,
        "day": f"{start:%d/%m/%Y}",
        "hours": f"{start:%H:%M}-{end:%H:%M}",
        "officer": one.officer,
        "duty": SAID_DUTIES[one.duty],
    }


def said_duty(one: Duty, names: Mapping[str, str]) -> str:
    """As people read it: where, when, who, what."""
    cells = shown(one)
    who = names.get(one.officer, one.officer)
    return f"{one.checkpoint} {cells['day']} {cells['hours']} {who} {cells['duty']}"


def _duty(read: Read, staff: Staff, errors: list[RowError]) -> Duty | None:
    before = len(errors)
    claims, row = read.claims, read.number
    checkpoint = claims.get("checkpoint", "")
    officer = _officer(row, claims.get("officer", ""), checkpoint, staff.officers, errors)
    if checkpoint and checkpoint not in staff.checkpoints:
        errors.append(RowError(row, "checkpoint", "checkpoint", {"value": checkpoint}))
    elif officer is not None and checkpoint and checkpoint not in officer.checkpoints:
        values = {"officer": officer.name, "checkpoint": checkpoint}
        errors.append(RowError(row, "officer", "officer_elsewhere", values))
    if len(errors) > before or officer is None or not {"checkpoint", "day", "hours"} <= {*claims}:
        return None
    first, last = claims["hours"].split("-")
    from_ms = _day_ms(claims["day"]) + _minutes(first) * 60_000
    until_ms = _day_ms(claims["day"]) + _minutes(last) * 60_000
    if until_ms <= from_ms:
        until_ms += DAY_MS
    duty = next((one for one in DUTIES if one == claims.get("duty")), USUAL_DUTY[officer.role])
    return Duty(checkpoint, from_ms, until_ms, officer.id, duty)


def _officer(
    row: int, text: str, checkpoint: str, officers: Sequence[Officer], errors: list[RowError]
) -> Officer | None:
    """By id, or by a name that only one has, at this checkpoint or else anywhere."""
    if not text:
        return None
    named = [one for one in officers if folded(one.name) == folded(text) and not one.revoked]
    fitting = (
        [one for one in officers if one.id == text]
        or [one for one in named if checkpoint in one.checkpoints]
        or named
    )
    if len(fitting) != 1:
        known = ", ".join(one.id for one in fitting[:5])
        code = "officers_many" if fitting else "officer_none"
        errors.append(RowError(row, "officer", code, {"name": text, "known": known}))
        return None
    if fitting[0].revoked:
        errors.append(RowError(row, "officer", "officer_revoked", {"name": fitting[0].name}))
        return None
    return fitting[0]


def _say_overlaps(
    found: Sequence[tuple[int, Duty]], stay: Iterable[Duty], errors: list[RowError]
) -> None:
    """Nobody stands in two places at once, nor twice in one."""
    seen: dict[str, list[Duty]] = {}
    for one in stay:
        seen.setdefault(one.officer, []).append(one)
    for row, one in found:
        for other in seen.get(one.officer, ()):
            if one.from_ms < other.until_ms and other.from_ms < one.until_ms:
                where = f"{other.checkpoint}, {local_time(other.from_ms)}"
                errors.append(RowError(row, "officer", "duty_overlap", {"other": where}))
                break
        seen.setdefault(one.officer, []).append(one)


def _key(one: Duty) -> tuple[str, int, str]:
    return one.checkpoint, one.from_ms, one.officer


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, VIETNAM):%Y-%m-%d}"


def _day_ms(day: str) -> int:
    return round(datetime.fromisoformat(day).replace(tzinfo=VIETNAM).timestamp() * 1000)


def _minutes(clock: str) -> int:
    span = timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))
    return round(span.total_seconds()) // 60
