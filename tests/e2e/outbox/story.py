"""One tablet's bad day by its seed: crossings while the page is reloaded, closed and killed.

The officer in the page (`officer.js`) clicks on the built screens. What it says it saw («Đã lưu»)
is written down here, outside the browser, at that moment: the tablet's own store is not believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as BrowserError

from tests.e2e.outbox.bench import Bench
from tests.e2e.outbox.taps import tap_all
from tests.e2e.outbox.wire import Fate, Wire

OFFICER = Path(__file__).with_name("officer.js").read_text("utf-8")
CROSSINGS = (15, 22)
SEGMENT = 7
MOST_MADE = 700
TAPPED = 16
DRAIN_S = 90.0
PATIENCE_MS = 60_000
VIEW = {"width": 800, "height": 1100}
GRACE_S = 20.0
"""For a click under way when its page goes; the next page opens after it in any case."""
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Đặng", "Vũ", "Đỗ", "Ngô")
GIVEN = ("Thử", "Mẫu", "Ví Dụ", "Giả Định", "Kiểm Tra")
ODD = ("", " Đ̣ằ̃", " 🚚", " \\ \"'", " </script>", " ’–…", " 試", " x̱\u200d")
"""Ends of names that a careless escape would change."""


@dataclass(slots=True)
class Day:
    """What came of one seed. Plates name crossings: each is given to one press of «LƯU» only."""

    seed: str
    pressed: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    breaks: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    receipted: int = 0
    drained: bool = False
    tablet: dict[str, Any] = field(default_factory=dict)
    """device, head, acked and the own events, read from the tablet's store at the end."""

    def say(self, what: str, plate: str) -> None:
        {"pressed": self.pressed, "shown": self.shown, "undone": self.undone}[what].append(plate)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which tablet lives through which day. `number` is in its plates; `code` enrols it."""

    seed: str
    number: int
    checkpoint: str
    code: str = field(repr=False)
    often: Fate | None = None
    drain_s: float = DRAIN_S

    @property
    def taps(self) -> bool:
        """A few tablets are touched as by a finger, through everything a browser does with it."""
        return self.number % TAPPED == 0


async def live(bench: Bench, plan: Plan) -> Day:
    """The whole day of one tablet, until all it wrote is sent."""
    seed = plan.seed
    rng = random.Random(seed)
    kills = {rng.randrange(2, 9) for _ in range(rng.choice((0, 1, 1)))}
    fates = random.Random(f"{seed} wire")
    wire = Wire(bench.server.port, bench.static, fates, bench.server.kill, kills, plan.often)
    await wire.up()
    context = await bench.browser.new_context(
        viewport={"width": VIEW["width"], "height": VIEW["height"]},
        locale="vi-VN",
        service_workers="block",
    )
    try:
        context.set_default_timeout(PATIENCE_MS)
        day = Day(seed)
        await context.add_init_script(OFFICER)
        await context.expose_function("chotSay", lambda what, plate: day.say(what, plate))
        tablet = _Tablet(bench, context, wire, rng, day, plan)
        await tablet.enrol()
        await tablet.work()
        await tablet.drain()
        day.fates.update(wire.fates)
        day.receipted = wire.through
        return day
    finally:
        await context.close()
        await wire.down()


async def duty(page: Page, bench: Bench, checkpoint: str) -> None:
    """The officer's badge and PIN open the shift."""
    given = {"badge": bench.badge(f"{checkpoint}-quet"), "pin": bench.pin}
    await page.evaluate("({badge, pin}) => officer.openShift(badge, pin)", given)


async def drained(page: Page, seconds: float) -> bool:
    """Whether everything is sent in time, with nothing done but that the network comes and goes."""
    end = asyncio.get_running_loop().time() + seconds
    while await page.evaluate("officer.unsent()") != 0:
        if asyncio.get_running_loop().time() > end:
            return False
        await page.context.set_offline(True)
        await page.context.set_offline(False)
        await asyncio.sleep(0.1)
    return True


