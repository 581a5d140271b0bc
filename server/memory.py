"""Memory that was freed and is kept for later is given back to the machine."""

from __future__ import annotations

import ctypes


def give_memory_back() -> None:
    """glibc keeps what was freed between live blocks until asked; other libcs have no such call."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
