"""Sealing person parts and bodies to a server, so that a locked tablet can still drain. SPEC S1–S5.

A tablet draws one AES-256 content key each time it opens a shift, keeps it in memory for
encrypting only, and wraps it once to the server: ECDH P-256 with a fresh key, HKDF-SHA-256,
AES-256-GCM (the shape of HPKE, RFC 9180, with what every WebCrypto has).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.encoding import from_base64url, to_base64url
from sync.errors import SyncError

NONCE_BYTES = 12
POINT_BYTES = 65
WRAPPED_BYTES = POINT_BYTES + 32 + 16
_INFO = b"chot/1 seal"
# An uncompressed point begins with the byte 4, and so its base64url with B.
MAX_SEALED_BODY_CHARS = 1 << 16
"""A body of 8,192 characters may have four bytes each; base64 adds a third."""

_SEALED = re.compile(r"B[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


def wrap_content_key(
    content_key: bytes, server_key: ec.EllipticCurvePublicKey, ephemeral: ec.EllipticCurvePrivateKey
) -> str:
    """The content key for the server only: point ‖ AES-GCM(key), base64url (SPEC S2).

    The nonce is zero: the wrapping key comes from a fresh ephemeral key and is used once.
    """
    point = _point(ephemeral.public_key())
    kek = _agree(ephemeral, server_key, point, _point(server_key))
    return to_base64url(point + AESGCM(kek).encrypt(bytes(NONCE_BYTES), content_key, None))


def unwrap_content_key(wrapped: str, server_key: ec.EllipticCurvePrivateKey) -> bytes:
    """The content key in `wrapped`; raises SyncError("seal.key")."""
    data = from_base64url(wrapped, WRAPPED_BYTES)
    point = data[:POINT_BYTES]
    try:
        ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        kek = _agree(server_key, ephemeral, point, _point(server_key.public_key()))
        return AESGCM(kek).decrypt(bytes(NONCE_BYTES), data[POINT_BYTES:], None)
    except (ValueError, InvalidTag):
        raise SyncError("seal.key", "S2") from None


def seal(person: str, content_key: bytes, wrapped: str, nonce: bytes, commitment: bytes) -> str:
    """`wrapped` "." base64url(nonce ‖ AES-GCM(person)), bound to its commitment (SPEC S1)."""
    ciphertext = AESGCM(content_key).encrypt(nonce, person.encode("utf-8"), commitment)
    return f"{wrapped}.{to_base64url(nonce + ciphertext)}"


def unseal(sealed: str, content_key: bytes, commitment: bytes) -> str:
    """The person text; raises SyncError("seal.text") when it is not the committed one (SPEC S3)."""
    _, dot, text = sealed.partition(".")
    data = from_base64url(text)
    if not dot or len(data) < NONCE_BYTES + 16:
        raise SyncError("seal.text", "S1")
    try:
        plain = AESGCM(content_key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], commitment)
        return plain.decode("utf-8")
    except (InvalidTag, UnicodeDecodeError):
        raise SyncError("seal.text", "S3") from None


def is_sealed(text: str) -> bool:
    """Whether a text stands sealed in the place of a person text, which is a JSON object (S1)."""
    return _SEALED.fullmatch(text) is not None


def wrapped_part(sealed: str) -> str:
    """The wrapped content key at the front of a sealed text: a server caches by it."""
    return sealed.partition(".")[0]


def body_binding(device: str, seq: int) -> bytes:
    """What a sealed body is bound to: its place in its device's chain (SPEC S4)."""
    return f"chot/1 body\n{device}:{seq}".encode()


def open_bodies(data: object, server_key: ec.EllipticCurvePrivateKey) -> object:
    """The JSON value of a batch with each `sealed_body` opened in its place (SPEC S4, S5).

    Whatever is not of that shape is returned as it is: `parse_batch` judges it. SyncError
    seal.body_key where the key is wrapped for another server, seal.body where it does not open.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("events"), list):
        return data
    device, first, events = data.get("device"), data.get("first"), data["events"]
    if not isinstance(device, str) or type(first) is not int:
        return data
    keys: dict[str, bytes] = {}
    opened: list[object] = []
    for seq, event in enumerate(events, start=first):
        if not isinstance(event, Mapping) or "sealed_body" not in event:
            opened.append(event)
            continue
        sealed = event["sealed_body"]
        if not isinstance(sealed, str) or len(sealed) > MAX_SEALED_BODY_CHARS or "body" in event:
            raise SyncError("event.shape", "S4", seq)
        wrapped = wrapped_part(sealed)
        if wrapped not in keys:
            keys[wrapped] = _content_key(wrapped, server_key, seq)
        rest = {name: value for name, value in event.items() if name != "sealed_body"}
        opened.append(rest | {"body": _body(sealed, keys[wrapped], body_binding(device, seq), seq)})
    return {**data, "events": opened}


def _content_key(wrapped: str, server_key: ec.EllipticCurvePrivateKey, seq: int) -> bytes:
    try:
        return unwrap_content_key(wrapped, server_key)
    except SyncError:
        raise SyncError("seal.body_key", "S5", seq) from None


def _body(sealed: str, content_key: bytes, bound: bytes, seq: int) -> str:
    try:
        return unseal(sealed, content_key, bound)
    except SyncError:
        raise SyncError("seal.body", "S5", seq) from None


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _agree(
    own: ec.EllipticCurvePrivateKey,
    other: ec.EllipticCurvePublicKey,
    ephemeral_point: bytes,
    server_point: bytes,
) -> bytes:
    shared = own.exchange(ec.ECDH(), other)
    kdf = HKDF(hashes.SHA256(), 32, salt=ephemeral_point + server_point, info=_INFO)
    return kdf.derive(shared)
