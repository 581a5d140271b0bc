"""How one decision changes the content of the pack `permits`; many may become one version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rules.permit_lists import company_normal, parse_permit_lists

Content = dict[str, Any]


class NotListedError(ValueError):
    """Nothing of that name is on the list; nothing was changed."""


def with_quota(
    content: Content, about: tuple[str, str], limits: tuple[int | None, int | None]
) -> Content:
    """With these uses per day and in total of ("type", …) or ("id", …); both None take it away.

    Raises NotListedError where there is none to take away.
    """
    member, value = about
    per_day, total = limits
    others = [one for one in content.get("quotas", ()) if one.get(member) != value]
    if per_day is not None or total is not None:
        others.append({member: value, "per_day": per_day, "total": total})
    elif len(others) == len(content.get("quotas", ())):
        raise NotListedError(value)
    return {**content, "quotas": others}


def with_suspension(
    content: Content, entry: Mapping[str, Any], until: str | None, now_ms: int
) -> Content:
    """With a type or company suspended until then; what it was suspended as before is replaced."""
    suspended = running(content, now_ms)
    member = list_of(entry)
    suspended[member] = [one for one in suspended[member] if key_of(one) != key_of(entry)]
    suspended[member].append({**entry, "until": until})
    return {**content, "suspended": suspended}


def without_suspension(content: Content, entry: Mapping[str, Any], now_ms: int) -> Content:
    """Without that type or company. Raises NotListedError."""
    member = list_of(entry)
    suspended = running(content, now_ms)
    left = [one for one in suspended[member] if key_of(one) != key_of(entry)]
    if len(left) == len(suspended[member]):
        raise NotListedError(str(entry.get("type") or entry["name"]))
    return {**content, "suspended": suspended | {member: left}}


def with_priority(content: Content, entry: Mapping[str, Any]) -> Content:
    """With these goods first in these provinces; of no goods at all it takes that away.

    Raises NotListedError where there is nothing to take away.
    """
    same = sorted(entry["provinces"])
    is_empty = not entry["goods"] and not entry["perishable"]
    listed = list(content.get("priority") or ())
    others = [one for one in listed if sorted(one.get("provinces") or ()) != same]
    if is_empty and len(others) == len(listed):
        raise NotListedError(",".join(same))
    return {**content, "priority": others if is_empty else [*others, dict(entry)]}


def instant_text(at_ms: int | None) -> str | None:
    """An end as the pack writes it; None is until further notice."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def list_of(entry: Mapping[str, Any]) -> str:
    """The list that an entry belongs to."""
    return "types" if "type" in entry else "companies"


def key_of(entry: Mapping[str, Any]) -> str:
    """What makes two entries one: the type, or the name however it is written."""
    return str(entry["type"]) if "type" in entry else company_normal(str(entry["name"]))


def running(content: Mapping[str, Any], now_ms: int) -> dict[str, list[dict[str, Any]]]:
    """The suspensions without those that have ended: the pack says what was, in older versions."""
    lists = parse_permit_lists(content)
    listed: Mapping[str, Any] = content.get("suspended") or {}
    ends = {
        "types": [one.until_ms for one in lists.types],
        "companies": [one.until_ms for one in lists.companies],
    }
    return {
        member: [
            one
            for one, until_ms in zip(listed.get(member) or (), untils, strict=True)
            if until_ms is None or now_ms < until_ms
        ]
        for member, untils in ends.items()
    }
