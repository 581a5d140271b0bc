"""A simulation: rounds of simulated time against a server that is killed, then a drain.

In a round everybody writes, then everybody sends, then everybody pulls. So what a tablet sees
depends on the seed alone and not on which thread came first; a kill in the middle of a request is
waited out and the request said again. Only the count of duplicates depends on when kills hit.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from cli.demo.places import CHECKPOINTS
from cli.simulate.ledger import Findings, find
from cli.simulate.process import ServerProcess
from cli.simulate.tablet import SimTablet
from cli.simulate.traffic import HOUR_MS, Traffic
from cli.simulate.wire import Budget, Wire, fate
from server.config import Config, save_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import KeyRing
from server.packs import publish_packs
from server.store.registered import Enrolment
from server.store.sqlite import open_store

TABLETS_AT_A_CHECKPOINT = 4
MAX_ROUNDS = 500
SENDERS = 8
PUSHES = 20
PULLS = 200
DRAIN_ROUNDS = 20
ONLINE_ROUNDS, OFFLINE_ROUNDS = 12, 3
"""Mean length of a stretch with and without a signal, where there is chaos."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate. `now_ms`: when simulated time ends; `limit_s`: real time for traffic."""

    tablets: int
    hours: float
    chaos: bool
    kills: int
    seed: int
    now_ms: int
    limit_s: float

    @property
    def round_ms(self) -> int:
        """Tablets sync every minute, more seldom in long simulations."""
        return max(60_000, round(self.hours * HOUR_MS / MAX_ROUNDS))

    @property
    def rounds(self) -> int:
        return max(1, round(self.hours * HOUR_MS / self.round_ms))

    @property
    def requests(self) -> int:
        """More than it ever takes: a tablet asks about three times a round."""
        return (self.rounds + DRAIN_ROUNDS) * self.tablets * 20 + 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `twice`: passages that two tablets logged. `kills` and `rounds` are those
    that took place; `note`: why it ended."""

    findings: Findings
    crossings: int
    twice: int
    kills: int
    rounds: int
    requests: int
    seconds: float
    note: str


def simulate(plan: Plan, progress: Callable[[int], None]) -> Outcome:
    """Run a plan in a temporary directory of its own. ServerFailedError, RefusedError."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chot-simulate-") as folder:
        config = Config(Path(folder) / "data", unit="Mô phỏng")
        codes = _prepare(config, plan)
        server = ServerProcess(config.data_dir)
        budget = Budget(plan.requests)
        watched: set[str] = set()
        try:
            server.start()
            with (
                _wires(server, budget, plan.tablets) as wires,
                ThreadPoolExecutor(SENDERS) as pool,
            ):
                tablets = _enrol(plan, codes, wires, watched)
                run = _Run(plan, server, tablets, Traffic(plan.seed, tablets, watched), pool)
                note = run.traffic(began + plan.limit_s, progress) or run.drain()
        finally:
            server.stop()
        return Outcome(
            find(config, tablets, watched, run.records, run.twice),
            run.records,
            len(run.twice),
            run.kills,
            run.rounds,
            budget.used,
            time.monotonic() - began,
            note,
        )


