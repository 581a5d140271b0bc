"""What every test may use: one seed a run, printed, so that a failure can be repeated."""

import os
import random

import pytest

SEED = int(os.environ.get("CHOT_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)


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
