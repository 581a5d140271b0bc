"""Packs: what tablets must know offline, built from the store and `rules/packs`, signed, published.

Two kinds. What follows from the store is made by `publish_packs`, which may run at every start and
after every change: trust (whose documents count), hotlines, and per checkpoint a roster (who may
open a shift). What somebody decides is published by `publish`: rules for a checkpoint, levels for
everybody. A pack gets a new version only when its content changed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import rules
from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS, PackError, PackPayload, sign_pack, verify_pack
from server.document_keys import DOCUMENT_ISSUER as DOCUMENT_ISSUER
from server.document_keys import document_keys, key_to_json, trusted_keys
from server.keys import KeyRing, public_jwk
from server.store.protocol import Store
from server.store.published import Pack
from server.store.registered import Device, Officer
from sync.encoding import to_base64url

EVERYBODY = "all"
PIN_ITERATIONS = 210_000
"""PBKDF2-HMAC-SHA256 over badge secret and PIN. The badge holds 128 bits; the PIN adds little."""

KEK_BYTES = 32


class RelayPackError(Exception):
    """A relay signs no packs (SPEC U7); what was to be published belongs to the home server."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: máy trung chuyển không ký gói; hãy làm ở máy chủ gốc")
        self.name = name


def checkpoint_scope(checkpoint: str) -> str:
    """The scope of what only one checkpoint may have."""
    return f"checkpoint:{checkpoint}"


def device_scopes(device: Device) -> list[str]:
    """The scopes of the packs that a device may have."""
    own = [] if device.checkpoint is None else [checkpoint_scope(device.checkpoint)]
    return [EVERYBODY, *own]


def publish_packs(store: Store, keys: KeyRing, now_ms: int) -> list[Pack]:
    """Sign and publish every pack whose content is not the published one; returns the new ones.

    A relay signs none: its packs are the home server's (SPEC U7).
    """
    if store.relay_state():
        return []
    contents: dict[tuple[str, str], Any] = {
        ("trust", EVERYBODY): trust_content(keys, now_ms, trust_in_force(store)),
        ("hotlines", EVERYBODY): hotlines_content(store),
    }
    for checkpoint in store.checkpoints():
        content = roster_content(store, checkpoint.id)
        contents["roster", checkpoint_scope(checkpoint.id)] = content
    made = (
        publish(store, keys, name, scope, content, now_ms)
        for (name, scope), content in contents.items()
    )
    return [pack for pack in made if pack is not None]


def trust_in_force(store: Store) -> Mapping[str, Any] | None:
    """The content of the published trust pack; None before the first one.

    Read from our own store without its signature: a root key that changed since must not take back
    every revocation.
    """
    pack = store.pack("trust", EVERYBODY)
    if pack is None:
        return None
    content: Mapping[str, Any] = parse_json(parse_jws(pack.jws, MAX_PACK_CHARACTERS).payload)[
        "content"
    ]
    return content


def publish(
    store: Store, keys: KeyRing, name: str, scope: str, content: Any, now_ms: int
) -> Pack | None:
    """Sign and publish one pack; None when the published one says the same already.

    Raises RelayPackError on a relay: its tablets believe the home server's packs only.
    """
    if store.relay_state():
        raise RelayPackError(name)
    last = store.pack(name, scope)
    if last is not None and content_of(last, keys, now_ms) == content:
        return None
    pack = sign(name, scope, 1 if last is None else last.version + 1, content, keys, now_ms)
    store.publish(pack)
    return pack


def sign(name: str, scope: str, version: int, content: Any, keys: KeyRing, now_ms: int) -> Pack:
    """One signed pack."""
    issued_at = datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    payload = PackPayload(name, version, scope, issued_at, None, content)
    kid = public_jwk(keys.packs)["kid"]
    return Pack(name, scope, version, now_ms, sign_pack(payload, keys.packs, kid))


def bundled(name: str) -> Any:
    """The content of a data file of the rules room, such as "ninh_thuan_2021_10"."""
    file = Path(rules.__file__).parent / "packs" / f"{name}.json"
    return json.loads(file.read_text("utf-8"))


def trust_content(
    keys: KeyRing, now_ms: int, last: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Whose documents tablets believe (`credentials/trust.py`).

    Our own keys come from the key ring. What people decided stays as it is in `last`, the content
    in force: revocations, bulletins, and the keys of other issuers.
    """
    decided = dict(last or {"revoked": []})
    own = [key_to_json(one) for one in trusted_keys(keys, now_ms)]
    ever_own = {one.kid for one in document_keys(keys)}
    others = [one for one in decided.get("keys", ()) if one["kid"] not in ever_own]
    return {**decided, "keys": own + others}


def hotlines_content(store: Store) -> dict[str, Any]:
    """Whom an officer may call, by checkpoint."""
    return {
        "hotlines": [
            {"checkpoint": one.id, "name": one.name, "number": one.hotline}
            for one in sorted(store.checkpoints(), key=lambda one: one.id)
            if one.hotline
        ]
    }


def roster_content(store: Store, checkpoint: str) -> dict[str, Any]:
    """Who may open a shift here, each with the history key wrapped under badge and PIN."""
    found = store.history_key(checkpoint)
    if found is None:
        raise KeyError(checkpoint)
    key_id, history_key = found
    officers = sorted(store.officers(), key=lambda one: one.id)
    return {
        "checkpoint": checkpoint,
        "history_key_id": key_id,
        "officers": [
            {
                "id": one.id,
                "name": one.name,
                "role": one.role,
                "iterations": PIN_ITERATIONS,
                "wrapped": wrap_history_key(one, history_key),
            }
            for one in officers
            if checkpoint in one.checkpoints and not one.revoked
        ],
    }


def officer_kek(badge_secret: bytes, pin: str, officer: str) -> bytes:
    """What badge and PIN open: PBKDF2-HMAC-SHA256, as WebCrypto makes it on the tablet."""
    password = f"{to_base64url(badge_secret)}:{pin}".encode()
    salt = f"chot/1 badge\n{officer}".encode()
    return hashlib.pbkdf2_hmac("sha256", password, salt, PIN_ITERATIONS, KEK_BYTES)


def wrap_history_key(officer: Officer, history_key: bytes) -> str:
    """base64url(nonce ‖ AES-256-GCM) of a checkpoint's history key for one officer.

    The nonce is derived from what it encrypts: the same content gives the same pack, and one
    nonce never stands for two plaintexts.
    """
    bound = officer.id.encode("utf-8")
    nonce = hmac.new(officer.kek, b"chot/1 roster\n" + bound + history_key, "sha256").digest()[:12]
    return to_base64url(nonce + AESGCM(officer.kek).encrypt(nonce, history_key, bound))


def content_of(pack: Pack, keys: KeyRing, now_ms: int) -> Mapping[str, Any] | None:
    """What a published pack says; None when the root key has changed since."""
    try:
        payload = verify_pack(pack.jws, public_jwk(keys.packs), now_ms)
    except PackError as error:
        if error.payload is None:
            return None
        payload = error.payload
    content: Mapping[str, Any] = payload.content
    return content
