"""The goods flow in words: tables for a terminal, rows for files, and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from server.exporting.formats import CsvLines
from server.places.units import name_of
from server.reporting.completeness import Place
from server.reporting.goods_flow import FlowLine, GoodsFlow, Key, Section
from server.reporting.periods import Period
from server.reporting.tables import TEXT_MM, Table
from server.reporting.words import DIRECTIONS_VI, moment, number, word
from server.spreadsheet import defused
from server.store.export_protocol import Column, Value

FORMATS = ("text", "json", "csv", "xlsx")
UNKNOWN = "không rõ"
SECTIONS_VI: dict[Section, str] = {
    "group": "Theo nhóm hàng",
    "priority": "Hàng ưu tiên",
    "route": "Nơi đi → nơi đến",
}
FIGURES = ("Số lượng", "Số dòng", "Tươi sống", "BQ 7 ngày", "So với BQ")
_HEADINGS = {
    "section": "Phần",
    "direction": "Chiều",
    "group": "Nhóm hàng",
    "product": "Mặt hàng",
    "origin": "Nơi đi",
    "destination": "Nơi đến",
    "unit": "Đơn vị",
    "quantity": "Số lượng",
    "lines": "Số dòng",
    "perishable_lines": "Dòng tươi sống",
    "mean": "Bình quân 7 ngày",
    "change_percent": "So với bình quân (%)",
}
_KINDS = {
    "quantity": "number",
    "lines": "whole",
    "perishable_lines": "whole",
    "mean": "number",
    "change_percent": "number",
}


def as_json(flow: GoodsFlow) -> dict[str, Any]:
    """All of it in the wire's words; times are Unix milliseconds, places "<dataset>-<code>"."""
    return {
        "unit": flow.unit,
        "from_ms": flow.period.from_ms,
        "to_ms": flow.period.to_ms,
        "made_ms": flow.made_ms,
        "log": {"epoch": flow.epoch, "n": flow.n},
        "checkpoints": [asdict(one) for one in flow.checkpoints],
        "level": flow.level,
        "mean_days": flow.mean_days,
        "lines": [
            {
                **asdict(one.key),
                "quantity": one.quantity,
                "lines": one.lines,
                "perishable_lines": one.perishable_lines,
                "mean": one.mean,
            }
            for one in flow.lines
        ],
        "all_lines": flow.all_lines,
        "without_quantity": flow.without_quantity,
        "without_route": flow.without_route,
        "turned_back": flow.turned_back,
        "compacted": flow.compacted,
        "references": list(flow.references),
    }


def from_json(found: dict[str, Any]) -> GoodsFlow:
    """The flow that `as_json` was made of. KeyError, TypeError where it is none."""
    names = tuple(one.name for one in fields(Key))
    return GoodsFlow(
        unit=found["unit"],
        period=Period("day", found["from_ms"], found["to_ms"]),
        made_ms=found["made_ms"],
        n=found["log"]["n"],
        epoch=found["log"]["epoch"],
        checkpoints=tuple(Place(**one) for one in found["checkpoints"]),
        level=found["level"],
        mean_days=found["mean_days"],
        lines=tuple(
            FlowLine(
                Key(**{name: one[name] for name in names}),
                one["quantity"],
                one["lines"],
                one["perishable_lines"],
                one["mean"],
            )
            for one in found["lines"]
        ),
        all_lines=found["all_lines"],
        without_quantity=found["without_quantity"],
        without_route=found["without_route"],
        turned_back=found["turned_back"],
        compacted=found["compacted"],
        references=tuple(found["references"]),
    )


def plain(flow: GoodsFlow) -> Iterator[str]:
    """The flow for a terminal."""
    yield f"HÀNG HÓA QUA {len(flow.checkpoints)} CHỐT  {flow.unit}"
    yield f"Từ {moment(flow.period.from_ms)} đến {moment(flow.period.to_ms)}"
    for table in tables(flow):
        yield ""
        yield table.heading
        yield from _aligned(table)
    yield ""
    yield from notes(flow)


def tables(flow: GoodsFlow) -> Iterator[Table]:
    """A table for each section that has lines."""
    heads: dict[Section, tuple[str, ...]] = {
        "group": ("Nhóm hàng",),
        "priority": ("Nhóm hàng", "Mặt hàng"),
        "route": ("Nơi đi", "Nơi đến", "Nhóm hàng"),
    }
    measures = ("Số lượng", "Đơn vị", *FIGURES[1:])
    for section, head in heads.items():
        rows = [
            (DIRECTIONS_VI.get(one.key.direction, one.key.direction), *_about(one), *_measured(one))
            for one in flow.lines
            if one.key.section == section
        ]
        if rows:
            headings = ("Chiều", *head, *measures)
            widths_mm = (TEXT_MM / len(headings),) * len(headings)
            yield Table(SECTIONS_VI[section], (headings, *rows), widths_mm)


