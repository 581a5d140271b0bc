"""What the screen says about codes: by card colour, and by what a signature proves."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Launch
from tests.e2e.one_scan import PC_COVID
from tests.e2e.server import Served
from tests.e2e.tablet import LEVEL_4, PATIENCE_MS, Card, Outcome, Tablet

HOLDER = {"n": "Nguyễn Thị Mẫu", "b": "1990-08-15", "s": "F", "i": "001190012345"}
TRAVEL = {"o": "2021/268", "d": "2021/582", "r": "work", "y": [], "x": False}
HOUR_S = 3600

BY_COLOUR: tuple[tuple[Card, Outcome, str], ...] = (
    ("Thẻ xanh", "CHO QUA", "Thẻ xanh"),
    ("Thẻ vàng", "KIỂM TRA THÊM", "Thẻ vàng từ vùng cấp 3–4"),
    ("Không có – không rõ", "QUAY ĐẦU", "Từ vùng cấp 4, không có thẻ"),
)


def on_duty(served: Served, browser: Launch, checkpoint: str = "nt-ca-na") -> Tablet:
    """A tablet of the checkpoint with an open shift, direction in."""
    tablet = Tablet(browser(served.url))
    badge = served.badge(f"{checkpoint}-quet")
    tablet.enrol(served.enrolment_link(checkpoint, "o-to"), badge)
    tablet.open_shift(served.pin)
    return tablet


def test_one_pc_covid_code_gets_three_verdicts_by_card_colour(
    served: Served, browser: Launch
) -> None:
    tablet = on_duty(served, browser)
    for card, outcome, reason in BY_COLOUR:
        tablet.scan(PC_COVID)
        tablet.tap_card(card)
        tablet.come_from(LEVEL_4, "an lac")
        tablet.expect_verdict(outcome, reason)
        tablet.discard()


def test_forged_expired_and_unknown_codes_are_told_apart(served: Served, browser: Launch) -> None:
    tablet = on_duty(served, browser, "hd-ql6")
    genuine = served.document("decl", {"jti": "one"} | HOLDER | TRAVEL)
    other = served.document("decl", {"jti": "two"} | TRAVEL | HOLDER | {"n": "Phạm Văn Giả"})
    forged = ".".join([*other.split(".")[:2], genuine.split(".")[2]])
    expired = served.document(
        "decl", {"jti": "three"} | HOLDER | TRAVEL, (-96 * HOUR_S, -72 * HOUR_S)
    )

    tablet.scan(genuine)
    expect(tablet.page.get_by_text("Đã xác minh chữ ký")).to_be_visible()
    expect(tablet.page.get_by_text("Nguyễn Thị Mẫu")).to_be_visible()
    tablet.discard()

    tablet.scan(forged)
    expect(tablet.page.get_by_text("Chữ ký sai")).to_be_visible()
    tablet.button("Tiếp tục").click()
    tablet.expect_verdict("QUAY ĐẦU", "Chữ ký giả")
    tablet.enter_plate("29C30001")
    tablet.save()

    tablet.scan(expired)
    expect(tablet.page.get_by_text("Mã đã hết hạn.")).to_be_visible()
    tablet.button("Tiếp tục").click()
    tablet.expect_verdict("KIỂM TRA THÊM", "Tài liệu ngoài thời hạn")
    tablet.discard()

    tablet.scan("https://khaibao.example.vn/x?id=8f3a21")
    expect(tablet.page.get_by_text("Không rõ mã")).to_be_visible()
    expect(tablet.page.get_by_text("không hợp lệ")).to_have_count(0)
    tablet.button("Tiếp tục").click()
    tablet.button("Không rõ nơi đi").click()
    tablet.expect_verdict("KIỂM TRA THÊM", "Mã lạ")
    tablet.enter_plate("29C30002")
    tablet.save()
    tablet.expect_unsent(0)

    crossing = served.crossing(served.record("hd-ql6", "29C30001"))
    assert crossing.people["1"]["evidence"]["code"] == "signature"
    assert crossing.row.action == "turned_back"
    assert {"forged", "refused"} <= set(crossing.row.flags)
    crossing = served.crossing(served.record("hd-ql6", "29C30002"))
    assert crossing.people["1"]["evidence"]["status"] == "unknown"
    assert crossing.row.flags == ("unknown_code",)
    assert "khaibao" not in str(crossing.history), "the text of an unknown code is not kept"


def test_sample_codes_go_through_the_photo_decoder(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link("nt-ca-na", "o-to"))
    tablet.choose_sample("Nguyễn Thị Mẫu")
    tablet.open_shift(served.pin)
    for sample, proof in (
        ("Tờ khai y tế còn hạn", "Đã xác minh chữ ký"),
        ("Tờ khai y tế giả", "Chữ ký sai"),
        ("Tờ khai y tế hết hạn", "Mã đã hết hạn."),
        ("Căn cước công dân", "Chỉ là khai"),
        ("PC-Covid", "Chỉ là khai"),
        ("Mã lạ", "Không rõ mã"),
    ):
        tablet.choose_sample(sample)
        expect(tablet.page.get_by_text(proof)).to_be_visible(timeout=PATIENCE_MS)
        if proof == "Đã xác minh chữ ký":
            # Nothing is left to ask: the verdict is there.
            tablet.discard()
        else:
            tablet.button("Quay lại").click()
