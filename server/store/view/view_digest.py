"""What a view holds, so that two of them can be compared: table by table, without row numbers.

Numbers of rows depend on the portions in which a view was made; records stand in for them.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

_NAMED = "(SELECT record FROM records WHERE records.id = {})"

TABLES: dict[str, str] = {
    "records": "SELECT record FROM records ORDER BY 1",
    "record_events": f"SELECT {_NAMED.format('e.record')}, n, since FROM record_events e"
    " ORDER BY 1, 2",
    "crossings": "SELECT record, occurred_ms, received_ms, checkpoint, lane, direction, mode,"
    " purpose, plate, plate_read, vehicle_class, people, goods, outcome, action, reasons, families,"
    " officer, device, flags, review, destination, counted_as, override, first_n, since_n, id_keys,"
    " complaint"
    " FROM crossings ORDER BY record",
    "crossing_people": f"SELECT {_NAMED.format('crossing')}, item, role, family, status, code,"
    " outcome FROM crossing_people ORDER BY 1, 2",
    "crossing_goods": f"SELECT {_NAMED.format('crossing')}, item, goods_group, quantity, unit,"
    " perishable, origin, destination, seal FROM crossing_goods ORDER BY 1, 2",
    "reviews": f"SELECT {_NAMED.format('v.id')}, subject, decision, order_stamp, ref, since"
    " FROM reviews v ORDER BY 1",
    "links": f"SELECT {_NAMED.format('v.id')}, one, other, decision, by_person, since FROM links v"
    " ORDER BY 1",
    "notices": f"SELECT {_NAMED.format('v.id')}, kind, subject, withdrawn, since FROM notices v"
    " ORDER BY 1",
    "alerts": "SELECT record, code, checkpoint, occurred_ms, state, withdrawn, listed, since"
    " FROM alerts ORDER BY 1",
    "alert_subjects": f"SELECT {_NAMED.format('alert')}, subject FROM alert_subjects ORDER BY 1, 2",
    "noted": "SELECT record, kind, checkpoint, lane, occurred_ms, officer, what, degree, number,"
    " wait_s, crossing, voided, since FROM noted ORDER BY record",
    "shifts": "SELECT record, checkpoint, opened_ms, due_ms, closed_ms, lead, opened_by, members,"
    " asked, waiting, crossings, since FROM shifts ORDER BY 1",
    "chains": "SELECT device, branch, through, ahead FROM chains ORDER BY 1, 2",
    "unverified": f"SELECT device, branch, seq, {_NAMED.format('u.record')}, since, closed"
    " FROM unverified u ORDER BY 1, 2, 3",
    "tokens": f"SELECT {_NAMED.format('crossing')}, token, person FROM tokens ORDER BY 1, 2, 3",
    "shown_documents": f"SELECT {_NAMED.format('crossing')}, item, token, key_id, issuer,"
    " issued_ms FROM shown_documents ORDER BY 1, 2, 3",
    "compacted": "SELECT * FROM compacted ORDER BY 1, 2, 3, 4",
    "compacted_notes": "SELECT * FROM compacted_notes ORDER BY 1, 2, 3, 4, 5",
    "plates": f"SELECT {_NAMED.format('plates.rowid')}, plates.plate FROM plates ORDER BY 1",
}
"""Every table but `meta` and `to_look`, which say where its projector and the home server are."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row that two views do not share: its table, and its first column in either."""

    table: str
    row: str
    columns: tuple[str, ...]
    """Columns that differ; none where one view lacks the row."""


def digests(view: sqlite3.Connection) -> dict[str, str]:
    """SHA-256 of the rows of each table, in hex."""
    found = {}
    for table, sql in TABLES.items():
        state = hashlib.sha256()
        for row in view.execute(sql):
            state.update(repr(row).encode())
        found[table] = state.hexdigest()
    return found


def first_difference(one: sqlite3.Connection, other: sqlite3.Connection) -> Difference | None:
    """Where two views first differ, by table and row; None where they hold the same."""
    return next(_differences(one, other), None)


def _differences(one: sqlite3.Connection, other: sqlite3.Connection) -> Iterator[Difference]:
    for table, sql in TABLES.items():
        left, right = one.execute(sql), other.execute(sql)
        names = [str(column[0]) for column in left.description]
        for mine, theirs in zip_longest(left, right):
            if mine == theirs:
                continue
            if mine is None or theirs is None or mine[0] != theirs[0]:
                yield Difference(table, str((mine or theirs)[0]), ())
            else:
                pairs = zip(names, mine, theirs, strict=True)
                differing = tuple(name for name, a, b in pairs if a != b)
                yield Difference(table, str(mine[0]), differing)
