"""A server's keys and a few tablets; answers say what a test wants, word for word."""

from __future__ import annotations

import random
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import sign_es256
from sync.encoding import to_base64url, uuid7
from sync.envelope import Level, Receipt
from sync.own import OwnEvent, Request
from sync.replica import Replica

NOW_MS = 1_795_312_800_000
SERVER = "019ab000-0000-7000-8000-00000000000f"
HOME = "hd-ql6"


class Desk:
    """A server's keys and a few tablets; answers say what a test wants."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.device_key = ec.generate_private_key(ec.SECP256R1())

    def tablet(self) -> Replica:
        device = uuid7(NOW_MS, self.rng.randbytes(10))
        return Replica(device, HOME, SERVER, self.key.public_key())

    def write(self, tablet: Replica, record: str | None = None, **parts: Any) -> OwnEvent:
        fields = parts.pop("fields", {"plate": "29C1"})
        name = record or uuid7(NOW_MS, self.rng.randbytes(10))
        at_ms = parts.pop("at_ms", NOW_MS)
        return tablet.write(at_ms, name, fields, salt=self.rng.randbytes(16), **parts)

    def request(self, tablet: Replica, **options: Any) -> Request:
        return tablet.request(NOW_MS, lambda text: sign_es256(self.device_key, text), **options)

    def receipt(
        self,
        tablet: Replica,
        through: int,
        head: bytes | None = None,
        *,
        server: str = SERVER,
        level: Level = "home",
        safe_through: int = 0,
        told_ms: int = NOW_MS,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> dict[str, Any]:
        head = tablet.hash_at(through) if head is None else head
        receipt = Receipt(server, level, tablet.device, through, head, safe_through, told_ms)
        return {
            "server": server,
            "level": level,
            "device": tablet.device,
            "through": through,
            "head": to_base64url(head),
            "safe_through": safe_through,
            "server_time": told_ms,
            "signature": to_base64url(sign_es256(key or self.key, receipt.signing_text())),
        }

    def answer(self, tablet: Replica, through: int, **members: Any) -> dict[str, Any]:
        return {
            "results": [],
            "receipt": self.receipt(tablet, through),
            "runs": [],
            "removals": [],
            "cursor": f"{SERVER}.1.00000000.1",
            "held_after": 0,
            "more": False,
            "reset": False,
            "digest": None,
            "packs": {},
            "server_time": NOW_MS,
        } | members


def given(of: Replica, seq: int, n: int, **members: Any) -> dict[str, Any]:
    """An event of a tablet as a feed gives it: a run of one."""
    event = of.own[seq]
    return {
        "n": n,
        "device": of.device,
        "first": seq,
        "previous": to_base64url(of.hash_at(seq - 1)),
        "bodies": [event.body],
        "server": SERVER,
        "received": NOW_MS,
        "ranks": "0",
    } | members


def states(*told: str) -> list[dict[str, Any]]:
    return [{"seq": seq, "state": state} for seq, state in enumerate(told, 1)]
