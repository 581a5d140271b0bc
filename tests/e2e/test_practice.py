"""Two minutes of practice: the same screens, and nothing of it reaches the log or stays behind."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Launch
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ninh-son"
DATABASES = "async () => (await indexedDB.databases()).map((one) => one.name).sort()"


def begin(tablet: Tablet, task: str = "1/4") -> None:
    """«Tập dùng máy», up to its first task."""
    tablet.button("Tập dùng máy (2 phút)").click()
    expect(tablet.page.get_by_text(task)).to_be_visible(timeout=PATIENCE_MS)


def test_what_is_practised_reaches_no_log_and_is_gone_after(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", served.url))
    tablet.installed()
    before = served.events(CHECKPOINT)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.post_data or "") if "/api/" in one.url else None)
    begin(tablet)
    expect(page.get_by_text("BẢN TẬP")).to_be_visible()
    tablet.button("Đưa mã mẫu vào").click()
    tablet.button("Không rõ nơi đi").click()
    expect(tablet.last_person()).to_contain_text("Nguyễn Văn Tập", timeout=PATIENCE_MS)
    tablet.save()
    expect(page.get_by_text("2/4")).to_be_visible(timeout=PATIENCE_MS)
    names = page.evaluate(DATABASES)
    assert len(names) == 2 and names[0] == "chot" and names[1].startswith("chot-practice")

    tablet.button("Thoát bản tập").click()
    expect(tablet.heading("Đăng nhập")).to_be_visible()
    tablet.expect_unsent(0)
    wait_for("the practice's database gone", lambda: page.evaluate(DATABASES) == ["chot"])
    tablet.send_now()
    assert served.events(CHECKPOINT) == before
    assert all('"batch":null' in one for one in sent if "batch" in one), "events were sent"
    with served.store() as store:
        assert all(one.checkpoint != "practice" for one in store.devices())


def test_practice_begun_at_once_waits_for_the_rules(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    held: list[Route] = []
    levels = "**/api/v1/packs/levels"
    # Each time it is asked for: on a slow machine the tablet gives a call up and asks again.
    passed_on = False

    def hold(one: Route) -> None:
        if passed_on:
            one.continue_()
        else:
            held.append(one)

    page.context.route(levels, hold)
    with page.expect_request(levels):
        tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", served.url))
    tablet.button("Tập dùng máy (2 phút)").click()
    task = page.get_by_text("1/4")
    with pytest.raises(AssertionError):
        # Long enough for a practice without rules to come.
        expect(task).to_be_visible(timeout=2_000)
    expect(page.get_by_text("Đang chuẩn bị bản tập")).to_be_visible()
    # Nobody has to wait who does not want to.
    tablet.button("Thoát bản tập").click()
    tablet.button("Tập dùng máy (2 phút)").click()
    passed_on = True
    for one in held:
        one.continue_()
    expect(task).to_be_visible(timeout=PATIENCE_MS)
    tablet.button("Đưa mã mẫu vào").click()
    # Where no level was known, nobody would be asked whence.
    expect(tablet.button("Không rõ nơi đi")).to_be_visible(timeout=PATIENCE_MS)


def test_practice_ends_by_itself_so_that_nobody_goes_on_working_in_it(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    # Whole milliseconds, as a clock has them.
    page.clock.install(time=float(int(time.time())))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", served.url))
    begin(tablet)
    page.clock.fast_forward(95_000)
    tablet.button("Thêm 2 phút").click()
    page.clock.fast_forward(100_000)
    expect(page.get_by_text("BẢN TẬP")).to_be_visible()
    page.clock.fast_forward(21_000)
    expect(tablet.heading("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)
