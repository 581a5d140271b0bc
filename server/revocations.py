"""Revocations and validity bulletins: decided by people, carried to tablets by the trust pack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from credentials.bulletins import MAX_BULLETINS, Bulletin, read_bulletin
from credentials.own import own_fingerprint
from credentials.trust import MAX_REVOKED
from server.keys import KeyRing
from server.packs import EVERYBODY, publish, trust_content, trust_in_force
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack

MAX_REASON_CHARACTERS = 200
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnknownIdError(ValueError):
    """This cannot be the id of a document; nothing was revoked."""

    def __init__(self, wrong: str) -> None:
        super().__init__(wrong)
        self.id = wrong


def revoke_documents(
    store: Store, keys: KeyRing, ids: Sequence[str], who: str, reason: str, now_ms: int
) -> tuple[int, Pack]:
    """Revoke documents of ours by id; (how many were not revoked yet, the pack that says so).

    Ids are taken as they are: a document need not be known to this server to be refused by its
    tablets. Raises UnknownIdError before anything changes.
    """
    for one in ids:
        if not _ID.fullmatch(one):
            raise UnknownIdError(one)
    content = trust_content(keys, now_ms, trust_in_force(store))
    revoked: list[str] = list(content["revoked"])
    known = set(revoked)
    fresh = list(dict.fromkeys(one for one in ids if own_fingerprint(one) not in known))
    revoked += [own_fingerprint(one) for one in fresh]
    if len(revoked) > MAX_REVOKED:
        raise UnknownIdError(f"{len(revoked)} > {MAX_REVOKED}")
    for one in fresh:
        store.audit(AuditEntry(now_ms, who, "document.revoked", one, details={"reason": reason}))
    return len(fresh), _publish(store, keys, content | {"revoked": revoked}, now_ms)


def add_bulletin(store: Store, keys: KeyRing, bulletin: Bulletin, who: str, now_ms: int) -> Pack:
    """Let documents count past their end. Raises ValueError for one that tablets would refuse."""
    entry = asdict(bulletin)
    if isinstance(read_bulletin(entry), str):
        raise ValueError(f"bulletin: {read_bulletin(entry)}")
    content = trust_content(keys, now_ms, trust_in_force(store))
    listed = [one for one in content.get("bulletins", ()) if one["counts_until_ms"] > now_ms]
    if len(listed) >= MAX_BULLETINS:
        raise ValueError(f"more than {MAX_BULLETINS} bulletins")
    details = {name: entry[name] for name in ("type", "expired_after_ms", "counts_until_ms")}
    store.audit(
        AuditEntry(now_ms, who, "bulletin.added", reference=bulletin.reference, details=details)
    )
    return _publish(store, keys, content | {"bulletins": [*listed, entry]}, now_ms)


def end_bulletin(store: Store, keys: KeyRing, number: int, who: str, now_ms: int) -> Pack:
    """Take back the bulletin of this number in `bulletins`. Raises IndexError."""
    listed = bulletins(store)
    ended = listed.pop(number - 1) if number >= 1 else listed[len(listed)]
    content = trust_content(keys, now_ms, trust_in_force(store))
    store.audit(AuditEntry(now_ms, who, "bulletin.ended", reference=ended.reference))
    kept = [asdict(one) for one in listed]
    return _publish(store, keys, content | {"bulletins": kept}, now_ms)


def bulletins(store: Store) -> list[Bulletin]:
    """Those in the published trust pack, in its order."""
    content = trust_in_force(store) or {}
    found = (read_bulletin(one) for one in content.get("bulletins", ()))
    return [one for one in found if isinstance(one, Bulletin)]


def _publish(store: Store, keys: KeyRing, content: dict[str, Any], now_ms: int) -> Pack:
    made = publish(store, keys, "trust", EVERYBODY, content, now_ms)
    pack = made or store.pack("trust", EVERYBODY)
    assert pack is not None
    return pack
