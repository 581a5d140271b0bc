"""Two tabs of one tablet: one chain, one sync at a time."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.conftest import SEED
from tests.e2e.outbox.bench import bench, new_codes
from tests.e2e.outbox.ledger import compare, stored_events
from tests.e2e.outbox.mutants import NO_LOCK, planted
from tests.e2e.outbox.story import OFFICER, Day, drained, duty
from tests.e2e.outbox.wire import Patch, Wire

CROSSINGS = 6


async def _two_tabs(folder: Path, patch: Patch | None) -> tuple[Day, list[str], int]:
    """Both write at once on a slow wire; the day, what is wrong, and the most rounds at a time."""
    async with bench(folder, patch) as shared:
        ((checkpoint, code),) = new_codes(shared.config, 1)
        fates = random.Random(f"{SEED} tabs")
        wire = Wire(
            shared.server.port, shared.static, fates, shared.server.kill, set(), "answer_late"
        )
        await wire.up()
        context = await shared.browser.new_context(locale="vi-VN", service_workers="block")
        day = Day(f"{SEED} tabs")
        await context.add_init_script(OFFICER)
        await context.expose_function("chotSay", lambda what, plate: day.say(what, plate))
        first = await context.new_page()
        url = f"http://localhost:{wire.port}/tablet/"
        await first.goto(f"{url}#enrol={code}")
        await first.wait_for_selector("main.shift")
        await first.evaluate("officer.packs()")
        second = await context.new_page()
        await second.goto(url)
        for page in (first, second):
            await duty(page, shared, checkpoint)
        wire.calm = False
        await asyncio.gather(*(_write(page, n, day) for n, page in enumerate((first, second))))
        await wire.heal()
        assert await drained(first, 60)
        assert await drained(second, 60), "the second tab does not see what the first has sent"
        day.tablet = await first.evaluate("officer.stored()")
        await context.close()
        await wire.down()
    ledger, wrong = compare(day, stored_events(shared.config))
    assert ledger.shown == 2 * CROSSINGS
    return day, wrong, wire.most_at_once


async def _write(page: Page, tab: int, day: Day) -> None:
    crossings: list[dict[str, Any]] = []
    for n in range(CROSSINGS):
        plate = f"85C{tab:02}{n:03}"
        day.names[plate] = f"Nguyễn Thử {tab}.{n}"
        crossings.append({"plate": plate, "name": day.names[plate], "wait_ms": 100})
    await page.evaluate("(all) => officer.crossAll(all)", crossings)


def two_tabs(folder: Path, patch: Patch | None = None) -> tuple[Day, list[str], int]:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _two_tabs(folder, patch)).result()


def test_o2_two_tabs_write_one_chain_and_sync_one_at_a_time(tmp_path: Path) -> None:
    day, wrong, at_once = two_tabs(tmp_path)
    assert not wrong, "\n".join(wrong)
    assert day.tablet["head"] == len(day.shown)
    assert at_once == 1


@pytest.mark.slow
def test_tabs_without_the_lock_are_found(tmp_path: Path) -> None:
    _, _, at_once = two_tabs(tmp_path, planted(NO_LOCK))
    assert at_once > 1
