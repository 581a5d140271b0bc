"""Receipts: this server's signed word on how far it holds a device's chain. SPEC P1, P4."""

from __future__ import annotations

from typing import Any

from server.context import Context
from server.store.registered import Device
from sync.batch import sign_es256
from sync.encoding import to_base64url
from sync.envelope import Receipt


def receipt_of(
    context: Context, device: Device, through: int, head: bytes, forked: bool, now_ms: int
) -> Receipt:
    """A receipt for a chain that is held up to `through`, where its hash is `head`."""
    # The numbers of a cloned device name different events on its branches: none is safe (P4).
    safe = 0 if forked else context.store.safe_through(device.id)
    return Receipt(
        server=context.store.server_id,
        level=context.config.level,
        device=device.id,
        through=through,
        head=head,
        safe_through=min(safe, through),
        server_ms=now_ms,
    )


def held_receipt(context: Context, device: Device, now_ms: int) -> Receipt:
    """A receipt for all that is held of a device's own branch."""
    through, head = context.store.held(device.id)
    return receipt_of(context, device, through, head, device.forked_ms is not None, now_ms)


def receipt_to_json(context: Context, receipt: Receipt) -> dict[str, Any]:
    """The receipt with this server's signature."""
    return {
        "server": receipt.server,
        "level": receipt.level,
        "device": receipt.device,
        "through": receipt.through,
        "head": to_base64url(receipt.head),
        "safe_through": receipt.safe_through,
        "server_time": receipt.server_ms,
        "signature": to_base64url(sign_es256(context.keys.signing, receipt.signing_text())),
    }
