"""Whoever changes a log file is found, and the place is named. Files are tampered with for real."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from server.store.protocol import AuditEntry
from server.store.reader import read_only
from server.store.verify import LogWalk, walk_log
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet


def walked(world: World) -> LogWalk:
    with closing(read_only(world.config.log_path)) as log:
        return walk_log(log, world.sqlite.keys, lambda _: None)


@dataclass
class Written:
    """A log of two tablets with three batches each, five events a batch, and three looks."""

    world: World
    first: Tablet
    second: Tablet

    def tamper(self, *statements: str) -> None:
        """Change the file as somebody with a copy of sqlite3 would."""
        with closing(sqlite3.connect(self.world.config.log_path, isolation_level=None)) as log:
            for (name,) in log.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
            ).fetchall():
                log.execute(f"DROP TRIGGER {name}")
            log.execute("PRAGMA recursive_triggers = 1")
            for statement in statements:
                assert log.execute(statement).rowcount != 0, statement

    def of(self, condition: str = "true") -> str:
        """The second tablet's rows, as an SQL condition."""
        return f"device = {self.second.device.no} AND {condition}"

    def at(self, seq: int) -> str:
        """The second tablet's event `seq`."""
        return self.of(f"seq = {seq}")

    def forge(self, seq: int) -> None:
        """A new body with a hash that fits it."""
        with closing(sqlite3.connect(self.world.config.log_path, isolation_level=None)) as log:
            body, previous, commitment = log.execute(
                f"SELECT body, previous, commitment FROM events WHERE {self.at(seq)}"
            ).fetchone()
            body = body.replace("30A12345", "30A99999")
            digest = hashlib.sha256(previous + body.encode() + commitment).digest()
            log.execute(
                f"UPDATE events SET body = ?, hash = ? WHERE {self.at(seq)}", (body, digest)
            )


@pytest.fixture
def written(world: World) -> Written:
    first, second = world.tablet(), world.tablet("nt-ca-na")
    for _ in range(3):
        for tablet in (first, second):
            tablet.push(world.store, tablet.crossings(5))
        world.store.audit(AuditEntry(NOON_MS, "canhsat", "search"))
    return Written(world, first, second)


def test_h3_a_log_as_it_was_written_is_whole(written: Written) -> None:
    written.world.store.write(
        "review", written.first.records[0], "hd-ql6", "canhsat",
        {"subject": written.first.records[0], "decision": "seen"}, {"note": "xong"}, NOON_MS,
    )  # fmt: skip
    walk = walked(written.world)
    assert (walk.breaks, walk.first_break) == (0, None)
    assert walk.is_plain
    assert (walk.events, walk.audit_entries) == (31, 3)
    assert [(one.kind, one.events, one.through) for one in walk.devices] == [
        ("server", 1, 1),
        ("tablet", 15, 15),
        ("tablet", 15, 15),
    ]


