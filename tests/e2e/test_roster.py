"""A plan of duties from a file is what the tablet proposes when a shift begins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from cli.data import VIETNAM
from tests.e2e.conftest import Launch
from tests.e2e.server import Served, chot, free_port, serving, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-bac-ai"
OFFICER = f"{CHECKPOINT}-quet"
LEAD = f"{CHECKPOINT}-truong"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo whose lead is planned for these hours, and nobody for the hours before."""
    folder = tmp_path_factory.mktemp("roster")
    data = folder / "data"
    chot("demo", "--data", data, "--days", "0")
    start = datetime.now(VIETNAM) - timedelta(hours=1)
    end = start + timedelta(hours=6)
    file = folder / "phan-cong.csv"
    file.write_text(
        f"Mã chốt;Ngày;Ca;Cán bộ\n{CHECKPOINT};{start:%d/%m/%Y};{start:%H:%M}-{end:%H:%M};{LEAD}\n",
        "utf-8",
    )
    chot("roster", "import", file, "--data", data)
    with serving(data, port=free_port()) as served:
        yield served


def test_who_is_planned_is_on_duty_with_one_tap(planned: Served, browser: Launch) -> None:
    tablet = Tablet(browser(planned.url))
    tablet.enrol(planned.enrolment_link(CHECKPOINT, "o-to"), planned.badge(OFFICER))
    tablet.open_shift(planned.pin)
    tablet.button("Chưa nhận ca trực").click()
    tablet.button("NHẬN CA").click()
    taken = tablet.page.get_by_role("status").filter(has_text="Đã nhận ca")
    expect(taken).to_be_visible(timeout=PATIENCE_MS)
    [shift] = wait_for("the shift", lambda: planned.events(CHECKPOINT, "shift"))
    on_duty = json.loads(shift.body)["items"]["roster"].values()
    assert {one["officer"]: one["duty"] for one in on_duty} == {LEAD: "lead", OFFICER: "scan"}
