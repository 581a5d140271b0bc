"""Signatures of messages, as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac

from server.webhooks.messages import Message

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_text(random: bytes) -> str:
    """The secret as its receiver is given it."""
    return PREFIX + base64.b64encode(random).decode("ascii")


def headers(message: Message, secret: str, now_s: int) -> dict[str, str]:
    """webhook-id, webhook-timestamp and webhook-signature of a message sent now."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message.name}.{now_s}.{message.body}".encode()
    tag = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
    return {
        "Content-Type": "application/json",
        "User-Agent": "chot-webhook/1",
        "webhook-id": message.name,
        "webhook-timestamp": str(now_s),
        "webhook-signature": f"v1,{tag}",
    }
