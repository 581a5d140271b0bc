"""An export shows one number of the log and stands in nobody's way while it is made."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from server.config import Config
from server.exporting import crossing_rows
from server.exporting.run import Asked, export_to
from server.exporting.tables import columns_of
from server.projector import Projector
from server.store.log.log_file import open_log, shred_leftovers
from server.store.sqlite import SqliteStore, open_store
from server.store.view import exported
from tests.server.store.tablets import NOON_MS, enrolled

HOUR_MS = 3_600_000


@pytest.mark.parametrize("unmasked", [False, True])
def test_v5_events_are_taken_in_between_two_pages_and_none_of_them_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unmasked: bool
) -> None:
    """After each page a batch is pushed and projected, and no read is left open.

    An open read would keep the write-ahead log from being emptied: it would grow for as long as an
    export of a million rows takes.
    """
    for module in (crossing_rows, exported):
        monkeypatch.setattr(module, "PAGE", 20)
    config = Config(tmp_path / "data")
    with open_store(config) as store, Projector(config, store.keys) as projector:
        tablet = enrolled(store, random.Random(5))
        tablet.push(store, tablet.traffic(100))
        projector.catch_up()
        asked = wanted(store, unmasked)
        quiet = tmp_path / "quiet.csv"
        at_rest = export_to(store, asked, quiet, lambda _done, _of: None)
        pages: list[int] = []

        def between(done: int, _of: int) -> None:
            pages.append(done)
            tablet.push(store, tablet.traffic(10))
            projector.catch_up()
            for path in (config.log_path, config.view_path):
                with closing(open_log(path)) as other:
                    assert shred_leftovers(other), f"a read is open on {path.name}"

        busy = tmp_path / "busy.csv"
        done = export_to(store, asked, busy, between)
        assert pages == [20, 40, 60, 80, 100]
        assert busy.read_bytes() == quiet.read_bytes()
        assert (done.n, done.rows) == (at_rest.n, 100)
        assert len(store.pull([tablet.home], 0, 500, False).events) == 150


def wanted(store: SqliteStore, unmasked: bool) -> Asked:
    return Asked(
        "crossings",
        (NOON_MS - HOUR_MS, NOON_MS + HOUR_MS),
        (),
        columns_of(store, "crossings", unmasked),
        "csv",
        "vi",
        unmasked=unmasked,
    )
