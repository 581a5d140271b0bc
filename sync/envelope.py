"""What a server signs: the envelope of what it accepted first, and the receipt of what it holds.

SPEC A1–A4, P1–P3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["relay", "home"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A server's word that it received this run of events at this time, before any other server.

    The order stamp of each event follows from its own stamp and `received_ms` (SPEC C4), so it is
    not listed. Of two envelopes for one event the smaller (`received_ms`, `server`) wins (A3).
    """

    server: str
    received_ms: int
    device: str
    first: int
    last: int
    head: bytes

    def signing_text(self) -> bytes:
        lines = (
            "chot-envelope/1",
            self.server,
            str(self.received_ms),
            self.device,
            str(self.first),
            str(self.last),
            self.head.hex(),
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
