"""What stands in the files of a Chromium profile, as a forensic tool would read them.

IndexedDB and localStorage lie in LevelDB: tables (.ldb) of blocks, most of them compressed with
Snappy, and logs of 32 KiB blocks whose records are cut into fragments. Blink compresses larger
values once more. A search over the raw files would miss what is there, so everything is unpacked,
rows that were overwritten or deleted included.

LevelDB: doc/table_format.md and doc/log_format.md; Snappy: format_description.txt.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

LOG_BLOCK = 32 * 1024
TABLE_MAGIC = 0xDB4775248B80FB57
BLINK_SNAPPY = b"\xff\x11\x03"
"""A value that Blink compressed begins with these bytes (IDBValueWrapper)."""


def found_on_disk(profile: Path, secrets: Iterable[str]) -> dict[str, list[str]]:
    """Which of the texts stand in which files, in UTF-8, UTF-16 or Latin-1."""
    patterns = {secret: _spellings(secret) for secret in secrets}
    found: dict[str, list[str]] = {}
    for path in sorted(one for one in profile.rglob("*") if one.is_file()):
        try:
            parts = list(readings(path))
        except FileNotFoundError:
            continue
        for secret, spellings in patterns.items():
            if any(one in part for part in parts for one in spellings):
                found.setdefault(secret, []).append(str(path.relative_to(profile)))
    return found


def readings(path: Path) -> Iterator[bytes]:
    """The file as it stands, and whatever can be unpacked of it."""
    raw = path.read_bytes()
    yield raw
    parts: list[bytes] = []
    if path.suffix == ".ldb":
        parts += _table_blocks(raw)
    elif path.suffix == ".log" and path.parent.name.endswith((".leveldb", "leveldb")):
        parts.append(_log_records(raw))
    for part in parts:
        yield part
    for part in (raw, *parts):
        yield from _blink_values(part)


def _spellings(text: str) -> list[bytes]:
    spellings = [text.encode("utf-8"), text.encode("utf-16-le")]
    return [*spellings, text.encode("latin-1")] if text.isascii() else spellings


def _log_records(raw: bytes) -> bytes:
    """The payloads in a row: what was cut at a block's end is whole again."""
    parts: list[bytes] = []
    for start in range(0, len(raw), LOG_BLOCK):
        at, end = start, min(start + LOG_BLOCK, len(raw))
        while at + 7 <= end:
            length = struct.unpack_from("<H", raw, at + 4)[0]
            if length == 0 and raw[at + 6] == 0:
                break
            parts.append(raw[at + 7 : at + 7 + length])
            at += 7 + length
    return b"".join(parts)


def _table_blocks(raw: bytes) -> list[bytes]:
    """Every data block of a table, unpacked."""
    if len(raw) < 48 or struct.unpack_from("<Q", raw, len(raw) - 8)[0] != TABLE_MAGIC:
        return []
    footer = raw[-48:]
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)
    index_offset, at = _varint(footer, at)
    index_size, at = _varint(footer, at)
    blocks = []
    for handle in _values(_block(raw, index_offset, index_size)):
        offset, after = _varint(handle, 0)
        size, _ = _varint(handle, after)
        blocks.append(_block(raw, offset, size))
    return blocks


def _block(raw: bytes, offset: int, size: int) -> bytes:
    data, kind = raw[offset : offset + size], raw[offset + size]
    assert kind in (0, 1), f"a block compressed in another way ({kind})"
    return unsnappy(data) if kind == 1 else data


def _values(block: bytes) -> Iterator[bytes]:
    restarts = struct.unpack_from("<I", block, len(block) - 4)[0]
    end = len(block) - 4 * (restarts + 1)
    at = 0
    while at < end:
        _, at = _varint(block, at)
        rest, at = _varint(block, at)
        size, at = _varint(block, at)
        yield block[at + rest : at + rest + size]
        at += rest + size


def _blink_values(data: bytes) -> Iterator[bytes]:
    at = data.find(BLINK_SNAPPY)
    while at >= 0:
        with contextlib.suppress(IndexError, ValueError):
            yield unsnappy(data[at + len(BLINK_SNAPPY) :])
        at = data.find(BLINK_SNAPPY, at + 1)


def unsnappy(data: bytes) -> bytes:
    """Raw Snappy; what follows its end is left alone. ValueError or IndexError: it is none."""
    size, at = _varint(data, 0)
    out = bytearray()
    while len(out) < size:
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                extra = length - 59
                length = int.from_bytes(data[at : at + extra], "little")
                at += extra
            out += data[at : at + length + 1]
            if at + length + 1 > len(data):
                raise ValueError("cut off")
            at += length + 1
            continue
        if tag & 3 == 1:
            length, back = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[at]
            at += 1
        else:
            width = 2 if tag & 3 == 2 else 4
            length, back = (tag >> 2) + 1, int.from_bytes(data[at : at + width], "little")
            at += width
        if not 0 < back <= len(out):
            raise ValueError("no such place")
        for _ in range(length):
            out.append(out[-back])
    return bytes(out)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("no number")
