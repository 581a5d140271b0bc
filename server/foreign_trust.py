"""Signers of other issuers and what they withdrew, as published, into all tablets' trust pack.

A list replaces the one before it: a key that it no longer names must no longer count. Lists of
certificates (vaccine passports) replace each other; a JWKS (SMART Health Cards) replaces the keys
of its issuer. Neither can touch our own keys, nor name a key for our own documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credentials import RevocationImport, TrustImport, parse_trust
from credentials.certificate import ALL_KINDS
from credentials.trust_import import HEALTH_CARD_USAGE
from server.keys import KeyRing
from server.packs import EVERYBODY, publish, trust_content, trust_in_force
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack


def adopt_signers(
    store: Store, keys: KeyRing, found: TrustImport, source: str, who: str, now_ms: int
) -> Pack:
    """Trust these signers. Raises ValueError for a list that tablets would refuse."""
    content = trust_content(keys, now_ms, trust_in_force(store))
    ours = {one["kid"] for one in trust_content(keys, now_ms)["keys"]}
    fresh = [one for one in found.keys if one["kid"] not in ours]
    kept = [one for one in content["keys"] if one["kid"] in ours or not _replaced(one, fresh)]
    known = {one["kid"] for one in kept + fresh}
    unusable = {*(content.get("unusable") or ()), *found.unusable} - known
    changed = content | {"keys": kept + fresh, "unusable": sorted(unusable)}
    return _publish(store, keys, changed, ("trust.signers", source, len(fresh)), who, now_ms)


def adopt_revocations(
    store: Store, keys: KeyRing, found: RevocationImport, source: str, who: str, now_ms: int
) -> Pack:
    """Let these documents count no more; other keys' lists stay. Raises ValueError as above."""
    content = trust_content(keys, now_ms, trust_in_force(store))
    named = {one["kid"] for one in found.revocations}
    kept = [one for one in content.get("revocations") or () if one["kid"] not in named]
    changed = content | {"revocations": kept + found.revocations}
    count = sum(len(one["fingerprints"]) for one in found.revocations)
    return _publish(store, keys, changed, ("trust.revocations", source, count), who, now_ms)


def _replaced(key: Mapping[str, Any], fresh: list[dict[str, Any]]) -> bool:
    """Whether `fresh` is a newer state of the list that `key` came from."""
    if HEALTH_CARD_USAGE in key["usage"]:
        return any(
            HEALTH_CARD_USAGE in one["usage"] and one["issuer"] == key["issuer"] for one in fresh
        )
    certificates = any(HEALTH_CARD_USAGE not in one["usage"] for one in fresh)
    return certificates and set(key["usage"]) <= set(ALL_KINDS)


def _publish(
    store: Store,
    keys: KeyRing,
    content: dict[str, Any],
    said: tuple[str, str, int],
    who: str,
    now_ms: int,
) -> Pack:
    what, source, count = said
    parse_trust(content)
    made = publish(store, keys, "trust", EVERYBODY, content, now_ms)
    store.audit(AuditEntry(now_ms, who, what, reference=source[:200], details={"count": count}))
    pack = made or store.pack("trust", EVERYBODY)
    assert pack is not None
    return pack
