"""The columns of each kind of document: English name, Vietnamese heading, how a cell is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.issuing import values
from server.issuing.values import folded

Kind = Literal["permit", "pass", "manifest", "card", "badge"]
KINDS: tuple[Kind, ...] = ("permit", "pass", "manifest", "card", "badge")
DOSES = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `claim` is "" where the cell is no claim of its own."""

    name: str
    vi: str
    claim: str = ""
    limit: int = 200
    read: Callable[[str], str | None] | None = None
    wrong: str = ""
    """The error when `read` gives None: a key of `server.issuing.texts`."""
    required: bool = False
    digits: bool = False
    """A number with leading zeros, which a spreadsheet loses unless the cell is text."""
    restore: Callable[[str], str | None] | None = None
    """What a bare number of a spreadsheet stood for, where that is certain; None: refuse it."""
    example: str = ""


NAME = Column("name", "Họ tên", "n", 120)
BIRTH = Column(
    "birth_date", "Ngày sinh", "b", 30, values.birth_date_of, "birth_date",
    restore=values.birth_from_number,
)  # fmt: skip
SEX = Column("sex", "Giới tính", "s", 8, values.sex_of, "sex")
ID_NUMBER = Column("id_number", "Số giấy tờ", "i", 32, digits=True, restore=values.card_from_number)
PHONE = Column(
    "phone", "Điện thoại", "t", 20, values.phone_of, "phone", digits=True,
    restore=values.phone_from_number,
)  # fmt: skip
ADDRESS = Column("address", "Địa chỉ", "a", 300)
ORIGIN = Column("origin", "Nơi đi", "o", 10, values.place_of, "place")
DESTINATION = Column("destination", "Nơi đến", "d", 10, values.place_of, "place")
PLATE = Column("plate", "Biển số", "v", 20, values.plate_of, "plate")
REASON = Column("reason", "Lý do", "r", 200)
ROUTE = Column("route", "Tuyến đường", "q", 200)
HOURS = Column("hours", "Khung giờ", "h", 60, values.hours_of, "hours")
COMPANY = Column("company", "Đơn vị", "c", 120)
FROM = Column("valid_from", "Từ", limit=40, restore=values.from_serial)
UNTIL = Column("valid_until", "Đến", limit=40, restore=values.from_serial)
TIMES = (FROM, UNTIL)
HOLDER = (NAME, BIRTH, SEX, ID_NUMBER, PHONE, ADDRESS)


def required(column: Column) -> Column:
    return replace(column, required=True)


COLUMNS: dict[Kind, tuple[Column, ...]] = {
    "permit": (
        required(NAME), *HOLDER[1:], ORIGIN, DESTINATION, PLATE, required(REASON), ROUTE, HOURS,
        COMPANY, *TIMES,
    ),
    "pass": (
        required(PLATE), COMPANY, *HOLDER, ORIGIN, DESTINATION, REASON, ROUTE, HOURS, *TIMES,
    ),
    "manifest": (
        Column("trip", "Chuyến", limit=60), required(COMPANY), required(PLATE), ROUTE, HOURS,
        ORIGIN, DESTINATION, REASON,
        Column("workers", "Số người", limit=6),
        Column("name", "Họ tên", limit=120),
        replace(ID_NUMBER, claim=""), *TIMES,
    ),
    "card": (
        required(NAME), *HOLDER[1:],
        *(
            column
            for number in DOSES
            for column in (
                Column(f"dose{number}_product", f"Vắc xin mũi {number}", limit=60),
                Column(
                    f"dose{number}_date", f"Ngày mũi {number}", "", 30, values.date_of, "date",
                    restore=values.from_serial,
                ),
            )
        ),
        Column("doses_of", "Số mũi đủ liều", limit=2),
        Column("test_type", "Loại xét nghiệm", limit=20),
        Column("test_result", "Kết quả xét nghiệm", limit=20),
        Column("test_sampled", "Giờ lấy mẫu", limit=25),
        Column("test_resulted", "Giờ có kết quả", limit=25),
        Column("recovered_on", "Ngày khỏi bệnh", "", 10, values.date_of, "date"),
        *TIMES,
    ),
    "badge": (
        Column("officer", "Mã cán bộ", limit=64, required=True),
        Column("name", "Họ tên", limit=120, required=True),
        Column("role", "Vai trò", limit=20, required=True),
        Column("checkpoints", "Chốt", limit=500, required=True),
        Column("pin", "PIN", limit=6, digits=True), *TIMES,
    ),
}  # fmt: skip


def find_column(columns: Sequence[Column], heading: str) -> Column | None:
    """The column that a heading means: its English name or its Vietnamese one, marks or not."""
    wanted = folded(heading)
    for column in columns:
        if wanted in (folded(column.name), folded(column.vi)):
            return column
    return None


def headings(kind: Kind, lang: str) -> list[str]:
    """The headings of a file of this kind."""
    return [column.name if lang == "en" else column.vi for column in COLUMNS[kind]]
