"""Which crossings showed a document: found by its fingerprint, however much later it is revoked.

What a tablet let pass on the day may be withdrawn the week after. The fingerprints stand in the
encrypted person part; here are their keyed hashes, with what says whether a revocation is about
the document at all: whose key signed it, and when.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from credentials.dates import epoch_ms_of_instant
from credentials.trust import Trust
from server.store.blind import BlindIndex
from server.store.view_protocol import ShownDocument

ASKED_AT_ONCE = 500
"""SQLite takes 32,766 parameters; a revocation list has up to half a million fingerprints."""

_SHOWN = (
    "SELECT d.token, c.id, c.record, d.item, d.key_id, d.issuer, d.issued_ms, c.occurred_ms,"
    " c.checkpoint FROM shown_documents d JOIN crossings c ON c.id = d.crossing"
    " WHERE d.token IN ({})"
)


def crossings_with_fingerprints(
    view: sqlite3.Connection, blind: BlindIndex, fingerprints: Iterable[str]
) -> list[ShownDocument]:
    """Who showed a document with one of these fingerprints, oldest first.

    Voided crossings and duplicates are among them. `fingerprints` are those of Evidence (32 hex
    digits). Whether a revocation is about what was found is `Trust.revokes`' to say: the same id
    under another key is another document. `revoked_crossings` asks it.
    """
    found: list[ShownDocument] = []
    wanted = {blind.fingerprint_token(one): one for one in fingerprints}
    tokens = list(wanted)
    for at in range(0, len(tokens), ASKED_AT_ONCE):
        asked = tokens[at : at + ASKED_AT_ONCE]
        rows = view.execute(_SHOWN.format(",".join("?" * len(asked))), asked)
        found += (
            ShownDocument(
                crossing, record, item, wanted[token], key_id or None, issuer or None, *others
            )
            for token, crossing, record, item, key_id, issuer, *others in rows
        )
    return sorted(found, key=lambda one: (one.occurred_ms, one.record, one.item, one.fingerprint))


def revoked_crossings(
    view: sqlite3.Connection,
    blind: BlindIndex,
    trust: Trust,
    fresh: Iterable[str] | None = None,
) -> Iterator[ShownDocument]:
    """Who showed what `trust` revokes; `fresh` asks only for these fingerprints, the newly listed.

    Where the tablet did not say when a document was issued, it was before it was shown.
    """
    listed = set(trust.revoked).union(*(one.fingerprints for one in trust.revocations))
    asked = listed if fresh is None else listed.intersection(fresh)
    for one in crossings_with_fingerprints(view, blind, asked):
        issued_ms = one.occurred_ms if one.issued_ms is None else one.issued_ms
        if trust.revokes((one.fingerprint,), one.key_id, issued_ms):
            yield one


def put_shown_documents(
    view: sqlite3.Connection,
    record_id: int,
    people: dict[str, dict[str, Any]],
    is_new: bool,
    blind: BlindIndex,
) -> None:
    """Write what the people of one crossing showed, in place of what was there."""
    if not is_new:
        view.execute("DELETE FROM shown_documents WHERE crossing = ?", (record_id,))
    rows = [
        (blind.fingerprint_token(one), record_id, item, *_signed(person.get("evidence") or {}))
        for item, person in people.items()
        for one in person.get("fingerprints") or ()
        if isinstance(one, str)
    ]
    view.executemany(
        "INSERT OR IGNORE INTO shown_documents (token, crossing, item, key_id, issuer, issued_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )


def _signed(evidence: dict[str, Any]) -> tuple[str, str, int | None]:
    issued_at = evidence.get("issued_at")
    issued_ms = epoch_ms_of_instant(issued_at) if isinstance(issued_at, str) else None
    return evidence.get("key_id") or "", evidence.get("issuer") or "", issued_ms
