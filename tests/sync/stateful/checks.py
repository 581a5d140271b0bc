"""What must hold once everything is drained: contents, not only equal hashes."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from schemas.policy import policy_tables
from server.store.log.log_schema import ACCEPTED, STATES
from server.store.protocol import Store
from server.store.view_protocol import Criteria, CrossingWhole
from sync.fold import fold
from sync.registers import Policy, policies_from_json
from tests.sync.stateful.lives import Life
from tests.sync.stateful.node import Node, Row
from tests.sync.stateful.oracle import Expected, expected, seen_view

MAX_ROUNDS = 60

Drain = Callable[[Life], bool]
"""One good round trip; whether there is more."""


def policies(kind: str) -> Mapping[str, Policy]:
    """The merge policies of a kind, as a tablet has them."""
    return policies_from_json(policy_tables().get(f"{kind}/1", {}))


def drain(lives: list[Life], round_trip: Drain) -> None:
    """Until every outbox is empty and every feed is read: in bounded rounds."""
    for life in lives:
        life.locked = False
    for _ in range(2):  # the second pass brings the early ones what the late ones pushed
        for life in lives:
            for _ in range(MAX_ROUNDS):
                more = round_trip(life)
                if not more and life.replica.unsent == 0:
                    break
                if life.stuck is not None and life.replica.unsent == 0:
                    break
            else:
                raise AssertionError(f"{life.name} does not end: {life.replica.unsent} unsent")


def check_log(rows: list[Row], lives: list[Life], gone: set[bytes]) -> None:
    """No loss and no duplicate: all that was saved or acknowledged is there once, word for word.

    `gone`: what was acknowledged to disks that are no more.
    """
    counted = Counter(row.hash for row in rows)
    assert max(counted.values(), default=1) == 1, "an event is in the log twice"
    places = Counter((row.device, row.seq, row.branch) for row in rows)
    assert max(places.values(), default=1) == 1, "a place is taken twice"
    by_hash = {row.hash: row for row in rows}
    assert by_hash.keys() >= gone, "an acknowledged event is lost"
    for life in lives:
        assert by_hash.keys() >= life.saved | life.acknowledged, f"{life.name} lost an event"
        for event in life.replica.own.values():
            row = by_hash[event.hash]
            assert (row.seq, row.body, row.person) == (event.seq, event.body, event.person)
    check_chains(rows)


def check_origin(rows: list[Row], ever: set[bytes], own_refs: set[str]) -> None:
    """Nothing is in the log that nobody wrote."""
    for row in rows:
        assert row.hash in ever or f"{row.device}:{row.seq}" in own_refs, "an event from nowhere"


def check_chains(rows: list[Row]) -> None:
    """Neighbours on one branch link; the numbers of the log rise by commit."""
    places = {(row.device, row.branch, row.seq): row for row in rows}
    for (device, branch, seq), row in places.items():
        before = places.get((device, branch, seq - 1))
        assert before is None or before.hash == row.previous, "a branch does not link"
    numbers = [row.n for row in rows]
    assert numbers == sorted(set(numbers))


def check_reported(rows: list[Row], life: Life, reads_feed: bool) -> None:
    """What the server refused keeps its place and is known to its author, code and all.

    Who reads no feed is not told when something held is taken up later (A5, A9).
    """
    by_hash = {row.hash: row for row in rows}
    for event in life.replica.own.values():
        row = by_hash[event.hash]
        told = "kept" if row.state == ACCEPTED else STATES[row.state]
        if told == "kept" and not reads_feed:
            continue
        assert event.state == told, f"{life.name}: event {event.seq} is {told}"
        if told != "kept":
            assert event.code == row.code or event.code == "device.forked"


def check_forks(rows: list[Row], node: Node, lives: list[Life]) -> None:
    """A cloned device is known to the server, and one of its lives was told."""
    for device in {row.device for row in rows if row.branch > 0}:
        stored = node.store.device(device)
        assert stored is not None
        assert stored.forked_ms is not None, "a fork nobody was told of"
        told = [life.replica.alerts for life in lives if life.replica.device == device]
        assert any(alerts & {"device.forked", "receipt.head"} for alerts in told)


def check_converged(rows: list[Row], life: Life, seed: int) -> None:
    """The replica shows what the log means, whatever order it learned it in."""
    assert "feed.repaired" not in life.replica.alerts, "digests differed without a reason"
    feeds = set(life.replica.reader.feeds)
    feed = [row for row in rows if row.state == ACCEPTED and row.feed in feeds]
    wanted = expected(feed)
    known = list(life.replica.known())
    seen = fold(known, policies)
    assert seen.keys() == wanted.keys(), f"{life.name} holds other records"
    for record, one in wanted.items():
        assert seen_view(seen[record]) == one.view(), f"{life.name} shows {record} otherwise"
        check_writes(one, seen[record].registers)
    random.Random(seed).shuffle(known)
    assert fold(known, policies) == seen, "the order of arrival shows"


def check_writes(one: Expected, registers: Any) -> None:
    """Every write is there, word for word: it survives, or an event that names it outranks it."""
    for path, told in one.told.items():
        register = registers[path]
        assert {w.ref: w.value for w in register.writes.values()} == {t.ref: t.value for t in told}
        alive = {write.ref for write in register.surviving()}
        for write in told:
            assert write.ref in alive or write.ref in one.seen[path], "a write vanished"


def check_view(rows: list[Row], node: Node) -> None:
    """What people search is what the log means, and what a rebuild from nothing gives."""
    node.project()
    crossings = crossings_of(node.store)
    wanted = {
        record: one
        for record, one in expected(row for row in rows if row.state == ACCEPTED).items()
        if one.kind == "crossing"
    }
    assert crossings.keys() == wanted.keys()
    for record, whole in crossings.items():
        assert whole_view(whole) == wanted[record].view(), f"the view shows {record} otherwise"
    with node.rebuilt() as store:
        assert crossings_of(store) == crossings, "a rebuild gives something else"


def crossings_of(store: Store) -> dict[str, CrossingWhole]:
    """Every crossing of the view, in full."""
    found: dict[str, CrossingWhole] = {}
    after = ""
    while True:
        rows, after = store.search(Criteria(), after, 200)
        for row in rows:
            whole = store.crossing(row.record)
            assert whole is not None
            assert row.record not in found, "a crossing is listed twice"
            found[row.record] = whole
        if not after:
            return found


def whole_view(whole: CrossingWhole) -> dict[str, tuple[Any, list[str]]]:
    """A crossing of the view in the form of `Expected.view`."""
    flat: dict[str, Any] = dict(whole.fields)
    for group, members in (("people", whole.people), ("goods", whole.goods)):
        for item, fields in members.items():
            flat |= {f"{group}/{item}/{name}": value for name, value in fields.items()}
    return {
        path: (
            value,
            [f"{side.device}:{side.seq}" for side in whole.conflicts.get(path, ())],
        )
        for path, value in flat.items()
    }


def record_of(body: str) -> str:
    """The record that a body names."""
    return str(json.loads(body)["record"])
