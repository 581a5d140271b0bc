"""Where a page of a list goes on: "<milliseconds>.<record>" of the last row that was shown."""

from __future__ import annotations

import re

_KEY = re.compile(r"(-?[0-9]{1,18})\.(.+)", re.ASCII)


def page_key(after: str) -> tuple[int, str]:
    """(milliseconds, record); ValueError for what is none, or no number that a row may have."""
    found = _KEY.fullmatch(after)
    if found is None:
        raise ValueError(after)
    return int(found[1]), found[2]
