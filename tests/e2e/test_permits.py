"""A green-lane pass offline makes the green lane; its company is suspended by the next sync."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, chot, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ga-thap-cham"
PASS = {"jti": "xe-luong-xanh-1", "v": "85C-123.45", "c": "Công ty TNHH Đại Phát"}


def test_a_pass_makes_the_green_lane_until_its_company_is_suspended(
    served: Served, proxy: Proxy, browser: Launch
) -> None:
    tablet = Tablet(browser(proxy.url))
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet.enrol(served.enrolment_link(CHECKPOINT, "san-ga", proxy.url), badge)
    tablet.open_shift(served.pin)
    tablet.installed()
    proxy.down()
    tablet.browser.watch.expected.append("net::ERR_")

    code = served.document("pass", PASS)
    tablet.scan(code)
    # No question where from; another vehicle with this paper is not let through.
    expect(tablet.heading("CHO QUA")).to_have_count(0)
    tablet.button("Đúng biển số 85C-123.45 như trên giấy").click()
    tablet.expect_verdict("CHO QUA", "Luồng xanh")
    tablet.enter_goods("Nông sản", "5", "tấn")
    line = tablet.page.get_by_role("status").filter(has_text="Ưu tiên: nông sản")
    expect(line).to_be_visible()
    tablet.save()

    chot("permits", "suspend", "--data", served.data, "--company", "CTY TNHH DAI PHAT",
         "--reference", "12/UBND")  # fmt: skip
    proxy.up()
    tablet.send_now()
    wait_for("the crossing", lambda: served.plates(CHECKPOINT) == ["85C12345"])
    tablet.send_now()
    proxy.down()
    tablet.scan(code)
    tablet.button("Đúng biển số 85C-123.45 như trên giấy").click()
    expect(tablet.page.get_by_role("alert")).not_to_contain_text("Luồng xanh", timeout=PATIENCE_MS)
    crossing = served.crossing(served.record(CHECKPOINT, "85C12345"))
    assert (crossing.row.mode, crossing.row.purpose, crossing.row.outcome) == (
        "green_lane",
        "goods",
        "pass",
    )
    chot("permits", "resume", "--data", served.data, "--company", "Công ty TNHH Đại Phát")
