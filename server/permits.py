"""Quotas and suspensions of permits: decided by people, carried to tablets by the pack `permits`.

Every change is audited and published at once as the pack's next version (`rules/permit_lists.py`
says what it holds). Nothing about a person is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS
from rules.permit_lists import PermitLists, company_normal, parse_permit_lists
from server.keys import KeyRing
from server.packs import EVERYBODY, publish_changed
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack

NAME = "permits"

Content = dict[str, Any]


class NotListedError(ValueError):
    """Nothing of that name is on the list; nothing was changed."""


def permits_content(store: Store) -> dict[str, Any]:
    """The content of the published pack, as the store holds it; empty before the first one."""
    pack = store.pack(NAME, EVERYBODY)
    if pack is None:
        return {}
    content: dict[str, Any] = parse_json(parse_jws(pack.jws, MAX_PACK_CHARACTERS).payload)[
        "content"
    ]
    return content


def permit_lists(store: Store) -> PermitLists:
    """What is in force; RuleError where the published pack is damaged."""
    return parse_permit_lists(permits_content(store))


def set_quota(
    store: Store,
    keys: KeyRing,
    about: tuple[str, str],
    limits: tuple[int | None, int | None],
    who: str,
    now_ms: int,
) -> Pack:
    """How often a document may be used: `about` is ("type", "pass") or ("id", number of one).

    `limits` are uses per day and in total; both None take the quota away. Raises NotListedError
    where there is none to take away, RuleError for what tablets would refuse.
    """
    member, value = about
    per_day, total = limits

    def change(content: Content) -> Content:
        others = [one for one in content.get("quotas", ()) if one.get(member) != value]
        if per_day is not None or total is not None:
            others.append({member: value, "per_day": per_day, "total": total})
        elif len(others) == len(content.get("quotas", ())):
            raise NotListedError(value)
        return {**content, "quotas": others}

    said = {"per_day": per_day, "total": total}
    return _publish(store, keys, change, ("quota", value, said), who, now_ms)


def suspend(
    store: Store,
    keys: KeyRing,
    entry: Mapping[str, Any],
    until_ms: int | None,
    who: str,
    now_ms: int,
) -> Pack:
    """Let a type ({type, reference}) or a company ({name, tax_code, reference}) not count.

    What was suspended before under that name gets the new end and reference. Raises RuleError for
    what tablets would refuse.
    """
    until = None
    if until_ms is not None:
        until = datetime.fromtimestamp(until_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    member, same = _list_of(entry), _key(entry)

    def change(content: Content) -> Content:
        suspended = _running(content, now_ms)
        suspended[member] = [one for one in suspended[member] if _key(one) != same]
        suspended[member].append({**entry, "until": until})
        return {**content, "suspended": suspended}

    said = {"until": until, "reference": entry["reference"]}
    what = ("suspended", str(entry.get("type") or entry["name"]), said)
    return _publish(store, keys, change, what, who, now_ms)


def resume(store: Store, keys: KeyRing, entry: Mapping[str, Any], who: str, now_ms: int) -> Pack:
    """Let a suspended type or company count again. Raises NotListedError."""
    member, name = _list_of(entry), str(entry.get("type") or entry["name"])

    def change(content: Content) -> Content:
        suspended = _running(content, now_ms)
        left = [one for one in suspended[member] if _key(one) != _key(entry)]
        if len(left) == len(suspended[member]):
            raise NotListedError(name)
        return {**content, "suspended": suspended | {member: left}}

    return _publish(store, keys, change, ("resumed", name, {}), who, now_ms)


def set_priority(
    store: Store, keys: KeyRing, entry: Mapping[str, Any], who: str, now_ms: int
) -> Pack:
    """Which goods go first in some provinces: {provinces, goods, perishable, reference}.

    It stands in place of what was said of the same provinces; of no goods at all, it takes that
    away. Raises NotListedError, RuleError.
    """
    same = sorted(entry["provinces"])
    is_empty = not entry["goods"] and not entry["perishable"]
    name = ",".join(same)

    def change(content: Content) -> Content:
        listed = list(content.get("priority") or ())
        others = [one for one in listed if sorted(one.get("provinces") or ()) != same]
        if is_empty and len(others) == len(listed):
            raise NotListedError(name)
        return {**content, "priority": others if is_empty else [*others, dict(entry)]}

    return _publish(store, keys, change, ("priority", name, dict(entry)), who, now_ms)


def set_turned_back_hours(store: Store, keys: KeyRing, hours: int, who: str, now_ms: int) -> Pack:
    """For how long a refusal here or nearby is told to rules. Raises RuleError."""
    said: tuple[str, str, dict[str, Any]] = ("turned_back_hours", str(hours), {})
    return _publish(
        store, keys, lambda content: {**content, "turned_back_hours": hours}, said, who, now_ms
    )


def replace_lists(store: Store, keys: KeyRing, content: Any, who: str, now_ms: int) -> Pack:
    """Publish whole lists, in place of all that was. Raises RuleError."""
    lists = parse_permit_lists(content)
    said = {
        "quotas": len(lists.quotas),
        "types": len(lists.types),
        "companies": len(lists.companies),
    }
    return _publish(store, keys, lambda _: content, ("replaced", "", said), who, now_ms)


def _list_of(entry: Mapping[str, Any]) -> str:
    return "types" if "type" in entry else "companies"


def _key(entry: Mapping[str, Any]) -> str:
    """What makes two entries one: the type, or the name however it is written."""
    return str(entry["type"]) if "type" in entry else company_normal(str(entry["name"]))


def _running(content: Mapping[str, Any], now_ms: int) -> dict[str, list[dict[str, Any]]]:
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


def _publish(
    store: Store,
    keys: KeyRing,
    change: Callable[[Content], Content],
    said: tuple[str, str, dict[str, Any]],
    who: str,
    now_ms: int,
) -> Pack:
    """`change` is made of the lists in force, again where somebody published meanwhile."""
    what, about, details = said

    def whole(last: Mapping[str, Any] | None) -> Content:
        content = change(dict(last or {}))
        parse_permit_lists(content)
        return content

    made = publish_changed(store, keys, NAME, EVERYBODY, whole, now_ms)
    store.audit(AuditEntry(now_ms, who, f"permits.{what}", about[:200], details=details))
    pack = made or store.pack(NAME, EVERYBODY)
    assert pack is not None
    return pack
