"""Column headings and words of exports. English is the wire's own spelling, for programs."""

from __future__ import annotations

from server.console.texts_vi import VI

COLUMNS_VI = {
    "record": "Mã lượt",
    "occurred": "Thời điểm",
    "received": "Nhận lúc",
    "checkpoint": "Chốt",
    "lane": "Làn",
    "direction": "Chiều",
    "mode": "Hình thức",
    "purpose": "Mục đích",
    "plate": "Biển số",
    "plate_read": "Biển số đã đọc",
    "vehicle_class": "Loại xe",
    "people": "Số người",
    "goods": "Số dòng hàng",
    "families": "Loại mã",
    "outcome": "Kết luận",
    "action": "Đã xử lý",
    "reasons": "Lý do",
    "override": "Lý do làm khác",
    "flags": "Cần xem vì",
    "counted_as": "Tính vào lượt",
    "review": "Đối soát",
    "officer": "Cán bộ",
    "device": "Máy bảng",
    "line": "Dòng",
    "group": "Nhóm hàng",
    "description": "Mô tả",
    "quantity": "Số lượng",
    "unit": "Đơn vị",
    "perishable": "Hàng tươi sống",
    "origin": "Nơi đi",
    "destination": "Nơi đến",
    "seal": "Niêm phong",
}
YES_NO_VI = {True: "có", False: "không"}


def heading(column: str, lang: str) -> str:
    """The heading of an export column; "en" gives its name."""
    return COLUMNS_VI[column] if lang == "vi" else column


def word(vocabulary: str, value: str, lang: str) -> str:
    """A word of a vocabulary ("outcome", "pass") for a reader; "en" gives the wire's word."""
    return VI.get(f"{vocabulary}.{value}", value) if lang == "vi" and value else value
