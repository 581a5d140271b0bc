"""What every test may use: one seed a run, printed so that a failure can be repeated; Chromium.

The seed is the same for everybody, so that a change is judged by what it changes and not by luck;
CHOT_SEED names another, and CHOT_SEED=random draws one, as `make nightly` does to find new cases.
"""

import os
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

ASKED = os.environ.get("CHOT_SEED", "20211012")
SEED = random.SystemRandom().randrange(1, 2**32) if ASKED == "random" else int(ASKED)
# The workers of pytest-xdist inherit it: one seed a run, however many processes run it.
os.environ["CHOT_SEED"] = str(SEED)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
EXPECT_MS = 20_000


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
    from playwright.sync_api import expect, sync_playwright

    # Five seconds are not much on a busy machine, and nobody waits who finds what is expected.
    expect.set_options(timeout=EXPECT_MS)
    with sync_playwright() as running:
        yield running
