"""Signatures of messages, as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from server.webhooks.messages import Message

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_text(random: bytes) -> str:
    """The secret as its receiver is given it."""
    return PREFIX + base64.b64encode(random).decode("ascii")


def headers(message: Message, secrets: Sequence[str], now_s: int) -> dict[str, str]:
    """webhook-id, webhook-timestamp and webhook-signature of a message sent now.

    One signature for each secret: a receiver looks for one that is right.
    """
    signed = f"{message.name}.{now_s}.{message.body}".encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "chot-webhook/1",
        "webhook-id": message.name,
        "webhook-timestamp": str(now_s),
        "webhook-signature": " ".join(_signature(one, signed) for one in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
