"""The first line of a file of unsent events; the lines after it are batches. SPEC X1–X4."""

from __future__ import annotations

from dataclasses import dataclass

from sync.batch import MAX_SEQ
from sync.errors import SyncError

FORMAT = "chot-events/1"
MAX_LINE_BYTES = 4 * 1024 * 1024
"""As much as one batch may have (SPEC B2)."""


@dataclass(frozen=True, slots=True)
class FileHeader:
    """Whose events a file holds, and from where to where: that is how a cut file is noticed."""

    device: str
    first: int
    last: int


def parse_header(data: object) -> FileHeader:
    """The header from its JSON value; SyncError("file.format") or ("file.shape") (SPEC X1)."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise SyncError("file.format", "X1")
    device, first, last = data.get("device"), data.get("first"), data.get("last")
    if not isinstance(device, str) or not 1 <= len(device) <= 64 or not device.isascii():
        raise SyncError("file.shape", "X1", "device")
    if type(first) is not int or type(last) is not int or not 1 <= first <= last <= MAX_SEQ:
        raise SyncError("file.shape", "X1", "first")
    return FileHeader(device, first, last)
