"""A report in words, in the order of its pages: the same lines for every kind of file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.reporting.completeness import Gap
from server.reporting.figures import FIGURES
from server.reporting.periods import Name
from server.reporting.report import Report
from server.reporting.words import (
    DIRECTIONS_VI,
    FIGURES_VI,
    LACKS_VI,
    PERIODS_VI,
    clock,
    minutes,
    moment,
    number,
    word,
)

ADDRESSEES = ("Ban Chỉ đạo phòng, chống dịch Thành phố", "Ban Thường vụ Quận ủy")


@dataclass(frozen=True, slots=True)
class Table:
    """A heading over rows of cells; the first row says what each column is."""

    heading: str
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def subject(report: Report) -> str:
    """What stands under BÁO CÁO."""
    places = len(report.checkpoints)
    return f"Kết quả kiểm soát tại {places} chốt đến {moment(report.at_ms)}"


def draft_line(report: Report) -> str:
    """What nobody may overlook on a draft; "" on what is none."""
    return f"DỰ THẢO · số liệu đến {clock(report.until_ms)}" if report.is_draft else ""


def figures_table(report: Report) -> Table:
    """Every figure with its three periods, beside the cut before and the day before."""
    head = (
        "Chỉ tiêu",
        *(f"{PERIODS_VI[one.period.name]} ({_span(one.period.from_ms)})" for one in report.periods),
        "Kỳ trước",
        "Cùng kỳ hôm trước",
    )
    rows = [
        (
            FIGURES_VI[name],
            *(number(one.total[name]) for one in report.periods),
            number(report.before["previous_cut"].total[name]),
            number(report.before["previous_day"].total[name]),
        )
        for name in FIGURES_VI
        if name in FIGURES
    ]
    return Table("I. Kết quả", (head, *rows), "Lượt trùng và lượt đã hủy không được tính.")


def checkpoints_table(report: Report) -> Table:
    """The same day by checkpoint."""
    names = ("vehicles", "people", "turned_back_in", "turned_back_out", "declared", "violations")
    day = report.periods[1]
    by_id = {one.id: one.name for one in report.checkpoints}
    rows = [
        (by_id.get(place, place), *(number(figures[name]) for name in names))
        for place, figures in day.by_checkpoint.items()
        if figures["crossings"] or figures["violations"]
    ]
    head = ("Chốt", *(FIGURES_VI[name].removeprefix("trong đó: ").capitalize() for name in names))
    return Table("II. Theo chốt, từ 00:00", (head, *rows))


def goods_table(report: Report) -> Table:
    """Goods since midnight; quantities are summed within one unit only."""
    head = ("Chiều", "Nhóm hàng", "Số lượng", "Đơn vị", "Số dòng", "Tươi sống", "Bình quân 7 ngày")
    rows = [
        (
            DIRECTIONS_VI.get(one.direction, one.direction),
            word("goods", one.group),
            number(one.quantity) if one.unit else "không rõ",
            word("unit", one.unit) if one.unit else "",
            number(one.lines),
            number(one.perishable_lines),
            number(one.mean) if one.unit and one.mean is not None else "",
        )
        for one in report.goods
    ]
    note = "Chỉ cộng trong cùng đơn vị; dòng không ghi số lượng được đếm riêng."
    return Table("III. Hàng hóa, từ 00:00", (head, *rows), note)


def completeness_lines(report: Report) -> list[str]:
    """How much of it may be missing, and whom to call."""
    found = report.completeness
    lines = [f"Số liệu đầy đủ từ {found.complete}/{found.checkpoints} chốt đang hoạt động."]
    lines += gap_lines(found.gaps)
    lines += [f"{one.name}: chưa có máy nào. Gọi {one.hotline}." for one in found.without_device]
    return lines


def gap_lines(gaps: Sequence[Gap]) -> list[str]:
    """One line a checkpoint: which of its devices may hold something back, and whom to call."""
    by_place: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_place.setdefault(gap.place.id, []).append(gap)
    return [_place_line(some) for some in by_place.values()]


def _place_line(gaps: Sequence[Gap]) -> str:
    place = gaps[0].place
    alike: dict[str, list[str]] = {}
    for gap in gaps:
        alike.setdefault(_lacks(gap), []).append(gap.lane)
    devices = "; ".join(f"máy làn {', '.join(lanes)} {lacks}" for lacks, lanes in alike.items())
    call = f" Gọi {place.hotline}." if place.hotline else ""
    return f"{place.name}: {devices}.{call}"


def _lacks(gap: Gap) -> str:
    said = {one: LACKS_VI[one] for one in gap.lacks}
    if "unsent" in said:
        said["unsent"] = f"còn {gap.unsent} sự kiện chưa gửi"
    if "silent" in said and gap.silent_ms is not None:
        said["silent"] = f"mất liên lạc {minutes(gap.silent_ms)}"
    return ", ".join(said.values())


def source_line(report: Report) -> str:
    """From which log it was counted, so that it can be counted again."""
    made = moment(report.made_ms)
    return f"Theo nhật ký đến số {report.n}, kỳ nhật ký {report.epoch}, lập lúc {made}."


def tables(report: Report) -> Iterator[Table]:
    """All tables that have rows."""
    for one in (figures_table(report), checkpoints_table(report), goods_table(report)):
        if len(one.rows) > 1:
            yield one


def plain(report: Report) -> Iterator[str]:
    """The report for a terminal."""
    yield f"BÁO CÁO  {subject(report)}"
    if line := draft_line(report):
        yield line
    for table in tables(report):
        yield ""
        yield table.heading
        yield from aligned(table.rows)
        if table.note:
            yield f"  {table.note}"
    yield ""
    yield "Độ đầy đủ"
    for line in completeness_lines(report):
        yield f"  {line}"
    yield source_line(report)


def addendum_lines(found: Mapping[Name, Mapping[str, int]]) -> Iterator[str]:
    """What came after a report was issued, by period."""
    for name, figures in found.items():
        yield f"{PERIODS_VI[name]}:"
        for figure, change in figures.items():
            if figure in FIGURES_VI:
                sign = "+" if change > 0 else "−"
                yield f"  {FIGURES_VI[figure]}: {sign}{number(abs(change))}"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side: the first to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *rest = row
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _span(from_ms: int) -> str:
    return moment(from_ms).replace(" ngày ", " ")