TAMPERED: dict[str, tuple[Callable[[Written], None], int, str]] = {
    "one letter of a body": (
        lambda log: log.tamper(
            f"UPDATE events SET body = replace(body, '30A12345', '30A12346') WHERE {log.at(7)}"
        ),
        7,
        "event.hash",
    ),
    "one bit of a body that is then no text": (
        lambda log: log.tamper(
            f"UPDATE events SET body = CAST(x'ff' || substr(body, 2) AS TEXT) WHERE {log.at(7)}"
        ),
        7,
        "event.hash",
    ),
    "a body and its hash": (lambda log: log.forge(7), 8, "event.link"),
    "the last body of a batch and its hash": (lambda log: log.forge(15), 15, "envelope.head"),
    "a commitment": (
        lambda log: log.tamper(f"UPDATE events SET commitment = zeroblob(32) WHERE {log.at(3)}"),
        3,
        "event.hash",
    ),
    "a person part put in the place of another": (
        lambda log: log.tamper(
            f"UPDATE events SET person = (SELECT person FROM events WHERE {log.at(4)})"
            f" WHERE {log.at(9)}"
        ),
        9,
        "person.closed",
    ),
    "a day key that is gone with its row": (
        lambda log: log.tamper("DELETE FROM day_keys"),
        0,
        "person.key",
    ),
    "a row in the middle of a batch": (
        lambda log: log.tamper(f"DELETE FROM events WHERE {log.at(8)}"),
        8,
        "event.missing",
    ),
    "a whole batch in the middle, its signature left": (
        lambda log: log.tamper(f"DELETE FROM events WHERE {log.of('seq BETWEEN 6 AND 10')}"),
        6,
        "event.missing",
    ),
    "a whole batch in the middle with its signature": (
        lambda log: log.tamper(
            f"DELETE FROM events WHERE {log.of('seq BETWEEN 6 AND 10')}",
            f"DELETE FROM batches WHERE {log.of('first = 6')}",
        ),
        6,
        "chain.head",
    ),
    "the newest rows": (
        lambda log: log.tamper(f"DELETE FROM events WHERE {log.of('seq >= 14')}"),
        14,
        "event.missing",
    ),
    "the newest batch with its signature": (
        lambda log: log.tamper(
            f"DELETE FROM events WHERE {log.of('seq >= 11')}",
            f"DELETE FROM batches WHERE {log.of('first = 11')}",
        ),
        11,
        "chain.head",
    ),
    "everything of one tablet but its name": (
        lambda log: log.tamper(f"DELETE FROM events WHERE {log.of()}"),
        1,
        "event.missing",
    ),
    "two rows exchanged": (
        lambda log: log.tamper(
            f"UPDATE events SET seq = 99 WHERE {log.at(7)}",
            f"UPDATE events SET seq = 7 WHERE {log.at(9)}",
            f"UPDATE events SET seq = 9 WHERE {log.at(99)}",
        ),
        7,
        "person.closed",
    ),
    "the first row made another": (lambda log: log.forge(1), 2, "event.link"),
    "a beginning from nowhere": (
        lambda log: log.tamper(f"UPDATE events SET previous = zeroblob(32) WHERE {log.at(1)}"),
        1,
        "event.hash",
    ),
    "a batch signature": (
        lambda log: log.tamper(
            "UPDATE batches SET signature = (SELECT signature FROM batches WHERE no = 1)"
            f" WHERE {log.of('first = 6')}"
        ),
        6,
        "batch.signature",
    ),
    "a batch signature that is gone": (
        lambda log: log.tamper(
            f"DELETE FROM batches WHERE {log.of('first = 11')}"
        ),
        11,
        "event.unsigned",
    ),
    "another key for the tablet": (
        lambda log: log.tamper(
            f"UPDATE devices SET jwk = (SELECT jwk FROM devices WHERE no = {log.first.device.no})"
            f" WHERE no = {log.second.device.no}"
        ),
        1,
        "batch.signature",
    ),
    "the time of receipt in an envelope": (
        lambda log: log.tamper(
            "UPDATE envelopes SET received_ms = received_ms - 3600000"
            f" WHERE {log.of('first = 6')}"
        ),
        6,
        "envelope.signature",
    ),
    "the time of receipt of an event": (
        lambda log: log.tamper(
            f"UPDATE events SET received_ms = received_ms + 1000 WHERE {log.at(12)}"
        ),
        12,
        "envelope.received",
    ),
    "an envelope that is gone": (
        lambda log: log.tamper(
            f"DELETE FROM envelopes WHERE {log.of('first = 6')}"
        ),
        6,
        "envelope.missing",
    ),
    "the envelope of another batch": (
        lambda log: log.tamper(
            f"UPDATE events SET envelope = (SELECT envelope FROM events WHERE {log.at(1)})"
            f" WHERE {log.at(15)}"
        ),
        15,
        "envelope.range",
    ),
    "an order stamp": (
        lambda log: log.tamper(
            f"UPDATE events SET order_stamp = order_stamp + 1 WHERE {log.at(13)}"
        ),
        13,
        "event.order",
    ),
    "the checkpoint of an event": (
        lambda log: log.tamper(
            f"UPDATE events SET home = (SELECT no FROM homes WHERE id = 'hd-ql6')"
            f" WHERE {log.at(2)}"
        ),
        2,
        "event.home",
    ),
    "the head that receipts are made of": (
        lambda log: log.tamper(
            f"UPDATE chains SET through = 12 WHERE {log.of()}"
        ),
        13,
        "chain.head",
    ),
    "a column of another type": (
        lambda log: log.tamper(f"UPDATE events SET previous = 'x' WHERE {log.at(5)}"),
        5,
        "event.shape",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_h3_b3_a3_what_was_changed_in_the_file_is_named(written: Written, what: str) -> None:
    tamper, seq, code = TAMPERED[what]
    tamper(written)
    walk = walked(written.world)
    assert walk.first_break is not None
    if seq:
        assert (str(walk.first_break), walk.first_break.code) == (
            f"{written.second.device.id}:{seq}",
            code,
        )
    else:
        assert (str(walk.first_break), walk.first_break.code) == (
            f"{written.first.device.id}:1",
            code,
        )


UNVOUCHED = {"state", "code", "field", "authority"}
"""What this server judged of an event: nobody signed it, and a rebuild does not make it again."""


def test_every_column_of_an_event_is_vouched_for_but_the_servers_judgement(
    written: Written,
) -> None:
    with closing(sqlite3.connect(written.world.config.log_path, isolation_level=None)) as log:
        columns = {name for _, name, *_ in log.execute("PRAGMA table_info(events)")}
        (row,) = log.execute(f"SELECT n FROM events WHERE {written.at(7)}").fetchone()
        for column in sorted(columns - UNVOUCHED):
            (old,) = log.execute(f"SELECT {column} FROM events WHERE n = ?", (row,)).fetchone()
            new = old + 1000 if isinstance(old, int) else old[:-1]
            changed = new if column == "n" else row
            log.execute(f"UPDATE events SET {column} = ? WHERE n = ?", (new, row))
            assert walked(written.world).first_break is not None, column
            log.execute(f"UPDATE events SET {column} = ? WHERE n = ?", (old, changed))
            assert walked(written.world).first_break is None, column


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'ai đó' WHERE n = 2",
        "DELETE FROM audit WHERE n = 2",
        "UPDATE audit SET hash = zeroblob(32) WHERE n = 2",
    ],
)
def test_a_changed_audit_entry_is_named(written: Written, statement: str) -> None:
    written.tamper(statement)
    first = walked(written.world).first_break
    assert first is not None
    assert (str(first), first.code) == ("audit:2", "audit.hash")


