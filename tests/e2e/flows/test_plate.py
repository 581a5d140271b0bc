"""Any plate costs one tap a character or less, and none is refused."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.flows.klm import flow
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ninh-son"
PLATES = {
    "51F1234": "51F-1234",
    "29AB12345": "29AB-123.45",  # a motorbike's two letters
    "29MĐ112345": "29MĐ112345",  # electric, up to 50 cc
    "29LD12345": "29LD-123.45",  # joint venture or motorbike: both are kept
    "51R01234": "51R-012.34",  # a trailer
    "T2912345": "T2912345",  # temporary
    "80123NG45": "80123NG45",  # diplomatic
    "QH4521": "QH-4521",  # military
    "8": "8",  # whatever else can be read of it
}


def test_every_kind_of_plate_is_one_tap_a_character(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    page = tablet.page
    tablet.button("Việc khác").click()
    tablet.button("Ghi nhanh").click()
    field = page.get_by_role("button", name="Biển số")
    sheet = tablet.sheet("Biển số")
    for plate, shown in PLATES.items():
        field.click()
        while sheet.get_by_role("status").inner_text() != "Hai số tỉnh":
            sheet.get_by_role("button", name="Xóa một ký tự").click()
        with flow(tablet, f"biển số {plate}") as counted:
            for key in plate:
                sheet.get_by_role("button", name=key, exact=True).click()
            expect(sheet.get_by_role("status")).to_have_text(shown)
        assert counted.taps == len(plate)
        sheet.get_by_role("button", name="Xong").click()
        expect(field).to_contain_text(shown)

    # A foreign letter is one key further; the local province is one tap for two characters.
    field.click()
    sheet.get_by_role("button", name="Không có biển").click()
    field.click()
    with flow(tablet, "biển số tỉnh này") as counted:
        for key in ("85", *"C12345"):
            sheet.get_by_role("button", name=key, exact=True).click()
    assert counted.taps == len("85C12345") - 1
    expect(sheet.get_by_text("ô tô", exact=True)).to_be_visible()
    expect(sheet.get_by_text("xe máy", exact=True)).to_be_visible()
    sheet.get_by_role("button", name="Xong").click()
    page.get_by_role("radio", name="Ô tô").click()
    page.get_by_role("group", name="Xử lý").get_by_role("button", name="Cho qua").click()
    expect(tablet.heading("Ghi nhanh (1)")).to_be_visible(timeout=PATIENCE_MS)

    # Seen lately: its beginning is enough.
    field.click()
    with flow(tablet, "biển số vừa qua") as counted:
        for key in "85C":
            sheet.get_by_role("button", name=key, exact=True).click()
        sheet.get_by_role("button", name="85C-123.45").click()
        expect(sheet.get_by_role("status")).to_have_text("85C-123.45")
    assert counted.taps == 4
    # A keyboard at a desk types it as it is.
    page.keyboard.press("Backspace")
    page.keyboard.type("6")
    expect(sheet.get_by_role("status")).to_have_text("85C-123.46")
    page.keyboard.press("Enter")
    expect(field).to_contain_text("85C-123.46")
