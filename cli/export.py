"""`chot export`: crossings and goods as CSV, streamed page by page."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click

from cli.data import DATA, VIETNAM, Moment, now_ms, told, viewed
from cli.words import YES_NO_VI, heading, word
from server.places.units import name_of
from server.spreadsheet import Cell, defused
from server.store.published import AuditEntry
from server.store.view_protocol import CrossingWhole

FILE = click.Path(dir_okay=False, path_type=Path)
Row = Callable[[CrossingWhole], list[list[Cell]]]

CROSSING_COLUMNS = (
    "record", "occurred", "received", "checkpoint", "lane", "direction", "mode", "purpose",
    "plate", "plate_read", "vehicle_class", "people", "goods", "families", "outcome", "action",
    "reasons", "override", "flags", "counted_as", "review", "officer", "device",
)  # fmt: skip
GOODS_COLUMNS = (
    "record", "line", "occurred", "checkpoint", "direction", "action", "plate", "vehicle_class",
    "group", "description", "quantity", "unit", "perishable", "origin", "destination", "seal",
)  # fmt: skip


@click.group()
def export() -> None:
    """Xuất dữ liệu / exports. Thời gian là giờ Việt Nam."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(
        (
            DATA,
            click.option(
                "--from", "from_ms", type=Moment(), required=True, help="Từ, ví dụ 15/08/2021."
            ),
            click.option("--to", "to_ms", type=Moment(end=True), required=True, help="Đến hết."),
            click.option(
                "--checkpoint", "checkpoints", multiple=True, help="Mã chốt; lặp lại được."
            ),
            click.option("--format", "layout", type=click.Choice(["csv"]), default="csv"),
            click.option(
                "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True
            ),
            click.option("--output", type=FILE, help="Tệp đích."),
            click.option(
                "--as-of",
                "as_of_ms",
                type=Moment(),
                help="Như máy chủ đã biết lúc đó, ví dụ '2021-08-01T06:00+07:00'.",
            ),
            click.option(
                "--as-of-sequence",
                "as_of",
                type=click.IntRange(0),
                help="Như máy chủ đã biết đến số này của nhật ký.",
            ),
            click.option(
                "--late",
                type=FILE,
                help="Tệp cho những lượt trong khoảng ấy mà máy chủ nhận sau đó.",
            ),
        )
    ):
        command = option(command)
    return command


@export.command("crossings")
@_options
@told
def crossings(**options: Any) -> None:
    """Mỗi lượt qua chốt một dòng / one row a crossing, without person data.

    Lượt trùng có cờ "Trùng" và nêu lượt được tính / a duplicate names the crossing that counts.

    Ví dụ: chot export crossings --from today --to now --format csv --output luot.csv

    Báo cáo 06h làm lại lúc trưa: thêm --as-of "2021-08-01T06:00+07:00" --late den-muon.csv
    """
    _export("crossings", CROSSING_COLUMNS, _crossing_rows(options["lang"]), **options)


@export.command("goods")
@_options
@told
def goods(**options: Any) -> None:
    """Mỗi dòng hàng một dòng / one row a goods line.

    Ví dụ: chot export goods --from yesterday --to now --checkpoint nt-ca-na --output hang.csv
    """
    _export("goods", GOODS_COLUMNS, _goods_rows(options["lang"]), **options)