def test_f2_an_event_that_left_no_other_trace_is_missed_by_its_number(written: Written) -> None:
    held = f"device = {written.first.device.no}"
    written.tamper(
        f"DELETE FROM events WHERE {held}",
        f"DELETE FROM batches WHERE {held}",
        f"DELETE FROM envelopes WHERE {held}",
        f"DELETE FROM chains WHERE {held}",
    )
    first = walked(written.world).first_break
    assert first is not None
    assert (str(first), first.code) == ("log.db:1", "log.number")


def test_a_page_of_the_file_that_cannot_be_read_is_a_break(written: Written) -> None:
    written.world.store.close()
    with closing(sqlite3.connect(written.world.config.log_path)) as log:
        log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = log.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'events_by_device'"
        ).fetchone()
        (size,) = log.execute("PRAGMA page_size").fetchone()
    with written.world.config.log_path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    first = walked(written.world).first_break
    assert first is not None
    assert first.code == "log.unreadable"


def test_a8_a_gap_is_reported_and_is_no_break(world: World) -> None:
    tablet = world.tablet()
    batches = [tablet.crossings(3) for _ in range(3)]
    tablet.push(world.store, batches[0])
    tablet.push(world.store, batches[2])
    walk = walked(world)
    assert walk.breaks == 0
    assert not walk.is_plain
    assert (walk.devices[1].through, walk.devices[1].gaps) == (3, ((4, 6),))
    tablet.push(world.store, batches[1])
    walk = walked(world)
    assert walk.is_plain
    assert (walk.devices[1].through, walk.devices[1].gaps) == (9, ())


def test_a6_branches_are_reported_and_are_no_break(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    clone = tablet.clone()
    for one in (tablet, clone):
        one.push(world.store, one.crossings(2))
        one.push(world.store, one.crossings(2))
    walk = walked(world)
    assert walk.breaks == 0
    device = walk.devices[1]
    assert (device.events, device.through) == (11, 7)
    assert [(one.no, one.first, one.last) for one in device.branches] == [(1, 4, 7)]
    with closing(sqlite3.connect(world.config.log_path)) as log:
        log.execute("DELETE FROM events WHERE branch = 1 AND seq = 5")
        log.commit()
    first = walked(world).first_break
    assert first is not None
    assert (first.seq, first.code) == (5, "batch.head")


def test_b5_a_retry_cut_differently_leaves_a_whole_log(world: World) -> None:
    tablet = world.tablet()
    start = tablet.clone()
    events = [tablet.crossing() for _ in range(9)]
    for sizes in ((3, 3), (5, 4), (1, 8), (9,)):
        sender, at = start.clone(), 0
        for size in sizes:
            sender.push(world.store, sender.batch(*events[at : at + size]))
            at += size
    walk = walked(world)
    assert walk.is_plain
    assert (walk.devices[1].events, walk.devices[1].through) == (9, 9)


def test_h5_a_destroyed_day_key_leaves_a_whole_log_and_is_counted(written: Written) -> None:
    written.tamper("UPDATE day_keys SET wrapped = NULL")
    walk = walked(written.world)
    assert walk.breaks == 0
    assert [one.erased for one in walk.devices] == [0, 15, 15]
