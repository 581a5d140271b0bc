"""base45 (RFC 9285): three characters for two bytes, as QR's alphanumeric mode carries them.

The space is one of the 45 characters, so nothing is ever trimmed or collapsed here.
"""

import sys
from array import array

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_FOREIGN = 255
_VALUES = bytes(
    ALPHABET.index(chr(code)) if chr(code) in ALPHABET else _FOREIGN for code in range(256)
)


class Base45Error(ValueError):
    """Not base45: another character, or a group above what two bytes hold."""


class Base45PartialError(Base45Error):
    """Only base45 characters, but the last group is one that only a cut can leave."""


def base45_decode(text: str) -> bytes:
    """The bytes of `text`. Raises Base45Error, or Base45PartialError when its end is missing."""
    try:
        values = text.encode("latin-1").translate(_VALUES)
    except UnicodeEncodeError:
        raise Base45Error("not base45") from None
    if _FOREIGN in values:
        raise Base45Error("not base45")
    whole = len(values) - len(values) % 3
    pairs = [
        low + 45 * middle + 2025 * high
        for low, middle, high in zip(
            values[0:whole:3], values[1:whole:3], values[2:whole:3], strict=True
        )
    ]
    try:
        words = array("H", pairs)
    except OverflowError:
        raise Base45Error("over two bytes") from None
    if sys.byteorder == "little":
        words.byteswap()
    if len(values) % 3 == 0:
        return words.tobytes()
    if len(values) % 3 == 1:
        raise Base45PartialError("cut")
    last = values[whole] + 45 * values[whole + 1]
    if last > 255:
        raise Base45PartialError("cut")
    return words.tobytes() + bytes((last,))
