"""Exports with who people are: person parts are opened crossing by crossing, as of the pin.

Only for whoever stated a purpose and a case; the caller has audited it before the first row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.exporting.styled import styled
from server.store.export_protocol import Column, Pinned, Style, Value
from server.store.protocol import Store

UNMASKED: dict[str, tuple[Column, ...]] = {
    "crossings": (Column("note", free=True),),
    "turn-backs": (Column("note", free=True),),
    "goods": (Column("description", free=True),),
    "passengers": (
        Column("name", free=True),
        Column("id_number", free=True),
        Column("birth_date", free=True),
        Column("sex", vocabulary="sex"),
        Column("phone", free=True),
        Column("address", free=True),
        Column("card", vocabulary="card"),
        Column("temperature_c", "number"),
        Column("symptoms", free=True),
    ),
}
"""The columns that a table has only where it is unmasked."""

_ITEM = {"goods": "line", "passengers": "person"}


def unmask(
    store: Store,
    table: str,
    pinned: Pinned,
    position: int,
    columns: Sequence[Column],
    style: Style,
) -> list[tuple[Value, ...]]:
    """The rows of one portion, each with its person part's values in their places.

    What was erased or purged is empty. Raises ViewChangedError.
    """
    stored = store.export_columns(table)
    by_name = {one.name: one for one in stored}
    keys = [by_name["record"], *([by_name[_ITEM[table]]] if table in _ITEM else [])]
    masked = [one for one in columns if one in stored]
    rows = store.export_page(table, pinned, position, [*keys, *masked], style)
    wholes = {one.row.record: one for one in store.export_persons(pinned, position)}
    filled = []
    for row in rows:
        whole = wholes.get(str(row[0]))
        values: dict[str, Any] = {}
        if whole is not None:
            group = {"goods": whole.goods, "passengers": whole.people}.get(table)
            values = whole.fields if group is None else dict(group.get(str(row[1]), {}))
            if isinstance(values.get("card"), dict):
                values["card"] = values["card"].get("colour")
        shown = iter(row[len(keys) :])
        filled.append(
            tuple(next(shown) if one in stored else styled(one, values, style) for one in columns)
        )
    return filled
