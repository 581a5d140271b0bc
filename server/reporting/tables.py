"""The tables of a report, in their order: the same cells for every kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.reporting.figures import FIGURES
from server.reporting.report import Report
from server.reporting.words import DIRECTIONS_VI, FIGURES_VI, day, number, signed, span, word

TEXT_MM = 165
"""How wide the text of a page is: A4 less margins of 30 and 15 mm."""


@dataclass(frozen=True, slots=True)
class Table:
    """A heading over rows of cells; the first row says what each column is.

    `widths_mm` are of the columns, `TEXT_MM` in all. `strong`: which rows are sums.
    """

    heading: str
    rows: tuple[tuple[str, ...], ...]
    widths_mm: tuple[float, ...]
    note: str = ""
    strong: tuple[int, ...] = ()


def tables(report: Report) -> list[Table]:
    """All tables that have rows."""
    every = (
        figures_table(report),
        violations_table(report),
        checkpoints_table(report),
        goods_table(report),
    )
    return [one for one in every if len(one.rows) > 1]


def figures_table(report: Report) -> Table:
    """Every figure with its three periods, beside the cut before and the day before."""
    cut, since_midnight, activation = report.periods
    before, yesterday = report.before["previous_cut"], report.before["previous_day"]
    head = (
        "Chỉ tiêu",
        f"Kỳ này {span(cut.period)}",
        f"Từ 00:00 {span(since_midnight.period)}",
        f"Từ khi lập chốt {day(activation.period.from_ms)}",
        f"Kỳ trước {span(before.period)}",
        f"Cùng kỳ hôm trước {span(yesterday.period)}",
        "Kỳ này so hôm trước",
    )
    rows = [
        (
            FIGURES_VI[name],
            *(number(one.total[name]) for one in report.periods),
            number(before.total[name]),
            number(yesterday.total[name]),
            signed(cut.total[name] - yesterday.total[name]),
        )
        for name in FIGURES_VI
        if name in FIGURES
    ]
    note = "Lượt trùng và lượt đã hủy không được tính."
    return Table("Kết quả", (head, *rows), (43, 20, 22, 24, 20, 20, 16), note)


def violations_table(report: Report) -> Table:
    """Violations by their kind."""
    kinds = sorted({kind for one in report.periods for kind in one.violations})
    rows = [
        (
            word("violation", kind),
            *(number(one.violations.get(kind, 0)) for one in report.periods),
        )
        for kind in kinds
    ]
    head = ("Hành vi", "Kỳ này", "Từ 00:00", "Từ khi lập chốt")
    return Table("Vi phạm theo hành vi", (head, *rows), (93, 22, 22, 28))


def checkpoints_table(report: Report) -> Table:
    """The same day by checkpoint."""
    names = ("vehicles", "people", "turned_back_in", "turned_back_out", "declared", "violations")
    counted = report.periods[1].by_checkpoint
    by_id = {one.id: one.name for one in report.checkpoints}
    busy = {
        place: figures
        for place, figures in counted.items()
        if figures["crossings"] or figures["violations"]
    }
    rows = [
        (by_id.get(place, place), *(number(figures[name]) for name in names))
        for place, figures in busy.items()
    ]
    if len(rows) > 1:
        sums = (sum(figures[name] for figures in busy.values()) for name in names)
        rows.append(("Cộng", *(number(one) for one in sums)))
    head = ("Chốt", *(FIGURES_VI[name].removeprefix("trong đó: ").capitalize() for name in names))
    quiet = [one.name for one in report.checkpoints if one.id not in busy]
    note = f"Không có lượt nào từ 00:00: {', '.join(quiet)}." if quiet else ""
    strong = (len(rows),) if len(busy) > 1 else ()
    return Table("Theo chốt, từ 00:00", (head, *rows), (57, *(18,) * 6), note, strong)


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
    return Table("Hàng hóa, từ 00:00", (head, *rows), (15, 50, 25, 16, 15, 17, 27), note)


def is_number(cell: str) -> bool:
    """Whether a cell stands to the right, under other numbers."""
    return cell.lstrip("+−")[:1].isdigit()


def aligned(table: Table) -> Iterator[str]:
    """Columns side by side for a terminal: the first to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*table.rows, strict=True)]
    for row in table.rows:
        first, *rest = row
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()
