"""Three servers in a chain and their tablets under everything that goes wrong. SPEC A, F, P, R, U.

The single server's machine (`machine.py`) knows clones, odd events and revoked devices; this one
is about what travels between servers: envelopes, erasures, console entries on every level, a relay
that dies, a home server that comes back from an old backup.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from schemas import records
from server.entitled import REREAD_MS
from sync.encoding import uuid7
from sync.fold import Seen
from tests.sync.stateful import chain_checks, checks
from tests.sync.stateful.chain_wire import FAULTS
from tests.sync.stateful.chain_world import (
    DISTRICT,
    POST,
    PROVINCE,
    UPSTREAM,
    Chain,
    begin,
    name_of,
)
from tests.sync.stateful.drafts import ACTIONS, EVIDENCE, LATER, PLATES, amendment, crossing
from tests.sync.stateful.lives import PREFIX, Flight, Life
from tests.sync.stateful.machine import FAULTS as TABLET_FAULTS
from tests.sync.stateful.machine import HOUR_MS
from tests.sync.stateful.node import Reply
from tests.sync.stateful.world import HERE, OFFICERS, START_MS, USER

index = st.integers(0, 1 << 16)
SERVERS = (PROVINCE, DISTRICT, POST)
DISTRICTS = ("268", "001")


class ChainMachine(RuleBasedStateMachine):
    """Rules are what happens on the way up and down; `teardown` drains and compares contents."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Path(tempfile.mkdtemp(prefix="chot-chain-example-"))
        self.now_ms = START_MS + 60_000
        self.chain: Chain | None = None
        self.lives: list[Life] = []
        self.flights: list[tuple[str, Flight]] = []
        self.backups: dict[str, tuple[Path, set[str]]] = {}
        self.own_refs: dict[str, set[str]] = {name: set() for name in SERVERS}
        self.ever: set[bytes] = set()
        self.erased: set[str] = set()
        self.rng = random.Random()
        self.epoch = 1 << 40
        self.kinds = mock.patch.dict(records.KINDS)
        self.kinds.start()

    @initialize(seed=st.integers(0, 1 << 32))
    def start(self, seed: int) -> None:
        self.chain, self.lives = begin(self.room, lambda: self.now_ms)
        for life in self.lives:
            life.rng.seed(f"{seed} {life.name}")
        self.rng.seed(seed)
        self.seed = seed

    # what people do

    @rule(at=index, plate=st.sampled_from(PLATES), action=st.sampled_from(ACTIONS), who=index)
    def scan(self, at: int, plate: str, action: str, who: int) -> None:
        """A crossing with one driver, whose person part is said or not."""
        life = self._life(at)
        life.replica.write(
            life.wall(self.now_ms),
            uuid7(self.now_ms, life.rng.randbytes(10)),
            crossing(plate, action),
            items={"people": {"1": {"role": "driver", "evidence": EVIDENCE}}},
            person_items={"people": {"1": {"name": f"Mẫu {who % 5}"}}} if who % 3 else None,
            salt=life.rng.randbytes(16),
            officer=OFFICERS[who % len(OFFICERS)][0],
        )
        self._wrote(life)

    @rule(at=index, which=index, what=index, sees=st.booleans(), who=index)
    def amend(self, at: int, which: int, what: int, sees: bool, who: int) -> None:
        """Somebody corrects a crossing that their tablet knows."""
        life = self._life(at)
        found = crossing_of(life, which)
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

    @rule(at=index)
    def write_later_kind(self, at: int) -> None:
        """Something that this version of the servers holds until it is upgraded (A5)."""
        life = self._life(at)
        record = uuid7(self.now_ms, life.rng.randbytes(10))
        fields = {"subject": record, "decision": "seen"}
        life.replica.write(life.wall(self.now_ms), record, fields, kind="inspection")
        self._wrote(life)

    @rule(server=st.sampled_from(SERVERS), which=index, plate=st.sampled_from(PLATES))
    def correct_at_a_console(self, server: str, which: int, plate: str) -> None:
        """Somebody at one of the servers corrects a plate: an event of that server (A7)."""
        node = self._chain.nodes.get(server)
        known = [] if node is None else chain_checks.crossings_of_rows(node.rows(), HERE)
        if node is None or not known:
            return
        record, refs = known[which % len(known)]
        ref = node.store.write(
            *("crossing", record, HERE, USER, {"plate": {"read": plate, "normal": plate}}),
            *(None, self.now_ms),
            over={"plate": refs},
        )
        self.own_refs[server].add(ref)

    @rule(district=st.sampled_from(DISTRICTS), plate=st.sampled_from(PLATES))
    def tell_a_refusal(self, district: str, plate: str) -> None:
        """What the home server writes for the checkpoints of a district (L5)."""
        record, subject = (uuid7(self.now_ms, self.rng.randbytes(10)) for _ in range(2))
        fields = {
            "subject": subject,
            "checkpoint": HERE,
            "district": district,
            "occurred": self.now_ms,
            "plate": plate,
        }
        store = self._chain.nodes[PROVINCE].store
        self.own_refs[PROVINCE].add(
            store.write("turn_back", record, HERE, None, fields, None, self.now_ms)
        )

    @rule(district=st.sampled_from(DISTRICTS))
    def move_the_checkpoint(self, district: str) -> None:
        """It belongs to another district from now on: other feeds for all who read there (F11)."""
        store = self._chain.nodes[PROVINCE].store
        (found,) = (one for one in store.checkpoints() if one.id == HERE)
        store.put_checkpoint(replace(found, district=district))

    # what tablets do

    @rule(at=index, fault=st.sampled_from(TABLET_FAULTS))
    def sync(self, at: int, fault: str) -> None:
        """One round trip of a tablet, or what is left of it."""
        life = self._life(at)
        name = name_of(self._chain, life)
        flight = life.depart(self._chain.nodes[name], self.now_ms)
        if flight is None:
            return
        if fault in ("drop_request", "late_request"):
            if fault == "late_request":
                self.flights.append((name, flight))
            life.replica.failed("timeout", 0.5)
            return
        sent = flight.data[: len(flight.data) * 2 // 3] if fault == "cut_request" else flight.data
        flight.reply = self._post(name, flight, sent)
        if fault == "twice":
            flight.reply = self._post(name, flight, sent)
        if fault in ("drop_answer", "late_answer"):
            life.replica.failed("timeout", 0.5)
            return
        if fault == "cut_answer":
            flight.reply = Reply(flight.reply.status, flight.reply.data[:-9])
        life.arrive(flight, self.now_ms)

    @precondition(lambda self: self.flights)
    @rule(which=index)
    def land(self, which: int) -> None:
        """A request arrives late; nobody hears the answer."""
        name, flight = self.flights.pop(which % len(self.flights))
        if name in self._chain.nodes:
            self._post(name, flight, flight.data)

    @rule(at=index, to=st.sampled_from(SERVERS))
    def turn_to(self, at: int, to: str) -> None:
        """A tablet of the checkpoint tries the next address of its list."""
        life = self._life(at)
        if to in self._chain.nodes and life.replica.checkpoint == HERE:
            life.replica.turn_to(self._chain.nodes[to].store.server_id)
            life.token = None

    @rule(at=index)
    def lock_or_open(self, at: int) -> None:
        """A locked tablet drains sealed to the home server, and reads nothing."""
        life = self._life(at)
        life.locked = not life.locked

    # what servers do

    @rule(
        name=st.sampled_from(tuple(UPSTREAM)), faults=st.lists(st.sampled_from(FAULTS), max_size=6)
    )
    def follow(self, name: str, faults: list[Any]) -> None:
        """One round of a relay over a bad line; it may end anywhere."""
        if name in self._chain.nodes:
            self._chain.lines.faults = iter(faults)
            self._chain.follow(name)
            self._chain.lines.faults = iter(())

    @rule(name=st.sampled_from(SERVERS))
    def crash(self, name: str) -> None:
        """A server is killed and goes on from its files."""
        if name in self._chain.nodes:
            self._chain.nodes[name].crash()

    @rule(name=st.sampled_from(SERVERS), what=st.sampled_from(("backup", "restore")))
    def back_up(self, name: str, what: str) -> None:
        """A server is copied, or comes back as it was then, in a new epoch (F5)."""
        node = self._chain.nodes.get(name)
        if node is None:
            return
        if what == "backup":
            self.backups[name] = node.copy(), set(self.own_refs[name])
        elif name in self.backups and not (name == PROVINCE and self.erased):
            # What is erased at the top comes back but for the list beside the backup (G5).
            self.epoch += 1
            node.restore(self.backups[name][0], self.epoch)

    @rule(sure=index)
    def destroy_the_post(self, sure: int) -> None:
        """The mini-PC is gone for good; its tablets turn to the district."""
        if sure % 8 or POST not in self._chain.nodes:
            return
        gone = self._chain.nodes.pop(POST)
        district = self._chain.nodes[DISTRICT].store.server_id
        for life in self.lives:
            if life.replica.server == gone.store.server_id:
                life.replica.turn_to(district)
                life.token = None
        # What only the mini-PC itself wrote and never handed on is lost with it.
        self.own_refs[POST].clear()
        gone.close()

    @rule(which=index)
    def erase(self, which: int) -> None:
        """Somebody's data are to be forgotten everywhere, also what is still on its way (G3)."""
        node = self._chain.nodes[PROVINCE]
        held = {
            f"{row.author}:{row.seq}": None
            for row in node.rows()
            if row.person is not None and row.home == HERE
        }
        for life in self.lives:
            if life.replica.checkpoint == HERE:
                own = life.replica.own.values()
                named = [one.seq for one in own if one.person is not None]
                held |= {f"{life.replica.device}:{seq}": None for seq in named}
        wanted = [ref for ref in held if ref not in self.erased]
        if wanted:
            ref = wanted[which % len(wanted)]
            self.own_refs[PROVINCE].add(chain_checks.erase(node, ref, self.now_ms))
            self.erased.add(ref)

    @precondition(lambda self: ("inspection", 1) not in records.KINDS)
    @rule()
    def upgrade(self) -> None:
        """All servers know one kind more from now on. Once: a rule drawn in vain hides others."""
        records.KINDS["inspection", 1] = LATER
        for node in self._chain.nodes.values():
            node.crash()

    # what time does

    @rule(minutes=st.sampled_from((0, 1, 7, 16)))
    def wait(self, minutes: int) -> None:
        """True time passes; after 15 minutes tokens are no good."""
        self.now_ms += minutes * 60_000 + 1

    @rule(at=index, hours=st.sampled_from((-30, -2, 0, 1, 26)))
    def set_clock(self, at: int, hours: int) -> None:
        """Somebody sets a tablet's clock, forward or back."""
        self._life(at).skew_ms = hours * HOUR_MS

    # the end

    def teardown(self) -> None:
        try:
            if self.chain is not None:
                self.settle()
                chain_checks.check(self.chain, self.lives, self.ever, self.erased, self.seed)
        finally:
            if self.chain is not None:
                self.chain.close()
            self.kinds.stop()
            shutil.rmtree(self.room, ignore_errors=True)

    def settle(self) -> None:
        """Good lines from now on: up, down, and once more for what the last brought."""
        while self.flights:
            self.land(0)
        self.now_ms += 16 * 60_000
        for _ in range(3):
            checks.drain(self.lives, self._round_trip)
            for name in (POST, DISTRICT, DISTRICT, POST):
                if name in self._chain.nodes:
                    assert self._chain.follow(name), f"{name} does not get through"
            self.now_ms += REREAD_MS
        checks.drain(self.lives, self._round_trip)

    def _round_trip(self, life: Life) -> bool:
        name = name_of(self._chain, life)
        flight = life.depart(self._chain.nodes[name], self.now_ms)
        if flight is None:
            return True
        flight.reply = self._post(name, flight, flight.data)
        return life.arrive(flight, self.now_ms) or life.token is None

    @property
    def _chain(self) -> Chain:
        assert self.chain is not None
        return self.chain

    def _life(self, at: int) -> Life:
        return self.lives[at % len(self.lives)]

    def _post(self, name: str, flight: Flight, data: bytes) -> Reply:
        return self._chain.nodes[name].post(f"{PREFIX}/sync", data, flight.headers)

    def _wrote(self, life: Life) -> None:
        self.ever.add(life.replica.head)
        life.saved.add(life.replica.head)


def crossing_of(life: Life, which: int) -> tuple[str, Seen] | None:
    """One of the crossings that a tablet knows."""
    seen = [
        (record, one)
        for record, one in life.replica.records(checks.policies).items()
        if one.kind == "crossing"
    ]
    return seen[which % len(seen)] if seen else None
