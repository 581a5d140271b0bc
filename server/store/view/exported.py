"""The view's tables for exports: pinned at one number of the log, read in short portions.

All that can be said in SQL is: a row comes out as it goes into the file, so that a million of them
cost little more than reading them. A row that changed after the pin is folded as it stood (SPEC
V5), put into a table in memory, and read from there by the same statement.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from server.spreadsheet import RUN
from server.store.export_protocol import (
    PAGE,
    Column,
    Pinned,
    Style,
    Value,
    ViewChangedError,
)
from server.store.log.record import open_event
from server.store.reader import Files
from server.store.view.as_of import Past, lies_in
from server.store.view.crossing_row import content
from server.store.view.export_tables import Source
from server.store.view.project import insert_items, insert_row
from server.store.view.search import LIVE, joined, watermark, within
from server.store.view.view_schema import FLAGS, flag_bit, view_migrations
from server.store.view.whole import Found

# One class of characters; `-` last, where it means itself.
_RISKY = "'[" + "".join(one for one in RUN if one != "-") + "-]*'"
_FLAG_MASK = (1 << len(FLAGS)) - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Which crossings: `came_after`, only those that came after that number of the log."""

    source: Source
    window: tuple[int, int]
    checkpoints: Sequence[str]
    came_after: int = 0


def pin(files: Files, past: Callable[[Files, int], Past], asked: Asked, n: int | None) -> Pinned:
    """The crossings that are asked for as of `n` (None: as far as the view is), in one read.

    What changed since `n` is folded for it; the rest is only counted off an index.
    """
    view = files.view
    view.execute("BEGIN")
    try:
        now = watermark(view)
        n = now if n is None else n
        conditions = within(*asked.window, asked.checkpoints)
        if asked.source.action:
            conditions.append(("action = ?", (asked.source.action,)))
        if asked.source.flag:
            conditions.append(("flags & ? <> 0", (flag_bit(asked.source.flag),)))
        if asked.came_after:
            conditions.append(("first_n > ?", (asked.came_after,)))
        if n < now:
            conditions.append(("since_n <= ?", (n,)))
        where, values = joined(conditions)
        unchanged = view.execute(
            f"SELECT occurred_ms, record, id, {LIVE} FROM crossings{where}"
            " ORDER BY occurred_ms, record",
            values,
        )
        ids = array("q")
        counted = 0
        changed = _changed(past(files, n), asked) if n < now else []
        for _, _, record_id, live in heapq.merge(unchanged, changed):
            ids.append(record_id)
            counted += live
        return Pinned(n, ids, counted, files.inode)
    finally:
        view.execute("COMMIT")


def page(
    files: Files,
    past: Callable[[Files, int], Past],
    source: Source,
    pinned: Pinned,
    position: int,
    chosen: Sequence[Column],
    style: Style,
) -> list[tuple[Value, ...]]:
    """The rows of the next crossings from `position` on, as they stood at the pin."""
    ids = pinned.ids[position : position + PAGE]
    view = files.view
    if files.inode != pinned.view:
        raise ViewChangedError
    _know_words(view, style)
    text = json.dumps(ids.tolist())
    changed = dict(
        view.execute("SELECT id, record FROM crossings WHERE since_n > ?", (pinned.n,)).fetchall()
    )
    moved = [(record_id, changed[record_id]) for record_id in ids if record_id in changed]
    sql = statement(source, chosen, style)
    if not moved:
        return view.execute(sql, (text,)).fetchall()
    # A few portions have rows that moved on: all of theirs come from memory, in one order.
    with _as_it_was(past(files, pinned.n), moved, style) as before:
        rows: list[tuple[Value, ...]] = []
        for record_id in ids:
            where = before if record_id in changed else view
            rows += where.execute(sql, (json.dumps([record_id]),)).fetchall()
        return rows


def statement(source: Source, chosen: Sequence[Column], style: Style) -> str:
    """The SELECT of these columns for crossings whose ids come as one JSON list, in its order."""
    shown = ", ".join(shown_sql(column, source.columns[column], style) for column in chosen)
    tables = source.tables.replace("crossings c", "json_each(?) k CROSS JOIN crossings c", 1)
    order = f" ORDER BY k.key, {source.order}" if source.order else " ORDER BY k.key"
    joined_on = " ON c.id = k.value"
    head, _, rest = tables.partition("crossings c")
    return f"SELECT {shown} FROM {head}crossings c{joined_on}{rest}{order}"


def shown_sql(column: Column, sql: str, style: Style) -> str:
    """The expression that gives a column as the file shows it."""
    if column.kind == "moment":
        return _moment(sql, style)
    if column.kind == "flag":
        words = style.words["yes_no"]
        yes, no = words["yes"], words["no"]
        if style.moments == "ms":
            return sql
        return f"CASE WHEN {sql} THEN {_quoted(yes)} ELSE {_quoted(no)} END"
    if column.name == "reasons" and style.reasons is not None:
        return f"CASE {sql} WHEN '[]' THEN '' ELSE chot_reasons(c.checkpoint || {sql}) END"
    if column.name == "flags":
        sql = _flags(sql, style)
    elif column.many:
        return _list(sql, column, style)
    elif column.vocabulary == "place":
        sql = f"CASE {sql} WHEN '' THEN '' ELSE chot_place({sql}) END"
    elif column.vocabulary:
        sql = _word(sql, column.vocabulary, style)
    return _safe(sql, column, style)


