"""The tablet's ways to take in a code: camera, photo, wedge scanner, serial scanner, keypad."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.credentials.health_making import card, passport
from tests.e2e.camera import PLAIN, View, qr_picture
from tests.e2e.conftest import Launch
from tests.e2e.one_scan import CHECKPOINT, OFFICER, PC_COVID
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet
from tests.e2e.wedge import InputMethod, scan_by_wedge

HERE = Path(__file__).parent

CCCD = "001190012345|012345678|Nguyễn Thị Mẫu|15081990|Nữ|Số 1 Láng, Đống Đa, Hà Nội|19042021"
CLAIM = "Chỉ là khai"
VERIFIED = "Đã xác minh chữ ký"
UNKNOWN = "Không rõ mã"
PASSPORT = passport()
BHYT = (
    "DN4790123456789|4e677579e1bb856e205468e1bb8b204de1baab75|15/08/1990|2|48c3a0204ee1bb9969|"
    "01 - 001|01/01/2021|-|01/01/2021|7911012345|-|4|01/01/2026|1a2b3c4d5e6f7a8b-7102|$"
)
FAMILIES = {
    "cccd": (CCCD, "Căn cước công dân", CLAIM),
    "can_cuoc": (f"{CCCD}|Nguyễn Văn A|Trần Thị B||", "Căn cước", CLAIM),
    "cmnd": ("012345678", "CMND", CLAIM),
    "pc_covid": (PC_COVID, "PC-Covid", CLAIM),
    "bhyt": (BHYT, "Thẻ bảo hiểm y tế", CLAIM),
    "hc1": (PASSPORT, "Hộ chiếu vắc-xin", CLAIM),
    "shc": (card(), "Thẻ sức khỏe SHC", CLAIM),
    "url": ("https://tokhaiyte.example/qr?c=1", "Đường liên kết", UNKNOWN),
    "opaque": ("LUONGXANH-79-00012345", "Mã lạ", UNKNOWN),
}
VIEWS = {
    # As large as fits: turned by 33° a side of 500 is 691 high, and the frame 720.
    "rotated": View(side=500, degrees=33),
    "upside_down": View(degrees=180),
    "small": View(side=280),
    "blurred": View(blur=1.6),
    "dim": View(light=0.22),
    "dim_and_turned": View(degrees=-12, light=0.3, blur=0.8),
}


def declaration(served: Served) -> str:
    claims = {"jti": "scan-1", "n": "Lê Văn Thử", "b": "1988-02-03", "y": [], "x": False}
    return served.document("decl", claims)


def families(served: Served) -> dict[str, tuple[str, str, str]]:
    """A code of each family, its name on the screen, and what is said of it."""
    return {**FAMILIES, "own": (declaration(served), "Tờ khai y tế", VERIFIED)}


@pytest.fixture
def tablet(served: Served, browser: Launch) -> Tablet:
    """A tablet with an open shift, on the lane's screen."""
    return opened(served, Tablet(browser(served.url)))


def opened(served: Served, tablet: Tablet) -> Tablet:
    link = served.enrolment_link(CHECKPOINT, "o-to", served.url)
    tablet.enrol(link, badge=served.badge(OFFICER))
    tablet.open_shift(served.pin)
    return tablet


def expect_read(tablet: Tablet, family: str, proof: str) -> None:
    # What is verified needs no look of its own: it stands on the verdict's screen.
    verified = proof == VERIFIED
    band = tablet.last_person() if verified else tablet.page.locator(".proof")
    journey = tablet.button("Không rõ nơi đi")
    expect(band.or_(journey)).to_be_visible(timeout=PATIENCE_MS)
    if journey.is_visible():
        journey.click()
    expect(band).to_contain_text(family)
    expect(band).to_contain_text(proof)
    # Away before the lane's screen opens its camera again.
    tablet.browser.camera.show(None)
    if verified:
        tablet.discard()
    else:
        tablet.button("Quay lại").click()


def lane_ready(tablet: Tablet) -> None:
    expect(tablet.page.get_by_text("Đưa mã vào khung")).to_be_visible(timeout=PATIENCE_MS)


def scan(tablet: Tablet, text: str, view: View = PLAIN) -> None:
    lane_ready(tablet)
    tablet.browser.camera.show(text, view)
    tablet.reopen_camera()


