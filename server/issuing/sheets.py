"""PDF"""

from __future__ import annotations

from collections.abc import Sequence

from server.issuing.sign import Document

PRINT_EXTRA = "chot[print]"


def can_print() -> bool:
    return False


def sheets_pdf(documents: Sequence[Document], *, windscreen: bool) -> bytes:
    raise NotImplementedError
