"""What a value of a record reads like."""

from __future__ import annotations

import pytest

from server.console.times import date_text, parse_day, parse_moment_ms, short_time
from server.console.words import Words

VI = Words("vi", {("2021", "22771"): "Phường Mỹ Đông"}, {"level_4": "Từ vùng cấp 4"}.get)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("direction", "in", "Vào"),
        ("plate", {"read": "29C-123.45", "normal": "29C12345"}, "29C-123.45"),
        ("plate", None, "không có"),
        ("origin", {"dataset": "2021", "code": "22771"}, "Phường Mỹ Đông"),
        ("origin", {"dataset": "2025", "code": "22771"}, "mã địa bàn 22771 (2025)"),
        ("origin", {"dataset": "2025", "code": "22909"}, "Xã Cà Ná, Khánh Hòa"),
        ("verdict", {"outcome": "refer", "reasons": ["level_4"]}, "Kiểm tra thêm (Từ vùng cấp 4)"),
        ("override", {"reason": "emergency", "by": "lead-1"}, "Cấp cứu, khẩn cấp · lead-1"),
        ("people/1/birth_date", "1990-08-02", "02/08/1990"),
        ("people/1/birth_date", "1990", "1990"),
        ("people/1/card", {"colour": "green", "basis": "seen"},
         "Thẻ xanh (cán bộ nhìn thấy, chưa xác minh)"),
        ("people/1/evidence",
         {"family": "own", "status": "verified", "code": "ok", "issuer": "CDC",
          "expires_at": "2026-12-01T00:00:00Z"},
         "Giấy tờ do hệ thống cấp: Chữ ký hợp lệ (đã kiểm tra chữ ký), nơi cấp CDC, "
         "hết hạn 01/12/2026"),
        ("people/1/facts",
         {"doses": [{"number": 2, "of": 2, "product": "AZ", "date": "2021-08-01"}],
          "tests": [{"type": "pcr", "result": "negative", "sampled_at": "2021-10-10T02:00:00Z"}],
          "recoveries": [], "declaration": {"symptoms": ["ho"], "exposure": True}},
         "tiêm mũi 2/2, AZ, ngày 01/08/2021; PCR: âm tính, lấy mẫu 10/10/2021; "
         "có khai tiếp xúc ca bệnh; khai triệu chứng: ho"),
        ("people/1/facts",
         {"permit": {"type": "pass", "id": "p-1", "company": "CTY {A}", "plate_ok": False,
          "hours_ok": True, "places_ok": True}},
         "thẻ luồng xanh số p-1, CTY {A}; khác biển số ghi trên giấy"),
        ("disinfected", True, "có"),
        ("wait_s", 90, "90 giây"),
        ("something_new", {"a": 1}, '{"a": 1}'),
        ("action", "teleported", "teleported"),
    ],
)  # fmt: skip
def test_a_value_is_said_in_words(path: str, value: object, said: str) -> None:
    assert VI.value(path, value) == said


def test_a_path_is_said_in_words() -> None:
    assert VI.path("people/2/name") == "Người 2 · Họ tên"
    assert VI.path("goods/01a2:7:3/quantity") == "Hàng 3 · Số lượng"
    assert VI.path("plate") == "Biển số"


def test_times_are_read_and_shown_in_vietnam() -> None:
    assert short_time(0) == "01/01 07:00"
    assert short_time(parse_moment_ms("2026-11-22T23:59")) == "22/11 23:59"
    assert date_text(None) == ""
    for wrong in ("", "2026-11-22", "2026-11-22T23:59Z", "2026-11-22T25:00", "0001-01-01T00:00"):
        with pytest.raises(ValueError):
            parse_moment_ms(wrong)
    for wrong in ("", "20261122", "2026-13-01", "1026-11-22"):
        with pytest.raises(ValueError):
            parse_day(wrong)
