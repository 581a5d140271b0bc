"""What a server signs: the envelope of what it accepted first, and the receipt of what it holds.

SPEC A1–A4, P1–P3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import MAX_SEQ, verify_es256
from sync.chain import HASH_BYTES
from sync.encoding import from_base64url
from sync.errors import SyncError

Level = Literal["relay", "home"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A server's word that it received this run of events at this time, before any other server.

    The order stamp of each event follows from its own stamp and `received_ms` (SPEC C4), so it is
    not listed. Of two envelopes for one event the smaller (`received_ms`, `server`) wins (A3).
    `ranks` is the authority it verified (R7): one digit for all events, or one for each.
    """

    server: str
    received_ms: int
    device: str
    first: int
    last: int
    head: bytes
    ranks: str

    def signing_text(self) -> bytes:
        lines = (
            "chot-envelope/1",
            self.server,
            str(self.received_ms),
            self.device,
            str(self.first),
            str(self.last),
            self.head.hex(),
            self.ranks,
        )
        return "\n".join(lines).encode("ascii")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A server's word that it holds a device's chain up to `through`, whose hash is `head`.

    `safe_through`: up to where it is also in a verified off-machine backup or a synchronous
    standby (0: nothing yet). A tablet stops resending on any receipt and keeps its own events
    until `safe_through` (SPEC P2).
    """

    server: str
    level: Level
    device: str
    through: int
    head: bytes
    safe_through: int
    server_ms: int

    def signing_text(self) -> bytes:
        lines = (
            "chot-receipt/1",
            self.server,
            self.level,
            self.device,
            str(self.through),
            self.head.hex(),
            str(self.safe_through),
            str(self.server_ms),
        )
        return "\n".join(lines).encode("ascii")


def read_receipt(data: object, key: ec.EllipticCurvePublicKey) -> Receipt:
    """The receipt in its JSON value, once its signature is the server's (SPEC P1).

    Raises SyncError "receipt.shape" or "receipt.signature". Whether `head` is one's own hash at
    `through` is for the caller to see (P3).
    """
    value = data if isinstance(data, dict) else {}
    server, level, device = (value.get(name) for name in ("server", "level", "device"))
    if not (isinstance(server, str) and isinstance(device, str) and level in ("relay", "home")):
        raise SyncError("receipt.shape", "P1")
    through, safe_through, server_ms = (
        _count(value.get(name)) for name in ("through", "safe_through", "server_time")
    )
    try:
        head = from_base64url(value.get("head"), HASH_BYTES)
        signature = from_base64url(value.get("signature"), 64)
    except SyncError:
        raise SyncError("receipt.shape", "P1") from None
    receipt = Receipt(server, level, device, through, head, safe_through, server_ms)
    try:
        text = receipt.signing_text()
    except UnicodeEncodeError:
        raise SyncError("receipt.shape", "P1") from None
    if not verify_es256(key, signature, text):
        raise SyncError("receipt.signature", "P1")
    return receipt


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MAX_SEQ:
        raise SyncError("receipt.shape", "P1")
    return value