def notes(flow: GoodsFlow) -> Iterator[str]:
    """What the sums leave out and what they were made of."""
    yield f"{number(flow.all_lines)} dòng hàng; chỉ cộng trong cùng đơn vị."
    if flow.without_quantity:
        yield f"{number(flow.without_quantity)} dòng không ghi số lượng: đếm riêng, không cộng."
    if flow.without_route:
        yield f"{number(flow.without_route)} dòng không rõ nơi đi hoặc nơi đến."
    if flow.turned_back:
        yield f"{number(flow.turned_back)} dòng hàng bị quay đầu: không tính."
    if flow.compacted:
        yield f"{number(flow.compacted)} lượt đã rút gọn: hàng của chúng không còn để tính."
    if flow.mean_days:
        yield (
            f"Bình quân: cùng giờ của {flow.mean_days} ngày có hàng trong 7 ngày trước"
            " (dòng có số 0: kỳ này không có)."
        )
    else:
        yield "Không có số liệu của 7 ngày trước để so sánh."
    for one in flow.references:
        yield f"Ưu tiên theo: {one}"
    yield (
        f"Theo nhật ký đến số {flow.n}, kỳ nhật ký {flow.epoch}, lập lúc {moment(flow.made_ms)}."
    )


def columns() -> list[Column]:
    """What a row of a file has, typed."""
    return [Column(name, _KINDS.get(name, "text"), free=True) for name in _HEADINGS]  # type: ignore[arg-type]


def rows(flow: GoodsFlow) -> Iterator[tuple[Value, ...]]:
    """A row a line, in words; a cell without a value is empty."""
    for one in flow.lines:
        key = one.key
        is_route = key.section == "route"
        yield (
            SECTIONS_VI[key.section],
            DIRECTIONS_VI.get(key.direction, key.direction),
            word("goods", key.group),
            key.product,
            place(key.origin) if is_route else "",
            place(key.destination) if is_route else "",
            word("unit", key.unit) if key.unit else UNKNOWN,
            one.quantity if key.unit else None,
            one.lines,
            one.perishable_lines,
            one.mean,
            None if one.change is None else round(100 * one.change, 1),
        )


def csv_bytes(flow: GoodsFlow) -> bytes:
    """The rows as CSV that a spreadsheet opens and does not run."""
    lines = CsvLines(columns(), list(_HEADINGS.values()))
    safe = [tuple(one if one is None else defused(one) for one in row) for row in rows(flow)]
    return lines.head() + lines.rows(safe)


def write_xlsx(path: Path, flow: GoodsFlow) -> None:
    """The rows as a workbook; needs the extra `xlsx`, or raises ModuleNotFoundError."""
    from server.exporting import xlsx_file

    period = f"{moment(flow.period.from_ms)} – {moment(flow.period.to_ms)}"
    title = f"Hàng hóa {flow.unit}: {period}"
    xlsx_file.make(path, columns(), list(_HEADINGS.values()), rows(flow), title)


def place(key: str) -> str:
    """A unit as people name it; the units of 2025 say so, for names came back with other borders.

    "2021-58" is Tỉnh Ninh Thuận, "2025-56" is Tỉnh Khánh Hòa (2025).
    """
    dataset, _, code = key.partition("-")
    if not code:
        return UNKNOWN
    name = name_of(dataset, code) or f"{dataset}:{code}"
    return f"{name} (2025)" if dataset == "2025" else name


def _aligned(table: Table) -> Iterator[str]:
    """Words to the left, figures to the right; the unit of a quantity is a word beside it."""
    head = table.rows[0]
    widths = [max(len(cell) for cell in column) for column in zip(*table.rows, strict=True)]
    for row in table.rows:
        cells = [
            cell.rjust(width) if name in FIGURES else cell.ljust(width)
            for name, cell, width in zip(head, row, widths, strict=True)
        ]
        yield "  " + "  ".join(cells).rstrip()


def _about(one: FlowLine) -> tuple[str, ...]:
    key, group = one.key, word("goods", one.key.group)
    if key.section == "group":
        return (group,)
    if key.section == "priority":
        return (group, key.product)
    return (place(key.origin), place(key.destination), group)


def _measured(one: FlowLine) -> tuple[str, ...]:
    has_unit = bool(one.key.unit)
    change = "" if one.change is None else f"{'+' if one.change > 0 else ''}{100 * one.change:.0f}%"
    return (
        number(one.quantity) if has_unit else UNKNOWN,
        word("unit", one.key.unit) if has_unit else "",
        number(one.lines),
        number(one.perishable_lines),
        "" if one.mean is None else number(one.mean),
        change.replace("-", "−"),
    )
