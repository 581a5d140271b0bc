"""`view.db`: what people search. A projection of the log, never the only place of anything.

No person data in clear: tokens (see `blind`), and the number of the log row that holds the
encrypted part. `VIEW_SCHEMA` goes up whenever the tables *or what is projected into them* change;
a view with another number is rebuilt, not migrated.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from server.store.log.log_schema import execute_all

VIEW_SCHEMA = 10

FLAGS = (
    "override",
    "refused",
    "unknown_code",
    "conflict",
    "forged",
    "late",
    "voided",
    "duplicate",
    "unverified",
)
"""Bit i of `crossings.flags` is FLAGS[i]. `duplicate`: another crossing counts for this passage
(SPEC L3). `unverified`: an event of it came after a gap that has not closed (SPEC A8)."""

REVIEW_FLAGS = ("override", "refused", "unknown_code", "conflict", "forged")
"""What puts a crossing into the review queue. The others are only marked: a checkpoint that was
offline for a morning would otherwise bury what needs a look."""

view_migrations = Migrations("view")


def flag_bit(name: str) -> int:
    """The bit of a flag."""
    return 1 << FLAGS.index(name)


@view_migrations()
def m001_crossings(db: Database) -> None:
    """Records and their events, crossings in the order people read them, tokens, plates.

    Numbers of the log: `since` is the one from which an event, review or link counts, `first_n`
    the one from which a crossing is there, `since_n` the one from which its row is as it stands.
    `counted_as` names the crossing that counts for this one, "" for itself. `id_keys` are the
    tokens of whole ID numbers where there is no plate, `complaint` the number
    of the complaint code (SPEC E9). `ahead` lists runs beyond a gap. `listed` is
    an alert's state, or "closed" where it was withdrawn. `to_look` are crossings
    and quick tests that the home server has yet to look at, `to_decide` crossings to decide again
    because lists changed.
    """
    execute_all(
        db,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE records (id INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE);
        CREATE TABLE record_events (
            record INTEGER NOT NULL, n INTEGER NOT NULL, since INTEGER NOT NULL,
            PRIMARY KEY (record, n)
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
            review TEXT NOT NULL, destination TEXT NOT NULL, counted_as TEXT NOT NULL,
            override TEXT NOT NULL, first_n INTEGER NOT NULL, since_n INTEGER NOT NULL,
            id_keys BLOB, complaint INTEGER NOT NULL
        );
        CREATE INDEX crossings_by_time ON crossings (occurred_ms, record);
        CREATE INDEX crossings_by_place ON crossings (checkpoint, occurred_ms, record);
        CREATE INDEX crossings_by_plate ON crossings (plate, occurred_ms) WHERE plate <> '';
        CREATE INDEX crossings_by_review ON crossings (review, occurred_ms, record)
            WHERE review <> '';
        CREATE INDEX crossings_by_change ON crossings (since_n);
        CREATE INDEX crossings_by_complaint ON crossings (complaint);
        CREATE TABLE crossing_people (
            crossing INTEGER NOT NULL, item TEXT NOT NULL, role TEXT NOT NULL,
            family TEXT NOT NULL, status TEXT NOT NULL, code TEXT NOT NULL,
            outcome TEXT NOT NULL, PRIMARY KEY (crossing, item)
        ) WITHOUT ROWID;
        CREATE TABLE crossing_goods (
            crossing INTEGER NOT NULL, item TEXT NOT NULL, goods_group TEXT NOT NULL,
            quantity REAL, unit TEXT NOT NULL, perishable INTEGER NOT NULL,
            origin TEXT NOT NULL, destination TEXT NOT NULL, seal TEXT NOT NULL,
            PRIMARY KEY (crossing, item)
        ) WITHOUT ROWID;
        CREATE TABLE reviews (
            id INTEGER PRIMARY KEY, subject TEXT NOT NULL, decision TEXT NOT NULL,
            order_stamp INTEGER NOT NULL, ref TEXT NOT NULL, since INTEGER NOT NULL
        );
        CREATE INDEX reviews_by_subject ON reviews (subject);
        CREATE TABLE links (
            id INTEGER PRIMARY KEY, one TEXT NOT NULL, other TEXT NOT NULL,
            decision TEXT NOT NULL, by_person INTEGER NOT NULL, since INTEGER NOT NULL
        );
        CREATE INDEX links_by_one ON links (one);
        CREATE INDEX links_by_other ON links (other);
        CREATE TABLE notices (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL,
            withdrawn INTEGER NOT NULL, since INTEGER NOT NULL
        );
        CREATE INDEX notices_by_subject ON notices (subject);
        CREATE TABLE alerts (
            id INTEGER PRIMARY KEY, record TEXT NOT NULL, code TEXT NOT NULL,
            checkpoint TEXT NOT NULL, occurred_ms INTEGER NOT NULL, state TEXT NOT NULL,
            withdrawn INTEGER NOT NULL, listed TEXT NOT NULL, since INTEGER NOT NULL
        );
        CREATE INDEX alerts_listed ON alerts (listed, occurred_ms, record);
        CREATE TABLE alert_subjects (
            subject TEXT NOT NULL, alert INTEGER NOT NULL, PRIMARY KEY (subject, alert)
        ) WITHOUT ROWID;
        CREATE INDEX alert_subjects_by_alert ON alert_subjects (alert);
        CREATE TABLE noted (
            id INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            checkpoint TEXT NOT NULL, lane TEXT NOT NULL, occurred_ms INTEGER NOT NULL,
            officer TEXT NOT NULL, what TEXT NOT NULL, degree TEXT NOT NULL, number INTEGER,
            wait_s INTEGER, crossing TEXT NOT NULL, voided TEXT NOT NULL, since INTEGER NOT NULL
        );
        CREATE INDEX noted_by_time ON noted (occurred_ms, record);
        CREATE INDEX noted_by_kind ON noted (kind, occurred_ms, record);
        CREATE INDEX noted_by_crossing ON noted (crossing) WHERE crossing <> '';
        CREATE TABLE shifts (
            id INTEGER PRIMARY KEY, record TEXT NOT NULL, checkpoint TEXT NOT NULL,
            opened_ms INTEGER NOT NULL, due_ms INTEGER, closed_ms INTEGER, lead TEXT NOT NULL,
            opened_by TEXT NOT NULL, members INTEGER NOT NULL, asked INTEGER NOT NULL,
            waiting INTEGER NOT NULL, crossings INTEGER, since INTEGER NOT NULL
        );
        CREATE INDEX shifts_by_time ON shifts (opened_ms, record);
        CREATE INDEX shifts_by_record ON shifts (record);
        CREATE TABLE chains (
            device TEXT NOT NULL, branch INTEGER NOT NULL, through INTEGER NOT NULL,
            ahead TEXT NOT NULL, PRIMARY KEY (device, branch)
        ) WITHOUT ROWID;
        CREATE TABLE unverified (
            device TEXT NOT NULL, branch INTEGER NOT NULL, seq INTEGER NOT NULL,
            record INTEGER NOT NULL, since INTEGER NOT NULL, closed INTEGER,
            PRIMARY KEY (device, branch, seq)
        ) WITHOUT ROWID;
        CREATE INDEX unverified_by_record ON unverified (record);
        CREATE TABLE tokens (
            token BLOB NOT NULL, crossing INTEGER NOT NULL, person INTEGER NOT NULL,
            PRIMARY KEY (token, crossing, person)
        ) WITHOUT ROWID;
        CREATE TABLE shown_documents (
            token BLOB NOT NULL, crossing INTEGER NOT NULL, item TEXT NOT NULL,
            key_id TEXT NOT NULL, issuer TEXT NOT NULL, issued_ms INTEGER,
            PRIMARY KEY (token, crossing, item)
        ) WITHOUT ROWID;
        CREATE INDEX shown_documents_by_crossing ON shown_documents (crossing);
        CREATE VIRTUAL TABLE plates USING fts5 (plate, tokenize = 'trigram');
        CREATE TABLE compacted (
            checkpoint TEXT NOT NULL, day TEXT NOT NULL, direction TEXT NOT NULL,
            action TEXT NOT NULL, crossings INTEGER NOT NULL, people INTEGER NOT NULL,
            vehicles INTEGER NOT NULL, PRIMARY KEY (checkpoint, day, direction, action)
        ) WITHOUT ROWID;
        CREATE TABLE compacted_notes (
            checkpoint TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL,
            degree TEXT NOT NULL, records INTEGER NOT NULL, total INTEGER NOT NULL,
            PRIMARY KEY (checkpoint, day, kind, what, degree)
        ) WITHOUT ROWID;
        CREATE TABLE to_look (id INTEGER PRIMARY KEY);
        CREATE TABLE to_decide (id INTEGER PRIMARY KEY);
        """,
    )
