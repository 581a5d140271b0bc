"""Signers of other issuers and what they withdrew, as published, into all tablets' trust pack.

A list replaces the one before it: a key that it no longer names must no longer count. Lists of
certificates (vaccine passports) replace each other; a JWKS (SMART Health Cards) replaces the keys
of its issuer. Neither can touch our own keys, nor name a key for our own documents.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from credentials import RevocationImport, TrustImport, parse_trust
from credentials.certificate import ALL_KINDS
from credentials.trust_import import HEALTH_CARD_USAGE
from server.document_keys import document_keys
from server.keys import KeyRing
from server.packs import EVERYBODY, publish_changed, trust_content
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack


def adopt_signers(
    store: Store, keys: KeyRing, found: TrustImport, source: str, who: str, now_ms: int
) -> Pack:
    """Trust these signers. Raises ValueError for a list that tablets would refuse."""
    ours = {one.kid for one in document_keys(keys)}
    count = sum(one["kid"] not in ours for one in found.keys)
    what = ("trust.signers", source, count)
    return _publish(
        store, keys, lambda content: with_signers(content, found, ours), what, who, now_ms
    )


def with_signers(
    content: dict[str, Any], found: TrustImport, ours: Collection[str]
) -> dict[str, Any]:
    """The content that trusts these signers in place of an earlier state of their list."""
    fresh = [one for one in found.keys if one["kid"] not in ours]
    kept = [one for one in content["keys"] if one["kid"] in ours or not _replaced(one, fresh)]
    known = {one["kid"] for one in kept + fresh}
    unusable = {*(content.get("unusable") or ()), *found.unusable} - known
    return content | {"keys": kept + fresh, "unusable": sorted(unusable)}


def adopt_revocations(
    store: Store, keys: KeyRing, found: RevocationImport, source: str, who: str, now_ms: int
) -> Pack:
    """Let these documents count no more; other keys' lists stay, and what we revoked of our own.

    Raises ValueError as above.
    """
    ours = {one.kid for one in document_keys(keys)}
    fresh = [one for one in found.revocations if one["kid"] not in ours]
    what = ("trust.revocations", source, sum(len(one["fingerprints"]) for one in fresh))
    return _publish(
        store, keys, lambda content: with_revocations(content, found, ours), what, who, now_ms
    )


def with_revocations(
    content: dict[str, Any], found: RevocationImport, ours: Collection[str]
) -> dict[str, Any]:
    """The content with these lists in place of earlier ones of the same keys."""
    fresh = [one for one in found.revocations if one["kid"] not in ours]
    named = {one["kid"] for one in fresh}
    kept = [one for one in content.get("revocations") or () if one["kid"] not in named]
    return content | {"revocations": kept + fresh}


def foreign_keys(content: Mapping[str, Any], ours: Collection[str]) -> dict[str, set[str]]:
    """The keys of other issuers, by issuer."""
    found: dict[str, set[str]] = {}
    for one in content["keys"]:
        if one["kid"] not in ours:
            found.setdefault(one["issuer"], set()).add(one["kid"])
    return found


def foreign_fingerprints(content: Mapping[str, Any], ours: Collection[str]) -> dict[str, set[str]]:
    """What other issuers withdrew, by their key."""
    return {
        one["kid"]: set(one["fingerprints"])
        for one in content.get("revocations") or ()
        if one["kid"] not in ours
    }


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
    change: Callable[[dict[str, Any]], dict[str, Any]],
    said: tuple[str, str, int],
    who: str,
    now_ms: int,
) -> Pack:
    what, source, count = said

    def whole(last: Mapping[str, Any] | None) -> dict[str, Any]:
        content = change(trust_content(keys, now_ms, last))
        parse_trust(content)
        return content

    made = publish_changed(store, keys, "trust", EVERYBODY, whole, now_ms)
    store.audit(AuditEntry(now_ms, who, what, reference=source[:200], details={"count": count}))
    pack = made or store.pack("trust", EVERYBODY)
    assert pack is not None
    return pack
