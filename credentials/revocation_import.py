"""Published revocation lists as the `revocations` of a trust pack (credentials.trust).

- EU batches: {hashType, kid, entries: [{hash}]}, one or a list of them. hashType is SIGNATURE, UCI
  or COUNTRYCODEUCI, a hash base64 of 16 bytes. `expires` is not looked at: it says when the list
  may be dropped, and what it names has expired by then. Kid UNKNOWN_KID means any key.
- SMART Health Cards: {kid, method "rid", rids: [id or id.epoch_seconds]}; one with a time revokes
  only cards issued before it.

Tolerant of single entries, which are counted in `skipped`; an unknown kind of hash is refused,
since a list that is silently left out revokes nothing.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credentials.dates import MAX_EPOCH_S
from credentials.fingerprint import FINGERPRINT_BYTES, card_fingerprint
from credentials.trust import MAX_REVOKED, TrustError

HASH_TYPES = ("SIGNATURE", "UCI", "COUNTRYCODEUCI")
UNKNOWN_KID = "UNKNOWN_KID"

_HASH = re.compile(r"[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=")
_RID = re.compile(r"([A-Za-z0-9_-]{1,24})(?:\.([0-9]{1,12}))?")


@dataclass(slots=True)
class RevocationImport:
    """`revocations` as in a trust pack; `skipped` counts the entries that could not be read."""

    revocations: list[dict[str, Any]] = field(default_factory=list)
    skipped: int = 0


def import_revocations(document: object) -> RevocationImport:
    """The fingerprints of a published list. Raises TrustError naming what makes it no such list."""
    found = RevocationImport()
    batches = document if isinstance(document, list) else [document]
    if len(batches) > MAX_REVOKED:
        raise TrustError("document")
    for index, batch in enumerate(batches):
        where = f"batches[{index}]"
        if not isinstance(batch, Mapping):
            raise TrustError(where)
        kid = batch.get("kid")
        if not isinstance(kid, str) or not 1 <= len(kid) <= 120:
            raise TrustError(f"{where}.kid")
        if "rids" in batch:
            _add_cards(found, kid, batch, where)
        else:
            _add_batch(found, kid, batch, where)
    return found


def _add_batch(found: RevocationImport, kid: str, batch: Mapping[str, Any], where: str) -> None:
    if batch.get("hashType") not in HASH_TYPES:
        raise TrustError(f"{where}.hashType")
    fingerprints = []
    for entry in _entries(batch.get("entries"), f"{where}.entries"):
        fingerprint = _fingerprint(entry.get("hash") if isinstance(entry, Mapping) else entry)
        if fingerprint is None:
            found.skipped += 1
        else:
            fingerprints.append(fingerprint)
    _add(found, None if kid == UNKNOWN_KID else kid, None, fingerprints)


def _add_cards(found: RevocationImport, kid: str, batch: Mapping[str, Any], where: str) -> None:
    if batch.get("method") != "rid":
        raise TrustError(f"{where}.method")
    by_instant: dict[int | None, list[str]] = {}
    for rid in _entries(batch["rids"], f"{where}.rids"):
        match = _RID.fullmatch(rid) if isinstance(rid, str) else None
        if match is None or int(match[2] or "0") > MAX_EPOCH_S:
            found.skipped += 1
            continue
        before_ms = None if match[2] is None else int(match[2]) * 1000
        by_instant.setdefault(before_ms, []).append(card_fingerprint(kid, match[1]))
    for before_ms, fingerprints in by_instant.items():
        _add(found, kid, before_ms, fingerprints)


def _add(
    found: RevocationImport, kid: str | None, before_ms: int | None, fingerprints: list[str]
) -> None:
    if fingerprints:
        found.revocations.append(
            {"kid": kid, "issued_before_ms": before_ms, "fingerprints": fingerprints}
        )


def _entries(value: object, where: str) -> list[object]:
    if not isinstance(value, list) or len(value) > MAX_REVOKED:
        raise TrustError(where)
    return value


def _fingerprint(value: object) -> str | None:
    """Hex of the first 16 bytes; some lists publish the whole hash."""
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        return None
    return base64.b64decode(value)[:FINGERPRINT_BYTES].hex()
