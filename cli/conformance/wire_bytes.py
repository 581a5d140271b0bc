"""Bytes in JSON, and how they are got wrong: padding, the other alphabet, DER. SPEC E3, B3."""

from __future__ import annotations

import base64
import binascii

from cli.conformance.findings import Finding
from sync.encoding import from_base64url
from sync.errors import SyncError

DER_SEQUENCE = 0x30


def decoded(value: object, name: str, length: int) -> Finding | None:
    """What is wrong with the `length` bytes in `value`; None where nothing is."""
    try:
        data = from_base64url(value)
    except SyncError:
        return _not_canonical(value, name)
    if len(data) == length:
        return None
    if name == "signature" and data[:1] == bytes([DER_SEQUENCE]):
        return Finding(
            "B3",
            "Chữ ký là 32 byte r rồi 32 byte s; đây là DER.",
            "A signature is 32 bytes of r, then 32 of s; this is DER.",
            name,
        )
    return Finding(
        "B3" if name == "signature" else "B1",
        f"`{name}` phải có {length} byte; thấy {len(data)}.",
        f"`{name}` has {length} bytes; found {len(data)}.",
        name,
    )


def _not_canonical(value: object, name: str) -> Finding:
    if not isinstance(value, str):
        return Finding("B1", f"Thiếu `{name}`.", f"`{name}` is missing.", name)
    try:
        base64.b64decode(value.translate(str.maketrans("-_", "+/")) + "==", validate=False)
    except binascii.Error:
        return Finding("E3", "Không phải base64url.", "This is not base64url.", name)
    return Finding(
        "E3",
        "Byte đi dưới dạng base64url không có dấu «=», dùng «-» và «_», không có bit thừa.",
        'Bytes travel as base64url without "=", with "-" and "_", and no stray bits.',
        name,
    )
