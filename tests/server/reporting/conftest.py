"""One made-up day as a report and as a draft of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from server.config import Config
from server.reporting.completeness import Completeness, Gap, Place
from server.reporting.document import Report
from server.reporting.report import own_report
from server.reporting.rolled_up import HandedUp, rolled_up
from server.store.sqlite import open_store
from tests.cli.exported_day import make_day
from tests.server.store.tablets import NOON_MS

HOUR_MS = 3_600_000
AT_MS = NOON_MS + 6 * HOUR_MS
UNIT = "Ban Chỉ đạo quận Hà Đông"


@dataclass(frozen=True)
class Day:
    whole: Report
    draft: Report


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day at 18h with one unit that reported and one that did not, and the same at 12h30."""
    data = tmp_path_factory.mktemp("day") / "data"
    make_day(data)
    config = Config(data, unit=UNIT)
    with open_store(config) as store:
        own = own_report(store, config, AT_MS, (), AT_MS + 60_000)
        draft = own_report(store, config, AT_MS, (), NOON_MS + HOUR_MS // 2)
    places = (Place("hd-ql6", "Quốc lộ 6", "024 0000 0268", "01", "268", "09556"),
              Place("nt-ca-na", "Cà Ná", "0259 000 0058", "58", "589", "22910"))  # fmt: skip
    gaps = (Gap(places[0], "máy-1", "o-to", ("silent", "unsent"), 12, 3 * HOUR_MS),
            Gap(places[1], "máy-2", "xe-may", ("clock",), 0, 0))  # fmt: skip
    complete = Completeness(2, 0, gaps, (), (places[1],))
    own = replace(own, epoch=1, checkpoints=places, completeness=complete)
    below = replace(
        own,
        unit="Xã Phước Diêm",
        checkpoints=(Place("xa-1", "Chốt xã", ""),),
        completeness=Completeness(1, 1, (), ()),
    )
    unit = Place("22864", "Xã Phước Diêm", "0259 000 0059")
    missing = Place("22858", "Xã Phước Dinh", "0259 000 0060")
    whole = rolled_up(own, [HandedUp(unit, "7", "cd" * 32, below)], [missing])
    return Day(whole, replace(draft, epoch=1))
