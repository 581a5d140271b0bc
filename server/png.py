"""QR codes and plain colours as PNG, by hand (PNG, ISO/IEC 15948), no image library needed."""

from __future__ import annotations

import struct
import zlib

MODULE_PX = 8
QUIET_MODULES = 4
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY_8 = struct.pack(">BBBBB", 8, 0, 0, 0, 0)


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


def matrix_png(matrix: list[list[bool]], module_px: int = MODULE_PX) -> bytes:
    """Modules as PNG; True is dark."""
    rows = bytearray()
    for line in matrix:
        pixels = b"".join((b"\x00" if dark else b"\xff") * module_px for dark in line)
        rows += (b"\x00" + pixels) * module_px
    return _png(len(matrix) * module_px, _GREY_8, bytes(rows))


def _png(side: int, kind: bytes, rows: bytes) -> bytes:
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">II", side, side) + kind),
            _chunk(b"IDAT", zlib.compress(rows, 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