def _moment(sql: str, style: Style) -> str:
    if style.moments == "ms":
        return sql
    local = f"({sql} + 25200000) / 1000, 'unixepoch'"
    if style.moments == "local":
        # What strftime says with '%Y-%m-%d %H:%M:%S', in half its time.
        return f"datetime({local})"
    return f"strftime('%Y-%m-%dT%H:%M:%S', {local}) || printf('.%03d+07:00', {sql} % 1000)"


def _word(sql: str, vocabulary: str, style: Style) -> str:
    cases = "".join(
        f" WHEN {_quoted(wire)} THEN {_quoted(shown)}"
        for wire, shown in style.words.get(vocabulary, {}).items()
    )
    return f"CASE {sql}{cases} ELSE {sql} END" if cases else sql


def _list(sql: str, column: Column, style: Style) -> str:
    """Most lists are empty, have one word, or words that stand there as they are: cut, not parsed.

    A word with a quote in it is escaped in JSON; such a list is parsed.
    """
    one = _word("value", column.vocabulary, style) if column.vocabulary else "value"
    parsed = f"(SELECT group_concat({one}, '; ') FROM json_each({sql}))"
    if listed := _listed(column, style):
        singles = "".join(
            f" WHEN {_quoted(json.dumps([wire]))} THEN {_quoted(shown)}"
            for wire, shown in listed.items()
        )
        return _safe(f"CASE {sql} WHEN '[]' THEN ''{singles} ELSE {parsed} END", column, style)
    between = _quoted('", "')
    cut = f"replace(substr({sql}, 3, length({sql}) - 4), {between}, '; ')"
    cut = _safe(cut, column, style, f"substr({sql}, 3, 1)")
    parsed = _safe(parsed, column, style)
    return f"CASE WHEN {sql} = '[]' THEN '' WHEN instr({sql}, '\\') THEN {parsed} ELSE {cut} END"


def _listed(column: Column, style: Style) -> Mapping[str, str]:
    return style.words.get(column.vocabulary, {})


def _flags(sql: str, style: Style) -> str:
    words = style.words.get("flag", {})
    parts = " || ".join(
        f"CASE WHEN {sql} & {flag_bit(name)} THEN {_quoted('; ' + words.get(name, name))}"
        " ELSE '' END"
        for name in FLAGS
    )
    return f"CASE {sql} & {_FLAG_MASK} WHEN 0 THEN '' ELSE substr({parts}, 3) END"


def _safe(sql: str, column: Column, style: Style, begins: str = "") -> str:
    """With an apostrophe before what a spreadsheet would run; `begins`: SQL that begins alike."""
    if not (column.free and style.defused):
        return sql
    return f"CASE WHEN {begins or sql} GLOB {_RISKY} THEN '''' || {sql} ELSE {sql} END"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _know_words(connection: sqlite3.Connection, style: Style) -> None:
    connection.create_function("chot_place", 1, style.place, deterministic=True)
    if style.reasons is not None:
        connection.create_function("chot_reasons", 1, style.reasons, deterministic=True)


def persons(
    files: Files, past: Callable[[Files, int], Past], pinned: Pinned, position: int
) -> list[Found]:
    """The events of the same crossings as of the pin, their day keys opened."""
    view = files.view
    if files.inode != pinned.view:
        raise ViewChangedError
    text = json.dumps(pinned.ids[position : position + PAGE].tolist())
    names = [
        str(name)
        for (name,) in view.execute(
            "SELECT r.record FROM json_each(?) k CROSS JOIN records r ON r.id = k.value"
            " ORDER BY k.key",
            (text,),
        )
    ]
    then = past(files, pinned.n)
    then.expect(names)
    return [found for name in names if (found := then.found(name)) is not None]


def _changed(past: Past, asked: Asked) -> list[tuple[int, str, int, int]]:
    rows = past.view.execute(
        "SELECT id, record FROM crossings WHERE since_n > ? AND first_n <= ? AND first_n > ?",
        (past.n, past.n, asked.came_after),
    ).fetchall()
    found = []
    for record_id, name in rows:
        row = past.row(str(name))
        if row is None or not lies_in(row, asked.window, asked.checkpoints):
            continue
        flagged = asked.source.flag in ("", *row.flags)
        if flagged and asked.source.action in ("", row.action):
            live = not {"voided", "duplicate"} & set(row.flags)
            found.append((row.occurred_ms, row.record, int(record_id), int(live)))
    return sorted(found)


class _as_it_was:  # noqa: N801 - read as a word in a with statement
    """A view in memory with these crossings alone, as they stood."""

    def __init__(self, past: Past, moved: Sequence[tuple[Any, ...]], style: Style) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.past = past
        self.moved = moved
        self.style = style

    def __enter__(self) -> sqlite3.Connection:
        view_migrations.apply(Database(self.connection))
        _know_words(self.connection, self.style)
        self.past.expect([str(name) for _, name in self.moved])
        for record_id, name in self.moved:
            found = self.past.found(str(name))
            if found is None:
                continue
            insert_row(self.connection, int(record_id), found.row, None)
            events = [open_event(one, None) for one in found.events]
            known = content(events, self.past.cutoffs, found.row.first_n, found.row.since_n)
            insert_items(self.connection, int(record_id), known.people, known.goods)
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()
