"""`view.db`: what people search. A projection of the log, never the only place of anything.

No person data in clear: tokens (see `blind`), and the number of the log row that holds the
encrypted part. `VIEW_SCHEMA` goes up whenever the tables *or what is projected into them* change;
a view with another number is rebuilt, not migrated.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from server.store.log_schema import execute_all

VIEW_SCHEMA = 1

FLAGS = ("override", "refused", "unknown_code", "conflict", "forged", "late", "voided")
"""Bit i of `crossings.flags` is FLAGS[i]."""

REVIEW_FLAGS = ("override", "refused", "unknown_code", "conflict", "forged")
"""What puts a crossing into the review queue. Late and voided ones are only marked: a checkpoint
that was offline for a morning would otherwise bury what needs a look."""

view_migrations = Migrations("view")


@view_migrations()
def m001_crossings(db: Database) -> None:
    """Records and their events, crossings in the order people read them, tokens, plates."""
    execute_all(
        db,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE records (id INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE);
        CREATE TABLE record_events (
            record INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (record, n)
        ) WITHOUT ROWID;
        CREATE TABLE crossings (
            id INTEGER PRIMARY KEY, record TEXT NOT NULL,
            occurred_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL,
            checkpoint TEXT NOT NULL, lane TEXT NOT NULL, direction TEXT NOT NULL,
            mode TEXT NOT NULL, purpose TEXT NOT NULL, plate TEXT NOT NULL,
            plate_read TEXT NOT NULL, vehicle_class TEXT NOT NULL,
            people INTEGER NOT NULL, goods INTEGER NOT NULL, outcome TEXT NOT NULL,
            action TEXT NOT NULL, reasons TEXT NOT NULL, families TEXT NOT NULL,
            officer TEXT NOT NULL, device TEXT NOT NULL, flags INTEGER NOT NULL,
            review TEXT NOT NULL
        );
        CREATE INDEX crossings_by_time ON crossings (occurred_ms, record);
        CREATE INDEX crossings_by_place ON crossings (checkpoint, occurred_ms, record);
        CREATE INDEX crossings_by_plate ON crossings (plate) WHERE plate <> '';
        CREATE INDEX crossings_by_review ON crossings (review, occurred_ms, record)
            WHERE review <> '';
        CREATE TABLE crossing_people (
            crossing INTEGER NOT NULL, item TEXT NOT NULL, role TEXT NOT NULL,
            family TEXT NOT NULL, status TEXT NOT NULL, code TEXT NOT NULL,
            outcome TEXT NOT NULL, PRIMARY KEY (crossing, item)
        ) WITHOUT ROWID;
        CREATE TABLE crossing_goods (
            crossing INTEGER NOT NULL, item TEXT NOT NULL, goods_group TEXT NOT NULL,
            quantity REAL, unit TEXT NOT NULL, perishable INTEGER NOT NULL,
            PRIMARY KEY (crossing, item)
        ) WITHOUT ROWID;
        CREATE TABLE reviews (
            id INTEGER PRIMARY KEY, subject TEXT NOT NULL, decision TEXT NOT NULL,
            order_stamp INTEGER NOT NULL, ref TEXT NOT NULL
        );
        CREATE INDEX reviews_by_subject ON reviews (subject);
        CREATE TABLE tokens (
            token BLOB NOT NULL, crossing INTEGER NOT NULL, person INTEGER NOT NULL,
            PRIMARY KEY (token, crossing, person)
        ) WITHOUT ROWID;
        CREATE VIRTUAL TABLE plates USING fts5 (plate, tokenize = 'trigram');
        """,
    )
