"""The modules of a QR code, all at once: what makes thousands of documents a matter of seconds.

`qrcode` walks every module in Python for each of the eight masks, some 60 ms a code. Here a code is
one large integer, a bit a module: a mask is one XOR, and what a mask loses is counted by shifting.
The tables and the fixed patterns are those of `qrcode`, and so are the modules, which the tests
compare for every version and level (ISO/IEC 18004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

BYTE_MODE = 0b0100
MASKS = range(8)
LAST_VERSION = 40
KEPT = 8
"""Blanks, of a few hundred kB each: the documents of a server are of a few lengths."""

_PADS = b"\xec\x11"


@dataclass(frozen=True, slots=True)
class Blank:
    """What all codes of a version and level have in common.

    A code is `side` rows of `side` modules and a 0 that keeps the rows apart, the first module
    first. `upright` picks its bits out of the data's and "01", `turned` those of the code with
    rows and columns exchanged; the masks and `full`, all modules dark, are such codes.
    """

    side: int
    data_bytes: int
    blocks: tuple[tuple[int, int], ...]
    """Data and correction bytes of each block."""
    upright: itemgetter[int]
    turned: itemgetter[int]
    masks: tuple[tuple[int, int], ...]
    full: int
    said: tuple[int, ...]
    """The modules that say level, mask and version, by mask; no mask is judged by them."""


def qr_rows(data: bytes, level: int) -> tuple[int, list[str]]:
    """(version, rows of "0" and "1", 1 is dark) of bytes in the smallest code; no quiet zone.

    `level` is one of `qrcode.constants`. Raises ValueError where no code holds the data.
    """
    version = _version(len(data), level)
    blank = _blank(version, level)
    words = _interleaved(_data_bytes(data, version, blank.data_bytes), blank.blocks)
    bits = f"{int.from_bytes(words, 'big'):0{8 * len(words)}b}01"
    upright = int("".join(blank.upright(bits)), 2)
    turned = int("".join(blank.turned(bits)), 2)
    lost = [
        _lost(upright ^ mask, turned ^ across, blank.full, blank.side)
        for mask, across in blank.masks
    ]
    chosen = lost.index(min(lost))
    whole = (upright ^ blank.masks[chosen][0]) | blank.said[chosen]
    stride = blank.side + 1
    text = f"{whole:0{stride * blank.side}b}"
    return version, [text[at : at + blank.side] for at in range(0, len(text), stride)]


def _version(size: int, level: int) -> int:
    for version in range(1, LAST_VERSION + 1):
        if 4 + _length_bits(version) + 8 * size <= 8 * _capacity(version, level):
            return version
    raise ValueError(f"{size} bytes fit no code")


def _length_bits(version: int) -> int:
    return 8 if version < 10 else 16


@cache
def _capacity(version: int, level: int) -> int:
    from qrcode.base import rs_blocks

    return sum(one.data_count for one in rs_blocks(version, level))


def _data_bytes(data: bytes, version: int, capacity: int) -> bytes:
    """Mode, length, data, up to four zeros, zeros to the next byte, then pads."""
    length_bits = _length_bits(version)
    whole = BYTE_MODE << length_bits | len(data)
    whole = whole << 8 * len(data) | int.from_bytes(data, "big")
    used = 4 + length_bits + 8 * len(data)
    size = min(capacity, -(-(used + 4) // 8))
    filled = (whole << 8 * size - used).to_bytes(size, "big")
    return filled + (_PADS * capacity)[: capacity - size]


def _interleaved(data: bytes, blocks: Sequence[tuple[int, int]]) -> bytes:
    """The data of all blocks byte by byte in turn, then their correction in the same way."""
    parts: list[bytes] = []
    corrections: list[bytes] = []
    at = 0
    for size, correction in blocks:
        part = data[at : at + size]
        at += size
        parts.append(part)
        corrections.append(_correction(part, correction))
    turns = [
        part[turn]
        for of in (parts, corrections)
        for turn in range(max(map(len, of)))
        for part in of
        if turn < len(part)
    ]
    return bytes(turns)


def _correction(part: bytes, count: int) -> bytes:
    """Reed-Solomon: what is left of the data divided by the generator, a byte a step."""
    table = _multiples(count)
    top = 8 * (count - 1)
    below = (1 << top) - 1
    rest = 0
    for one in part:
        rest = (rest & below) << 8 ^ table[rest >> top ^ one]
    return rest.to_bytes(count, "big")


@cache
def _multiples(count: int) -> tuple[int, ...]:
    """The generator of `count` correction bytes times every byte, without its first term."""
    from qrcode.base import Polynomial, gexp, glog

    generator = Polynomial([1], 0)
    for power in range(count):
        generator = generator * Polynomial([1, gexp(power)], 0)
    terms = list(generator)[1:]
    return tuple(
        int.from_bytes(bytes(gexp(glog(one) + glog(byte)) for one in terms), "big") if byte else 0
        for byte in range(256)
    )


def _lost(upright: int, turned: int, full: int, side: int) -> int:
    """The points a masked code loses (ISO/IEC 18004, 7.8.3.1); the fewest are the best."""
    dark = upright.bit_count()
    lost = int(abs(dark / side**2 * 100 - 50) / 5) * 10
    for one in (upright, turned):
        lost += _lost_in_rows(one, full ^ one)
    for one in (upright, full ^ upright):
        pairs = one & one >> 1
        lost += 3 * (pairs & pairs >> side + 1).bit_count()
    return lost


def _lost_in_rows(dark: int, light: int) -> int:
    """Runs of five and more of a colour, and what looks like a finder pattern.

    A bit stands for what ends there: the zero after each row ends everything, in both colours.
    """
    lost = 0
    for one in (dark, light):
        pairs = one & one >> 1
        fives = pairs & pairs >> 2 & one >> 4
        lost += fives.bit_count() + 2 * (fives ^ (fives & fives >> 1)).bit_count()
    finder = dark & light >> 1 & dark >> 2 & dark >> 3 & dark >> 4 & light >> 5 & dark >> 6
    pairs = light & light >> 1
    fours = pairs & pairs >> 2
    return lost + 40 * ((finder >> 4 & fours).bit_count() + (fours >> 7 & finder).bit_count())


@lru_cache(maxsize=KEPT)
def _blank(version: int, level: int) -> Blank:
    from qrcode.base import rs_blocks
    from qrcode.main import QRCode
    from qrcode.util import mask_func

    code: Any = QRCode(version=version, error_correction=level)
    side = code.modules_count = 4 * version + 17
    blocks = rs_blocks(version, level)
    words = sum(one.total_count for one in blocks)
    light = 8 * words
    code.modules = [[None] * side for _ in range(side)]
    for row, column in ((0, 0), (side - 7, 0), (0, side - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    _say(code, None)
    picked = [[light + 1 if one else light for one in line] for line in code.modules]
    free = [[one is None for one in line] for line in code.modules]
    for index, (row, column) in enumerate(_way(free)):
        # Bits that no byte is left for are light.
        picked[row][column] = min(index, light)
    masks = []
    for pattern in MASKS:
        masked = mask_func(pattern)
        rows = [[free[y][x] and masked(y, x) for x in range(side)] for y in range(side)]
        masks.append((_packed(rows), _packed(zip(*rows, strict=True))))
    said = []
    for pattern in MASKS:
        code.modules = [[None] * side for _ in range(side)]
        _say(code, pattern)
        said.append(_packed(code.modules))
    return Blank(
        side,
        sum(one.data_count for one in blocks),
        tuple((one.data_count, one.total_count - one.data_count) for one in blocks),
        itemgetter(*(index for line in picked for index in (*line, light))),
        itemgetter(*(index for line in zip(*picked, strict=True) for index in (*line, light))),
        tuple(masks),
        _packed([[True] * side] * side),
        tuple(said),
    )


def _say(code: Any, mask: int | None) -> None:
    """Put level, mask and version into a code; light everywhere where no mask is chosen yet."""
    code.setup_type_info(mask is None, mask or 0)
    if code.version >= 7:
        code.setup_type_number(mask is None)


def _way(free: Sequence[Sequence[bool]]) -> list[tuple[int, int]]:
    """(row, column) of the free modules in the order of the bits: two columns up, two down."""
    side = len(free)
    found = []
    lines = range(side - 1, -1, -1)
    for right in range(side - 1, 0, -2):
        # The column of the timing pattern is passed over.
        column = right if right > 6 else right - 1
        found += [(row, x) for row in lines for x in (column, column - 1) if free[row][x]]
        lines = lines[::-1]
    return found


def _packed(rows: Any) -> int:
    return int("".join("".join("1" if one else "0" for one in line) + "0" for line in rows), 2)
