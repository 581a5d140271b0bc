"""Why a batch's signature does not verify, told by making the likely mistakes again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.findings import Finding
from sync.batch import Batch, signing_text, verify_es256
from sync.encoding import to_base64url

Step = Callable[[bytes, bytes, bytes], bytes]
"""(hash before, body, commitment) → the hash as somebody may have made it."""

MISTAKES: tuple[tuple[Step, str, str], ...] = (
    (
        lambda before, body, _: before + body,
        "Thiếu cam kết trong mã băm: không có phần cá nhân thì 32 byte 0 đứng vào đó (H2).",
        "The commitment is missing from the hash: 32 zero bytes where there is no person part.",
    ),
    (
        lambda before, body, committed: before.hex().encode() + body + committed,
        "Mã băm trước đi vào dưới dạng 32 byte, không phải chữ hex.",
        "The hash before goes in as 32 bytes and not as hex.",
    ),
    (
        lambda before, body, committed: to_base64url(before).encode() + body + committed,
        "Mã băm trước đi vào dưới dạng 32 byte, không phải base64url.",
        "The hash before goes in as 32 bytes and not as base64url.",
    ),
    (
        lambda before, body, committed: before + committed + body,
        "Thứ tự là mã băm trước, văn bản, cam kết.",
        "The order is: hash before, body text, commitment.",
    ),
    (
        lambda before, body, committed: before + body + committed.hex().encode(),
        "Cam kết đi vào dưới dạng 32 byte, không phải chữ hex.",
        "The commitment goes in as 32 bytes and not as hex.",
    ),
)  # fmt: skip


def why_signature_fails(batch: Batch, key: ec.EllipticCurvePublicKey) -> Finding | None:
    """None where it verifies; else the rule, as exactly as can be told."""
    *_, head = batch.hashes()
    ends = (batch.previous, head)
    if _signed(batch, key, signing_text(batch.device, batch.first, batch.last, *ends)):
        return None
    for step, vi, en in MISTAKES:
        current = batch.previous
        for one in batch.events:
            made = step(current, one.body.encode("utf-8"), one.commitment)
            current = hashlib.sha256(made).digest()
        text = signing_text(batch.device, batch.first, batch.last, batch.previous, current)
        if _signed(batch, key, text):
            return Finding("H3", vi, en, f"{batch.first}–{batch.last}")
    return Finding("B3", *LINES, "signature")


LINES = (
    "Chữ ký (ES256, r ‖ s) phủ sáu dòng nối bằng một dấu xuống dòng: chot-batch/1, device, first,"
    " last, previous, head; hai mã băm viết hex.",
    "The signature (ES256, r ‖ s) covers six lines joined by one line feed: chot-batch/1, device,"
    " first, last, previous, head; both hashes in hex.",
)


def _signed(batch: Batch, key: ec.EllipticCurvePublicKey, text: bytes) -> bool:
    return verify_es256(key, batch.signature, text)
