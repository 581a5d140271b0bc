"""A new version waits while it would cost something, and starts with one tap when it would not."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Locator, expect

from server.bases import publish_bases
from server.config import Base, load_config
from server.context import system_clock
from server.keys import KeyRing, public_jwk
from server.store.sqlite import open_store
from tests.e2e.conftest import Launch
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "hd-phung-hung"
FORWARDED = ("Content-Type", "Content-Encoding", "Authorization", "Accept")
LOOK = "async () => { await (await navigator.serviceWorker.ready).update(); }"
POLICY = "async () => (await fetch('index.html')).headers.get('Content-Security-Policy')"
WAITING = "async () => (await navigator.serviceWorker.ready).waiting !== null"


class Release:
    """A server that may hand out another service worker, and refuse the API."""

    def __init__(self, served: Served) -> None:
        self.upstream = served.url
        self.worker_end = b""
        self.is_cut_off = False


@contextmanager
def released(release: Release) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if release.is_cut_off and self.path.startswith("/api/"):
                self.send_error(503)
                return
            headers = {name: self.headers[name] for name in FORWARDED if name in self.headers}
            asked = urllib.request.Request(
                release.upstream + self.path, body or None, headers, method=self.command
            )
            try:
                answer = urllib.request.urlopen(asked, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                data = answer.read()
                if self.path.endswith("/sw.js"):
                    data += release.worker_end
                self.send_response(answer.status)
                for name in ("Content-Type", "Cache-Control", "Content-Security-Policy"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def update_button(tablet: Tablet) -> Locator:
    """On the status sheet, which is opened."""
    tablet.button("Mở bảng tình trạng").click()
    return tablet.sheet("Tình trạng máy").get_by_role("button", name="Cập nhật", exact=True)


def test_a_new_version_waits_for_an_idle_screen_and_an_empty_outbox(
    served: Served, browser: Launch
) -> None:
    release = Release(served)
    with released(release) as url:
        tablet = Tablet(browser(url))
        tablet.browser.watch.expected += ["503", "net::ERR_"]
        page = tablet.page
        tablet.enrol(
            served.enrolment_link(CHECKPOINT, "o-to", url), served.badge(f"{CHECKPOINT}-quet")
        )
        tablet.open_shift(served.pin)
        tablet.installed()
        release.worker_end = b"\n// the next version\n"
        page.evaluate(LOOK)
        wait_for("a waiting version", lambda: page.evaluate(WAITING))

        # A crossing is begun.
        tablet.prepare_crossing("30A00077")
        expect(update_button(tablet)).to_be_disabled()
        page.keyboard.press("Escape")
        # It is written, and not sent.
        release.is_cut_off = True
        tablet.save()
        tablet.expect_unsent(1)
        expect(update_button(tablet)).to_be_disabled()
        release.is_cut_off = False
        tablet.sheet("Tình trạng máy").get_by_role("button", name="Gửi ngay").click()
        tablet.expect_unsent(0)
        button = tablet.sheet("Tình trạng máy").get_by_role("button", name="Cập nhật", exact=True)
        expect(button).to_be_enabled()
        assert page.evaluate(WAITING), "it must not have started by itself"
        button.click()
        expect(tablet.heading("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)
        assert not page.evaluate(WAITING)
        tablet.expect_unsent(0)
        assert served.plates(CHECKPOINT).count("30A00077") == 1


def test_u16_an_installed_tablet_may_call_a_server_that_is_added_later(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    page.goto(f"{served.url}/tablet/")
    tablet.installed()
    assert "chot-moi.example" not in page.evaluate(POLICY)
    keys = KeyRing.load_or_create(served.data)
    with open_store(load_config(served.data), keys) as store:
        base = Base("https://chot-moi.example", store.server_id, "relay", public_jwk(keys.signing))
        publish_bases(store, keys, (base,), system_clock())

    def has_come() -> bool:
        page.evaluate(LOOK)
        return bool(page.evaluate(WAITING))

    wait_for("another version", has_come)
    page.reload()
    assert "connect-src 'self' https://chot-moi.example;" in page.evaluate(POLICY)
