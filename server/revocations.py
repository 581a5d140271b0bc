"""Revocations and validity bulletins: decided by people, carried to tablets by the trust pack."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from credentials.bulletins import MAX_BULLETINS, Bulletin, read_bulletin
from credentials.trust import MAX_REVOKED
from server.document_keys import document_keys
from server.keys import KeyRing
from server.packs import (
    EVERYBODY,
    bulletins_of,
    publish_changed,
    trust_content,
    trust_in_force,
)
from server.store.log.standing import REVOKED_DOCUMENT as REVOKED
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack
from server.store.reference_protocol import Reference
from server.withdrawn import Withdrawn, not_withdrawn, with_withdrawn

MAX_REASON_CHARACTERS = 200
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnknownIdError(ValueError):
    """This cannot be the id of a document; nothing was revoked."""

    def __init__(self, wrong: str) -> None:
        super().__init__(wrong)
        self.id = wrong


def revoke_documents(
    store: Store,
    keys: KeyRing,
    documents: Sequence[Withdrawn],
    who: str,
    reason: str,
    now_ms: int,
) -> tuple[int, Pack]:
    """Revoke documents of ours; (how many were not revoked yet, the pack that says so).

    Ids are taken as they are: a document need not be known to this server to be refused by its
    tablets. Raises UnknownIdError before anything changes, for an id that is none and for a
    signing key that is not ours.
    """
    for one in documents:
        if not _ID.fullmatch(one.id):
            raise UnknownIdError(one.id)
    content = trust_content(keys, now_ms, trust_in_force(store))
    kids = _own_kids(keys, content)
    ever_own = {one.kid for one in document_keys(keys)}
    for one in documents:
        if one.kid is not None and one.kid not in ever_own:
            raise UnknownIdError(f"{one.id} ({one.kid})")
    entries = content.get("revocations") or []
    fresh = not_withdrawn(entries, kids, documents)
    held = sum(len(one["fingerprints"]) for one in entries)
    if held + len(fresh) * len(kids) > MAX_REVOKED:
        raise UnknownIdError(f"{held + len(fresh) * len(kids)} > {MAX_REVOKED}")
    audited = [
        AuditEntry(
            now_ms, who, REVOKED, one.id,
            details={"reason": reason, "kid": one.kid, "ends_ms": one.ends_ms},
        )
        for one in fresh
    ]  # fmt: skip
    if audited:
        store.take_in(Reference(), audited)
    return len(fresh), _publish(store, keys, lambda now: _withdrawing(keys, now, fresh), now_ms)


def add_bulletin(store: Store, keys: KeyRing, bulletin: Bulletin, who: str, now_ms: int) -> Pack:
    """Let documents count past their end. Raises ValueError for one that tablets would refuse.

    What was revoked stays revoked: entries that had left the pack because their documents had
    ended come back from the audit log.
    """
    entry = asdict(bulletin)
    if isinstance(read_bulletin(entry), str):
        raise ValueError(f"bulletin: {read_bulletin(entry)}")
    in_force = trust_in_force(store) or {}
    if len(_lasting(in_force, now_ms)) >= MAX_BULLETINS:
        raise ValueError(f"more than {MAX_BULLETINS} bulletins")
    details = {name: entry[name] for name in ("type", "expired_after_ms", "counts_until_ms")}
    store.audit(
        AuditEntry(now_ms, who, "bulletin.added", reference=bulletin.reference, details=details)
    )
    revoked = _ever_revoked(store)

    def change(content: dict[str, Any]) -> dict[str, Any]:
        listed = [*_lasting(content, now_ms), entry]
        # Made twice: the bulletin brings back keys, and these their revocations.
        extended = trust_content(keys, now_ms, content | {"bulletins": listed})
        return trust_content(keys, now_ms, _withdrawing(keys, extended, revoked))

    return _publish(store, keys, change, now_ms)


def end_bulletin(store: Store, keys: KeyRing, number: int, who: str, now_ms: int) -> Pack:
    """Take back the bulletin of this number in `bulletins`. Raises IndexError."""
    listed = bulletins(store)
    ended = listed.pop(number - 1) if number >= 1 else listed[len(listed)]
    store.audit(AuditEntry(now_ms, who, "bulletin.ended", reference=ended.reference))

    def change(content: dict[str, Any]) -> dict[str, Any]:
        kept = [asdict(one) for one in bulletins_of(content) if one != ended]
        return content | {"bulletins": kept}

    return _publish(store, keys, change, now_ms)


def bulletins(store: Store) -> list[Bulletin]:
    """Those in the published trust pack, in its order."""
    return bulletins_of(trust_in_force(store) or {})


def _lasting(content: Mapping[str, Any], now_ms: int) -> list[dict[str, Any]]:
    return [one for one in content.get("bulletins") or () if one["counts_until_ms"] > now_ms]


def _withdrawing(
    keys: KeyRing, content: dict[str, Any], documents: Sequence[Withdrawn]
) -> dict[str, Any]:
    if not documents:
        return content
    kids = _own_kids(keys, content)
    listed = content.get("revocations") or []
    return content | {"revocations": with_withdrawn(listed, kids, documents)}


def _own_kids(keys: KeyRing, content: Mapping[str, Any]) -> list[str]:
    """Our keys in the content of a trust pack: those whose documents may still count."""
    ever_own = {one.kid for one in document_keys(keys)}
    return [one["kid"] for one in content["keys"] if one["kid"] in ever_own]


def _ever_revoked(store: Store) -> list[Withdrawn]:
    return [
        Withdrawn(one.subject, one.details.get("kid"), one.details.get("ends_ms"))
        for one in store.audited_of(REVOKED)
    ]


def _publish(
    store: Store, keys: KeyRing, change: Callable[[dict[str, Any]], dict[str, Any]], now_ms: int
) -> Pack:
    """Publish what `change` makes of the trust content in force."""

    def whole(last: Mapping[str, Any] | None) -> dict[str, Any]:
        return change(trust_content(keys, now_ms, last))

    made = publish_changed(store, keys, "trust", EVERYBODY, whole, now_ms)
    pack = made or store.pack("trust", EVERYBODY)
    assert pack is not None
    return pack
