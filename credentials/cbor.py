"""A bounded decoder for the part of CBOR (RFC 8949) that health certificates use.

Definite and indefinite lengths, integers, floats, text, bytes, arrays, maps, the four simple
values. Tags are read over. Canonical form is not asked for; a duplicate map key is refused, since
two readers could disagree about what was signed.
"""

import struct
from typing import Any

MAX_BYTES = 65_536
MAX_DEPTH = 16
# Beyond it JavaScript has no exact integers: such numbers become floats in both languages.
MAX_SAFE_INTEGER = 2**53 - 1

_BREAK = 0xFF
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}


class CborError(ValueError):
    """Not one complete CBOR item within the bounds."""


def decode_cbor(data: bytes) -> Any:
    """The one item that `data` holds: int, float, bytes, str, list, dict, bool or None.

    Map keys are int or str. Raises CborError.
    """
    if len(data) > MAX_BYTES:
        raise CborError("too large")
    try:
        value, end = _item(data, 0, 1)
    except (IndexError, struct.error):
        raise CborError("cut") from None
    except UnicodeDecodeError:
        raise CborError("not UTF-8") from None
    if end != len(data):
        raise CborError("bytes after the end")
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH:
        raise CborError("too deep")
    major, argument = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return _simple(data, argument, at)
    if argument >= 24:
        if argument == 31:
            return _indefinite(data, major, at, depth)
        argument, at = _argument(data, argument, at)
    # The commonest first: this is the inner loop of a scan.
    if major == 3 or major == 2:
        end = at + argument
        if end > len(data):
            raise CborError("cut")
        return data[at:end] if major == 2 else str(data[at:end], "utf-8"), end
    if major == 0:
        return _number(argument), at
    if major == 5:
        # An entry takes two bytes at least: a huge count is refused before anything is made.
        if 2 * argument > len(data) - at:
            raise CborError("cut")
        return _map(data, at, argument, depth + 1)
    if major == 4:
        if argument > len(data) - at:
            raise CborError("cut")
        items = []
        for _ in range(argument):
            item, at = _item(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == 1:
        return _number(-1 - argument), at
    return _item(data, at, depth + 1)


def _indefinite(data: bytes, major: int, at: int, depth: int) -> tuple[Any, int]:
    match major:
        case 2 | 3:
            chunks = []
            while data[at] != _BREAK:
                if data[at] >> 5 != major or data[at] & 31 == 31:
                    raise CborError("chunk of another type")
                chunk, at = _item(data, at, depth + 1)
                chunks.append(chunk)
            return (b"" if major == 2 else "").join(chunks), at + 1
        case 4:
            items = []
            while data[at] != _BREAK:
                item, at = _item(data, at, depth + 1)
                items.append(item)
            return items, at + 1
        case 5:
            return _map(data, at, -1, depth + 1)
        case _:
            raise CborError("no length")


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[int | str, Any], int]:
    """`count` entries; below zero, as many as stand before a break."""
    entries: dict[int | str, Any] = {}
    key: Any
    # Nearly every key and value is a short text or a small number: read here, they cost half.
    shallow, size = depth <= MAX_DEPTH, len(data)
    while count:
        first = data[at]
        if count < 0 and first == _BREAK:
            return entries, at + 1
        count -= 1
        end = at + first - 0x5F
        if 0x60 <= first < 0x78 and end <= size and shallow:
            key, at = str(data[at + 1 : end], "utf-8"), end
        elif first >> 5 in (0, 1, 3):
            key, at = _item(data, at, depth)
        else:
            # Asked of the bytes, because True and 1.0 are the same key as 1 for a dict.
            raise CborError("key that is neither integer nor text")
        if isinstance(key, float) or key in entries:
            raise CborError("duplicate or huge key")
        first = data[at]
        end = at + first - 0x5F
        if 0x60 <= first < 0x78 and end <= size and shallow:
            entries[key], at = str(data[at + 1 : end], "utf-8"), end
        elif first < 24 and shallow:
            entries[key], at = first, at + 1
        else:
            entries[key], at = _item(data, at, depth)
    return entries, at


def _argument(data: bytes, info: int, at: int) -> tuple[int, int]:
    if info == 24:
        return data[at], at + 1
    if info > 27:
        raise CborError("reserved length")
    end = at + (1 << (info - 24))
    if end > len(data):
        raise CborError("cut")
    return int.from_bytes(data[at:end], "big"), end


def _simple(data: bytes, info: int, at: int) -> tuple[Any, int]:
    if info in _SIMPLE:
        return _SIMPLE[info], at
    if info not in _FLOATS:
        raise CborError("simple value")
    form, size = _FLOATS[info]
    return struct.unpack(form, data[at : at + size])[0], at + size


def _number(value: int) -> int | float:
    return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else float(value)
