"""What figures are called in a report, in its order, and how numbers and times are written."""

from __future__ import annotations

from datetime import datetime

from server.console.texts_vi import VI
from server.reporting.periods import VIETNAM, Period

FIGURES_VI: dict[str, str] = {
    "vehicles": "Lượt phương tiện",
    "passenger_transport": "trong đó: vận tải hành khách",
    "cars": "trong đó: ô tô con",
    "motorbikes": "trong đó: mô tô, xe máy",
    "trucks": "trong đó: xe tải",
    "other_vehicles": "trong đó: phương tiện khác",
    "on_foot": "Lượt đi bộ",
    "people": "Lượt người",
    "in": "Lượt vào",
    "out": "Lượt ra",
    "turned_back": "Lượt quay đầu",
    "turned_back_in": "trong đó: không cho vào",
    "turned_back_out": "trong đó: không cho ra",
    "referred": "Lượt chuyển kiểm tra thêm",
    "green_lane": "Lượt luồng xanh",
    "waved": "Lượt xả chốt (không kiểm tra)",
    "declared": "Lượt có khai báo y tế",
    "unknown_codes": "Lượt có mã không rõ",
    "forged": "Lượt có mã giả mạo",
    "overrides": "Lượt xử lý khác kết luận",
    "health_signs": "Người có sốt, ho, khó thở",
    "quick_tests": "Test nhanh",
    "positive": "trong đó: dương tính",
    "violations": "Vụ vi phạm",
    "fines_vnd": "Tiền phạt (đồng)",
    "incidents": "Sự việc",
}
PERIODS_VI = {"cut": "Từ lần báo cáo trước", "day": "Từ 00:00", "activation": "Từ khi lập chốt"}
LACKS_VI = {
    "never_heard": "chưa liên lạc lần nào",
    "silent": "mất liên lạc",
    "unsent": "còn dữ liệu chưa gửi",
    "clock": "đồng hồ sai",
}
DIRECTIONS_VI = {"in": "Vào", "out": "Ra"}


def number(value: float) -> str:
    """1234567.5 as 1.234.567,5, as Vietnamese writes it."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def signed(value: float) -> str:
    """A difference: +120, −7, 0."""
    return number(value) if value == 0 else f"{'+' if value > 0 else '−'}{number(abs(value))}"


def change(now: int, before: int) -> str:
    """How a figure moved: «tăng 120, tức 10,8%»; no share of nothing."""
    if now == before:
        return "không đổi"
    moved = f"{'tăng' if now > before else 'giảm'} {number(abs(now - before))}"
    return (
        f"{moved}, tức {number(round(abs(now - before) / before * 100, 1))}%" if before else moved
    )


def clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%H:%M")


def moment(at_ms: int) -> str:
    """06:00 ngày 15/08/2021."""
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m/%Y")


def span(period: Period) -> str:
    """18h–05h55, short enough for a column's head: for periods of a day at most."""
    return f"{_hour(period.from_ms)}–{_hour(period.to_ms)}"


def _hour(at_ms: int) -> str:
    return clock(at_ms).replace(":", "h").removesuffix("00")


def long_day(at_ms: int) -> str:
    """ngày 15 tháng 8 năm 2021: days below 10 and months 1 and 2 get a zero (Decree 30/2020)."""
    at = datetime.fromtimestamp(at_ms / 1000, VIETNAM)
    month = f"{at.month:02}" if at.month < 3 else str(at.month)
    return f"ngày {at.day:02} tháng {month} năm {at.year}"


def minutes(ms: int) -> str:
    """How long, for whoever has to call: 45 phút, 3 giờ 20 phút."""
    whole = ms // 60_000
    return f"{whole} phút" if whole < 60 else f"{whole // 60} giờ {whole % 60} phút"


def word(vocabulary: str, value: str) -> str:
    return VI.get(f"{vocabulary}.{value}", value)
