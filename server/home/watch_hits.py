"""Crossings of people who are watched: by the exact list, which only the server has. SPEC W5.

Tablets hold a filter of crowds, and may hold an old one. Who was on the list at the moment of
crossing and let through unasked, or came onto it afterwards for that time, is a late hit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from server.home.alerts import DAY_MS, DECIDE_DAYS, alert
from server.home.books import Book
from server.home.draft import Draft
from server.home.redecide import Question, is_watched
from server.store.blind import BlindIndex

CODE = "late.isolated"

_COVERING = (
    "SELECT id, added_ms FROM watch WHERE (id_index = :it OR old_id_index = :it)"
    " AND from_ms <= :at AND until_ms > :at ORDER BY n"
)
_CHANGED = "SELECT id_index, old_id_index, from_ms, until_ms FROM watch WHERE n > ?"
_CROSSED = (
    "INSERT OR IGNORE INTO to_decide (id) SELECT c.id FROM tokens t JOIN crossings c"
    " ON c.id = t.crossing WHERE t.token = ? AND c.occurred_ms >= ? AND c.occurred_ms < ?"
    " AND max(c.occurred_ms, c.received_ms) >= ?"
)
_TOLD = (
    "INSERT OR IGNORE INTO to_decide (id) SELECT r.id FROM alerts a JOIN alert_subjects s"
    " ON s.alert = a.id JOIN records r ON r.record = s.subject"
    " WHERE a.code = ? AND a.listed = 'new'"
)


def watch_state(log: sqlite3.Connection) -> dict[str, int]:
    """How far the list was changed, and how many it names: a removal changes the second only."""
    (number, many) = log.execute("SELECT ifnull(max(n), 0), count(*) FROM watch").fetchone()
    return {"watch all": int(number), "watched all": int(many)}


def add_concerned(
    log: sqlite3.Connection, view: sqlite3.Connection, after: int, now_ms: int
) -> None:
    """Put whom the changes since number `after` are about into `to_decide`, and who was told."""
    view.execute(_TOLD, (CODE,))
    horizon_ms = now_ms - DECIDE_DAYS * DAY_MS
    for *tokens, from_ms, until_ms in log.execute(_CHANGED, (after,)):
        view.executemany(
            _CROSSED, [(one, from_ms, until_ms, horizon_ms) for one in tokens if one is not None]
        )


def wanted(
    log: sqlite3.Connection, blind: BlindIndex, question: Question, then: Book
) -> Iterator[Draft]:
    """The late hits of this crossing, one for each entry and person.

    A filter that hit, of an entry that was on the list then, was no late hit: a closer look was
    asked for.
    """
    row = question.row
    if row.action == "turned_back":
        return
    for one in question.people:
        number = one.identity.get("id_number")
        token = blind.whole_id(number) if isinstance(number, str) else b""
        if not token:
            continue
        asked = is_watched(one, then.watchlist)
        for entry, added_ms in log.execute(_COVERING, {"it": token, "at": row.occurred_ms}):
            if added_ms > row.occurred_ms or not asked:
                record = row.record
                yield alert(CODE, record, [record], row, one.item, entry, persons=[one.item])
