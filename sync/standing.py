"""How far a device has come with each of its servers. SPEC P1–P3, P7, P8."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import ec

from sync.envelope import Level, Receipt, read_receipt
from sync.errors import SyncError

HashAt = Callable[[int], bytes | None]
"""The own hash at a number; None beyond the end of the own chain."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one server said of this device's chain. `level` is what its last receipt promised.

    `answered`: up to where each own event's answer was heard; a receipt alone does not tell of
    refusals (SPEC P2). `told_ms`: the server's clock at the last receipt.
    """

    server: str
    receipt_key: ec.EllipticCurvePublicKey
    level: Level = "home"
    through: int = 0
    safe_through: int = 0
    answered: int = 0
    told_ms: int = 0

    @property
    def drained(self) -> int:
        """Up to where nothing has to be said to this server again."""
        return min(self.through, self.answered)

    def after(self, receipt: Receipt) -> Standing:
        """The standing once a believed receipt of this server is taken in."""
        return replace(
            self,
            level=receipt.level,
            through=receipt.through,
            safe_through=receipt.safe_through,
            # A server restored from a backup judges again what it gets again (SPEC F5).
            answered=min(self.answered, receipt.through),
            told_ms=receipt.server_ms,
        )

    def heard(self, answers: set[int]) -> Standing:
        """The standing after the answers to these numbers were heard."""
        answered = self.answered
        while answered + 1 in answers:
            answered += 1
        return replace(self, answered=min(answered, self.through))


def check_receipt(receipt: Receipt, device: str, server: str, hash_at: HashAt) -> None:
    """SyncError "receipt.server" or "receipt.head" where it is of another chain (SPEC P1, P3)."""
    if (receipt.device, receipt.server) != (device, server):
        raise SyncError("receipt.server", "P1")
    if receipt.head != hash_at(receipt.through):
        raise SyncError("receipt.head", "P3", receipt.through)


def handed_on(
    data: object, standings: Iterable[Standing], device: str, hash_at: HashAt
) -> Standing | None:
    """The standing that a receipt handed on by a relay changes (SPEC P8); None: none.

    A server this device does not know is passed over, and so is an older receipt than the last.
    Raises SyncError "receipt.…" like a receipt of one's own server.
    """
    server = data.get("server") if isinstance(data, dict) else None
    for standing in standings:
        if standing.server == server:
            receipt = read_receipt(data, standing.receipt_key)
            check_receipt(receipt, device, standing.server, hash_at)
            if receipt.level == "home" and receipt.server_ms >= standing.told_ms:
                return standing.after(receipt)
    return None


def drained(saved: int, standings: Iterable[Standing]) -> dict[str, int]:
    """Up to which own event each level holds the chain: saved, relay, home, safe (SPEC P7)."""
    known = list(standings)
    home = [one for one in known if one.level == "home"]
    return {
        "saved": saved,
        "relay": max((one.through for one in known), default=0),
        "home": max((one.through for one in home), default=0),
        "safe": max((one.safe_through for one in home), default=0),
    }
