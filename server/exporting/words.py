"""Column headings and words of exports. English is the wire's own spelling, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from server.console.texts_vi import VI
from server.places.units import name_of
from server.store.export_protocol import Style

Lang = Literal["vi", "en"]

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
    "person": "Người thứ",
    "role": "Vai trò",
    "family": "Loại mã",
    "evidence": "Chữ ký",
    "code": "Mã kết quả",
    "note": "Ghi chú",
    "path": "Mục",
    "value": "Giá trị",
    "ref": "Sự kiện",
    "by": "Người làm",
    "written": "Ghi lúc",
    "alert": "Cảnh báo",
    "state": "Tình trạng",
    "withdrawn": "Đã rút",
    "crossings": "Các lượt",
    "plates": "Các biển số",
    "at": "Lúc",
    "n": "Số",
    "seq": "Số của máy",
    "branch": "Nhánh",
    "kind": "Loại",
    "previous": "Mã băm trước",
    "commitment": "Cam kết",
    "body": "Nội dung",
    "who": "Ai",
    "what": "Việc",
    "result": "Xử lý, kết quả",
    "amount_vnd": "Tiền phạt (đồng)",
    "vehicles": "Số xe chờ",
    "wait_s": "Chờ (giây)",
    "crossing": "Lượt qua chốt",
    "voided": "Đã hủy",
    "subject": "Về",
    "reference": "Số văn bản",
    "details": "Chi tiết",
    "name": "Họ tên",
    "id_number": "Số giấy tờ",
    "birth_date": "Ngày sinh",
    "sex": "Giới tính",
    "phone": "Điện thoại",
    "address": "Địa chỉ",
    "card": "Thẻ",
    "temperature_c": "Thân nhiệt",
    "symptoms": "Triệu chứng",
}
_VOCABULARIES = (
    *("direction", "mode", "purpose", "vehicle", "outcome", "action", "override", "flag"),
    *("review", "family", "status", "goods", "unit", "alert_state"),
)
_TOGETHER: dict[str, tuple[str, ...]] = {
    "alert": ("alert.",),
    "noted_kind": ("noted.kind.",),
    "noted_what": ("violation.", "incident.", "test_type."),
    "noted_result": ("sanction.", "severity.", "test_result."),
}
"""Vocabularies of one column whose rows are of several kinds, or whose words have dots."""

_ROLES_VI = {"driver": "Lái xe", "passenger": "Người đi cùng", "walker": "Người đi bộ"}
_YES_NO_VI = {"yes": "có", "no": "không"}
_YES_NO_EN = {"yes": "true", "no": "false"}


def heading(column: str, lang: Lang) -> str:
    """The heading of an export column; "en" gives its name."""
    return COLUMNS_VI[column] if lang == "vi" else column


def style_of(lang: Lang, moments: Literal["ms", "local", "iso"], *, defused: bool) -> Style:
    """How values look for readers of this language."""
    return Style(moments, _words(lang), _place_vi if lang == "vi" else _place_en, defused)


def _words(lang: Lang) -> dict[str, Mapping[str, str]]:
    if lang == "en":
        return {"yes_no": _YES_NO_EN}
    known: dict[str, Mapping[str, str]] = {
        "yes_no": _YES_NO_VI,
        "as": _ROLES_VI,
        "sex": {"M": "Nam", "F": "Nữ"},
        "card": {"green": "xanh", "yellow": "vàng", "none": "không có, không rõ"},
    }
    for name, heads in _TOGETHER.items():
        known[name] = {
            key.removeprefix(head): shown
            for head in heads
            for key, shown in VI.items()
            if key.startswith(head)
        }
    for vocabulary in _VOCABULARIES:
        head = f"{vocabulary}."
        words = {key[len(head) :]: shown for key, shown in VI.items() if key.startswith(head)}
        # "override.title" and the like are texts of pages: the wire's words are one word each.
        known[vocabulary] = {
            wire: shown for wire, shown in words.items() if wire and "." not in wire
        }
    return known


@lru_cache(4096)
def _place_vi(place: str) -> str:
    dataset, _, code = place.partition("-")
    return name_of(dataset, code) or f"{dataset}:{code}"


def _place_en(place: str) -> str:
    return place.replace("-", ":", 1)
