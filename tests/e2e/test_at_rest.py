"""What a copied tablet tells whoever has its disk: without a badge, with one, and after a wipe.

The copy is the whole profile of a real Chromium, its LevelDB files unpacked (`disk.py`). That the
search can find something is shown each time by what was planted beside, in clear.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from server.packs import checkpoint_scope
from tests.e2e.conftest import Launch
from tests.e2e.disk import found_on_disk
from tests.e2e.proxy import Proxy
from tests.e2e.server import Served, chot
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-bac-ai"
NAME, NUMBER, STREET = "Đặng Thị Bí Mật", "001190098765", "Số 12 Hàng Kín"
CCCD = f"{NUMBER}|012345678|{NAME}|15081990|Nữ|{STREET}, Hà Nội|19042021"
SENT, UNSENT, PULLED = "85C60001", "85C60002", "85C60003"
DASHED = tuple(f"{plate[:3]}-{plate[3:6]}.{plate[6:]}" for plate in (SENT, UNSENT, PULLED))
SECRETS = (NAME, "Bí Mật", NUMBER, STREET, SENT, UNSENT, PULLED, *DASHED)
CANARY = "85C69999"

PLANT = """async (plate) => {
    const db = await new Promise((done) => {
        const opening = indexedDB.open("chot");
        opening.onsuccess = () => done(opening.result);
    });
    const tx = db.transaction("meta", "readwrite", {durability: "strict"});
    const body = JSON.stringify({kind: "crossing", set: {plate, name: "Trần Thị Hiện Rõ"}});
    tx.objectStore("meta").put({body, more: body.repeat(9)}, "canary");
    await new Promise((done) => { tx.oncomplete = done; });
    // More than LevelDB keeps in its log: what was written before goes into a table, compressed.
    for (let n = 0; n < 300; n += 1) {
        const more = db.transaction("meta", "readwrite");
        const bytes = crypto.getRandomValues(new Uint8Array(32_000));
        more.objectStore("meta").put({bytes}, `ballast ${n}`);
        await new Promise((done) => { more.oncomplete = done; });
    }
    db.close();
}"""
"""Something of the form that this test must not find elsewhere."""

TRY_KEYS = """async () => {
    const answer = (request) => new Promise((done) => {
        request.onsuccess = () => done(request.result);
    });
    const db = await answer(indexedDB.open("chot"));
    const keys = [], closed = [];
    const walk = (value) => {
        if (value instanceof CryptoKey) keys.push(value);
        else if (value instanceof Uint8Array) closed.push(value);
        else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
    };
    for (const name of db.objectStoreNames) {
        walk(await answer(db.transaction(name).objectStore(name).getAll()));
    }
    db.close();
    let opened = 0;
    for (const key of keys) {
        for (const bytes of closed) {
            const gcm = {name: "AES-GCM", iv: bytes.slice(0, 12)};
            const tried = crypto.subtle.decrypt(gcm, key, bytes.slice(12));
            await tried.then(() => { opened += 1; }, () => 0);
        }
    }
    return {uses: keys.flatMap((key) => key.usages).sort(), closed: closed.length, opened};
}"""
"""Every key that lies on the disk, tried on everything that lies there closed."""


def on_duty(tablet: Tablet, served: Served, url: str, lane: str = "o-to") -> None:
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet.enrol(served.enrolment_link(CHECKPOINT, lane, url), badge)
    tablet.open_shift(served.pin)
    tablet.installed()


def cross(tablet: Tablet, plate: str) -> None:
    """Somebody with a chip card, by its QR code."""
    tablet.scan(CCCD)
    tablet.button("Tiếp tục").click()
    tablet.button("Không rõ nơi đi").click()
    tablet.enter_plate(plate)
    tablet.save()


def shown(page: Page) -> str:
    return "".join(filter(str.isalnum, page.locator("body").inner_text()))


def test_q1_copied_disk_tells_no_plate_name_or_number_without_a_badge(
    served: Served, proxy: Proxy, browser: Launch, tmp_path: Path
) -> None:
    other = Tablet(browser(served.url, "other"))
    on_duty(other, served, served.url)
    cross(other, PULLED)
    other.expect_unsent(0)
    other.browser.context.close()

    tablet = Tablet(browser(proxy.url, "tablet"))
    tablet.browser.watch.expected.append("net::ERR_")
    on_duty(tablet, served, proxy.url)
    cross(tablet, SENT)
    tablet.expect_unsent(0)
    tablet.expect_recent(PULLED)
    proxy.down()
    cross(tablet, UNSENT)
    tablet.expect_unsent(1)
    for plate in (SENT, UNSENT, PULLED):
        tablet.expect_recent(plate)
    tablet.page.evaluate(PLANT, CANARY)
    secret = next(
        one["secret"] for one in served.notes["officers"] if one["id"] == f"{CHECKPOINT}-quet"
    )
    tablet.browser.context.close()

    image = tmp_path / "image"
    shutil.copytree(tmp_path / "tablet", image, ignore=shutil.ignore_patterns("Singleton*"))
    found = found_on_disk(image, [*SECRETS, secret, CANARY, "Hiện Rõ"])
    assert found.keys() == {CANARY, "Hiện Rõ"}, found
    assert any(one.endswith(".ldb") for one in found[CANARY]), found

    copy = Tablet(browser(proxy.url, "image"))
    copy.browser.watch.expected.append("net::ERR_")
    copy.start(proxy.url)
    copy.expect_unsent(1)
    assert not any(plate in shown(copy.page) for plate in (SENT, UNSENT, PULLED))
    tried = copy.page.evaluate(TRY_KEYS)
    assert tried["uses"] == ["sign", "verify"]
    assert tried["closed"] > 10
    assert tried["opened"] == 0
    copy.browser.context.close()
    assert found_on_disk(image, [*SECRETS, secret, CANARY]).keys() == {CANARY}

    # With badge and PIN it is all there: that is what they are for (ADR 0015).
    copy = Tablet(browser(proxy.url, "image"))
    copy.browser.watch.expected.append("net::ERR_")
    copy.start(proxy.url, served.badge(f"{CHECKPOINT}-quet"))
    copy.open_shift(served.pin)
    for plate in (SENT, UNSENT, PULLED):
        copy.expect_recent(plate)
    copy.browser.context.close()

    # And the tablet itself drains without anybody: what lies there is sealed to the server.
    tablet = Tablet(browser(proxy.url, "tablet"))
    tablet.browser.watch.expected.append("net::ERR_")
    tablet.start(proxy.url)
    assert UNSENT not in served.plates(CHECKPOINT)
    proxy.up()
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    tablet.expect_unsent(0)
    assert served.plates(CHECKPOINT).count(UNSENT) == 1
    with served.store() as store:
        events = store.pull((CHECKPOINT,), 0, 10_000, True).events
    assert [NAME in (one.person or "") for one in events if UNSENT in one.body] == [True]


def roster_signature(served: Served) -> str:
    """The end of the roster pack: beside it stands the history key, wrapped for each badge."""
    with served.store() as store:
        pack = store.pack("roster", checkpoint_scope(CHECKPOINT))
    assert pack is not None
    return pack.jws[-80:]


def test_q5_wiped_tablet_has_sent_all_and_holds_no_key_any_more(
    served: Served, proxy: Proxy, browser: Launch, tmp_path: Path
) -> None:
    tablet = Tablet(browser(proxy.url, "tablet"))
    tablet.browser.watch.expected.append("net::ERR_")
    on_duty(tablet, served, proxy.url, "o-to")
    device = tablet.page.evaluate(DEVICE)
    proxy.down()
    roster = roster_signature(served)
    assert found_on_disk(tmp_path / "tablet", [device, roster]).keys() == {device, roster}
    tablet.quick_crossing("85C60004")
    tablet.expect_unsent(1)
    chot("device", "wipe", device, "--data", served.data, "--yes")
    proxy.up()
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    expect(tablet.page.get_by_role("textbox")).to_be_visible(timeout=PATIENCE_MS)
    expect(tablet.page.locator("body")).to_contain_text(re.compile("đăng ký", re.IGNORECASE))
    assert served.plates(CHECKPOINT).count("85C60004") == 1
    listed = chot("device", "list", "--data", served.data)
    assert re.search(f"{device}.*đã thu hồi", listed)
    assert tablet.page.evaluate("indexedDB.databases().then((all) => all.length)") <= 1
    tablet.browser.context.close()
    assert found_on_disk(tmp_path / "tablet", [device, roster]) == {}


DEVICE = """async () => {
    const db = await new Promise((done) => {
        const opening = indexedDB.open("chot");
        opening.onsuccess = () => done(opening.result);
    });
    const get = db.transaction("meta").objectStore("meta").get("enrolment");
    await new Promise((done) => { get.onsuccess = done; });
    db.close();
    return get.result.device;
}"""


def test_personal_details_leave_the_screen_as_soon_as_was_chosen(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url, "tablet"))
    on_duty(tablet, served, served.url)
    tablet.button("Mở bảng tình trạng").click()
    tablet.page.get_by_role("button", name=re.compile("^Máy này")).click()
    sheet = tablet.sheet("Máy này")
    sheet.get_by_role("radio", name="5 giây").click()
    with tablet.page.expect_download() as download:
        sheet.get_by_role("button", name="Lưu tệp hỗ trợ").click()
    assert '"format": "chot-support/1"' in Path(download.value.path()).read_text("utf-8")
    sheet.get_by_role("button", name="Đóng").first.click()
    tablet.sheet("Tình trạng máy").get_by_role("button", name="Đóng").first.click()
    tablet.scan(CCCD)
    name = tablet.page.get_by_text(NAME)
    expect(name).to_be_visible()
    # The next longer choice is 10 s.
    expect(name).to_be_hidden(timeout=9_000)
    tablet.button("Hiện lại").click()
    expect(name).to_be_visible()
    tablet.page.evaluate(AWAY)
    # Before the 5 s are over.
    expect(name).to_be_hidden(timeout=4_000)


AWAY = """() => {
    Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
