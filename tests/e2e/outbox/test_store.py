"""The tablet's store in Chromium: full, kept, carried away as a file; who may leave it unsent."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.outbox.story import OFFICER
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, chot, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "hd-ql21b"
COUNTED = """() => new Promise((done) => {
    const opening = indexedDB.open("chot");
    opening.onsuccess = () => {
        const db = opening.result;
        const tx = db.transaction(["meta", "own"]);
        const head = tx.objectStore("meta").get("head");
        const own = tx.objectStore("own").count();
        tx.oncomplete = () => { db.close(); done([head.result.seq, own.result]); };
    };
})"""
"""The number in the head, and how many events there are."""
FILL = """async () => {
    const answer = (request) => new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    const opening = indexedDB.open("ballast");
    const make = () => opening.result.createObjectStore("bytes", {autoIncrement: true});
    opening.onupgradeneeded = make;
    const db = await answer(opening);
    for (let bytes = 65536; bytes >= 64; bytes /= 8) {
        for (let full = false; !full;) {
            const tx = db.transaction("bytes", "readwrite");
            tx.objectStore("bytes").add(crypto.getRandomValues(new Uint8Array(bytes)));
            full = await new Promise((done) => {
                tx.oncomplete = () => done(false);
                tx.onabort = () => done(true);
            });
        }
    }
    db.close();
}"""
"""Takes what the quota leaves. Chromium remembers for a while how much that was."""
QUOTA_BYTES = 8 << 20


def on_duty(tablet: Tablet, served: Served, url: str) -> None:
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", url), badge)
    tablet.open_shift(served.pin)
    tablet.browser.watch.expected += ["Failed to load resource", "net::ERR"]


def test_o8_full_store_is_said_and_nothing_is_half_written(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    on_duty(tablet, served, served.url)
    page = tablet.page
    tablet.quick_crossing("85C90001")
    before = page.evaluate(COUNTED)
    kept = page.evaluate("navigator.storage.persisted()")
    tablet.button("Mở bảng tình trạng").click()
    storage = tablet.sheet("Tình trạng máy").get_by_role("listitem").filter(has_text="Bộ nhớ")
    words = "trình duyệt đã nhận giữ dữ liệu" if kept else "Trình duyệt có thể xóa dữ liệu"
    expect(storage).to_contain_text(words)
    tablet.sheet("Tình trạng máy").get_by_role("button", name="Đóng").first.click()

    session = tablet.browser.context.new_cdp_session(page)
    quota = {"origin": served.url, "quotaSize": QUOTA_BYTES}
    session.send("Storage.overrideQuotaForOrigin", quota)
    page.evaluate(FILL)
    tablet.prepare_crossing("85C90002")
    tablet.button("LƯU").click()
    refused = page.locator("main.verdict").get_by_role("alert").filter(has_text="CHƯA lưu")
    expect(refused).to_be_visible(timeout=PATIENCE_MS)
    assert tablet.saved_word().count() == 0
    assert page.evaluate(COUNTED) == before
    tablet.expect_alert("Bộ nhớ máy đã đầy")

    session.send("Storage.overrideQuotaForOrigin", {"origin": served.url})
    page.evaluate("new Promise((done) => indexedDB.deleteDatabase('ballast').onsuccess = done)")
    tablet.save()
    tablet.send_now()
    tablet.expect_unsent(0)
    assert page.evaluate(COUNTED) == [before[0] + 1, before[1] + 1]
    assert [served.plates(CHECKPOINT).count(f"85C9000{n}") for n in (1, 2)] == [1, 1]


def test_o3_network_screen_and_person_coming_back_begin_a_round(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    on_duty(tablet, served, served.url)
    tablet.expect_unsent(0)
    for wake in (
        "dispatchEvent(new Event('online'))",
        "dispatchEvent(new Event('focus'))",
        "dispatchEvent(new PageTransitionEvent('pageshow'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
    ):
        # A poll comes 15 s after the last round: it cannot be taken for one of them.
        with tablet.page.expect_request(re.compile("/api/v1/sync$"), timeout=10_000) as asked:
            tablet.page.evaluate(wake)
        assert asked.value.response() is not None


def test_o4_hanging_call_is_shown_on_the_sheet_and_in_the_line(
    served: Served, proxy: Proxy, browser: Launch
) -> None:
    tablet = Tablet(browser(proxy.url))
    on_duty(tablet, served, proxy.url)
    tablet.expect_unsent(0)
    proxy.fail("hang")
    tablet.quick_crossing("85C90003")
    wait_for("a call that nobody answers", lambda: proxy.calls)
    tablet.expect_advice(re.compile("Máy chủ chưa trả lời"))
    proxy.fail("none")
    tablet.send_now()
    tablet.expect_unsent(0)


def test_x3_file_that_chromium_saved_is_imported_and_doubled_by_nothing(
    served: Served, proxy: Proxy, browser: Launch, tmp_path: Path
) -> None:
    tablet = Tablet(browser(proxy.url))
    on_duty(tablet, served, proxy.url)
    tablet.expect_unsent(0)
    proxy.down()
    plates = ["85C90004", "85C90005"]
    for plate in plates:
        tablet.quick_crossing(plate)
    tablet.button("Mở bảng tình trạng").click()
    sheet = tablet.sheet("Tình trạng máy")
    with tablet.page.expect_download() as download:
        sheet.get_by_role("button", name="Lưu tệp chưa gửi").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    sheet.get_by_role("button", name="Đóng").first.click()
    assert "Thử" not in file.read_text("utf-8")

    for _ in range(2):
        chot("import-events", "--data", served.data, file)
        assert [served.plates(CHECKPOINT).count(plate) for plate in plates] == [1, 1]
    tablet.expect_unsent(2)
    proxy.up()
    tablet.send_now()
    tablet.expect_unsent(0)
    assert [served.plates(CHECKPOINT).count(plate) for plate in plates] == [1, 1]


def test_o9_shift_with_unsent_crossings_ends_for_a_lead_only(
    served: Served, proxy: Proxy, browser: Launch
) -> None:
    tablet = Tablet(browser(proxy.url))
    on_duty(tablet, served, proxy.url)
    tablet.expect_unsent(0)
    proxy.down()
    tablet.quick_crossing("85C90006")
    tablet.button("Mở bảng tình trạng").click()
    tablet.button("Đăng xuất").click()
    sheet = tablet.sheet("Đăng xuất khỏi máy?")
    sheet.get_by_role("button", name="Chốt trưởng đồng ý").click()
    show_badge(tablet, served.badge(f"{CHECKPOINT}-quet"))
    press_pin(tablet, served.pin)
    expect(sheet.get_by_role("alert")).to_contain_text("không phải của chốt trưởng")
    show_badge(tablet, served.badge(f"{CHECKPOINT}-truong"))
    press_pin(tablet, served.pin)
    expect(tablet.heading("Đăng nhập")).to_be_visible(timeout=PATIENCE_MS)
    proxy.up()
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    tablet.expect_unsent(0)
    assert served.plates(CHECKPOINT).count("85C90006") == 1


def show_badge(tablet: Tablet, badge: str) -> None:
    """By a hand scanner; the lane under the sheet must not take it for somebody's code."""
    sheet = tablet.sheet("Đăng xuất khỏi máy?")
    expect(sheet.get_by_role("heading", name="Quét thẻ chốt trưởng")).to_be_visible()
    tablet.page.evaluate(OFFICER)
    tablet.page.evaluate("(badge) => officer.scan(badge)", badge)
    expect(sheet.get_by_text("PIN của chốt trưởng")).to_be_visible(timeout=PATIENCE_MS)
    assert tablet.page.locator("main.home").count() == 1


def press_pin(tablet: Tablet, pin: str) -> None:
    sheet = tablet.sheet("Đăng xuất khỏi máy?")
    for digit in pin:
        sheet.get_by_role("button", name=digit, exact=True).click()
    sheet.get_by_role("button", name="Đăng xuất", exact=True).click()
