"""Chromium with a fake camera, and what it must never do: foreign requests, CSP reports, errors."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request

from tests.conftest import CHROMIUM
from tests.e2e.camera import FakeCamera
from tests.e2e.shown import remember

FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
TIMEOUT_MS = 15_000
TABLET_VIEW = {"width": 800, "height": 1100}
BARS_PX = 120
"""More than the tabs and the address of a Chromium window take."""


@dataclass
class Watch:
    """What a browser did that it must not do. `expected` are parts of messages a test provokes."""

    # No slots: Playwright hangs its wrappers of bound methods on the object.

    origin: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def requested(self, request: Request) -> None:
        url = urlsplit(request.url)
        remote = url.scheme in ("http", "https", "ws", "wss")
        if remote and f"{url.scheme}://{url.netloc}" != self.origin:
            self.foreign.append(request.url)

    def said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(
                f"{message.type}: {message.text} ({urlsplit(message.location['url']).path})"
            )

    def check(self) -> None:
        """No request to anybody else, no error, nothing refused by the content policy."""
        assert self.foreign == [], f"requests to other origins: {self.foreign}"
        left = [one for one in self.errors if not any(part in one for part in self.expected)]
        assert left == [], f"the browser's console: {left}"


@dataclass(slots=True)
class Browser:
    """One profile of one Chromium: a tablet, or a desk."""

    context: BrowserContext
    page: Page
    camera: FakeCamera
    watch: Watch


def launch(
    playwright: Playwright,
    profile: Path,
    origin: str,
    *,
    flags: Sequence[str] = (),
    executable: str = CHROMIUM,
    env: dict[str, str | float | bool] | None = None,
) -> Browser:
    """Chromium on this profile directory: started again on it, it remembers everything."""
    profile.mkdir(parents=True, exist_ok=True)
    camera = FakeCamera(profile.with_name(f"{profile.name}.mjpeg"))
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=executable,
        headless=True,
        chromium_sandbox=False,
        args=[*FLAGS, f"--use-file-for-fake-video-capture={camera.path}", *flags],
        viewport={"width": TABLET_VIEW["width"], "height": TABLET_VIEW["height"]},
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        permissions=["camera"],
        env=env,
    )
    remember(context)
    context.set_default_timeout(TIMEOUT_MS)
    watch = Watch(origin)
    context.on("request", watch.requested)
    context.on("console", watch.said)
    context.on("weberror", lambda error: watch.errors.append(f"uncaught: {error.error}"))
    page = context.pages[0] if context.pages else context.new_page()
    _show_all(context, page)
    return Browser(context, page, camera, watch)


def _show_all(context: BrowserContext, page: Page) -> None:
    """Make the window as high as the page and the browser's own bars together.

    Playwright makes it as high as the page alone. What then lies below its edge is never shown, and
    a browser that measures when a tap is answered on the screen waits for another frame.
    """
    session = context.new_cdp_session(page)
    window = session.send("Browser.getWindowForTarget")["windowId"]
    bounds = {"width": TABLET_VIEW["width"], "height": TABLET_VIEW["height"] + BARS_PX}
    session.send("Browser.setWindowBounds", {"windowId": window, "bounds": bounds})
    session.detach()


def kill(profile: Path) -> None:
    """End the Chromium on this profile as a power cut would: it writes nothing any more."""
    wanted = f"--user-data-dir={profile}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        # Its helper processes carry --type and end with it.
        if wanted in words and not any(word.startswith(b"--type=") for word in words):
            os.kill(int(process.name), signal.SIGKILL)
            return
    raise AssertionError(f"no Chromium runs on {profile}")
