"""Which of the two readings of events a server uses: chosen by what is installed, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.check import Checked, check_all_by_schema

Check = Callable[[Sequence[str], Sequence[str | None]], Checked]
"""(body texts, for each the person text or None) → what is in order."""


def checker() -> Check:
    """The fast reading where msgspec is installed, else marshmallow's. Call it once, at start."""
    try:
        from schemas.fast_batch import check_all_by_types
    except ModuleNotFoundError as error:
        if error.name != "msgspec":
            raise
        return check_all_by_schema
    return check_all_by_types
