"""Packs: what tablets must know offline, built from the store and `rules/packs`, signed, published.

Two kinds. What follows from the store is made by `publish_packs`, which may run at every start and
after every change: trust (whose documents count), hotlines, procedures, and per checkpoint a roster
(who may open a shift). What somebody decides is published by `publish`: rules for a checkpoint,
levels for everybody. A pack gets a new version only when its content changed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import rules
from credentials.bulletins import Bulletin, read_bulletin
from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS, PackError, PackPayload, sign_pack, verify_pack
from server.document_keys import DOCUMENT_ISSUER as DOCUMENT_ISSUER
from server.document_keys import document_keys, key_to_json, trusted_keys
from server.keys import KeyRing, public_jwk
from server.shifts.procedure import usual_procedure
from server.store.protocol import Store
from server.store.published import Pack, PackVersionError
from server.store.registered import Device, Officer
from server.withdrawn import by_key, still_needed
from sync.encoding import to_base64url

EVERYBODY = "all"
PIN_ITERATIONS = 210_000
"""PBKDF2-HMAC-SHA256 over badge secret and PIN. The badge holds 128 bits; the PIN adds little."""

KEK_BYTES = 32
MAX_MS = 1 << 46
MOST_DUTIES = 1_000
"""Of the plan of one checkpoint: a month of eleven people in three shifts."""

MOST_TRIES = 100
"""Each time somebody else has published; so many in the time of one signature is a fault."""

Change = Callable[[Mapping[str, Any] | None], Any]
"""The content in force → the next one."""


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
    contents: dict[tuple[str, str], Change] = {
        ("trust", EVERYBODY): lambda last: trust_content(keys, now_ms, last),
        ("hotlines", EVERYBODY): lambda last: hotlines_content(store, last),
        ("procedures", EVERYBODY): lambda last: usual_procedure() if last is None else last,
    }
    for checkpoint in store.checkpoints():
        scope = checkpoint_scope(checkpoint.id)
        contents["roster", scope] = partial(_roster, store, checkpoint.id, now_ms)
    made = (
        publish_changed(store, keys, name, scope, change, now_ms)
        for (name, scope), change in contents.items()
    )
    return [pack for pack in made if pack is not None]


def trust_in_force(store: Store) -> Mapping[str, Any] | None:
    """The content of the published trust pack; None before the first one.

    Read from our own store without its signature: a root key that changed since must not take back
    every revocation.
    """
    pack = store.pack("trust", EVERYBODY)
    return None if pack is None else said_by(pack)


def said_by(pack: Pack) -> Mapping[str, Any]:
    """The content of a pack of our own store, read without its signature."""
    jws = parse_jws(pack.jws, MAX_PACK_CHARACTERS)
    content: Mapping[str, Any] = parse_json(jws.payload)["content"]
    return content


def publish(
    store: Store, keys: KeyRing, name: str, scope: str, content: Any, now_ms: int
) -> Pack | None:
    """Sign and publish one pack; None when the published one says the same already.

    For contents that owe nothing to the published one; others go through `publish_changed`.
    Raises RelayPackError.
    """
    return publish_changed(store, keys, name, scope, lambda _: content, now_ms)


def publish_changed(
    store: Store, keys: KeyRing, name: str, scope: str, change: Change, now_ms: int
) -> Pack | None:
    """Publish what `change` makes of the content in force; None where that says the same.

    A command beside a server, or two commands, may publish at once. One is first; the other's
    change is then made again, of what the first one said, so that neither takes anything back.
    `change` gets None where there is no pack yet, and may be called several times. Raises
    RelayPackError on a relay: its tablets believe the home server's packs only.
    """
    if store.relay_state():
        raise RelayPackError(name)
    for _ in range(MOST_TRIES):
        last = store.pack(name, scope)
        content = change(None if last is None else said_by(last))
        if last is not None and content_of(last, keys, now_ms) == content:
            return None
        version = _next_version(store, 0 if last is None else last.version)
        pack = sign(name, scope, version, content, keys, now_ms)
        try:
            store.publish(pack)
        except PackVersionError as error:
            overtaken = error
        else:
            return pack
    raise overtaken


def _next_version(store: Store, last: int) -> int:
    """Above `last`, and in a restored log above all that the lost one may have given out.

    Tablets keep what they hold under a number and never ask for that number again (SPEC K2). An
    epoch is a second, and no pack is published once a second.
    """
    is_restored = store.own_author != store.server_id
    return max(last + 1, store.epoch if is_restored else 1)


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
    in force: bulletins, the keys of other issuers, and revocations, of our own documents as long
    as they could count (`server/withdrawn.py`).
    """
    decided = dict(last or {})
    bulletins = bulletins_of(decided)
    own = trusted_keys(keys, now_ms, bulletins)
    kids = {one.kid for one in own}
    ever_own = {one.kid for one in document_keys(keys)}
    others = [one for one in decided.get("keys", ()) if one["kid"] not in ever_own]
    listed = [*(decided.get("revocations") or ()), *by_key(decided.get("revoked") or (), kids)]
    revocations = still_needed(listed, kids, ever_own, bulletins, now_ms)
    if revocations or "revocations" in decided:
        decided["revocations"] = revocations
    return {**decided, "keys": [*map(key_to_json, own), *others], "revoked": []}


def bulletins_of(content: Mapping[str, Any]) -> list[Bulletin]:
    """The bulletins in the content of a trust pack, in its order."""
    found = (read_bulletin(one) for one in content.get("bulletins") or ())
    return [one for one in found if isinstance(one, Bulletin)]


def hotlines_content(store: Store, book: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Whom an officer may call: each checkpoint's own number, and what people put into `book`.

    `book` has `book` and `duty` (`server/shifts/phone_rows.py`); other names in it do not count.
    """
    own = [
        {"checkpoint": one.id, "name": one.name, "number": one.hotline}
        for one in sorted(store.checkpoints(), key=lambda one: one.id)
        if one.hotline
    ]
    decided = {name: book[name] for name in ("book", "duty") if book and book.get(name)}
    return {"hotlines": own, **decided}


def _roster(store: Store, checkpoint: str, now_ms: int, _: object) -> dict[str, Any]:
    plan = duties_content(store, checkpoint, now_ms)
    return roster_content(store, checkpoint) | ({"plan": plan} if plan else {})


def duties_content(store: Store, checkpoint: str, now_ms: int) -> list[dict[str, Any]]:
    """Who is to stand here from now on, as `chot roster import` took it; the tablet proposes them.

    Whoever may not open a shift here any more is left out.
    """
    known = {
        one.id for one in store.officers() if checkpoint in one.checkpoints and not one.revoked
    }
    found = [
        {"officer": one.officer, "duty": one.duty, "from": one.from_ms, "until": one.until_ms}
        for one in store.duties(now_ms, MAX_MS)
        if one.checkpoint == checkpoint and one.officer in known
    ]
    return found[:MOST_DUTIES]


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
