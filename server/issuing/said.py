"""What a document says, as lines for people: Vietnamese labels, English below them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.issuing.values import VIETNAM
from server.places.units import name_of

TITLES: dict[str, tuple[str, str]] = {
    "permit": ("GIẤY ĐI ĐƯỜNG", "Travel permit"),
    "pass": ("THẺ LUỒNG XANH", "Green-lane vehicle pass"),
    "manifest": ("XE ĐƯA ĐÓN NGƯỜI LAO ĐỘNG", "Worker shuttle"),
    "card": ("THẺ THÔNG TIN Y TẾ", "Health facts"),
    "badge": ("THẺ CÁN BỘ CHỐT", "Checkpoint officer"),
    "decl": ("TỜ KHAI Y TẾ", "Health declaration"),
}
LABELS: tuple[tuple[str, str, str], ...] = (
    ("n", "Họ tên", "Name"),
    ("b", "Ngày sinh", "Born"),
    ("s", "Giới tính", "Sex"),
    ("i", "Số giấy tờ", "ID number"),
    ("t", "Điện thoại", "Phone"),
    ("a", "Địa chỉ", "Address"),
    ("c", "Đơn vị", "Organisation"),
    ("v", "Biển số", "Plate"),
    ("w", "Số người", "Workers"),
    ("q", "Tuyến đường", "Route"),
    ("o", "Nơi đi", "From"),
    ("d", "Nơi đến", "To"),
    ("h", "Khung giờ", "Hours"),
    ("r", "Lý do", "Reason"),
    ("sub", "Mã cán bộ", "Officer"),
)
OUTSIDE = frozenset(("c", "n", "v", "q", "o", "d", "h", "r", "w"))
"""What a windscreen shows: who drives has ID, phone and address for officers, in the code."""
ROLES = {
    "officer": "Cán bộ",
    "lead": "Chốt trưởng",
    "medic": "Y tế",
    "volunteer": "Tình nguyện viên",
}
"""An officer's role as the badge says it."""
_SEX = {"M": "Nam", "F": "Nữ"}
_TEST = {"p": "PCR", "r": "test nhanh / rapid"}
_RESULT = {"n": "âm tính / negative", "p": "dương tính / positive"}


def lines_of(
    claims: Mapping[str, Any], places: Mapping[str, str] | None = None
) -> list[tuple[str, str, str]]:
    """(Vietnamese label, English label, value) of every claim that a person reads.

    `places` names communes by "2021/268", else their data set does; without a name it is the code.
    """
    said = [
        (vi, en, _value(claim, claims[claim], places or {}))
        for claim, vi, en in LABELS
        if claims.get(claim) is not None
    ]
    for number, of, product, day in claims.get("k", ()):
        said.append((f"Mũi {number}/{of}", f"Dose {number}/{of}", f"{product}, {iso_day(day)}"))
    for kind, result, sampled_s, resulted_s in claims.get("u", ()):
        at = local_time((sampled_s if resulted_s is None else resulted_s) * 1000)
        said.append(("Xét nghiệm", "Test", f"{_TEST[kind]}: {_RESULT[result]}, {at}"))
    for recovered_on, _ in claims.get("z", ()):
        said.append(("Khỏi bệnh", "Recovered", iso_day(recovered_on)))
    return said


def outside_lines(
    claims: Mapping[str, Any], places: Mapping[str, str] | None = None
) -> list[tuple[str, str, str]]:
    """The same of what passers-by may read."""
    return lines_of({name: claims[name] for name in claims if name in OUTSIDE}, places)


def iso_day(day: str) -> str:
    """An ISO date, maybe partial, as people in Vietnam write it."""
    return "/".join(reversed(day.split("-")))


def local_time(at_ms: int) -> str:
    """A time for people, Vietnamese time."""
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m/%Y %H:%M")


def validity(from_ms: int | None, until_ms: int) -> tuple[str, str]:
    """From when until when, in both languages."""
    vi, en = until_text(until_ms)
    if from_ms is None:
        return f"Có giá trị đến {vi}", f"Valid until {en}"
    begins = local_time(from_ms)
    return f"Có giá trị từ {begins} đến {vi}", f"Valid from {begins} until {en}"


def until_text(until_ms: int) -> tuple[str, str]:
    """An end in both languages; midnight is the end of the day before."""
    until = local_time(until_ms)
    if not until.endswith(" 00:00"):
        return until, f"{until} (+07:00)"
    day = local_time(until_ms - 1)[:10]
    return f"hết ngày {day}", f"the end of {day}"


def _value(claim: str, value: Any, places: Mapping[str, str]) -> str:
    if claim == "s":
        return _SEX.get(value, str(value))
    if claim == "b":
        return iso_day(str(value))
    if claim in ("o", "d"):
        return places.get(str(value)) or name_of(*str(value).partition("/")[::2]) or str(value)
    return str(value)
