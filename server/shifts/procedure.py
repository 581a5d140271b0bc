"""The steps that a shift goes through when it begins and when it is handed over: pack `procedures`.

The usual ones are ours; no document names them. A unit that has its own publishes a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.issuing.columns import Column
from server.issuing.rows import RowError, cells_of, claims_of, matched_columns
from server.issuing.tables import Table
from server.issuing.values import folded

MOST_STEPS = 20
"""At either end of a shift; more than a screen or two nobody ticks honestly."""

_TIMES = {
    "dau ca": "open",
    "open": "open",
    "cuoi ca": "close",
    "giao ca": "close",
    "close": "close",
}
SAID_TIMES = {"open": "đầu ca", "close": "cuối ca"}
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def time_of(text: str) -> str | None:
    """When a step is done: "đầu ca" or "cuối ca"."""
    return _TIMES.get(folded(text))


def id_of(text: str) -> str | None:
    """The name by which a shift's record keeps that a step was done."""
    return text if _ID.fullmatch(text) else None


COLUMNS: tuple[Column, ...] = (
    Column("id", "Mã", "id", 64, id_of, "step_id", required=True, example="bien-bao"),
    Column("at", "Lúc", "at", 20, time_of, "step_time", required=True, example="đầu ca"),
    Column("vi", "Việc", "vi", 160, required=True, example="Biển báo đủ"),
    Column("en", "Tiếng Anh", "en", 160),
)


def usual_procedure() -> dict[str, Any]:
    """The steps that are published until somebody publishes others."""
    content: dict[str, Any] = json.loads(
        (Path(__file__).parent / "procedure.json").read_text("utf-8")
    )
    return content


def shown(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """The steps as the rows of a file."""
    return [{**one, "at": SAID_TIMES[one["at"]]} for one in content.get("steps", ())]


def procedure(table: Table) -> tuple[dict[str, Any], list[RowError]]:
    """The content of the pack, or nothing and every error. Raises TableError for the headings."""
    columns = matched_columns(COLUMNS, table.headings, table.heading_row)
    errors: list[RowError] = []
    steps: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        claims = claims_of(COLUMNS, row.number, cells_of(row, columns, errors), errors)
        identifier = str(claims.get("id", ""))
        if identifier in seen:
            errors.append(RowError(row.number, "id", "twice", {"other": seen[identifier]}))
        seen[identifier] = row.number
        steps.append({name: claims[name] for name in ("id", "at", "vi", "en") if name in claims})
        if sum(one.get("at") == claims.get("at") for one in steps) > MOST_STEPS:
            errors.append(RowError(row.number, "at", "many_steps", {"limit": MOST_STEPS}))
    return ({"steps": []} if errors else {"steps": steps}), errors
