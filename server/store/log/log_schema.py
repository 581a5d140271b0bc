"""`log.db`: the truth. Tables, indexes and numbered migrations, applied when the file is opened.

sqlite-utils keeps the list of what was applied (`_sqlite_migrations`); each migration is one
transaction. A released migration is never edited: add the next one.
"""

from __future__ import annotations

import sqlite3
from typing import Literal

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

STATES: tuple[Literal["accepted", "held", "rejected"], ...] = ("accepted", "held", "rejected")
"""The states an event is stored in; its number in `runs.state` is its place here."""

ACCEPTED, HELD, REJECTED = range(3)

log_migrations = Migrations("log")


MAX_RUN_EVENTS = 250
MAX_RUN_CHARS = 256 * 1024
"""How much one run holds: events, and characters of their texts. A larger batch is cut."""


@log_migrations()
def m001_runs(db: Database) -> None:
    """The append-only log and what vouches for it (docs/adr/0007-runs.md).

    A run is contiguous events of one device on one branch, of one feed, in one state, under one
    envelope. `n` is the number of its last event; the one writer gives numbers inside its
    transaction, so commit order is cursor order (SPEC F2). `branch` is 0 but for a cloned device
    (A6). `ranks` is one digit for all events or one for each (R7). `commitments` are 32 bytes an
    event, NULL where no event has a person part. `bodies` is a JSON array of the body texts,
    `persons` one AES-GCM over such an array. What follows from these is not stored.

    `restated`: a run announced again under the numbers n-count+1…n (A3, A5); `run` and `count`
    are always those of one row of `runs`. `moved`: it was given out before, under the number it
    still counts at; else it counts from here on. `sums`: the hashes of all accepted events of a
    feed up to n added up mod 2^256, each where it counts (F9).
    """
    execute_all(
        db,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE feeds (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
        CREATE TABLE runs (
            n INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            device INTEGER NOT NULL,
            branch INTEGER NOT NULL,
            first INTEGER NOT NULL,
            feed INTEGER NOT NULL,
            state INTEGER NOT NULL,
            code TEXT,
            field TEXT,
            received_ms INTEGER NOT NULL,
            envelope INTEGER NOT NULL,
            ranks TEXT NOT NULL,
            day_key INTEGER,
            previous BLOB NOT NULL,
            head BLOB NOT NULL,
            commitments BLOB,
            bodies TEXT,
            persons BLOB
        );
        CREATE UNIQUE INDEX runs_by_device ON runs (device, branch, first);
        CREATE INDEX runs_by_feed ON runs (feed);
        CREATE INDEX runs_held ON runs (code) WHERE state = 1;
        CREATE TABLE restated (
            n INTEGER PRIMARY KEY, count INTEGER NOT NULL, run INTEGER NOT NULL,
            feed INTEGER NOT NULL, moved INTEGER NOT NULL
        );
        CREATE INDEX restated_by_feed ON restated (feed);
        CREATE INDEX restated_by_run ON restated (run);
        CREATE TABLE sums (
            feed INTEGER NOT NULL, n INTEGER NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (feed, n)
        ) WITHOUT ROWID;
        CREATE TABLE chains (
            device INTEGER NOT NULL, branch INTEGER NOT NULL,
            through INTEGER NOT NULL, head BLOB NOT NULL,
            PRIMARY KEY (device, branch)
        ) WITHOUT ROWID;
        CREATE TABLE batches (
            no INTEGER PRIMARY KEY, device INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, previous BLOB NOT NULL, head BLOB NOT NULL,
            signature BLOB NOT NULL
        );
        CREATE TABLE envelopes (
            no INTEGER PRIMARY KEY, server TEXT NOT NULL, received_ms INTEGER NOT NULL,
            device INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            head BLOB NOT NULL, ranks TEXT NOT NULL, signature BLOB NOT NULL
        );
        CREATE TABLE started (record TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE day_keys (
            no INTEGER PRIMARY KEY, day TEXT NOT NULL, class TEXT NOT NULL, wrapped BLOB,
            UNIQUE (day, class)
        );
        """,
    )


@log_migrations()
def m002_devices_and_people(db: Database) -> None:
    """Who may write and look: devices, one-time codes, checkpoints, users, officers."""
    execute_all(
        db,
        """
        CREATE TABLE devices (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            checkpoint TEXT, lane TEXT, name TEXT NOT NULL, jwk TEXT NOT NULL,
            enrolled_ms INTEGER NOT NULL, revoked_ms INTEGER, forked_ms INTEGER,
            last_contact_ms INTEGER, unsent INTEGER, clock_offset_ms INTEGER,
            checkpoints TEXT NOT NULL DEFAULT '[]'
        );
        CREATE TABLE enrolments (
            code_hash BLOB PRIMARY KEY, checkpoint TEXT NOT NULL, lane TEXT NOT NULL,
            name TEXT NOT NULL, expires_ms INTEGER NOT NULL, used_ms INTEGER, device TEXT,
            kind TEXT NOT NULL, checkpoints TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE checkpoints (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, road TEXT NOT NULL, province TEXT NOT NULL,
            district TEXT NOT NULL, commune TEXT NOT NULL, klass TEXT NOT NULL,
            state TEXT NOT NULL, hotline TEXT NOT NULL, lanes TEXT NOT NULL,
            history_key_id TEXT NOT NULL, history_key BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE users (
            id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            role TEXT NOT NULL, password_hash TEXT NOT NULL, totp_secret BLOB,
            disabled INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE officers (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,
            checkpoints TEXT NOT NULL, kek BLOB NOT NULL, revoked INTEGER NOT NULL
        ) WITHOUT ROWID;
        """,
    )


@log_migrations()
def m003_packs_and_audit(db: Database) -> None:
    """Published packs, whose versions only rise, and the audit chain, which is only added to."""
    execute_all(
        db,
        """
        CREATE TABLE packs (
            name TEXT NOT NULL, scope TEXT NOT NULL, version INTEGER NOT NULL,
            issued_ms INTEGER NOT NULL, jws TEXT NOT NULL,
            PRIMARY KEY (name, scope, version)
        ) WITHOUT ROWID;
        CREATE TRIGGER packs_rise BEFORE INSERT ON packs
        WHEN NEW.version <= (
            SELECT max(version) FROM packs WHERE name = NEW.name AND scope = NEW.scope
        )
        BEGIN SELECT RAISE(ABORT, 'pack version does not rise'); END;
        CREATE TRIGGER packs_stay BEFORE UPDATE ON packs
        BEGIN SELECT RAISE(ABORT, 'a published pack is never changed'); END;
        CREATE TABLE audit (
            n INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL,
            what TEXT NOT NULL, subject TEXT NOT NULL, purpose TEXT NOT NULL,
            reference TEXT NOT NULL, details TEXT NOT NULL, hash BLOB NOT NULL
        );
        CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
        CREATE TRIGGER audit_remains BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
        """,
    )


@log_migrations()
def m004_backups(db: Database) -> None:
    """Backups that were read back whole, and how far those off the machine hold each device."""
    execute_all(
        db,
        """
        CREATE TABLE backups (
            n INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, newest INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL, sha256 BLOB NOT NULL, off_machine INTEGER NOT NULL
        );
        CREATE TABLE safe (device INTEGER PRIMARY KEY, through INTEGER NOT NULL);
        """,
    )


@log_migrations()
def m005_relays(db: Database) -> None:
    """What a relay keeps of its upstream, and what servers above said they hold (SPEC U)."""
    execute_all(
        db,
        """
        CREATE TABLE upstream (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE upstream_receipts (
            device TEXT NOT NULL, server TEXT NOT NULL, level TEXT NOT NULL,
            through INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (device, server)
        ) WITHOUT ROWID;
        CREATE INDEX batches_by_device ON batches (device, last);
        """,
    )


@log_migrations()
def m006_erasures(db: Database) -> None:
    """Person parts that were erased (SPEC G), and what readers are told of it.

    `erased.n` is the number of the erasure; an event may come after it. `removals.n` is the number
    after which readers have heard. `compacted` counts what runs without bodies held (G8).
    """
    execute_all(
        db,
        """
        CREATE TABLE erased (
            device TEXT NOT NULL, seq INTEGER NOT NULL, feed INTEGER NOT NULL,
            n INTEGER NOT NULL, PRIMARY KEY (device, seq, feed)
        ) WITHOUT ROWID;
        CREATE TABLE removals (
            feed INTEGER NOT NULL, n INTEGER NOT NULL, ref TEXT NOT NULL,
            PRIMARY KEY (feed, n, ref)
        ) WITHOUT ROWID;
        CREATE TABLE compacted (
            checkpoint TEXT NOT NULL, day TEXT NOT NULL, direction TEXT NOT NULL,
            action TEXT NOT NULL, crossings INTEGER NOT NULL, people INTEGER NOT NULL,
            vehicles INTEGER NOT NULL, PRIMARY KEY (checkpoint, day, direction, action)
        ) WITHOUT ROWID;
        """,
    )


@log_migrations()
def m007_watchlist(db: Database) -> None:
    """Who is watched. `n` counts changes and is never given twice; `sealed` is all about a person.

    `id_index` and `old_id_index` are blind, made like the tokens of the view.
    """
    execute_all(
        db,
        """
        CREATE TABLE watch (
            n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
            from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, added_ms INTEGER NOT NULL,
            id_index BLOB NOT NULL, old_id_index BLOB, sealed BLOB NOT NULL
        );
        CREATE INDEX watch_by_id ON watch (id_index);
        CREATE INDEX watch_by_old_id ON watch (old_id_index) WHERE old_id_index IS NOT NULL;
        """,
    )


@log_migrations()
def m008_reports(db: Database) -> None:
    """Reports that were issued: the frozen text, its digest and this server's signature."""
    execute_all(
        db,
        """
        CREATE TABLE reports (
            n INTEGER PRIMARY KEY, year INTEGER NOT NULL, number TEXT NOT NULL,
            at_ms INTEGER NOT NULL, issued_ms INTEGER NOT NULL, who TEXT NOT NULL,
            text TEXT NOT NULL, sha256 BLOB NOT NULL, signature BLOB NOT NULL,
            UNIQUE (year, number)
        );
        """,
    )


@log_migrations()
def m009_compacted_notes(db: Database) -> None:
    """Counts of violations, incidents and tests that runs without bodies held (G7)."""
    execute_all(
        db,
        """
        CREATE TABLE compacted_notes (
            checkpoint TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL,
            degree TEXT NOT NULL, records INTEGER NOT NULL, total INTEGER NOT NULL,
            PRIMARY KEY (checkpoint, day, kind, what, degree)
        ) WITHOUT ROWID;
        """,
    )


@log_migrations()
def m010_reference(db: Database) -> None:
    """Roads, companies, planned duties, and that workers have permits (docs/adr/0025-imports.md).

    `workers` names nobody: `person` and `said` are keyed digests.
    """
    execute_all(
        db,
        """
        CREATE TABLE roads (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, aliases TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE companies (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, tax_code TEXT NOT NULL,
            commune TEXT NOT NULL, address TEXT NOT NULL, contact TEXT NOT NULL,
            phone TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE duties (
            checkpoint TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
            officer TEXT NOT NULL, duty TEXT NOT NULL,
            PRIMARY KEY (checkpoint, from_ms, officer)
        ) WITHOUT ROWID;
        CREATE TABLE workers (
            company TEXT NOT NULL, person BLOB NOT NULL, said BLOB NOT NULL, permit TEXT NOT NULL,
            kid TEXT NOT NULL, expires_ms INTEGER NOT NULL, PRIMARY KEY (company, person)
        ) WITHOUT ROWID;
        """,
    )


@log_migrations()
def m011_holds(db: Database) -> None:
    """What is kept for a case though its time is over, and when each day's persons went.

    `subject`: a record id, a blind token, or checkpoint/from/to in milliseconds, by `kind`. `shown`
    is how people recognise it, and no person. A row is never deleted: `released_ms` ends it.
    """
    execute_all(
        db,
        """
        CREATE TABLE holds (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, case_no TEXT NOT NULL,
            kind TEXT NOT NULL, subject TEXT NOT NULL, shown TEXT NOT NULL,
            placed_ms INTEGER NOT NULL, placed_by TEXT NOT NULL,
            released_ms INTEGER, released_by TEXT NOT NULL DEFAULT '',
            basis TEXT NOT NULL DEFAULT ''
        );
        CREATE TRIGGER holds_remain BEFORE DELETE ON holds
        BEGIN SELECT RAISE(ABORT, 'a hold is released, never deleted'); END;
        ALTER TABLE day_keys ADD COLUMN purged_ms INTEGER;
        """,
    )


@log_migrations()
def m012_reports_of_units(db: Database) -> None:
    """The units below this one, by the key that signs for them, and the reports they handed up."""
    execute_all(
        db,
        """
        CREATE TABLE report_units (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, hotline TEXT NOT NULL, jwk TEXT NOT NULL,
            added_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE received_reports (
            n INTEGER PRIMARY KEY, unit TEXT NOT NULL, at_ms INTEGER NOT NULL,
            number TEXT NOT NULL, made_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL,
            text TEXT NOT NULL, sha256 BLOB NOT NULL, signature BLOB NOT NULL,
            UNIQUE (unit, sha256)
        );
        CREATE INDEX received_reports_by_cut ON received_reports (at_ms, unit, made_ms);
        """,
    )


@log_migrations()
def m013_done(db: Database) -> None:
    """Requests done under an Idempotency-Key: keyed digests, and the id of what was made."""
    execute_all(
        db,
        """
        CREATE TABLE done (
            key BLOB PRIMARY KEY, request BLOB NOT NULL, at_ms INTEGER NOT NULL,
            made TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX done_by_age ON done (at_ms);
        """,
    )


def execute_all(db: Database, sql: str) -> None:
    """Run statements one by one: `executescript` would commit the migration's transaction first."""
    statement = ""
    for line in sql.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
    if statement.strip():
        raise ValueError(f"not a whole statement: {statement.strip()[:60]}")
