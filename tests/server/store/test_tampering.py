"""Whatever is changed in a log file is named by its place. Files are tampered with for real."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.server.store.conftest import World
from tests.server.store.walks import Written, walked, written_log


@pytest.fixture
def written(world: World) -> Written:
    return written_log(world)


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
    "bodies that no compaction accounts for": (
        lambda log: log.tamper(f"UPDATE runs SET bodies = NULL WHERE {log.at(12)}"),
        11,
        "run.dropped",
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
