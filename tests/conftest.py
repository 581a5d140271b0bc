"""What every test may use: one seed a run, printed so that a failure can be repeated; Chromium."""

import os
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

SEED = int(os.environ.get("CHOT_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
# The workers of pytest-xdist inherit it: one seed a run, however many processes run it.
os.environ["CHOT_SEED"] = str(SEED)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    # At the end, because -q hides the header.
    terminalreporter.write_line(f"seed: CHOT_SEED={SEED}")


@pytest.fixture
def seed() -> int:
    """The seed of this run."""
    return SEED


@pytest.fixture
def rng() -> random.Random:
    """A generator seeded for this run, fresh for each test."""
    return random.Random(SEED)


@pytest.fixture(scope="session")
def playwright() -> "Iterator[Playwright]":
    """The one Playwright of the run: its event loop allows no second one beside it."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no Chromium at {CHROMIUM}: apt install chromium, or set CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running
