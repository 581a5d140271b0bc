"""Tablets, one server, a bad wire and bad clocks, driven by hypothesis. SPEC A, C, F, H, P, R.

After Dropbox's Trinity and jepsen-powersync: everything but the sockets is real, time and chance
are drawn. Each example ends with a good wire, and `checks.py` looks at the contents.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from schemas import records
from sync.encoding import uuid7
from sync.fold import Seen
from tests.sync.stateful import checks
from tests.sync.stateful.drafts import (
    ACTIONS,
    BAD,
    EVIDENCE,
    LATER,
    PLATES,
    amendment,
    crossing,
)
from tests.sync.stateful.lives import PREFIX, Flight, Life
from tests.sync.stateful.node import Node, Reply
from tests.sync.stateful.world import OFFICERS, START_MS, USER, begin

HOUR_MS = 3_600_000
FAULTS = (
    *(("none",) * 4),
    "drop_request",
    "drop_answer",
    "twice",
    "cut_request",
    "cut_answer",
    "late_request",
    "late_answer",
)
index = st.integers(0, 1 << 16)


class SyncMachine(RuleBasedStateMachine):
    """Rules are what happens at a checkpoint; `teardown` drains and checks."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Path(tempfile.mkdtemp(prefix="chot-example-"))
        self.now_ms = START_MS + 60_000
        self.node: Node | None = None
        self.lives: list[Life] = []
        self.copies: list[Life] = []
        self.flights: list[Flight] = []
        self.backup: tuple[Path, set[str]] | None = None
        self.ever: set[bytes] = set()
        self.own_refs: set[str] = set()
        self.gone: set[bytes] = set()
        self.revoked: set[str] = set()
        self.epoch = 1 << 40
        self.kinds = mock.patch.dict(records.KINDS)
        self.kinds.start()

    @initialize(tablets=st.integers(2, 4), seed=st.integers(0, 1 << 32))
    def start(self, tablets: int, seed: int) -> None:
        self.node, self.lives = begin(self.room, lambda: self.now_ms, tablets)
        for life in self.lives:
            life.rng.seed(f"{seed} {life.name}")
        self.seed = seed

    # what officers do

    @rule(at=index, plate=st.sampled_from(PLATES), action=st.sampled_from(ACTIONS), who=index)
    def scan(self, at: int, plate: str, action: str, who: int) -> None:
        """A crossing with one driver, whose person part is said or not."""
        life = self._life(at)
        named = who % 3 > 0
        life.replica.write(
            life.wall(self.now_ms),
            self._new_record(life),
            crossing(plate, action),
            items={"people": {"1": {"role": "driver", "evidence": EVIDENCE}}},
            person_items={"people": {"1": {"name": f"Mẫu {who % 5}"}}} if named else None,
            salt=life.rng.randbytes(16),
            officer=OFFICERS[who % len(OFFICERS)][0],
        )
        self._wrote(life)

    @rule(at=index, which=index, what=index, sees=st.booleans(), who=index)
    def amend(self, at: int, which: int, what: int, sees: bool, who: int) -> None:
        """Somebody corrects a crossing: over what they see, or (two at once) over nothing."""
        life = self._life(at)
        found = self._crossing(life, which)
        if found is None:
            return
        record, seen = found
        fields, items, person_items = amendment(what, who)
        paths = [*fields, *(f"people/1/{name}" for part in (items, person_items) for name in part)]
        life.replica.write(
            life.wall(self.now_ms),
            record,
            fields,
            items={"people": {"1": items}} if items else None,
            person_items={"people": {"1": person_items}} if person_items else None,
            salt=life.rng.randbytes(16),
            over=seen.over(*paths) if sees else {"wait_s": (f"{life.replica.device}:1",)},
            officer=OFFICERS[who % len(OFFICERS)][0],
        )
        self._wrote(life)

    @rule(which=index, what=index, who=index, minutes=st.sampled_from((0, 2, 7)))
    def disagree(self, which: int, what: int, who: int, minutes: int) -> None:
        """Two tablets know a crossing and change the same field, neither knowing of the other."""
        one, other = self._life(which), self._life(which + 1)
        for life in (one, other):
            self._round_trip(life)
        self.amend(self.lives.index(one), which, what, True, who)
        if minutes:  # the first is received, and its stamp capped, before the second is made
            self._round_trip(one)
            self.now_ms += minutes * 60_000
        self.amend(self.lives.index(other), which, what, True, who + 1)

    @rule(at=index, what=st.sampled_from(BAD))
    def write_odd(self, at: int, what: str) -> None:
        """Something that a server holds or rejects, alone."""
        life = self._life(at)
        record = self._new_record(life)
        fields: dict[str, Any] = crossing("29C12345", "passed")
        replica, wall = life.replica, life.wall(self.now_ms)
        if what == "unknown_kind":
            fields = {"subject": record, "decision": "seen"}
            replica.write(wall, record, fields, kind="inspection")
        elif what == "bad_field":
            replica.write(wall, record, fields | {"direction": "sideways"})
        elif what == "not_json":
            replica.write_texts('{"kind":"crossing"', None)
        elif what == "other_home":
            replica.write(wall, record, fields, home="hd-to-huu")
        elif what == "bad_person":
            replica.write_texts(json.dumps({"x": 1}), '{"salt":"short"}')
        else:
            replica.write(wall, record, {"decision": "seen"}, kind="review")
        self._wrote(life)

    @rule(at=index)
    def lock_or_open(self, at: int) -> None:
        """A locked tablet drains sealed and reads nothing."""
        life = self._life(at)
        life.locked = not life.locked

    @rule(which=index, decision=st.sampled_from(("seen", "needs_check")), plate=st.booleans())
    def review(self, which: int, decision: str, plate: bool) -> None:
        """Somebody at the console reviews a crossing or corrects its plate."""
        store = self._node.store
        known = [one for one in self._crossings() if one[1].kind == "crossing"]
        if not known:
            return
        record, seen, home = known[which % len(known)]
        if plate:
            value = {"read": "98A11111", "normal": "98A11111"}
            ref = store.write(
                *("crossing", record, home, USER, {"plate": value}, None, self.now_ms),
                over=seen.over("plate"),
            )
        else:
            fields = {"subject": record, "decision": decision}
            new = uuid7(self.now_ms, bytes([which % 256]) * 10)
            ref = store.write("review", new, home, USER, fields, {"note": "đã gọi"}, self.now_ms)
        self.own_refs.add(ref)

    # what the wire does

    @rule(at=index, fault=st.sampled_from(FAULTS))
    def sync(self, at: int, fault: str) -> None:
        """One round trip, or what is left of it."""
        life = self._life(at)
        flight = life.depart(self._node, self.now_ms)
        if flight is None:
            return
        if fault == "drop_request":
            life.replica.failed("timeout", 0.5)
        elif fault == "late_request":
            self.flights.append(flight)
        elif fault == "cut_request":
            flight.reply = self._post(flight, flight.data[: len(flight.data) * 2 // 3])
            life.arrive(flight, self.now_ms)
        else:
            flight.reply = self._post(flight, flight.data)
            if fault == "twice":
                flight.reply = self._post(flight, flight.data)
            if fault == "drop_answer":
                life.replica.failed("timeout", 0.5)
            elif fault == "late_answer":
                self.flights.append(flight)
            else:
                if fault == "cut_answer":
                    flight.reply = Reply(flight.reply.status, flight.reply.data[:-9])
                life.arrive(flight, self.now_ms)

    @precondition(lambda self: self.flights)
    @rule(which=index, lost=st.booleans())
    def land(self, which: int, lost: bool) -> None:
        """Something late arrives: other things have happened since."""
        flight = self.flights.pop(which % len(self.flights))
        if flight.reply is None:
            flight.reply = self._post(flight, flight.data)
            if lost:
                return
        if flight.life in self.lives:
            flight.life.arrive(flight, self.now_ms)

    # what time does

    @rule(minutes=st.sampled_from((0, 1, 7, 16, 45)))
    def wait(self, minutes: int) -> None:
        """True time passes; after 15 minutes tokens are no good."""
        self.now_ms += minutes * 60_000 + 1

    @rule(at=index, hours=st.sampled_from((-30, -2, 0, 1, 26)))
    def set_clock(self, at: int, hours: int) -> None:
        """Somebody sets a tablet's clock, forward or back."""
        self._life(at).skew_ms = hours * HOUR_MS

    # what breaks

    @rule(what=st.sampled_from(("crash", "crash", "project", "backup", "restore", "upgrade")))
    def server(self, what: str) -> None:
        """The server is killed, backed up, restored, upgraded; its view follows now and then."""
        if what == "crash":
            self._node.crash()
        elif what == "project":
            self._node.project()
        elif what == "backup":
            self.backup = self._node.copy(), set(self.own_refs)
        elif what == "restore" and self.backup is not None:
            # What the server itself wrote since is lost; tablets offer theirs again.
            self.epoch += 1
            self._node.restore(self.backup[0], self.epoch)
            self.own_refs = set(self.backup[1])
            # Of these the disk is gone too: the backup is all there is.
            self.gone.clear()
        elif what == "upgrade":
            records.KINDS["inspection", 1] = LATER
            self._node.crash()

    @rule(at=index, what=st.sampled_from(("copy", "beside", "instead")))
    def disk(self, at: int, what: str) -> None:
        """A disk is copied; a copy comes to life beside the other one, or in its place."""
        if what == "copy":
            life = self._life(at)
            self.copies.append(revived(life, f"{life.name}'"))
        elif self.copies and len(self.lives) < 7:
            copy = self.copies.pop(at % len(self.copies))
            if what == "instead":
                device = copy.replica.device
                for one in [one for one in self.lives if one.replica.device == device]:
                    self.lives.remove(one)
                    self.gone |= one.acknowledged
            self.lives.append(copy)

    @rule(at=index, sure=index)
    def revoke_or_judge(self, at: int, sure: int) -> None:
        """A device is revoked; later a person takes up what it handed in (SPEC A9)."""
        store = self._node.store
        if self.revoked:
            held = store.held_events("device.revoked", 0, 1000)
            store.take_up_revoked([one.n for one in held])
        elif sure % 4 == 0:
            device = self._life(at).replica.device
            store.revoke_device(device, self.now_ms)
            self.revoked.add(device)

    # the end

    def teardown(self) -> None:
        try:
            if self.node is not None:
                self.settle()
                self.check()
        finally:
            if self.node is not None:
                self.node.close()
            self.kinds.stop()
            shutil.rmtree(self.room, ignore_errors=True)

    def settle(self) -> None:
        """A good wire from now on: what is late arrives, then everything is drained."""
        while self.flights:
            self.land(0, False)
        checks.drain(self.lives, self._round_trip)

    def check(self) -> None:
        node = self._node
        rows = node.rows()
        checks.check_log(rows, self.lives, self.gone)
        checks.check_origin(rows, self.ever, self.own_refs)
        checks.check_forks(rows, node, self.lives)
        checks.check_view(rows, node)
        for life in self.lives:
            reads_feed = self._reads_feed(life)
            if reads_feed:
                checks.check_converged(rows, life, self.seed)
            checks.check_reported(rows, life, reads_feed)

    def _reads_feed(self, life: Life) -> bool:
        """A clone that is told so, and a revoked device, read no more."""
        if life.replica.device in self.revoked:
            return False
        if life.stuck is not None:
            assert life.stuck == "receipt.head", life.stuck
            assert "receipt.head" in life.replica.alerts
            twins = [one for one in self.lives if one.replica.device == life.replica.device]
            assert len(twins) > 1 or life.name.endswith("'"), "an honest tablet is stuck"
            return False
        return True

    def _round_trip(self, life: Life) -> bool:
        flight = life.depart(self._node, self.now_ms)
        if flight is None:
            return True
        flight.reply = self._post(flight, flight.data)
        return life.arrive(flight, self.now_ms) or life.token is None

    @property
    def _node(self) -> Node:
        assert self.node is not None
        return self.node

    def _life(self, at: int) -> Life:
        return self.lives[at % len(self.lives)]

    def _post(self, flight: Flight, data: bytes) -> Reply:
        return self._node.post(f"{PREFIX}/sync", data, flight.headers)

    def _new_record(self, life: Life) -> str:
        return uuid7(self.now_ms, life.rng.randbytes(10))

    def _crossing(self, life: Life, which: int) -> tuple[str, Seen] | None:
        seen = [
            (record, one)
            for record, one in life.replica.records(checks.policies).items()
            if one.kind == "crossing"
        ]
        return seen[which % len(seen)] if seen else None

    def _crossings(self) -> list[tuple[str, Seen, str]]:
        """What the console could see: records of which the server has an accepted event."""
        life = self.lives[0]
        told = {checks.record_of(one.body) for one in life.replica.pulled.values()}
        told |= {checks.record_of(o.body) for o in life.replica.own.values() if o.n is not None}
        seen = life.replica.records(checks.policies)
        return [
            (record, one, life.replica.checkpoint) for record, one in seen.items() if record in told
        ]

    def _wrote(self, life: Life) -> None:
        self.ever.add(life.replica.head)
        life.saved.add(life.replica.head)


def revived(life: Life, name: str) -> Life:
    """A life from a copied disk: the same key and state, its own future."""
    copy = Life(
        name, life.replica.copy(), life.key, life.sealing_key, type(life.rng)(life.rng.random())
    )
    copy.skew_ms, copy.saved = life.skew_ms, set(life.saved)
    return copy
