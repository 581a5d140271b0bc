"""A server that fails in every way it can: nothing lost, nothing doubled, work goes on."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.proxy import Failure, Proxy
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-thuan-bac"
SENDS_BY_ITSELF = re.compile("tự gửi")


def on_duty(tablet: Tablet, served: Served, url: str, lane: str = "o-to") -> None:
    """Enrolled at the checkpoint, the shift open, everything installed."""
    tablet.enrol(served.enrolment_link(CHECKPOINT, lane, url), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    tablet.installed()


def test_500_then_401_then_nothing_loses_and_doubles_nothing(
    served: Served, proxy: Proxy, browser: Launch
) -> None:
    tablet = Tablet(browser(proxy.url))
    tablet.browser.watch.expected.append("Failed to load resource")
    on_duty(tablet, served, proxy.url)
    plates = ["85C40001", "85C40002", "85C40003", "85C40004"]

    answers: tuple[Failure, ...] = ("500", "401")
    for count, failure in enumerate(answers, start=1):
        proxy.fail(failure)
        tablet.quick_crossing(plates[count - 1])
        wait_for(f"a call that meets {failure}", lambda: proxy.calls)
        tablet.expect_unsent(count)
        tablet.expect_advice(SENDS_BY_ITSELF)

    proxy.fail("hang")
    tablet.quick_crossing(plates[2])
    wait_for("a call that nobody answers", lambda: proxy.calls)
    tablet.expect_unsent(3)

    with tablet.page.expect_event("requestfailed", timeout=PATIENCE_MS):
        proxy.down()
    tablet.quick_crossing(plates[3])
    tablet.expect_unsent(4)
    tablet.expect_advice(SENDS_BY_ITSELF)
    assert not set(plates) & set(served.plates(CHECKPOINT))

    proxy.up()
    tablet.send_now()
    tablet.expect_unsent(0)
    arrived = served.plates(CHECKPOINT)
    assert [arrived.count(plate) for plate in plates] == [1, 1, 1, 1]


def test_event_whose_answer_was_lost_is_stored_once(
    served: Served, proxy: Proxy, browser: Launch
) -> None:
    tablet = Tablet(browser(proxy.url))
    tablet.browser.watch.expected.append("Failed to load resource")
    on_duty(tablet, served, proxy.url)
    proxy.fail("lost")
    tablet.quick_crossing("85C40005")
    wait_for("the event, unbeknown to the tablet", lambda: "85C40005" in served.plates(CHECKPOINT))
    tablet.expect_unsent(1)
    proxy.fail("none")
    tablet.send_now()
    tablet.expect_unsent(0)
    assert served.plates(CHECKPOINT).count("85C40005") == 1
    device = served.events(CHECKPOINT)[-1].device
    with served.store() as store:
        found = store.device(device)
    assert found is not None and found.forked_ms is None


def test_two_tablets_of_a_checkpoint_see_each_others_crossings(
    served: Served, browser: Launch
) -> None:
    first, second = Tablet(browser(served.url, "first")), Tablet(browser(served.url, "second"))
    on_duty(first, served, served.url)
    on_duty(second, served, served.url, "xe-may")
    first.quick_crossing("85C50001")
    second.quick_crossing("85C50002")
    for tablet in (first, second):
        tablet.expect_unsent(0)
    for tablet, own, other in ((first, "85C50001", "85C50002"), (second, "85C50002", "85C50001")):
        tablet.send_now()
        expect(tablet.strip()).to_contain_text(other[-2:], timeout=PATIENCE_MS)
        tablet.expect_recent(own, "Đã gửi")
        tablet.expect_recent(other, "Máy khác")
