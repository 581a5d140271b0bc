"""The keys that sign our own QR documents: several, each with a window, encrypted as the others.

`keys/documents.json` (0600) lists them beside their PEMs; where there is no such file, the first
key of the key ring is the only one. Three rules keep tablets that are offline from meeting a
signature they cannot check: a key signs only once it was published, a rotation announces the new
key before it signs, and an old key stays published until what it signed has ended.
"""

from __future__ import annotations

import fcntl
import functools
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.bulletins import Bulletin
from server.keys import (
    KeyRing,
    KeyRingError,
    encrypted_pem,
    open_pem,
    public_jwk,
    sync_folder,
    write_private,
)

State = Literal["unpublished", "waiting", "signing", "retired", "ended", "withdrawn"]

DOCUMENT_ISSUER = "chot"
DOCUMENT_USAGE = ("decl", "badge", "permit", "pass", "manifest", "card")
LIST = "documents.json"
DAY_MS = 86_400_000
END_STEP_MS = 7 * DAY_MS
"""A key's `documents_end_ms` grows in steps, so that most documents are issued without a write."""


class NoSigningKeyError(Exception):
    """No published key may sign a document of this type now."""

    def __init__(self, typ: str) -> None:
        super().__init__(f"no key signs {typ} now")
        self.typ = typ


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """One key; `jwk` is its public half. Times are Unix milliseconds, None is open."""

    kid: str
    jwk: dict[str, str]
    issuer: str
    usage: tuple[str, ...]
    created_ms: int
    not_before_ms: int | None
    not_after_ms: int | None
    published_ms: int | None
    documents_end_ms: int
    """Nothing that it signed counts after this."""
    withdrawn_ms: int | None = None

    def state(self, now_ms: int) -> State:
        """Where it is in its life."""
        if self.withdrawn_ms is not None:
            return "withdrawn"
        if self.published_ms is None:
            return "unpublished"
        if self.not_before_ms is not None and now_ms < self.not_before_ms:
            return "waiting"
        if self.not_after_ms is None or now_ms <= self.not_after_ms:
            return "signing"
        return "retired" if now_ms < self.documents_end_ms else "ended"


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs a document: the private key, the id in its header, the issuer in its claims."""

    private_key: ec.EllipticCurvePrivateKey
    kid: str
    issuer: str


def document_keys(keys: KeyRing) -> list[DocumentKey]:
    """All document keys, oldest first. Raises KeyRingError when the list cannot be read."""
    path = keys.folder / LIST
    try:
        listed = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return [_first(keys)]
    except ValueError:
        raise KeyRingError(path, "is not JSON") from None
    try:
        return [DocumentKey(**one | {"usage": tuple(one["usage"])}) for one in listed]
    except (TypeError, KeyError):
        raise KeyRingError(path, "is not a list of keys") from None


def trusted_keys(
    keys: KeyRing, now_ms: int, bulletins: Sequence[Bulletin] = ()
) -> list[DocumentKey]:
    """Those that belong in the trust pack: published, and something they signed may still count.

    A bulletin that lets ended documents count brings back the key that signed them.
    """
    in_pack: tuple[State, ...] = ("waiting", "signing", "retired")
    return [
        one
        for one in document_keys(keys)
        if one.state(now_ms) in in_pack
        or (one.state(now_ms) == "ended" and any(_extends(some, one, now_ms) for some in bulletins))
    ]


def _extends(bulletin: Bulletin, key: DocumentKey, now_ms: int) -> bool:
    about_it = bulletin.type in key.usage and bulletin.issuer in (None, key.issuer)
    ended = bulletin.expired_after_ms <= key.documents_end_ms
    return about_it and ended and bulletin.counts_until_ms > now_ms


def signer(keys: KeyRing, typ: str, now_ms: int, expires_ms: int) -> Signer:
    """Whose key signs a `typ` that ends at `expires_ms`; of several the one that began last.

    Raises NoSigningKeyError.
    """
    fit = [
        one
        for one in document_keys(keys)
        if one.state(now_ms) == "signing" and typ in one.usage and one.published_ms is not None
    ]
    if not fit:
        raise NoSigningKeyError(typ)
    chosen = max(fit, key=lambda one: one.not_before_ms or 0)
    if expires_ms > chosen.documents_end_ms:
        end_ms = -(-expires_ms // END_STEP_MS) * END_STEP_MS
        _change(keys, lambda one: replace(one, documents_end_ms=max(one.documents_end_ms, end_ms)),
                {chosen.kid})  # fmt: skip
    private_key = _private_key(keys, chosen.kid)
    return Signer(private_key, chosen.kid, chosen.issuer)


def generate_key(
    keys: KeyRing,
    now_ms: int,
    not_before_ms: int | None = None,
    not_after_ms: int | None = None,
    usage: Sequence[str] = DOCUMENT_USAGE,
    issuer: str = DOCUMENT_ISSUER,
) -> DocumentKey:
    """A new key for documents issued in this window. It signs nothing until it was published."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    jwk = public_jwk(private_key)
    kid = jwk.pop("kid")
    made = DocumentKey(
        kid, jwk, issuer, tuple(usage), now_ms, not_before_ms, not_after_ms, None, 0
    )  # fmt: skip
    with _locked(keys):
        name = _pem_name(kid)
        pem = encrypted_pem(private_key, keys.pem_password(name))
        write_private(keys.folder / f"{name}.pem", pem)
        _save(keys, [*document_keys(keys), made])
    return made


