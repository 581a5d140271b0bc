"""QR codes and plain colours as PNG, by hand (PNG, ISO/IEC 15948), no image library needed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

MODULE_PX = 8
QUIET_MODULES = 4
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY_1 = struct.pack(">BBBBB", 1, 0, 0, 0, 0)


def qr_matrix(text: str) -> list[list[bool]]:
    """The modules of a QR code with error correction M and its quiet zone; True is dark.

    Raises ValueError when the text does not fit one code.
    """
    # Imported late: it pulls in image libraries where there are any, and few servers draw codes.
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(text)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def qr_png(text: str, module_px: int = MODULE_PX) -> bytes:
    """A QR code of `text` as PNG, `module_px` pixels a module."""
    return matrix_png(qr_matrix(text), module_px)


def colour_png(colour: str) -> bytes:
    """One pixel of a colour ("#1f4e79") as PNG, to be stretched."""
    pixel = bytes.fromhex(colour.removeprefix("#"))
    return _png(1, struct.pack(">BBBBB", 8, 2, 0, 0, 0), b"\x00" + pixel)


def matrix_png(matrix: Sequence[Sequence[bool]], module_px: int = MODULE_PX) -> bytes:
    """Modules as PNG; True is dark."""
    return rows_png(["".join("1" if dark else "0" for dark in line) for line in matrix], module_px)


def rows_png(rows: Sequence[str], module_px: int = MODULE_PX) -> bytes:
    """Rows of "0" and "1" as PNG, a bit a pixel; "1" is dark."""
    side = len(rows) * module_px
    line_bytes = -(-side // 8)
    # A filter byte 2 says: the line above and nothing else.
    same = (b"\x02" + bytes(line_bytes)) * (module_px - 1)
    drawn = bytearray()
    for row in rows:
        bits = row.replace("0", "l" * module_px).replace("1", "0" * module_px).replace("l", "1")
        drawn += b"\x00" + int(bits.ljust(8 * line_bytes, "0"), 2).to_bytes(line_bytes, "big")
        drawn += same
    return _png(side, _GREY_1, bytes(drawn))


def _png(side: int, kind: bytes, rows: bytes) -> bytes:
    # Mostly zeros: looking for runs only is four times as fast, and costs half a kilobyte.
    packing = zlib.compressobj(strategy=zlib.Z_RLE)
    packed = packing.compress(rows) + packing.flush()
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">II", side, side) + kind),
            _chunk(b"IDAT", packed),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
