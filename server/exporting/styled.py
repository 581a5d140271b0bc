"""Single values as a file shows them, for rows that are not made in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from server.spreadsheet import RUN
from server.store.export_protocol import Column, Style, Value

VIETNAM = timezone(timedelta(hours=7))


def styled(column: Column, values: dict[str, Any], style: Style) -> Value:
    """The value of a column among `values`, by its name."""
    value = values.get(column.name)
    if column.kind == "moment":
        return None if value is None else _moment(int(value), style)
    if column.kind == "flag":
        words = style.words["yes_no"]
        return int(bool(value)) if style.moments == "ms" else words["yes" if value else "no"]
    if column.kind in ("whole", "number"):
        return value if isinstance(value, int | float) else None
    texts = value if isinstance(value, list) else [value]
    known = style.words.get(column.vocabulary, {})
    text = "; ".join(known.get(str(one), str(one)) for one in texts if one not in (None, ""))
    return f"'{text}" if column.free and style.defused and text[:1] in RUN else text


def _moment(at_ms: int, style: Style) -> Value:
    if style.moments == "ms":
        return at_ms
    local = datetime.fromtimestamp(at_ms / 1000, VIETNAM)
    if style.moments == "local":
        return local.strftime("%Y-%m-%d %H:%M:%S")
    return local.isoformat(timespec="milliseconds")
