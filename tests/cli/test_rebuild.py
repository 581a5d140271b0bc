"""`chot rebuild --compare`: exit status 1 with the first difference, 0 where there is none."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

from server.config import load_config
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot
from tests.server.store.tablets import enrolled


def test_v6_compare_names_the_first_difference_and_replaces_nothing(
    chot: Chot, demo_data: Path
) -> None:
    chot("rebuild", "--data", demo_data, "--compare", exit_code=1)
    store = open_store(load_config(demo_data))
    tablet = enrolled(store, random.Random(4), "nt-ca-na")
    tablet.push(store, tablet.crossings(3), NOON_MS)
    store.close()
    chot("rebuild", "--data", demo_data)
    assert "Khớp" in chot("rebuild", "--data", demo_data, "--compare").output
    with sqlite3.connect(demo_data / "view.db") as view:
        view.execute(
            "UPDATE crossings SET action = 'referred' WHERE record = ?", tablet.records[:1]
        )
    view.close()
    told = chot("rebuild", "--data", demo_data, "--compare", exit_code=1).output
    assert f"crossings, dòng {tablet.records[0]}: action" in told
    chot("rebuild", "--data", demo_data, "--compare", exit_code=1)
    chot("rebuild", "--data", demo_data)
    chot("rebuild", "--data", demo_data, "--compare")
