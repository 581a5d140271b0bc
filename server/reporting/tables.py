"""The tables of a report, in their order: the same cells for every kind of file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.places.units import unit
from server.reporting.completeness import Place
from server.reporting.document import Report
from server.reporting.figures import FIGURES
from server.reporting.part import Part
from server.reporting.words import DIRECTIONS_VI, FIGURES_VI, day, number, signed, span, word

TEXT_MM = 165
"""How wide the text of a page is: A4 less margins of 30 and 15 mm."""
FIGURE_WIDTHS_MM = (47, 20.5, 20.5, 22, 18, 20.5, 16.5)
"""Of figures: a draft's period ends at any minute, and «12h–12h30» in bold is 20 mm with its cell.

Cut-offs are whole hours, so the period before needs less.
"""
_NUMBER = re.compile(r"[+−]?[0-9][0-9.,/]*")


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
        units_table(report),
        areas_table(report),
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
    if activation.compacted:
        note += (
            f" {number(activation.compacted)} lượt cũ đã rút gọn: chỉ còn số lượt, người, phương "
            "tiện, chiều và kết quả, các chỉ tiêu khác từ khi lập chốt không gồm các lượt ấy."
        )
    return Table("Kết quả", (head, *rows), FIGURE_WIDTHS_MM, note)


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


DAY_NAMES = ("vehicles", "people", "turned_back", "declared", "violations")


def units_table(report: Report) -> Table:
    """This server's own checkpoints, each unit that reported, and by name each that did not."""
    heads = (FIGURES_VI[name].capitalize() for name in DAY_NAMES)
    head = ("Đơn vị", *heads, "Chốt đủ số liệu", "Báo cáo số")
    if not report.parts and not report.missing:
        return Table("", (head,), ())
    own = list(report.periods[1].by_checkpoint.values())
    here = report.completeness.checkpoints - sum(one.active for one in report.parts)
    rows: list[tuple[str, ...]] = []
    if report.checkpoints:
        whole = report.completeness.complete - sum(one.complete for one in report.parts)
        counts = [number(sum(figures[name] for figures in own)) for name in DAY_NAMES]
        rows.append((report.unit, *counts, f"{whole}/{here}", ""))
    rows += [row for part in report.parts for row in _unit_rows(part, "")]
    rows += [_missing_row(one, "") for one in report.missing]
    sums = (number(report.periods[1].total[name]) for name in DAY_NAMES)
    complete = f"{report.completeness.complete}/{report.completeness.checkpoints}"
    rows.append(("Cộng", *sums, complete, ""))
    note = "Đơn vị chưa báo cáo không được ước tính."
    if any(part.parts or part.missing for part in report.parts):
        note = f"Dòng có dấu – đã nằm trong đơn vị ở trên. {note}"
    widths = (53, 20, 17, 17, 19, 14, 14, 11)
    return Table("Theo đơn vị, từ 00:00", (head, *rows), widths, note, (len(rows),))


def _unit_rows(part: Part, indent: str) -> Iterator[tuple[str, ...]]:
    figures = part.figures["day"]
    counts = (number(figures.get(name, 0)) for name in DAY_NAMES)
    yield (
        f"{indent}{part.unit.name}",
        *counts,
        f"{part.complete}/{part.active}",
        part.number,
    )
    for below in part.parts:
        yield from _unit_rows(below, f"{indent}– ")
    for one in part.missing:
        yield _missing_row(one, f"{indent}– ")


def _missing_row(one: Place, indent: str) -> tuple[str, ...]:
    return (f"{indent}{one.name}: chưa có báo cáo", *("",) * (len(DAY_NAMES) + 2))


def areas_table(report: Report) -> Table:
    """This server's checkpoints by province, district and commune, where there are several."""
    head = ("Địa bàn", *(FIGURES_VI[name].capitalize() for name in DAY_NAMES), "Chốt đủ số liệu")
    lacking = {gap.place.id for gap in report.completeness.gaps}
    lacking |= {one.id for one in report.completeness.without_device}
    counted = report.periods[1].by_checkpoint
    rows: list[tuple[str, ...]] = []
    strong: list[int] = []
    for depth, code, places in areas(report.checkpoints):
        some = [counted[one.id] for one in places if one.id in counted]
        sums = (number(sum(figures[name] for figures in some)) for name in DAY_NAMES)
        whole = sum(one.id not in lacking for one in places)
        known = unit("2021", code)
        name = code if known is None else known.name
        rows.append((f"{'– ' * depth}{name}", *sums, f"{whole}/{len(places)}"))
        if depth == 0:
            strong.append(len(rows))
    note = "Dòng có dấu – đã nằm trong địa bàn ở trên."
    widths = (59, 22, 18, 18, 20, 14, 14)
    return Table("Theo địa bàn, từ 00:00", (head, *rows), widths, note, tuple(strong))


def areas(places: Sequence[Place]) -> list[tuple[int, str, list[Place]]]:
    """(depth, code, its checkpoints) from province to commune; empty where all lie in one."""
    if len({one.commune for one in places}) < 2:
        return []
    found: list[tuple[int, str, list[Place]]] = []

    def walk(depth: int, some: Sequence[Place]) -> None:
        if depth == len(LEVELS):
            return
        by_code: dict[str, list[Place]] = {}
        for one in some:
            by_code.setdefault(getattr(one, LEVELS[depth]), []).append(one)
        for code, within in sorted(by_code.items()):
            found.append((depth, code, within))
            walk(depth + 1, within)

    walk(0, [one for one in places if one.commune])
    return found


LEVELS = ("province", "district", "commune")


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
    """Whether a cell stands to the right, under other numbers; «22 Phùng Hưng» is a name."""
    return _NUMBER.fullmatch(cell) is not None


def aligned(table: Table) -> Iterator[str]:
    """Columns side by side for a terminal: the first to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*table.rows, strict=True)]
    for row in table.rows:
        first, *rest = row
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()
