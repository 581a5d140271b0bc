"""Drafts become documents: an id, times, a signature. Nothing is stored here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from credentials.own import issue_own, own_characters
from credentials.own_claims import ClaimError
from credentials.splitting import issue_manifest
from server.document_keys import Signer, signer
from server.issuing.codes import MAX_PRINT_CHARACTERS
from server.issuing.rows import Draft, RowError
from server.keys import KeyRing

ID_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: an id is read out on the telephone."""

ID_CHARACTERS = 13


@dataclass(frozen=True, slots=True)
class Document:
    """One issued document; `texts` are its codes, more than one for a long manifest."""

    id: str
    typ: str
    kid: str
    issued_ms: int
    expires_ms: int
    texts: tuple[str, ...]
    claims: dict[str, Any]
    """Without those of all documents (iss, iat, exp, nbf, jti), as people read them."""

    from_ms: int | None = None
    draft: Draft | None = None


def new_document_id() -> str:
    """65 random bits in 13 characters."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARACTERS))


def issue_document(
    keys: KeyRing,
    typ: str,
    claims: Mapping[str, Any],
    now_ms: int,
    expires_ms: int,
    *,
    from_ms: int | None = None,
) -> Document:
    """Sign one document of one code. Raises NoSigningKeyError, ClaimError ("size": too dense)."""
    by = signer(keys, typ, now_ms, expires_ms)
    document_id = new_document_id()
    whole = {**_envelope(by, document_id, now_ms, from_ms, expires_ms), **claims}
    if own_characters(typ, whole, by.kid) > MAX_PRINT_CHARACTERS:
        raise ClaimError("size")
    text = issue_own(typ, whole, by.private_key, by.kid)
    return Document(document_id, typ, by.kid, now_ms, expires_ms, (text,), dict(claims), from_ms)


def issue_draft(keys: KeyRing, draft: Draft, now_ms: int) -> Document | RowError:
    """Sign one draft of a row; a document too large for its codes is that row's error.

    Raises NoSigningKeyError.
    """
    typ = draft.kind
    by = signer(keys, typ, now_ms, draft.until_ms)
    document_id = new_document_id()
    whole = _envelope(by, document_id, now_ms, draft.from_ms, draft.until_ms) | draft.claims
    try:
        if typ == "manifest":
            texts = tuple(
                issue_manifest(whole, draft.workers, by.private_key, by.kid, MAX_PRINT_CHARACTERS)
            )
        else:
            if own_characters(typ, whole, by.kid) > MAX_PRINT_CHARACTERS:
                raise ClaimError("size")
            texts = (issue_own(typ, whole, by.private_key, by.kid),)
    except ClaimError as error:
        if error.claim != "size":
            raise
        return RowError(draft.row, "", "size")
    claims, from_ms = dict(draft.claims), draft.from_ms
    if draft.workers:
        claims.setdefault("w", len(draft.workers))
    return Document(document_id, typ, by.kid, now_ms, draft.until_ms, texts, claims, from_ms, draft)


def _envelope(
    by: Signer, document_id: str, now_ms: int, from_ms: int | None, expires_ms: int
) -> dict[str, Any]:
    times = {"iat": now_ms // 1000, "exp": expires_ms // 1000}
    if from_ms is not None and from_ms > now_ms:
        times["nbf"] = from_ms // 1000
    return {"iss": by.issuer, **times, "jti": document_id}
