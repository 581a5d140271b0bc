"""Whoever changes a log file is found, and the place is named. Files are tampered with for real."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from schemas.texts import texts_to_json
from server.store.branches import Break
from server.store.protocol import AuditEntry
from server.store.reader import read_only
from server.store.run_rows import COLUMNS, Run, bodies_of, commitments_of, hashes_of
from server.store.verify import LogWalk, walk_log
from sync.batch import plain_event
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
        """The second tablet's run that holds event `seq`."""
        return self.of(f"{seq} BETWEEN first AND first + count - 1")

    def edit(self, seq: int, *, fits: bool = False) -> None:
        """Another plate in event `seq`; `fits`: with a head that goes with it."""
        with closing(sqlite3.connect(self.world.config.log_path, isolation_level=None)) as log:
            row = log.execute(f"SELECT {COLUMNS} FROM runs WHERE {self.at(seq)}").fetchone()
            run = Run(*row)
            bodies = bodies_of(run)
            bodies[seq - run.first] = bodies[seq - run.first].replace("30A12345", "30A99999")
            head = run.head
            if fits:
                commitments = commitments_of(run.commitments, run.count)
                head = hashes_of(run.previous, bodies, commitments)[-1]
            log.execute(
                "UPDATE runs SET bodies = ?, head = ? WHERE n = ?",
                (texts_to_json(bodies).decode(), head, run.n),
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
    "one letter of a body": (lambda log: log.edit(7), 6, "run.hash"),
    "one bit of a body that is then no text": (
        lambda log: log.tamper(
            f"UPDATE runs SET bodies = CAST(x'5b22ff' || substr(bodies, 4) AS TEXT)"
            f" WHERE {log.at(7)}"
        ),
        6,
        "run.hash",
    ),
    "a body and its head": (lambda log: log.edit(7, fits=True), 6, "envelope.head"),
    "the first body and its head": (lambda log: log.edit(1, fits=True), 1, "envelope.head"),
    "a commitment": (
        lambda log: log.tamper(
            "UPDATE runs SET commitments = substr(commitments, 1, 64) || zeroblob(32)"
            f" || substr(commitments, 97) WHERE {log.at(3)}",
            f"UPDATE runs SET commitments = CAST(commitments AS BLOB) WHERE {log.at(3)}",
        ),
        1,
        "run.hash",
    ),
    "two bodies exchanged": (
        lambda log: log.tamper(
            "UPDATE runs SET bodies = json_set(bodies, '$[1]', bodies ->> 2, '$[2]', bodies ->> 1)"
            f" WHERE {log.at(7)}"
        ),
        6,
        "run.hash",
    ),
    "the person parts put in the place of others": (
        lambda log: log.tamper(
            f"UPDATE runs SET persons = (SELECT persons FROM runs WHERE {log.at(4)})"
            f" WHERE {log.at(9)}"
        ),
        6,
        "person.closed",
    ),
    "a day key that is gone with its row": (
        lambda log: log.tamper("DELETE FROM day_keys"),
        0,
        "person.key",
    ),
    "a run in the middle": (
        lambda log: log.tamper(f"DELETE FROM runs WHERE {log.at(8)}"),
        6,
        "event.missing",
    ),
    "a run in the middle with its signature": (
        lambda log: log.tamper(
            f"DELETE FROM runs WHERE {log.at(8)}",
            f"DELETE FROM batches WHERE {log.of('first = 6')}",
        ),
        6,
        "chain.head",
    ),
    "the newest run": (
        lambda log: log.tamper(f"DELETE FROM runs WHERE {log.at(14)}"),
        11,
        "event.missing",
    ),
    "the newest run with its signature": (
        lambda log: log.tamper(
            f"DELETE FROM runs WHERE {log.at(14)}",
            f"DELETE FROM batches WHERE {log.of('first = 11')}",
        ),
        11,
        "chain.head",
    ),
    "everything of one tablet but its name": (
        lambda log: log.tamper(f"DELETE FROM runs WHERE {log.of()}"),
        1,
        "event.missing",
    ),
    "two runs exchanged": (
        lambda log: log.tamper(
            f"UPDATE runs SET first = 99 WHERE {log.at(6)}",
            f"UPDATE runs SET first = 6 WHERE {log.at(11)}",
            f"UPDATE runs SET first = 11 WHERE {log.at(99)}",
        ),
        6,
        "envelope.range",
    ),
    "a beginning from nowhere": (
        lambda log: log.tamper(f"UPDATE runs SET previous = zeroblob(32) WHERE {log.at(1)}"),
        1,
        "run.hash",
    ),
    "a head": (
        lambda log: log.tamper(f"UPDATE runs SET head = zeroblob(32) WHERE {log.at(10)}"),
        6,
        "run.hash",
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
        lambda log: log.tamper(f"DELETE FROM batches WHERE {log.of('first = 11')}"),
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
    "the ranks in an envelope": (
        lambda log: log.tamper(f"UPDATE envelopes SET ranks = '3' WHERE {log.of('first = 6')}"),
        6,
        "envelope.signature",
    ),
    "the ranks of events": (
        lambda log: log.tamper(f"UPDATE runs SET ranks = '3' WHERE {log.at(12)}"),
        11,
        "envelope.ranks",
    ),
    "the time of receipt of events": (
        lambda log: log.tamper(
            f"UPDATE runs SET received_ms = received_ms + 1000 WHERE {log.at(12)}"
        ),
        11,
        "envelope.received",
    ),
    "an envelope that is gone": (
        lambda log: log.tamper(f"DELETE FROM envelopes WHERE {log.of('first = 6')}"),
        6,
        "envelope.missing",
    ),
    "the envelope of another batch": (
        lambda log: log.tamper(
            f"UPDATE runs SET envelope = (SELECT envelope FROM runs WHERE {log.at(1)})"
            f" WHERE {log.at(15)}"
        ),
        11,
        "envelope.range",
    ),
    "the envelope of another device": (
        lambda log: log.tamper(
            f"UPDATE envelopes SET device = {log.first.device.no} WHERE {log.of('first = 11')}"
        ),
        11,
        "envelope.device",
    ),
    "an envelope of a server that nobody knows": (
        lambda log: log.tamper(
            f"UPDATE envelopes SET server = 'ai đó' WHERE {log.of('first = 11')}"
        ),
        11,
        "envelope.signature",
    ),
    "the feed of events": (
        lambda log: log.tamper(
            f"UPDATE runs SET feed = (SELECT no FROM feeds WHERE id = 'checkpoint:hd-ql6')"
            f" WHERE {log.at(2)}"
        ),
        1,
        "event.feed",
    ),
    "the sum of a feed": (
        lambda log: log.tamper(
            f"UPDATE sums SET sum = zeroblob(32) WHERE n = (SELECT n FROM runs WHERE {log.at(12)})"
        ),
        11,
        "feed.sum",
    ),
    "a sum that is gone": (
        lambda log: log.tamper(
            f"DELETE FROM sums WHERE n = (SELECT n FROM runs WHERE {log.at(7)})"
        ),
        6,
        "feed.sum",
    ),
    "the head that receipts are made of": (
        lambda log: log.tamper(f"UPDATE chains SET through = 12 WHERE {log.of()}"),
        13,
        "chain.head",
    ),
    "a column of another type": (
        lambda log: log.tamper(f"UPDATE runs SET previous = 'x' WHERE {log.at(5)}"),
        1,
        "run.shape",
    ),
    "a number of events that no run has": (
        lambda log: log.tamper(f"UPDATE runs SET count = 1 << 40 WHERE {log.at(5)}"),
        1,
        "run.shape",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_h3_b3_a3_what_was_changed_in_the_file_is_named(written: Written, what: str) -> None:
    tamper, seq, code = TAMPERED[what]
    tamper(written)
    walk = walked(written.world)
    assert walk.first_break is not None
    first = walk.first_break
    device = written.second.device.id if seq else written.first.device.id
    assert (first.device, first.seq, first.code) == (device, seq or 1, code)


def test_h3_a_run_that_does_not_link_to_the_one_before_it_is_named(world: World) -> None:
    tablet = world.tablet()
    odd = plain_event(tablet.body(tablet.new_record(), kind="unheard"), None)
    tablet.push(world.store, tablet.batch(tablet.crossing(), odd, tablet.crossing()))
    log = Written(world, tablet, tablet)
    assert walked(world).breaks == 0
    log.tamper(
        f"UPDATE runs SET head = zeroblob(32), bodies = NULL WHERE {log.at(2)}",
    )
    first = walked(world).first_break
    assert first is not None
    assert (str(first), first.code) == (f"{tablet.device.id}:3", "event.link")


UNVOUCHED = {"state", "code", "field"}
"""What this server judged of an event: nobody signed it, and a rebuild does not make it again."""


def test_every_column_of_an_event_is_vouched_for_but_the_servers_judgement(
    written: Written,
) -> None:
    with closing(sqlite3.connect(written.world.config.log_path, isolation_level=None)) as log:
        columns = {name for _, name, *_ in log.execute("PRAGMA table_info(runs)")}
        (row,) = log.execute(f"SELECT n FROM runs WHERE {written.at(7)}").fetchone()
        for column in sorted(columns - UNVOUCHED):
            (old,) = log.execute(f"SELECT {column} FROM runs WHERE n = ?", (row,)).fetchone()
            new = old + 1000 if isinstance(old, int) else old[:-1]
            changed = new if column == "n" else row
            log.execute(f"UPDATE runs SET {column} = ? WHERE n = ?", (new, row))
            assert walked(written.world).first_break is not None, column
            log.execute(f"UPDATE runs SET {column} = ? WHERE n = ?", (old, changed))
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
        f"DELETE FROM runs WHERE {held}",
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
            "SELECT rootpage FROM sqlite_master WHERE name = 'runs_by_device'"
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
        log.execute("DELETE FROM runs WHERE branch = 1 AND first = 4")
        log.commit()
    first = walked(world).first_break
    assert first is not None
    assert (first.seq, first.code) == (4, "event.missing")


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


def history(world: World) -> Tablet:
    """A tablet whose batches overlap, leave gaps and fork, pushed in any order."""
    rng = world.rng
    tablet = world.tablet()
    events = [tablet.crossing() for _ in range(40)]
    whole = tablet.clone()
    cuts = sorted(rng.sample(range(1, 40), 12))
    batches = []
    for first, last in zip([0, *cuts], [*cuts, 40], strict=True):
        wider = tablet.clone()
        batches.append(tablet.batch(*events[first:last]))
        if rng.random() < 0.4:
            batches.append(wider.batch(*events[first : min(40, last + rng.randrange(1, 6))]))
        if rng.random() < 0.3:
            clone = tablet.clone()
            batches += [clone.crossings(rng.randrange(1, 8)) for _ in range(rng.randrange(1, 3))]
    rng.shuffle(batches)
    for batch in batches[: rng.randrange(8, len(batches) + 1)]:
        whole.push(world.store, batch)
    return whole


@pytest.mark.parametrize("attempt", range(12))
def test_a6_a8_any_history_of_overlaps_gaps_and_forks_is_whole(world: World, attempt: int) -> None:
    tablet = history(world)
    before = walked(world)
    assert (before.breaks, before.first_break) == (0, None)
    log = Written(world, tablet, tablet)
    # Whatever of it is compacted, heads and branches are as before. Whether a branch links into
    # the middle of a run cannot be seen any more.
    newest = "n = (SELECT max(n) FROM runs)"
    log.tamper(f"UPDATE runs SET bodies = NULL WHERE n % {attempt % 3 + 1} = 0 OR {newest}")
    after = walked(world)
    assert (after.breaks, after.first_break) == (0, None)
    seen, known = after.devices[1], before.devices[1]
    assert (seen.through, seen.branches) == (known.through, known.branches)
    assert set(seen.gaps) <= set(known.gaps)


@pytest.mark.parametrize("attempt", range(6))
def test_h3_a_changed_letter_is_found_in_any_history(world: World, attempt: int) -> None:
    tablet = history(world)
    log = Written(world, tablet, tablet)
    with closing(sqlite3.connect(world.config.log_path)) as file:
        runs = file.execute("SELECT branch, first, count FROM runs").fetchall()
    branch, first, count = world.rng.choice(runs)
    log.tamper(
        "UPDATE runs SET bodies = replace(bodies, '30A12345', '30A12346')"
        f" WHERE {log.of(f'branch = {branch} AND first = {first}')}"
    )
    found = walked(world).first_break
    assert found == Break(tablet.device.id, first, "run.hash", "", first + count - 1)


def test_g8_a_compacted_run_is_told_and_held_by_what_was_signed(written: Written) -> None:
    written.tamper(f"UPDATE runs SET bodies = NULL WHERE {written.at(7)}")
    walk = walked(written.world)
    assert (walk.breaks, walk.is_plain) == (0, True)
    assert [one.compacted for one in walk.devices] == [0, 0, 5]
    written.tamper(f"UPDATE runs SET head = zeroblob(32) WHERE {written.at(7)}")
    first = walked(written.world).first_break
    assert first is not None
    assert (first.seq, first.code) == (6, "envelope.head")


def test_h5_person_parts_that_are_gone_without_a_note_of_it_are_told(written: Written) -> None:
    written.tamper(f"UPDATE runs SET persons = NULL, day_key = NULL WHERE {written.at(7)}")
    walk = walked(written.world)
    assert (walk.breaks, walk.is_plain) == (0, False)
    assert [(one.withheld, one.erased) for one in walk.devices] == [(0, 0), (0, 0), (5, 0)]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sums VALUES (1, 7, zeroblob(32))",
        "DELETE FROM sums WHERE n = (SELECT max(n) FROM sums)",
    ],
)
def test_f6_a_sum_that_no_run_accounts_for_is_named(written: Written, statement: str) -> None:
    written.tamper(statement)
    first = walked(written.world).first_break
    assert first is not None
    assert first.code == "feed.sum"


def test_a5_an_announcement_of_nothing_is_named(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    world.store.revoke_device(tablet.device.id, NOON_MS)
    tablet.push(world.store, tablet.crossings(2))
    held = world.store.held_events("device.revoked", 0, 9)
    assert world.store.take_up_revoked([one.n for one in held]) == 2
    assert walked(world).breaks == 0
    log = Written(world, tablet, tablet)
    log.tamper("UPDATE restated SET feed = 9")
    first = walked(world).first_break
    assert first is not None
    assert (str(first), first.code) == ("log.db:6", "log.restated")
    log.tamper("DELETE FROM restated")
    first = walked(world).first_break
    assert first is not None
    assert (first.seq, first.code) == (3, "feed.sum")


def test_h5_a_destroyed_day_key_leaves_a_whole_log_and_is_counted(written: Written) -> None:
    written.tamper("UPDATE day_keys SET wrapped = NULL")
    walk = walked(written.world)
    assert walk.breaks == 0
    assert [one.erased for one in walk.devices] == [0, 15, 15]
