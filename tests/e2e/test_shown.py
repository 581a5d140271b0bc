"""A failed test's report says what its pages showed; one that cannot be asked delays nobody."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.e2e import shown
from tests.e2e.browser import TIMEOUT_MS, launch

pytest_plugins = ("pytester",)


class Still:
    """A page that shows one thing, or fails when it is asked."""

    url = "http://localhost:1/tablet/?lane=o-to#enrol=SECRET"

    def __init__(self, seen: str | Exception) -> None:
        self.seen = seen

    def locator(self, _selector: str) -> Still:
        return self

    def aria_snapshot(self, *, timeout: float) -> str:
        assert timeout == shown.LOOK_MS
        if isinstance(self.seen, Exception):
            raise self.seen
        return self.seen


class Window:
    def __init__(self, *pages: Still) -> None:
        self.pages = pages


@pytest.mark.quick
def test_only_a_failed_test_says_what_its_pages_showed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Still('- link "to":\n  - /url: "http://localhost:1/d?code=SECRET"\n- button "LƯU"')
    window = Window(there, Still(ValueError("gone")))
    monkeypatch.setattr(shown, "OPEN", [cast(BrowserContext, window)])
    pytester.makeconftest("from tests.e2e.shown import pytest_runtest_makereport")
    pytester.makepyfile("def test_well(): pass\ndef test_badly(): assert 1 == 2")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    assert result.stdout.str().count("- page 1 -") == 1
    result.stdout.fnmatch_lines(
        ["*- page 1 -*", "http://localhost:1/tablet/", "*button*LƯU*", "*- page 2 -*", "*: gone"]
    )
    assert "SECRET" not in result.stdout.str()


@pytest.mark.quick
def test_what_is_shown_is_bounded() -> None:
    pages = [cast(Page, Still("x" * 100_000))] * 50
    found = shown.sections(pages)
    assert len(found) == shown.MOST_PAGES
    assert all(len(text) < shown.MOST_CHARACTERS + 100 for _, text in found)


def test_a_page_that_is_closed_or_hangs_or_has_crashed_is_said_to_be_so(
    playwright: Playwright, tmp_path: Path
) -> None:
    browser = launch(playwright, tmp_path / "tablet", "data:")
    context, page = browser.context, browser.page
    hung, crashed, closed = (context.new_page() for _ in range(3))
    page.set_content("<button>LƯU</button>")
    closed.close()
    hung.evaluate("() => void setTimeout(() => { for (;;) {} }, 0)")
    with pytest.raises(Exception, match="crash"):
        crashed.goto("chrome://crash")
    began = time.monotonic()
    (_, first), *others = shown.sections([page, hung, crashed, closed])
    assert '- button "LƯU"' in first
    assert all("cannot be looked at" in text for _, text in others), others
    assert time.monotonic() - began < TIMEOUT_MS / 1000, "the one that hangs was waited for"
    assert context in shown.OPEN
    context.close()
    assert context not in shown.OPEN
