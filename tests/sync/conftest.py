"""What tests of this room share."""

from __future__ import annotations

import random

import pytest

from tests.sync.desk import Desk


@pytest.fixture
def desk(rng: random.Random) -> Desk:
    return Desk(rng)
