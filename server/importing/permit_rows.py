"""Quotas, suspensions and priorities from a file, as one version of the pack `permits`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.dates import parse_instant
from rules.permit_lists import MAX_PRIORITIES, MAX_QUOTAS, MAX_SUSPENDED
from schemas.shapes import GOODS_GROUPS
from server.console.texts_vi import VI
from server.importing.permit_columns import COLUMNS, DATASET, SAID_TYPES, goods_of, provinces_of
from server.importing.plan import Line, Plan, Read, Shown, compared, rows_read
from server.issuing.rows import RowError
from server.issuing.said import local_time
from server.issuing.tables import Table, TableError
from server.issuing.values import moment_ms
from server.permit_changes import (
    Content,
    instant_text,
    key_of,
    list_of,
    running,
)
from server.places.units import unit

_SAID = {"quota": "hạn mức", "suspend": "tạm ngừng", "priority": "ưu tiên"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the pack says: its kind and key, and its cells."""

    key: tuple[str, str]
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One row: what it decides, and the item it is about."""

    row: int
    what: str
    entry: Mapping[str, Any]
    until: str | None
    key: tuple[str, str]


def permits_planned(
    table: Table, content: Content, now_ms: int
) -> tuple[Plan[Step], list[RowError]]:
    """The plan, whose `put` are all steps in order. Raises TableError for the headings,
    and where there would be more than a pack holds.
    """
    errors: list[RowError] = []
    steps: list[Step] = []
    seen: dict[tuple[str, str], int] = {}
    for read in rows_read(table, COLUMNS, errors):
        step = _step(read, now_ms, errors)
        if step is None:
            continue
        other = seen.setdefault(step.key, step.row)
        if other != step.row:
            errors.append(RowError(step.row, "", "named_twice", {"other": other}))
        steps.append(step)
    if errors:
        return Plan((), (), (), 0), errors
    before = {one.key: one for one in items_of(content, now_ms)}
    whole = changed(content, steps, now_ms)
    _refuse_too_many(whole)
    after = {one.key: one for one in items_of(whole, now_ms)}
    found = [(step.row, after[step.key]) for step in steps if step.key in after]
    plan = compared(found, before.values(), lambda one: one.key, _cells, _named)
    gone = [step for step in steps if step.key in before and step.key not in after]
    nothing = [step for step in steps if step.key not in before and step.key not in after]
    lines = (*plan.lines, *(Line("remove", one.row, _named(before[one.key])) for one in gone))
    return Plan(lines, tuple(steps), (), plan.same + len(nothing)), errors


def changed(content: Content, steps: Sequence[Step], now_ms: int) -> Content:
    """The content after all steps; taking away what is not there changes nothing.

    As `server.permit_changes` does it for one, but each list is gone through once and not once a
    step: of a thousand suspensions that was a quarter of a minute.
    """
    quotas = {_quota_key(one): one for one in content.get("quotas") or ()}
    priority = {_provinces_key(one): one for one in content.get("priority") or ()}
    suspended = {
        (name, key_of(one)): one
        for name, listed in running(content, now_ms).items()
        for one in listed
    }
    touched = set()
    for step in steps:
        name, held, key, entry = _applied(step, quotas, suspended, priority)
        if held.pop(key, None) is not None or entry is not None:
            touched.add(name)
        if entry is not None:
            held[key] = entry
    lists: dict[str, Any] = {
        "quotas": [*quotas.values()],
        "suspended": {
            member: [one for (name, _), one in suspended.items() if name == member]
            for member in ("types", "companies")
        },
        "priority": [*priority.values()],
    }
    return {**content, **{name: one for name, one in lists.items() if name in touched}}


def _applied(
    step: Step, quotas: dict[Any, Any], suspended: dict[Any, Any], priority: dict[Any, Any]
) -> tuple[str, dict[Any, Any], Any, dict[str, Any] | None]:
    """(list of the pack, its entries by key, key of this step's, entry or None to take away)."""
    entry = dict(step.entry)
    if step.what == "quota":
        is_none = entry["per_day"] is None and entry["total"] is None
        return "quotas", quotas, _quota_key(entry), None if is_none else entry
    if step.what == "priority":
        is_empty = not entry["goods"] and not entry["perishable"]
        return "priority", priority, _provinces_key(entry), None if is_empty else entry
    ended = {**entry, "until": step.until} if step.what == "suspend" else None
    return "suspended", suspended, (list_of(entry), key_of(entry)), ended


def _quota_key(one: Mapping[str, Any]) -> tuple[str, str]:
    return ("type", str(one["type"])) if "type" in one else ("id", str(one.get("id")))


def _provinces_key(one: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(one.get("provinces") or ()))


def _refuse_too_many(content: Content) -> None:
    """Before the pack is refused as a whole, by a pointer into it that nobody can read."""
    suspended = content.get("suspended") or {}
    for what, listed, most in (
        ("quota", content.get("quotas"), MAX_QUOTAS),
        ("suspend", suspended.get("types"), MAX_SUSPENDED),
        ("suspend", suspended.get("companies"), MAX_SUSPENDED),
        ("priority", content.get("priority"), MAX_PRIORITIES),
    ):
        if len(listed or ()) > most:
            told = {"what": _SAID[what], "count": len(listed or ()), "limit": most}
            raise TableError("permits.many", **told)


def items_of(content: Content, now_ms: int) -> list[Item]:
    """What a pack's content says, in its order; suspensions that ended are left out."""
    found = [_quota_item(one) for one in content.get("quotas") or ()]
    suspended = running(content, now_ms)
    found += [_suspended_item(one) for name in ("types", "companies") for one in suspended[name]]
    found += [_priority_item(one) for one in content.get("priority") or ()]
    return found


def shown(content: Content, now_ms: int) -> list[Shown]:
    """The rows of a file that changes nothing."""
    return [_cells(one) for one in items_of(content, now_ms)]


def _step(read: Read, now_ms: int, errors: list[RowError]) -> Step | None:
    before, what = len(errors), read.claims.get("what", "")
    until_ms = _until(read, now_ms, errors)
    if what in ("suspend", "priority") and "reference" not in read.claims:
        errors.append(RowError(read.number, "reference", "missing"))
    entry = {
        "quota": _quota, "suspend": _suspended, "resume": _suspended, "priority": _priority,
    }.get(what, _nothing)(read, errors)  # fmt: skip
    if len(errors) > before or entry is None:
        return None
    kind = "suspend" if what == "resume" else what
    key = (kind, _key(kind, entry))
    return Step(read.number, what, entry, instant_text(until_ms), key)


def _quota(read: Read, errors: list[RowError]) -> Mapping[str, Any] | None:
    about = {name: read.claims[name] for name in ("type", "id") if name in read.claims}
    if len(about) != 1:
        errors.append(RowError(read.number, "type", "quota_of"))
        return None
    uses = {
        name: int(read.claims[name]) if name in read.claims else None
        for name in ("per_day", "total")
    }
    return about | uses


def _suspended(read: Read, errors: list[RowError]) -> Mapping[str, Any] | None:
    about = {name: read.claims[name] for name in ("type", "name") if name in read.claims}
    if len(about) != 1:
        errors.append(RowError(read.number, "company", "suspension_of"))
        return None
    more = ("reference", "tax_code") if "name" in about else ("reference",)
    return about | {name: read.claims[name] for name in more if name in read.claims}


def _priority(read: Read, errors: list[RowError]) -> Mapping[str, Any] | None:
    goods = goods_of(read.cells.get("goods", ""))
    provinces = provinces_of(read.cells.get("provinces", ""))
    if goods is None:
        known = "; ".join(VI[f"goods.{one}"] for one in GOODS_GROUPS)
        errors.append(RowError(read.number, "goods", "goods", {"known": known}))
    if provinces is None:
        errors.append(RowError(read.number, "provinces", "provinces"))
    if goods is None or provinces is None:
        return None
    return {
        "provinces": list(provinces),
        "goods": list(goods),
        "perishable": read.claims.get("perishable") == "yes",
        "reference": read.claims.get("reference", ""),
    }


def _nothing(read: Read, errors: list[RowError]) -> None:
    return None


def _until(read: Read, now_ms: int, errors: list[RowError]) -> int | None:
    text = read.cells.get("until")
    at_ms = None if text is None else moment_ms(text, end=True)
    if text is not None and at_ms is None:
        errors.append(RowError(read.number, "until", "moment"))
    elif at_ms is not None and at_ms <= now_ms:
        errors.append(RowError(read.number, "until", "ended"))
    return at_ms


def _key(kind: str, entry: Mapping[str, Any]) -> str:
    if kind == "quota":
        return str(entry.get("type") or entry["id"])
    if kind == "suspend":
        return key_of(entry)
    return ",".join(sorted(entry.get("provinces") or ()))


def _quota_item(one: Mapping[str, Any]) -> Item:
    cells = {
        "type": SAID_TYPES.get(str(one.get("type")), ""),
        "id": str(one.get("id") or ""),
        **{name: "" if one.get(name) is None else str(one[name]) for name in ("per_day", "total")},
    }
    return _item("quota", one, cells)


def _suspended_item(one: Mapping[str, Any]) -> Item:
    until = one.get("until")
    cells = {
        "type": SAID_TYPES.get(str(one.get("type")), ""),
        "company": str(one.get("name") or ""),
        "tax_code": str(one.get("tax_code") or ""),
        "until": "" if until is None else _last_day(parse_instant(until)),
        "reference": str(one.get("reference") or ""),
    }
    return _item("suspend", one, cells)


def _priority_item(one: Mapping[str, Any]) -> Item:
    units = [(code, unit(DATASET, code)) for code in one.get("provinces") or ()]
    cells = {
        "goods": "; ".join(VI[f"goods.{name}"] for name in one.get("goods") or ()),
        "perishable": "có" if one.get("perishable") else "không",
        "provinces": "; ".join(code if found is None else found.name for code, found in units),
        "reference": str(one.get("reference") or ""),
    }
    return _item("priority", one, cells)


def _item(kind: str, one: Mapping[str, Any], cells: Mapping[str, str]) -> Item:
    whole = {"what": _SAID[kind], **cells}
    return Item((kind, _key(kind, one)), tuple(whole.items()))


def _last_day(until_ms: int) -> str:
    """The last day where it ends at midnight, else the moment."""
    text = local_time(until_ms)
    return local_time(until_ms - 1)[:10] if text.endswith(" 00:00") else text


def _cells(one: Item) -> Shown:
    return dict(one.cells)


def _named(one: Item) -> str:
    cells = dict(one.cells)
    names = ("type", "id", "company", "goods", "provinces")
    return " ".join([cells["what"], *(cells[name] for name in names if cells.get(name))])
