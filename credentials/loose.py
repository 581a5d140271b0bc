"""Values as issuers really wrote them: null for nothing, 2.0 for 2, an instant for a date.

Lenient in the shape of what was signed, never in the signature: what cannot be read is left out,
so it proves nothing.
"""

import re
from collections.abc import Mapping
from typing import Any

from credentials.dates import MAX_EPOCH_S, date_of_loose, epoch_ms_of_loose, instant_of_epoch_s

MAX_ITEMS = 32
MAX_TEXT = 200

_SURROGATE = re.compile("[\ud800-\udfff]")


def loose_text(value: object) -> str | None:
    """Text of 1 to MAX_TEXT code points without spaces around it."""
    if not isinstance(value, str):
        return None
    text = value.strip(" ")
    if not 1 <= len(text) <= MAX_TEXT:
        return None
    return text if text.isascii() or not _SURROGATE.search(text) else None


def loose_integer(value: object, limit: int) -> int | None:
    """A whole number from 0 to `limit`, also when written as a float."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= limit:
        return None
    return value


def loose_epoch_s(value: object) -> int | None:
    """Epoch seconds, a fraction of one cut off."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared first: NaN and infinity have no whole part.
    return int(value) if 0 <= value <= MAX_EPOCH_S else None


def loose_maps(value: object) -> list[Mapping[Any, Any]]:
    """The maps of a list, at most MAX_ITEMS; [] for null and anything else."""
    items = value[:MAX_ITEMS] if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def loose_day(value: object) -> str | None:
    """A whole ISO date, also from an instant."""
    text = loose_text(value)
    date = None if text is None else date_of_loose(text)
    return date if date is not None and len(date) == 10 else None


def loose_instant(value: object) -> str | None:
    """An instant of any offset as ISO 8601 UTC with `Z`, to the second."""
    text = loose_text(value)
    instant_ms = None if text is None else epoch_ms_of_loose(text)
    if instant_ms is None or instant_ms < 0:
        return None
    return instant_of_epoch_s(instant_ms // 1000)
