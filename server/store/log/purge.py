"""Destroying day keys: a day's person parts are gone for good, in every copy of them. SPEC G6.

The wrapped key is overwritten, and so are the parts themselves: who still has the key in memory
finds nothing to open with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from server.store.forgotten import Purged
from server.store.log.erasures import persons_in
from server.store.log.run_rows import COLUMNS, Run

_LIGHT = COLUMNS.replace("runs.bodies", "NULL").replace("runs.persons", "NULL")

FORGOTTEN = "forgotten"
"""In `meta` of the log and of a view: how often more was forgotten than a view can follow."""


def days_before(log: sqlite3.Connection, day: str) -> list[str]:
    """The days before `day` whose keys are still there."""
    rows = log.execute(
        "SELECT day FROM day_keys WHERE day < ? AND wrapped IS NOT NULL ORDER BY day", (day,)
    )
    return [str(one) for (one,) in rows]


def purge(connection: sqlite3.Connection, days: Sequence[str]) -> Purged:
    """Destroy the keys of these days. Inside the writer; a second time there is nothing to do.

    A day without a key gets an empty one: nothing can be stored under it any more.
    """
    destroyed = persons = 0
    for day in days:
        row = connection.execute(
            "SELECT no, wrapped IS NULL FROM day_keys WHERE day = ?", (day,)
        ).fetchone()
        if row is None:
            connection.execute(
                "INSERT INTO day_keys (day, class, wrapped) VALUES (?, 'person', NULL)", (day,)
            )
            continue
        no, is_gone = row
        runs = connection.execute(
            f"SELECT {_LIGHT} FROM runs WHERE day_key = ? AND persons IS NOT NULL", (no,)
        )
        persons += sum(persons_in(Run(*one)) for one in runs)
        connection.execute("UPDATE runs SET persons = NULL WHERE day_key = ?", (no,))
        connection.execute("UPDATE day_keys SET wrapped = NULL WHERE no = ?", (no,))
        destroyed += not is_gone
    if destroyed:
        view_is_stale(connection)
    return Purged(destroyed, persons)


def view_is_stale(connection: sqlite3.Connection) -> None:
    """Every view made so far knows more than it should: it is made anew (SPEC V3)."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, '1')"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(value + 1 AS TEXT)",
        (FORGOTTEN,),
    )