def test_every_family_is_scanned_from_the_camera(served: Served, tablet: Tablet) -> None:
    for text, family, proof in families(served).values():
        scan(tablet, text)
        expect_read(tablet, family, proof)


def test_an_engine_that_gives_no_frames_reads_from_a_canvas(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    tablet.page.add_init_script("delete window.VideoFrame")
    opened(served, tablet)
    for text, family, proof in (FAMILIES["cccd"], FAMILIES["hc1"]):
        scan(tablet, text)
        expect_read(tablet, family, proof)


@pytest.mark.parametrize("seen", VIEWS)
def test_turned_small_blurred_and_dim_codes_of_every_family_are_read(
    served: Served, tablet: Tablet, seen: str
) -> None:
    for text, family, proof in families(served).values():
        scan(tablet, text, VIEWS[seen])
        expect_read(tablet, family, proof)


@pytest.mark.parametrize("method", ["off", "codes_kept"])
def test_a_wedge_scanner_reads_where_the_key_codes_are_right(
    served: Served, tablet: Tablet, method: InputMethod
) -> None:
    for text, family, proof in families(served).values():
        # Vietnamese letters have no key: a scanner types them only where no input method is on.
        if method == "off" or text.isascii():
            lane_ready(tablet)
            scan_by_wedge(tablet.page, text, method)
            expect_read(tablet, family, proof)


@pytest.mark.parametrize("method", ["telex", "vni"])
def test_a_garbled_wedge_code_is_explained_and_never_called_invalid(
    tablet: Tablet, method: InputMethod
) -> None:
    for text in (PASSPORT, "CHOT1:awdd.a8d9.oo6o7"):
        lane_ready(tablet)
        scan_by_wedge(tablet.page, text, method)
        expect(tablet.page.get_by_text("Tắt Unikey")).to_be_visible(timeout=PATIENCE_MS)
        expect(tablet.page.locator(".proof")).to_have_count(0)
    scan_by_wedge(tablet.page, PASSPORT)
    expect_read(tablet, "Hộ chiếu vắc-xin", CLAIM)


def test_a_serial_scanner_is_connected_once_and_read_without_a_keyboard(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    tablet.page.add_init_script(path=HERE / "serial.js")
    opened(served, tablet)
    tablet.button("Nối máy quét USB").click()
    expect(tablet.button("Nối máy quét USB")).to_have_count(0)
    for text, family in ((CCCD, "Căn cước công dân"), (PASSPORT, "Hộ chiếu vắc-xin")):
        tablet.page.evaluate("text => { scanned(text.slice(0, 9)); scanned(text.slice(9)) }", text)
        tablet.page.evaluate("scanned('\\r\\n')")
        expect_read(tablet, family, CLAIM)
        lane_ready(tablet)
    tablet.page.evaluate("unplug()")
    expect(tablet.button("Mất máy quét USB – nối lại")).to_be_visible()


def test_a_photo_is_read_and_half_a_code_is_unknown(tablet: Tablet) -> None:
    for text, proof in ((PASSPORT, CLAIM), (PASSPORT[: len(PASSPORT) // 2], UNKNOWN)):
        photo = io.BytesIO()
        qr_picture(text).rotate(7, expand=True, fillcolor="white").save(photo, "PNG")
        tablet.choose_photo(photo.getvalue())
        expect_read(tablet, "Hộ chiếu vắc-xin", proof)
        lane_ready(tablet)


def test_the_lens_is_asked_for_1080p_and_has_torch_and_zoom(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    tablet.page.add_init_script(path=HERE / "lens.js")
    opened(served, tablet)
    asked = tablet.page.evaluate("asked.at(-1)")
    assert (asked["width"], asked["height"]) == ({"ideal": 1920}, {"ideal": 1080})
    assert asked["facingMode"] == {"ideal": "environment"}
    for times in ("1.5", "2", "3", "1"):
        tablet.page.get_by_role("button", name="Phóng to").click()
        expect(tablet.button(f"Phóng to ×{times}")).to_be_visible()
        assert tablet.page.evaluate("lens.zoom") == float(times)
    tablet.page.get_by_role("button", name="Đèn").click()
    expect(tablet.page.get_by_role("button", name="Đèn")).to_contain_text("bật", ignore_case=True)
    assert tablet.page.evaluate("lens.torch") is True


def test_the_camera_chosen_by_hand_is_remembered(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.page.add_init_script(path=HERE / "lens.js")
    opened(served, tablet)
    exact = "asked.at(-1).deviceId?.exact"
    assert tablet.page.evaluate(exact) is None
    tablet.button("Đổi camera").click()
    tablet.page.wait_for_function(f"() => {exact} === 'second'")
    tablet.page.reload()
    tablet.page.wait_for_function(f"() => asked.length > 0 && {exact} === 'second'")


def test_the_camera_comes_back_from_the_background(tablet: Tablet) -> None:
    hide = """state => {
        Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    stream = "document.querySelector('video').srcObject"
    lane_ready(tablet)
    tablet.page.evaluate(hide, "hidden")
    assert tablet.page.evaluate(f"{stream} === null")
    tablet.browser.camera.show(CCCD)
    tablet.page.evaluate(hide, "visible")
    expect_read(tablet, "Căn cước công dân", CLAIM)


WORKERS = [[f"Công nhân thứ {number}", f"0010900{number:05}"] for number in range(1, 25)]
"""So many that 1,000 characters a code need three codes."""


def test_a_manifest_on_three_codes_is_scanned_in_any_order(served: Served, tablet: Tablet) -> None:
    first, second, third = served.manifest("xe-dua-don", WORKERS, 1000)
    _, other, *_ = served.manifest("xe-khac", WORKERS, 1000)
    page = tablet.page
    panel = page.locator(".gathering")
    said = page.locator(".notice")
    scan(tablet, third)
    expect(panel).to_contain_text("1/3 mã đã quét", timeout=PATIENCE_MS)
    tablet.browser.camera.show(None)
    tablet.reopen_camera()
    expect(panel).to_contain_text("1/3 mã đã quét")
    for text, words in (
        (other, "thuộc danh sách khác"),
        (first[: len(first) // 2], "Chưa đọc được mã này"),
        (CCCD.replace("ễ", "e"), "không thuộc danh sách đang quét"),
    ):
        scan_by_wedge(page, text)
        expect(said).to_contain_text(words, timeout=PATIENCE_MS)
    scan_by_wedge(page, first)
    expect(panel).to_contain_text("2/3 mã đã quét", timeout=PATIENCE_MS)
    expect(panel).to_contain_text("Còn thiếu mã số 2")
    scan_by_wedge(page, third)
    expect(said).to_contain_text("đã quét rồi", timeout=PATIENCE_MS)
    expect(panel).to_contain_text("2/3 mã đã quét")
    expect(page.get_by_text("Mã không hợp lệ")).to_have_count(0)
    scan_by_wedge(page, second)
    tablet.button("Không rõ nơi đi").click()
    band = tablet.last_person()
    expect(band).to_contain_text("Danh sách đưa đón", timeout=PATIENCE_MS)
    expect(band).to_contain_text(VERIFIED)
    expect(band).to_contain_text("Công ty xe-dua-don")
    expect(page.get_by_text("Đủ 24 người theo danh sách")).to_be_visible()
    plate = "60B01234"
    tablet.enter_plate(plate)
    tablet.save()
    tablet.send_now()
    wait_for("the crossing at the server", lambda: plate in served.plates(CHECKPOINT))
    crossing = served.crossing(served.record(CHECKPOINT, plate))
    assert crossing.row.people == len(WORKERS)
    (one,) = crossing.people.values()
    assert (one["evidence"]["family"], one["evidence"]["status"]) == ("own", "verified")


def test_a_photo_of_a_whole_sheet_is_one_manifest(served: Served, tablet: Tablet) -> None:
    codes = [qr_picture(text) for text in served.manifest("xe-mot-to", WORKERS, 1000)]
    sheet = Image.new("RGB", (sum(one.width for one in codes), codes[0].height + 40), "white")
    left = 0
    for one in codes:
        sheet.paste(one, (left, 20))
        left += one.width
    photo = io.BytesIO()
    sheet.save(photo, "PNG")
    tablet.choose_photo(photo.getvalue())
    expect_read(tablet, "Danh sách đưa đón", VERIFIED)


def test_a_typed_number_is_named_for_what_it_is(tablet: Tablet) -> None:
    for digits, kind in (("001190012345", "Số CCCD"), ("0912345678", "Số điện thoại")):
        tablet.button("Không có mã").click()
        for digit in digits:
            tablet.button(digit).click()
        status = tablet.page.get_by_role("status").filter(has_text=kind)
        expect(status).to_be_visible(timeout=PATIENCE_MS)
        tablet.button("Quay lại").click()
