"""The main job: one scan, all the way, offline first."""

from __future__ import annotations

from pathlib import Path

from tests.e2e import one_scan
from tests.e2e.conftest import Launch
from tests.e2e.desk import Desk
from tests.e2e.server import Served
from tests.e2e.tablet import Tablet


def test_one_scan_offline_reaches_police_review_and_exports(
    served: Served, browser: Launch, tmp_path: Path
) -> None:
    plate = "85C10001"
    tablet = Tablet(browser(served.url))
    one_scan.begin_shift(tablet, served, served.url)
    one_scan.cross_offline(tablet, served, served.url, plate)
    record = one_scan.arrives_once(tablet, served, plate)
    desk = Desk(browser(served.url, "desk"), served.url)
    one_scan.reviewed(desk, served, record, plate)
    one_scan.exported(served, record, plate, tmp_path)
