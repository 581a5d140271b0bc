"""The columns of quotas, suspensions and priorities, and how people write what stands in them."""

from __future__ import annotations

import re

from rules.permit_lists import LEAST_NAME_CHARS, MAX_USES, PERMIT_TYPES, company_normal
from schemas.shapes import GOODS_GROUPS
from server.console.texts_vi import VI
from server.issuing.columns import Column
from server.issuing.values import folded, from_serial
from server.places.units import find, unit
from server.shifts.phone_rows import answer_of

DATASET = "2021"
_WHAT = {
    "han muc": "quota", "quota": "quota", "tam ngung": "suspend", "suspend": "suspend",
    "cho lai": "resume", "khoi phuc": "resume", "resume": "resume", "uu tien": "priority",
    "priority": "priority",
}  # fmt: skip
_TYPES = {
    "giay di duong": "permit", "luong xanh": "pass", "the luong xanh": "pass",
    "xe dua don": "manifest", "dua don cong nhan": "manifest",
    **{one: one for one in PERMIT_TYPES},
}  # fmt: skip
SAID_TYPES = {"permit": "giấy đi đường", "pass": "luồng xanh", "manifest": "xe đưa đón"}
_GOODS = {
    **{folded(VI[f"goods.{one}"]): one for one in GOODS_GROUPS},
    **{folded(one): one for one in GOODS_GROUPS},
}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TAX_CODE = re.compile(r"[0-9]{10}(-?[0-9]{3})?")


def what_of(text: str) -> str | None:
    return _WHAT.get(folded(text))


def type_of(text: str) -> str | None:
    return _TYPES.get(folded(text))


def document_id_of(text: str) -> str | None:
    return text if _ID.fullmatch(text) else None


def company_of(text: str) -> str | None:
    return text if len(company_normal(text)) >= LEAST_NAME_CHARS else None


def tax_code_of(text: str) -> str | None:
    return text if _TAX_CODE.fullmatch(text) else None


def tax_code_from_number(text: str) -> str | None:
    """Ten digits, or thirteen of a branch; the first may be the 0 of a province."""
    return text.zfill(10 if len(text) <= 10 else 13) if re.fullmatch("[0-9]{9,13}", text) else None


def uses_of(text: str) -> str | None:
    return text if text.isdecimal() and int(text) <= MAX_USES else None


def goods_of(text: str) -> tuple[str, ...] | None:
    """Groups apart by commas or semicolons; "Lương thực, thực phẩm" is one of them."""
    words = [folded(one) for one in re.split("[;,]", text) if folded(one)]
    found: list[str] = []
    while words:
        size = next((n for n in (1, 2) if " ".join(words[:n]) in _GOODS), 0)
        if not size:
            return None
        found.append(_GOODS[" ".join(words[:size])])
        del words[:size]
    return tuple(dict.fromkeys(found))


def provinces_of(text: str) -> tuple[str, ...] | None:
    """Provinces of 2021 by code or name, apart by commas or semicolons."""
    found = []
    for word in (one for one in re.split(r"\s*[;,]\s*", text) if one):
        if word.isdecimal():
            one = unit(DATASET, word.zfill(2))
            codes = [] if one is None else [one.code]
        else:
            codes = [one.code for one in find(DATASET, (word,)) if len(one.code) == 2]
        if len(codes) != 1:
            return None
        found.extend(codes)
    return tuple(dict.fromkeys(found))


COLUMNS: tuple[Column, ...] = (
    Column("what", "Việc", "what", 20, what_of, "permit_what", required=True, example="tạm ngừng"),
    Column("type", "Loại giấy", "type", 30, type_of, "permit_type", example="luồng xanh"),
    Column("id", "Số giấy", "id", 64, document_id_of, "document_id"),
    Column("company", "Đơn vị", "name", 120, company_of, "company", example="Công ty TNHH Mẫu"),
    Column(
        "tax_code", "Mã số thuế", "tax_code", 14, tax_code_of, "tax_code", digits=True,
        restore=tax_code_from_number, example="0312345678",
    ),
    Column("per_day", "Lượt mỗi ngày", "per_day", 6, uses_of, "uses", example="4"),
    Column("total", "Lượt tất cả", "total", 6, uses_of, "uses"),
    Column("goods", "Nhóm hàng", limit=300, example="Nông sản; Thủy sản"),
    Column("perishable", "Hàng tươi sống", "perishable", 8, answer_of, "yes_no", example="có"),
    Column("provinces", "Tỉnh", limit=300, example="Ninh Thuận"),
    Column("until", "Đến hết", limit=40, restore=from_serial, example="31/12/2026"),
    Column("reference", "Văn bản", "reference", 200, example="12/UBND ngày 22/11/2026"),
)  # fmt: skip