def _export(
    what: str,
    columns: tuple[str, ...],
    rows: Row,
    *,
    data: Path,
    from_ms: int,
    to_ms: int,
    checkpoints: tuple[str, ...],
    layout: str,
    lang: str,
    output: Path | None,
    as_of_ms: int | None,
    as_of: int | None,
    late: Path | None,
) -> None:
    if to_ms < from_ms:
        raise click.ClickException("--to đứng trước --from.")
    if as_of_ms is not None and as_of is not None:
        raise click.ClickException("Chỉ một trong --as-of và --as-of-sequence.")
    if late is not None and as_of_ms is None and as_of is None:
        raise click.ClickException("--late cần --as-of hoặc --as-of-sequence.")
    with viewed(data) as store:
        known = {one.id for one in store.checkpoints()}
        if unknown := [one for one in checkpoints if one not in known]:
            raise click.ClickException(f"Không có chốt: {', '.join(unknown)}")
        if as_of_ms is not None:
            as_of = store.number_at(as_of_ms)
        details = {"from_ms": from_ms, "to_ms": to_ms, "checkpoints": list(checkpoints)}
        if as_of is not None:
            details["as_of"] = as_of
        store.audit(AuditEntry(now_ms(), "cli", f"export.{what}", details=details))
        window = (from_ms, to_ms, checkpoints)
        # Goods descriptions are free text and so stand in the person part.
        persons = what == "goods"
        layout_of = _Layout(what, [heading(name, lang) for name in columns], rows)
        total = None if as_of is not None else store.counts(*window).get("crossings", 0)
        layout_of.write(output, store.each_crossing(*window, persons, as_of=as_of), total)
        if as_of is not None:
            click.echo(f"Theo nhật ký đến số {as_of}.", err=True)
        if late is not None and as_of is not None:
            found = store.each_crossing(*window, persons, came_after=as_of)
            layout_of.write(late, found, None)


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of one export and what stands in them."""

    what: str
    headings: list[str]
    rows: Row

    def write(self, output: Path | None, found: Iterator[CrossingWhole], total: int | None) -> None:
        """One file; `total`: how many passages there are, where that is known before."""
        lines = passages = 0
        with _target(output) as file:
            writer = csv.writer(file)
            writer.writerow(self.headings)
            with click.progressbar(
                found,
                length=total,
                label=f"Xuất {self.what}",
                file=sys.stderr,
                update_min_steps=200,
            ) as progress:
                for crossing in progress:
                    passages += not {"voided", "duplicate"} & set(crossing.row.flags)
                    for row in self.rows(crossing):
                        writer.writerow([defused(cell) for cell in row])
                        lines += 1
        click.echo(f"{lines} dòng từ {passages} lượt → {output or 'stdout'}", err=True)


@contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
    """Where rows go: a file that appears only when it is whole, or standard output.

    The BOM tells Excel that the text is UTF-8.
    """
    if output is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        sys.stdout.write("\ufeff")
        yield sys.stdout
        sys.stdout.flush()
        return
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("w", encoding="utf-8-sig", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


def _crossing_rows(lang: str) -> Row:
    def rows(crossing: CrossingWhole) -> list[list[Cell]]:
        row = crossing.row
        override = crossing.fields.get("override") or {}
        return [
            [
                row.record,
                _local(row.occurred_ms),
                _local(row.received_ms),
                row.checkpoint,
                row.lane,
                word("direction", row.direction, lang),
                word("mode", row.mode, lang),
                word("purpose", row.purpose, lang),
                row.plate,
                row.plate_read,
                word("vehicle", row.vehicle_class, lang),
                row.people,
                row.goods,
                "; ".join(word("family", one, lang) for one in row.families),
                word("outcome", row.outcome, lang),
                word("action", row.action, lang),
                "; ".join(row.reasons),
                word("override", str(override.get("reason", "")), lang),
                "; ".join(word("flag", one, lang) for one in row.flags),
                row.counted_as,
                word("review", row.review, lang),
                row.officer,
                row.device,
            ]
        ]

    return rows


def _goods_rows(lang: str) -> Row:
    def rows(crossing: CrossingWhole) -> list[list[Cell]]:
        row = crossing.row
        return [
            [
                row.record,
                line,
                _local(row.occurred_ms),
                row.checkpoint,
                word("direction", row.direction, lang),
                word("action", row.action, lang),
                row.plate,
                word("vehicle", row.vehicle_class, lang),
                word("goods", str(goods.get("group", "")), lang),
                str(goods.get("description", "")),
                goods.get("quantity", ""),
                word("unit", str(goods.get("unit", "")), lang),
                _yes_no(bool(goods.get("perishable")), lang),
                _place(goods.get("origin"), lang),
                _place(goods.get("destination"), lang),
                str(goods.get("seal", "")),
            ]
            for line, goods in sorted(crossing.goods.items())
            if not goods.get("removed")
        ]

    return rows


def _local(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%Y-%m-%d %H:%M:%S")


def _place(place: Any, lang: str) -> str:
    """Data set and code for programs; for people the name, where the data set has one."""
    if not isinstance(place, dict):
        return ""
    named = name_of(place["dataset"], place["code"]) if lang == "vi" else None
    return named or f"{place['dataset']}:{place['code']}"


def _yes_no(value: bool, lang: str) -> str:
    return YES_NO_VI[value] if lang == "vi" else str(value).lower()
