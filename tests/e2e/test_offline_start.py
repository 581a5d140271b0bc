"""Installed once, the tablet starts with no network at all; everything it needs comes from us."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Response

from tests.e2e.conftest import Launch
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import Tablet

CHECKPOINT = "nt-bac-ai"


def test_restarted_browser_works_with_no_server(
    served: Served, proxy: Proxy, browser: Launch
) -> None:
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet = Tablet(browser(proxy.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", proxy.url), badge)
    tablet.open_shift(served.pin)
    tablet.installed()
    tablet.browser.context.close()
    tablet.browser.watch.check()

    proxy.down()
    tablet = Tablet(browser(proxy.url))
    tablet.browser.watch.expected.append("net::ERR_CONNECTION_REFUSED")
    answers: list[Response] = []
    tablet.page.on("response", lambda answer: answers.append(answer))
    tablet.start(proxy.url, badge)
    tablet.open_shift(served.pin)
    tablet.quick_crossing("85C60001")
    tablet.expect_unsent(1)
    paths = {urlsplit(one.url).path for one in answers if one.url.startswith("http")}
    assert "/tablet/" in paths and any(path.endswith(".wasm") for path in paths)
    assert all(one.from_service_worker for one in answers if one.url.startswith("http"))

    proxy.up()
    tablet.send_now()
    wait_for("the event", lambda: served.plates(CHECKPOINT).count("85C60001") == 1)
    tablet.expect_unsent(0)
