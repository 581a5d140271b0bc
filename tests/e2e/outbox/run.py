"""Many seeds at once over one server and one Chromium, and the ledger of them all."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import CHROMIUM
from tests.e2e.conftest import BUILT
from tests.e2e.outbox.bench import Bench, bench, new_codes
from tests.e2e.outbox.ledger import Ledger, compare, stored_events
from tests.e2e.outbox.story import DRAIN_S, Day, Plan, live
from tests.e2e.outbox.wire import Fate, Patch

AT_ONCE = 3
NOTHING = Ledger(0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`wrong`: a line for each event or text that is not as it was written, with its seed."""

    ledger: Ledger
    wrong: list[str]
    fates: Counter[str]
    breaks: Counter[str]
    kills: int
    seconds: float
    failed: list[str] = field(default_factory=list)
    """Seeds whose day did not end, or whose tablet did not drain once all was well again."""

    def __str__(self) -> str:
        return (
            f"{self.ledger}\n{self.kills} kills of the server in {self.seconds:.0f} s\n"
            f"calls: {dict(self.fates)}\npages: {dict(self.breaks)}"
        )


def run(
    folder: Path,
    seed: str,
    numbers: Sequence[int],
    patch: Patch | None = None,
    often: Fate | None = None,
) -> Outcome:
    """Live through days of a seed, in a thread of its own: another Playwright may own this one."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no Chromium at {CHROMIUM}: apt install chromium, or set CHROMIUM")
    if not BUILT.exists():
        pytest.skip("the tablet is not built: make web")
    # A planted fault need not be waited for as long as a slow machine.
    drain_s = DRAIN_S if patch is None else DRAIN_S / 10

    def plan(number: int, checkpoint: str, code: str) -> Plan:
        return Plan(f"{seed}.{number}", number, checkpoint, code, often, drain_s)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _run(folder, numbers, plan, patch)).result()


async def _run(
    folder: Path,
    numbers: Sequence[int],
    plan: Callable[[int, str, str], Plan],
    patch: Patch | None,
) -> Outcome:
    began = time.monotonic()
    async with bench(folder, patch) as shared:
        codes = await asyncio.to_thread(new_codes, shared.config, len(numbers))
        plans = [plan(number, *code) for number, code in zip(numbers, codes, strict=True)]
        free = asyncio.Semaphore(AT_ONCE)

        async def one(plan: Plan) -> Day | str:
            async with free:
                return await _lived(shared, plan)

        days = await asyncio.gather(*map(one, plans))
        kills = shared.server.kills
    log = stored_events(shared.config)
    lived = [day for day in days if isinstance(day, Day)]
    found = [compare(day, log) for day in lived]
    return Outcome(
        ledger=sum((ledger for ledger, _ in found), NOTHING),
        wrong=[line for _, lines in found for line in lines],
        fates=sum((day.fates for day in lived), Counter[str]()),
        breaks=sum((day.breaks for day in lived), Counter[str]()),
        kills=kills,
        seconds=time.monotonic() - began,
        failed=[
            *(day for day in days if isinstance(day, str)),
            *(f"{day.seed}: not drained" for day in lived if not day.drained),
        ],
    )


async def _lived(shared: Bench, plan: Plan) -> Day | str:
    try:
        return await live(shared, plan)
    except Exception as error:  # every other seed goes on; the test names this one
        return f"{plan.seed}: {type(error).__name__}: {error}"
