"""What a report counts. Every passage once: what is void or a duplicate counts nowhere.

Crossings come from the store pinned at one number of the log, so that a figure can be made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.exporting.words import style_of
from server.reporting.periods import DAY_MS, Period, hour_of
from server.store.export_protocol import PAGE, Column, ViewChangedError
from server.store.protocol import Store

PASSENGER_TRANSPORT = ("bus", "taxi")
CARS = ("car", "taxi")
TRUCKS = ("van", "truck", "tractor_trailer")
NO_VEHICLE = ("", "on_foot")
DECLARED = ("own", "pc_covid")
"""Families of codes that carry a health declaration."""

SIGNS = "health.signs"
"""The alert for a person with fever, cough or trouble breathing (SPEC W9)."""

FIGURES = (
    *("crossings", "vehicles", "passenger_transport", "cars", "motorbikes", "trucks"),
    *("other_vehicles", "on_foot", "people", "in", "out"),
    *("passed", "referred", "turned_back", "turned_back_in", "turned_back_out"),
    *("green_lane", "waved", "overrides", "declared", "unknown_codes", "forged"),
    *("health_signs", "quick_tests", "positive", "violations", "fines_vnd", "incidents"),
)
"""The figures in the order of the report."""

_COLUMNS = ("occurred", "checkpoint", "direction", "mode", "vehicle_class", "people", "families",
            "action", "override", "flags")  # fmt: skip
_SORT = tuple(name for name in _COLUMNS if name not in ("occurred", "people"))
_LEFT_OUT = {"voided", "duplicate"}


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of one period, in all and by checkpoint; violations by their kind.

    `by_hour`: crossings by local hour ("06") and direction, for periods of a day at most. Of
    `compacted` crossings only the figures are left that SPEC G7 keeps.
    """

    period: Period
    total: Mapping[str, int]
    by_checkpoint: Mapping[str, Mapping[str, int]]
    violations: Mapping[str, int]
    by_hour: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    compacted: int = 0


def count(store: Store, period: Period, checkpoints: Sequence[str], n: int) -> Counted:
    """Everything of one period, as of log number `n`; no `checkpoints` means all."""
    by_checkpoint: dict[str, Counter[str]] = {}
    by_hour: dict[str, Counter[str]] = {}
    has_hours = period.to_ms - period.from_ms <= DAY_MS
    # Few crossings differ in what is counted of them: each sort is worked out once.
    sorts: Counter[tuple[str, ...]] = Counter()
    people: Counter[tuple[str, ...]] = Counter()
    for row in rows_of(store, "crossings", period, checkpoints, n, _COLUMNS):
        if has_hours:
            by_hour.setdefault(hour_of(int(row["occurred"])), Counter())[row["direction"]] += 1
        sort = tuple([row[name] for name in _SORT])
        sorts[sort] += 1
        people[sort] += int(row["people"])
    for sort, many in sorts.items():
        row = dict(zip(_SORT, sort, strict=True))
        own = by_checkpoint.setdefault(row["checkpoint"], Counter())
        own.update({name: value * many for name, value in _of_crossing(row).items()})
        own["people"] += people[sort]
    violations: Counter[str] = Counter()
    compacted = 0
    places = checkpoints or [one.id for one in store.checkpoints()]
    for place in places:
        own = by_checkpoint.setdefault(place, Counter())
        kept = store.kept_counts(period.from_ms, period.to_ms, (place,))
        compacted += kept["crossings"]
        own.update({name: many for name, many in kept.items() if name in FIGURES})
        for one in store.noted_counts(period.from_ms, period.to_ms, (place,), n):
            own.update(_of_noted(one.kind, one.degree, one.records, one.total))
            if one.kind == "violation":
                violations[one.what] += one.records
    signs = store.alerts_by_place(SIGNS, period.from_ms, period.to_ms, n)
    for place, many in signs.items():
        if place in by_checkpoint:
            by_checkpoint[place]["health_signs"] += many
    total: Counter[str] = Counter()
    for figures in by_checkpoint.values():
        total.update(figures)
    return Counted(
        period,
        _named(total),
        {place: _named(figures) for place, figures in sorted(by_checkpoint.items()) if figures},
        dict(sorted(violations.items())),
        {hour: dict(sorted(one.items())) for hour, one in sorted(by_hour.items())},
        compacted,
    )


def rows_of(
    store: Store,
    table: str,
    period: Period,
    checkpoints: Sequence[str],
    n: int,
    names: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """The rows of an export table with these columns, in the wire's words; what counts only."""
    columns = _columns(store.export_columns(table), names)
    style = style_of("en", "ms", defused=False)
    window = (period.from_ms, period.to_ms)
    pinned = store.pin(table, window, checkpoints, n)
    position = 0
    while position < len(pinned.ids):
        try:
            some = store.export_page(table, pinned, position, columns, style)
        except ViewChangedError:
            pinned = store.pin(table, window, checkpoints, n)
            continue
        for values in some:
            row = dict(zip(names, values, strict=True))
            if not _LEFT_OUT & set(str(row["flags"]).split("; ")):
                yield row
        position += PAGE


def _columns(known: Sequence[Column], names: Sequence[str]) -> list[Column]:
    by_name = {one.name: one for one in known}
    return [by_name[name] for name in names]


def _of_crossing(row: Mapping[str, Any]) -> dict[str, int]:
    vehicle, action, direction = row["vehicle_class"], row["action"], row["direction"]
    flags = set(str(row["flags"]).split("; "))
    back = action == "turned_back"
    other = vehicle not in (*NO_VEHICLE, *CARS, *TRUCKS, "motorbike")
    return {
        "crossings": 1,
        "vehicles": int(vehicle not in NO_VEHICLE),
        "passenger_transport": int(vehicle in PASSENGER_TRANSPORT),
        "cars": int(vehicle in CARS),
        "motorbikes": int(vehicle == "motorbike"),
        "trucks": int(vehicle in TRUCKS),
        "other_vehicles": int(other),
        "on_foot": int(vehicle == "on_foot"),
        "in": int(direction == "in"),
        "out": int(direction == "out"),
        "passed": int(action == "passed"),
        "referred": int(action == "referred"),
        "turned_back": int(back),
        "turned_back_in": int(back and direction == "in"),
        "turned_back_out": int(back and direction == "out"),
        "green_lane": int(row["mode"] == "green_lane"),
        "waved": int(row["mode"] == "waved"),
        "overrides": int(row["override"] != ""),
        "declared": int(bool(set(DECLARED) & set(str(row["families"]).split("; ")))),
        "unknown_codes": int("unknown_code" in flags),
        "forged": int("forged" in flags),
    }


def _of_noted(kind: str, degree: str, records: int, total: int) -> dict[str, int]:
    if kind == "violation":
        return {"violations": records, "fines_vnd": total}
    if kind == "quick_test":
        return {"quick_tests": records, "positive": records if degree == "positive" else 0}
    return {"incidents": records} if kind == "incident" else {}


def _named(figures: Mapping[str, int]) -> dict[str, int]:
    return {name: int(figures.get(name, 0)) for name in FIGURES}
