"""What the open pages showed when a test failed: its report says so, for it may fail only once."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable

import pytest
from playwright.sync_api import BrowserContext, Page

MOST_CHARACTERS = 4_000
"""Of one page; from the top."""
MOST_PAGES = 4
LOOK_MS = 2_000
ASIDE = re.compile(r"((?:https?://|/url: )[^\s\"?#]*)[?#][^\s\"]*")
"""Query and fragment of a link: a one-time code may stand there."""

OPEN: list[BrowserContext] = []
"""What was started and nobody has closed yet, oldest first."""


def remember(context: BrowserContext) -> None:
    """Its pages are shown from now on until it is closed, or its Chromium is killed."""
    OPEN.append(context)
    context.on("close", lambda closed: OPEN.remove(closed))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A section for each open page in the report of a test that failed, before it closes them."""
    report = yield
    if report.failed and call.when != "teardown":
        report.sections += sections(page for context in OPEN[:] for page in context.pages)
    return report


def sections(pages: Iterable[Page]) -> list[tuple[str, str]]:
    """(title, what a screen reader would find) of the first pages; never raises."""
    return [
        (f"page {number}", look(page))
        for number, page in zip(range(1, MOST_PAGES + 1), pages, strict=False)
    ]


def look(page: Page) -> str:
    """Where the page is and what it shows, or why that cannot be said."""
    try:
        where = re.split("[?#]", page.url)[0]
        # One that is closed, has crashed or hangs says so, at the latest after LOOK_MS.
        seen = page.locator("body").aria_snapshot(timeout=LOOK_MS)
    except Exception as reason:
        return f"cannot be looked at: {str(reason)[:MOST_CHARACTERS]}"
    return "\n".join([where, ASIDE.sub(r"\1", seen)[:MOST_CHARACTERS]])
