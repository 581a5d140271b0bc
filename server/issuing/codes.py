"""The code of one document as it is printed: a QR code that is sharp enough at 5 × 5 cm.

A module must be at least 0.4 mm wide, or a phone from a bus window does not read it. At 50 mm with
the quiet zone that allows 125 modules: version 25. Level M is taken where it fits, else L.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PRINT_MM = 50.0
MIN_MODULE_MM = 0.4
QUIET_MODULES = 4
MAX_VERSION = 25
MAX_PRINT_CHARACTERS = 1_273
"""What version 25 holds at level L in byte mode (ISO/IEC 18004, table 7)."""

MAX_M_CHARACTERS = 997
"""The same at level M."""

_RUN = re.compile("1+")
_WIDE = [f"h{width}v1h-{width}z" for width in range(4 * MAX_VERSION + 18)]


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """The modules with their quiet zone, row by row; "1" is dark.

    `runs`: (x, y, width) of every horizontal run of dark modules, from the top.
    """

    rows: tuple[str, ...]
    version: int
    runs: tuple[tuple[int, int, int], ...]

    @property
    def side(self) -> int:
        """Modules along one side, quiet zone included."""
        return len(self.rows)

    @property
    def module_mm(self) -> float:
        """How wide a module is when the whole is printed at PRINT_MM."""
        return PRINT_MM / self.side


def printed_code(text: str) -> PrintedCode:
    """The code of an ASCII text. Raises ValueError when it would be too dense."""
    # Imported late: qrcode pulls in image libraries where there are any.
    from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, QRData

    data = text.encode("utf-8")
    if len(data) > MAX_PRINT_CHARACTERS:
        raise ValueError(f"{len(data)} characters do not fit a code of version {MAX_VERSION}")
    level = ERROR_CORRECT_M if len(data) <= MAX_M_CHARACTERS else ERROR_CORRECT_L
    code = QRCode(error_correction=level, border=QUIET_MODULES)
    code.add_data(QRData(data, mode=MODE_8BIT_BYTE))
    code.make(fit=True)
    rows = ["".join("1" if dark else "0" for dark in line) for line in code.get_matrix()]
    return code_of_rows(rows, code.version)


def code_of_rows(rows: Sequence[str], version: int) -> PrintedCode:
    """The code of modules that are known, quiet zone included."""
    return PrintedCode(tuple(rows), version, tuple(_dark_runs(rows)))


def code_svg(code: PrintedCode, size: str = "50mm") -> str:
    """An SVG file of the code at this size, one unit a module, runs of dark modules joined."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
        f'viewBox="0 0 {code.side} {code.side}" shape-rendering="crispEdges">'
        f'<rect width="{code.side}" height="{code.side}" fill="#fff"/>'
        f'<path fill="#000" d="{code_path(code)}"/></svg>'
    )


def code_path(code: PrintedCode) -> str:
    """The dark modules as an SVG path, one rectangle a run."""
    return "".join([f"M{x} {y}{_WIDE[width]}" for x, y, width in code.runs])


def _dark_runs(rows: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(rows):
        for run in _RUN.finditer(row):
            start, end = run.span()
            yield start, y, end - start
