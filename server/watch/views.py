"""Three views of the watchlist for three audiences; each has what its work needs, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from rules.watchlist import watch_number
from server.places.units import name_of
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.watch_protocol import WATCH_CATEGORIES, WatchEntry

WatchView: TypeAlias = Literal["commune", "health", "steering"]
WatchPurpose: TypeAlias = Literal["home_visit", "sampling", "report", "correction"]
PURPOSES: dict[WatchPurpose, tuple[WatchView | Literal["list"], ...]] = {
    "home_visit": ("commune", "list"),
    "sampling": ("health", "list"),
    "report": ("steering",),
    "correction": ("list",),
}
"""thăm tại nhà · lấy mẫu · báo cáo · sửa danh sách: what each purpose may look at."""

LOCAL = timedelta(hours=7)
DAY = timedelta(days=1)


class WatchPurposeError(Exception):
    """A look without a reference, or for a purpose that does not go with it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A view as a table: headings as (English, Vietnamese), and rows."""

    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


def looked_at(
    store: Store,
    what: WatchView | Literal["list"],
    purpose: WatchPurpose,
    reference: str,
    at_ms: int,
    who: str,
    now_ms: int,
    commune: str = "",
) -> list[WatchEntry]:
    """The entries that cover `at_ms`, of one commune or of all, after the audit entry is written.

    Raises WatchPurposeError before anything is read.
    """
    if what not in PURPOSES[purpose] or not reference.strip():
        raise WatchPurposeError(purpose)
    details = {"at_ms": at_ms, "commune": commune}
    basis = f"document_number={reference.strip()}"
    store.audit(AuditEntry(now_ms, who, f"watchlist.{what}", "", purpose, basis, details))
    return [
        one
        for one in store.watch_entries()
        if one.covers(at_ms) and (not commune or one.place == commune)
    ]


def looked_up(
    store: Store, id_number: str, reference: str, who: str, now_ms: int
) -> list[WatchEntry]:
    """The entries that cover this moment for one person, for the duty desk that a lead calls.

    A tablet's hit is mostly a stranger's: only this says whether it is. The number is not audited.
    Raises WatchPurposeError without a reference, ValueError for a number that cannot be listed.
    """
    number = watch_number(id_number)
    if not reference.strip():
        raise WatchPurposeError("checkpoint_call")
    if number is None:
        raise ValueError("id_number")
    asked = f"request_number={reference.strip()}"
    store.audit(AuditEntry(now_ms, who, "watchlist.check", "", "checkpoint_call", asked))
    return store.watch_covering(number, now_ms)


def last_day(one: WatchEntry) -> str:
    """The last day that is covered wholly or in part, ISO."""
    return _day(one.until_ms - 1)


def place_text(place: str) -> str:
    """ "Phường Đô Vinh, Phan Rang-Tháp Chàm, Ninh Thuận (2021/22738)": of "2021/22738"."""
    dataset, _, code = place.partition("/")
    name = name_of(dataset, code)
    return place if name is None else f"{name} ({place})"


def commune_view(entries: Sequence[WatchEntry]) -> Sheet:
    """For a commune committee: whom to visit, where, and until when; not what they have."""
    rows = sorted((one.address, one.name, _day(one.from_ms), last_day(one)) for one in entries)
    return Sheet(
        (("address", "Địa chỉ"), ("name", "Họ tên"), ("from", "Từ ngày"), ("until", "Đến hết")),
        tuple(rows),
    )


def health_view(entries: Sequence[WatchEntry], at_ms: int) -> Sheet:
    """For a health centre: one row for each sample still to be taken, the soonest first.

    Whoever has no day yet comes first, with an empty one.
    """
    today = _day(at_ms)
    waiting = sorted(
        (
            (day, one)
            for one in entries
            for day in ([day for day in one.sample_dates if day >= today] or [""])
            if day or not one.sample_dates
        ),
        key=lambda pair: (pair[0], pair[1].place, pair[1].address, pair[1].name),
    )
    rows = [
        (
            day,
            place_text(one.place),
            one.address,
            one.name,
            one.id_number,
            one.category,
            last_day(one),
            one.note,
        )
        for day, one in waiting
    ]
    return Sheet(
        (
            ("sample_date", "Ngày lấy mẫu"),
            ("place", "Xã"),
            ("address", "Địa chỉ"),
            ("name", "Họ tên"),
            ("id_number", "Số giấy tờ"),
            ("category", "Diện"),
            ("until", "Đến hết"),
            ("note", "Ghi chú"),
        ),
        tuple(rows),
    )


def steering_view(entries: Sequence[WatchEntry]) -> Sheet:
    """For a steering committee: how many people of each category, by commune; nobody's name."""
    counts = Counter((one.place, one.category) for one in entries)
    places = sorted({place for place, _ in counts})
    rows = [
        (place_text(place), *(str(counts[place, category]) for category in WATCH_CATEGORIES))
        for place in places
    ]
    total = Counter(one.category for one in entries)
    rows.append(("", *(str(total[category]) for category in WATCH_CATEGORIES)))
    names = ("F0 sau điều trị", "F1", "F1 dưới 5 tuổi", "F2", "F3")
    return Sheet(
        (("place", "Xã"), *zip(WATCH_CATEGORIES, names, strict=True)),
        tuple(rows),
    )


def _day(at_ms: int) -> str:
    return (datetime.fromtimestamp(at_ms / 1000, UTC) + LOCAL).date().isoformat()