class _Run:
    """The rounds of one simulation."""

    def __init__(
        self,
        plan: Plan,
        server: ServerProcess,
        tablets: Sequence[SimTablet],
        traffic: Traffic,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._plan = plan
        self._pool = pool
        self._server = server
        self._tablets = tablets
        self._traffic = traffic
        self._fates = [random.Random(f"{plan.seed} wire {n}") for n in range(len(tablets))]
        self._signal = [random.Random(f"{plan.seed} signal {n}") for n in range(len(tablets))]
        self._away = [0] * len(tablets)
        self._killing = random.Random(f"{plan.seed} kills")
        picked = self._killing.sample(range(plan.rounds), min(plan.kills, plan.rounds))
        self._kill_rounds = set(picked) if plan.chaos else set()
        self._phase_s = 0.1
        self._failure: BaseException | None = None
        self.kills = self.rounds = 0

    @property
    def records(self) -> int:
        return self._traffic.records

    @property
    def twice(self) -> list[tuple[str, str]]:
        return self._traffic.twice

    def traffic(self, deadline_s: float, progress: Callable[[int], None]) -> str:
        """All rounds; why it ended early, or "". What was written is drained in any case."""
        start_ms = self._plan.now_ms - self._plan.rounds * self._plan.round_ms
        for number in range(self._plan.rounds):
            if time.monotonic() > deadline_s:
                return self.drain() or f"time was up after {number} of {self._plan.rounds} rounds"
            from_ms = start_ms + number * self._plan.round_ms
            self._traffic.write(from_ms, from_ms + self._plan.round_ms)
            with self._maybe_killed(number in self._kill_rounds):
                began = time.monotonic()
                self._round([n for n in range(len(self._tablets)) if self._has_signal(n)], True)
                self._phase_s = time.monotonic() - began
            self.rounds += 1
            progress(1)
        return ""

    def drain(self) -> str:
        """Everybody sends and pulls over a good wire until nothing is left; "" when it is so."""
        everybody = range(len(self._tablets))
        for _ in range(DRAIN_ROUNDS):
            if all(self._round(everybody, chaos=False)):
                return ""
        return f"not drained after {DRAIN_ROUNDS} rounds"

    def _round(self, which: Sequence[int], chaos: bool) -> list[bool]:
        """Those with a signal send, then pull; whether each is drained."""
        chaos = chaos and self._plan.chaos
        sent = list(self._pool.map(lambda n: self._push(n, chaos), which))
        reached = [n for n, done in zip(which, sent, strict=True) if done]
        drained = list(self._pool.map(lambda n: self._pull(n, chaos), reached))
        return drained + [False] * (len(which) - len(reached))

    def _push(self, n: int, chaos: bool) -> bool:
        tablet = self._tablets[n]
        for _ in range(PUSHES):
            if tablet.replica.unsent == 0:
                return True
            if not tablet.exchange(_now_ms(), False, fate(self._fates[n], chaos)):
                return False
        return tablet.replica.unsent == 0

    def _pull(self, n: int, chaos: bool) -> bool:
        tablet = self._tablets[n]
        for _ in range(PULLS):
            before = tablet.replica.cursor
            if not tablet.exchange(_now_ms(), True, fate(self._fates[n], chaos)):
                return False
            if tablet.replica.cursor == before:
                break
        return tablet.replica.unsent == 0

    def _has_signal(self, n: int) -> bool:
        """Stretches with and without a signal."""
        if not self._plan.chaos:
            return True
        rng = self._signal[n]
        if self._away[n]:
            self._away[n] -= 1
        elif rng.random() < 1 / ONLINE_ROUNDS:
            self._away[n] = 1 + round(rng.expovariate(1 / OFFLINE_ROUNDS))
        return self._away[n] == 0

    @contextlib.contextmanager
    def _maybe_killed(self, killed: bool) -> Iterator[None]:
        """Kill the server at a random point of the block and start it again."""
        if not killed:
            yield
            return
        wait_s = self._killing.uniform(0, self._phase_s)
        thread = threading.Thread(target=self._kill, args=(wait_s,), daemon=True)
        thread.start()
        yield
        thread.join()
        if self._failure is not None:
            raise self._failure

    def _kill(self, wait_s: float) -> None:
        time.sleep(wait_s)
        try:
            self._server.kill()
            self._server.start()
            self.kills += 1
        except BaseException as error:
            self._failure = error


def _prepare(config: Config, plan: Plan) -> list[tuple[str, str]]:
    """A fresh data directory: keys, places, packs, and (checkpoint, code) for each tablet."""
    save_config(config)
    keys = KeyRing.load_or_create(config.data_dir)
    codes: list[tuple[str, str]] = []
    with contextlib.closing(open_store(config, keys)) as store:
        for n in range(plan.tablets):
            number = n // TABLETS_AT_A_CHECKPOINT
            again, at = divmod(number, len(CHECKPOINTS))
            place = CHECKPOINTS[at]
            if again:
                place = replace(place, id=f"{place.id}-{again + 1}")
            store.put_checkpoint(place)
            code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
            enrolment = Enrolment(place.id, place.lanes[0], f"mô phỏng {n + 1}")
            store.add_enrolment(code_hash(code), enrolment, _now_ms() + HOUR_MS)
            codes.append((place.id, code))
        publish_packs(store, keys, _now_ms())
    return codes


@contextlib.contextmanager
def _wires(server: ServerProcess, budget: Budget, count: int) -> Iterator[list[Wire]]:
    wires = [Wire(server, budget) for _ in range(count)]
    try:
        yield wires
    finally:
        for wire in wires:
            wire.close()


def _enrol(
    plan: Plan, codes: list[tuple[str, str]], wires: list[Wire], watched: set[str]
) -> list[SimTablet]:
    """Every tablet enrolled over HTTP; with chaos one clock in five is hours wrong."""
    rng = random.Random(f"{plan.seed} clocks")
    tablets = []
    for (checkpoint, code), wire in zip(codes, wires, strict=True):
        skew_ms = rng.randrange(-2000, 2000)
        if plan.chaos and rng.random() < 0.2:
            skew_ms = rng.randrange(-5 * HOUR_MS, 5 * HOUR_MS)
        key = ec.generate_private_key(ec.SECP256R1())
        tablets.append(SimTablet.enrol(wire.post, code, checkpoint, key, watched, skew_ms))
    return tablets


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