def rotate_key(
    keys: KeyRing, now_ms: int, begins_ms: int, *, compromised: bool = False
) -> DocumentKey:
    """A new published key that signs from the second after `begins_ms`; the others until then.

    `compromised` withdraws the others at once: tablets with the new trust pack believe nothing
    that they ever signed, and the new key signs from now on.
    """
    # A document's `iat` has whole seconds: one that the old key signed in this very second must
    # stay inside its window.
    begins_ms = now_ms // 1000 * 1000 if compromised else begins_ms // 1000 * 1000 + 1000
    old = {one.kid for one in document_keys(keys) if one.state(now_ms) in ("waiting", "signing")}
    made = generate_key(keys, now_ms, begins_ms)

    def retire(one: DocumentKey) -> DocumentKey:
        if compromised:
            return replace(one, withdrawn_ms=now_ms)
        last_ms = begins_ms - 1
        until_ms = last_ms if one.not_after_ms is None else min(one.not_after_ms, last_ms)
        return replace(one, not_after_ms=until_ms)

    _change(keys, retire, old)
    publish_keys(keys, now_ms)
    return next(one for one in document_keys(keys) if one.kid == made.kid)


def publish_keys(keys: KeyRing, now_ms: int) -> list[DocumentKey]:
    """Let every key that was only generated into the trust pack; returns those."""
    fresh = {one.kid for one in document_keys(keys) if one.state(now_ms) == "unpublished"}
    _change(keys, lambda one: replace(one, published_ms=now_ms), fresh)
    return [one for one in document_keys(keys) if one.kid in fresh]


def _first(keys: KeyRing) -> DocumentKey:
    jwk = public_jwk(keys.documents)
    kid = jwk.pop("kid")
    return DocumentKey(kid, jwk, DOCUMENT_ISSUER, DOCUMENT_USAGE, 0, None, None, 0, 0)


def _change(keys: KeyRing, change: Callable[[DocumentKey], DocumentKey], kids: set[str]) -> None:
    if not kids:
        return
    with _locked(keys):
        _save(keys, [change(one) if one.kid in kids else one for one in document_keys(keys)])


def _save(keys: KeyRing, found: Sequence[DocumentKey]) -> None:
    partial = keys.folder / f"{LIST}.{secrets.token_hex(4)}"
    text = json.dumps([asdict(one) for one in found], indent=1)
    write_private(partial, text.encode("utf-8"))
    partial.replace(keys.folder / LIST)
    sync_folder(keys.folder)


@contextmanager
def _locked(keys: KeyRing) -> Iterator[None]:
    """One writer of the list at a time, across processes: a server and the command line."""
    with (keys.folder / "documents.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _private_key(keys: KeyRing, kid: str) -> ec.EllipticCurvePrivateKey:
    if kid == public_jwk(keys.documents)["kid"]:
        return keys.documents
    name = _pem_name(kid)
    return _opened(keys.folder / f"{name}.pem", keys.pem_password(name))


@functools.lru_cache(maxsize=16)
def _opened(path: Path, password: bytes) -> ec.EllipticCurvePrivateKey:
    # Opening a PEM stretches its password on purpose, which takes longer than a signature.
    return open_pem(path, password)


def _pem_name(kid: str) -> str:
    return f"documents-{kid}"


def key_to_json(key: DocumentKey) -> dict[str, Any]:
    """The key's entry in a trust pack (`credentials/trust.py`)."""
    return {
        "kid": key.kid,
        "alg": "ES256",
        "jwk": key.jwk,
        "issuer": key.issuer,
        "usage": list(key.usage),
        "not_before_ms": key.not_before_ms,
        "not_after_ms": key.not_after_ms,
    }