class _Tablet:
    """One context of the browser: its page, and what happens to it."""

    def __init__(
        self,
        bench: Bench,
        context: BrowserContext,
        wire: Wire,
        rng: random.Random,
        day: Day,
        plan: Plan,
    ) -> None:
        self._bench, self._context, self._wire = bench, context, wire
        self._rng, self._day, self._plan = rng, day, plan
        self._page: Page | None = None

    @property
    def _url(self) -> str:
        return f"http://localhost:{self._wire.port}/tablet/"

    async def enrol(self) -> None:
        """On a calm wire: a lost answer uses up the code, and that is no outbox's business."""
        async with self._bench.server.enrolling():
            page = await self._open(f"{self._url}#enrol={self._plan.code}")
            await page.wait_for_selector("main.shift")
            await page.evaluate("officer.packs()")
        await self._ready()

    async def work(self) -> None:
        """Crossings in stretches; most end because something happens to the page."""
        rng = self._rng
        wanted, made = rng.randint(*CROSSINGS), 0
        self._wire.calm = False
        while len(self._day.pressed) < wanted and made < MOST_MADE:
            # A plate is never used again: the word of a last press may still be on its way.
            stretch = [self._crossing(self._plan.number, made + n) for n in range(SEGMENT)]
            made += SEGMENT
            how = rng.choice(("none", "offline", "reload", "close", "crash"))
            self._day.breaks[how] += 1
            await self._stretch(
                stretch, how, rng.uniform(0.05, 1.5) * (4 if self._plan.taps else 1)
            )

    async def drain(self) -> None:
        """The wire heals: everything arrives without any help but the network's return."""
        await self._wire.heal()
        page = await self._ready()
        self._day.drained = await drained(page, self._plan.drain_s)
        self._day.tablet = await page.evaluate("officer.stored()")

    async def _stretch(self, crossings: list[dict[str, Any]], how: str, after_s: float) -> None:
        page = await self._ready()
        work = asyncio.ensure_future(self._cross_all(page, crossings))
        if how != "none":
            await asyncio.wait({work}, timeout=after_s)
            await self._happen(page, how)
        if how in ("none", "offline"):
            await work
            return
        # Cut off in the middle: what was pressed may be there or not, what was shown must be.
        if not self._plan.taps:
            await asyncio.wait({work}, timeout=GRACE_S)
        work.cancel()
        with contextlib.suppress(BrowserError, asyncio.CancelledError):
            await work

    async def _cross_all(self, page: Page, crossings: list[dict[str, Any]]) -> None:
        if self._plan.taps:
            await tap_all(page, crossings, self._day.say)
        else:
            await page.evaluate("(all) => officer.crossAll(all)", crossings)

    async def _happen(self, page: Page, how: str) -> None:
        if how == "offline":
            await self._context.set_offline(True)
            await asyncio.sleep(self._rng.uniform(0.05, 0.6))
            await self._context.set_offline(False)
        elif how == "reload":
            await page.reload(wait_until="commit")
        elif how == "crash":
            await self._crash(page)
        else:
            await page.close()
            self._page = None

    async def _crash(self, page: Page) -> None:
        """The renderer dies, as for want of memory."""
        session = await self._context.new_cdp_session(page)
        crashed = asyncio.ensure_future(page.wait_for_event("crash"))
        dying = asyncio.ensure_future(session.send("Page.crash"))
        await crashed
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        await page.close()
        self._page = None

    async def _ready(self) -> Page:
        """A page with an open shift."""
        page = self._page or await self._open(self._url)
        # A reload may still be under way.
        await page.wait_for_selector("main.shift, main.home, main.person, main.verdict")
        if await page.locator("main.shift").count() > 0:
            await duty(page, self._bench, self._plan.checkpoint)
        return page

    async def _open(self, url: str) -> Page:
        self._page = await self._context.new_page()
        await self._page.goto(url, wait_until="commit")
        return self._page

    def _crossing(self, number: int, n: int) -> dict[str, Any]:
        rng = self._rng
        plate = f"85C{number:02}{n:03}"
        name = f"{rng.choice(FAMILY)} {rng.choice(GIVEN)} {number}.{n}{rng.choice(ODD)}"
        self._day.names[plate] = name
        return {
            "plate": plate,
            "name": name,
            "twice": rng.random() < 0.2,
            "undo": rng.random() < 0.1,
            "wait_ms": rng.choice((0, 0, 20, 150)),
        }
