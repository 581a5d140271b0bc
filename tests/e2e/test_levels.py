"""A level announced for midnight: said before, decided at midnight, grace after. All offline."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from server.issuing.values import VIETNAM
from tests.e2e.conftest import Launch
from tests.e2e.one_scan import CHECKPOINT, OFFICER, PC_COVID
from tests.e2e.server import Served, chot, free_port, serving, wait_for
from tests.e2e.tablet import Tablet

ORIGIN = "Xã Công Hải"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
GRACE_HOURS = 6
YELLOW = "Thẻ vàng từ vùng cấp 3–4"


@pytest.fixture(scope="module")
def announcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, int]]:
    """A demo where Công Hải goes from level 1 to 4 at a midnight, and when that is in Unix ms."""
    folder = tmp_path_factory.mktemp("levels")
    data = folder / "data"
    chot("demo", "--data", data, "--days", "0")
    midnight_ms = next_midnight_ms(round(time.time() * 1000))
    day = datetime.fromtimestamp(midnight_ms / 1000, VIETNAM).strftime("%d/%m/%Y")
    file = folder / "cap-do.csv"
    file.write_text(f"Bộ mã,Xã,Tỉnh,Cấp,Từ\n2021,Công Hải,Ninh Thuận,4,{day}\n", "utf-8")
    chot("levels", "import", file, "--data", data)
    chot("levels", "publish", "--data", data, "--yes", "--grace-hours", str(GRACE_HOURS))
    with serving(data, port=free_port()) as served:
        yield served, midnight_ms


def test_a_level_changes_the_verdict_at_midnight_without_a_network(
    announcing: tuple[Served, int], browser: Launch
) -> None:
    served, midnight_ms = announcing
    tablet = Tablet(browser(served.url))
    page, clock = tablet.page, tablet.page.clock
    clock.install()
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), badge=served.badge(OFFICER))
    tablet.open_shift(served.pin)
    tablet.installed()
    tablet.browser.context.set_offline(True)
    tablet.browser.watch.expected.append("net::ERR_INTERNET_DISCONNECTED")

    banner = page.get_by_role("button", name="Sắp áp dụng")
    expect(banner).to_contain_text(f"00:00 ngày {day_of(midnight_ms)}")
    expect(banner).to_contain_text(f"{ORIGIN}, Thuận Bắc, Ninh Thuận tăng 1 → Cấp 4")
    shown(tablet, "banner")
    banner.click()
    expect(tablet.sheet("Sắp áp dụng").get_by_role("listitem")).to_have_count(1)
    shown(tablet, "announced")
    tablet.sheet("Sắp áp dụng").get_by_role("button", name="Đóng").first.click()

    begin(tablet)
    tablet.expect_verdict("CHO QUA")
    forward(tablet, midnight_ms - 60_000)
    tablet.expect_verdict("CHO QUA")
    forward(tablet, midnight_ms)
    tablet.expect_verdict("KIỂM TRA THÊM", YELLOW)
    expect(page.get_by_role("radio", name="Kiểm tra", exact=True)).to_be_checked()
    shown(tablet, "question")

    departure(tablet).get_by_role("radio", name="Không", exact=True).click()
    tablet.expect_verdict("KIỂM TRA THÊM", YELLOW)
    departure(tablet).get_by_role("radio", name="Đúng, đi trước").click()
    tablet.expect_verdict("CHO QUA")
    expect(page.get_by_text("Đang tính theo cấp dịch lúc xuất phát.")).to_be_visible()
    shown(tablet, "grace")
    tablet.enter_plate("85C10001")
    tablet.save()
    tablet.expect_unsent(1)
    expect(banner).to_have_count(0)

    forward(tablet, midnight_ms + GRACE_HOURS * HOUR_MS)
    begin(tablet)
    tablet.expect_verdict("KIỂM TRA THÊM", YELLOW)
    expect(departure(tablet)).to_have_count(0)
    tablet.discard()

    clock.set_system_time(time.time())
    tablet.browser.context.set_offline(False)
    wait_for("the event", lambda: "85C10001" in served.plates(CHECKPOINT))
    (event,) = [json.loads(one.body) for one in served.events(CHECKPOINT)]
    assert event["set"]["departed_ms"] == midnight_ms - 1
    assert event["set"]["verdict"]["outcome"] == "pass"


def begin(tablet: Tablet) -> None:
    """Somebody with a yellow card from the place that changes."""
    tablet.scan(PC_COVID)
    tablet.tap_card("Thẻ vàng")
    tablet.come_from(ORIGIN, "nt cong hai")


def departure(tablet: Tablet) -> Locator:
    return tablet.page.get_by_role("radiogroup", name="Xuất phát trước khi tăng cấp")


def forward(tablet: Tablet, until_ms: int) -> None:
    """The page's clock to that moment, and on until its screens have looked at it again."""
    now_ms = tablet.page.evaluate("Date.now()")
    tablet.page.clock.fast_forward(max(0, until_ms - now_ms))
    tablet.page.clock.run_for(10_000)


def next_midnight_ms(now_ms: int) -> int:
    """The next midnight in Vietnam that is at least two hours away."""
    offset_ms = 7 * HOUR_MS
    ahead_ms = now_ms + offset_ms + 2 * HOUR_MS
    return ahead_ms - ahead_ms % DAY_MS + DAY_MS - offset_ms


def day_of(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m")


def shown(tablet: Tablet, name: str) -> None:
    """Pictures of both themes for whoever looks at them: CHOT_SCREENS names the folder."""
    folder = os.environ.get("CHOT_SCREENS")
    if folder is None:
        return
    before = tablet.page.evaluate("document.documentElement.dataset.theme")
    for theme in ("day", "night"):
        tablet.page.evaluate("one => { document.documentElement.dataset.theme = one }", theme)
        tablet.page.screenshot(path=Path(folder) / f"levels-{name}-{theme}.png")
    tablet.page.evaluate("one => { document.documentElement.dataset.theme = one }", before)
