"""Quotas and suspensions of permits: decided by people, carried to tablets by the pack `permits`.

Every change is audited and published at once as the pack's next version (`rules/permit_lists.py`
says what it holds). Nothing about a person is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS
from rules.permit_lists import PermitLists, parse_permit_lists
from server.keys import KeyRing
from server.packs import EVERYBODY, publish_changed
from server.permit_changes import (
    Content,
    instant_text,
    with_priority,
    with_quota,
    with_suspension,
    without_suspension,
)
from server.permit_changes import NotListedError as NotListedError
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack

NAME = "permits"


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
    said = {"per_day": limits[0], "total": limits[1]}
    return _publish(
        store,
        keys,
        lambda content: with_quota(content, about, limits),
        ("quota", about[1], said),
        who,
        now_ms,
    )


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
    until = instant_text(until_ms)
    said = {"until": until, "reference": entry["reference"]}
    what = ("suspended", str(entry.get("type") or entry["name"]), said)
    return _publish(
        store,
        keys,
        lambda content: with_suspension(content, entry, until, now_ms),
        what,
        who,
        now_ms,
    )


def resume(store: Store, keys: KeyRing, entry: Mapping[str, Any], who: str, now_ms: int) -> Pack:
    """Let a suspended type or company count again. Raises NotListedError."""
    name = str(entry.get("type") or entry["name"])
    return _publish(
        store,
        keys,
        lambda content: without_suspension(content, entry, now_ms),
        ("resumed", name, {}),
        who,
        now_ms,
    )


def set_priority(
    store: Store, keys: KeyRing, entry: Mapping[str, Any], who: str, now_ms: int
) -> Pack:
    """Which goods go first in some provinces: {provinces, goods, perishable, reference}.

    It stands in place of what was said of the same provinces; of no goods at all, it takes that
    away. Raises NotListedError, RuleError.
    """
    name = ",".join(sorted(entry["provinces"]))
    what = ("priority", name, dict(entry))
    return _publish(store, keys, lambda content: with_priority(content, entry), what, who, now_ms)


def apply_changes(
    store: Store,
    keys: KeyRing,
    change: Callable[[Content], Content],
    details: dict[str, Any],
    who: str,
    now_ms: int,
) -> Pack:
    """Publish many decisions of a file as one version. Raises RuleError."""
    return _publish(store, keys, change, ("import", "", details), who, now_ms)


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
