"""One table into one file, or to the screen, and what is said of it. Used by `chot export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.progress import progress
from server.exporting.formats import FORMATS
from server.exporting.partial_file import OtherExportError
from server.exporting.run import (
    Asked,
    Exported,
    ExtraMissingError,
    RowsMissingError,
    export_into,
    export_to,
)
from server.store.protocol import Store

STREAMED = ("csv", "jsonl")
OTHER_ENDINGS = frozenset({"xls", "ods", "doc", "docx", "odt", "pdf", "html", "xml", "json", "zip"})
"""Of files that a person would open with a program that cannot read CSV from them."""


def one_file(store: Store, asked: Asked, output: Path | None, restart: bool) -> None:
    """Write it, resuming what was broken off unless `restart`; a failure is a message to people."""
    try:
        with progress(f"Xuất {asked.table}") as tell:
            if output is not None:
                done = export_to(store, asked, output, tell, restart=restart)
            elif asked.layout in STREAMED:
                done = export_into(store, asked, sys.stdout.buffer, tell)
            else:
                raise click.ClickException(f"Định dạng {asked.layout} cần --output.")
    except OtherExportError as error:
        raise click.ClickException(
            f"{error} là phần dở dang của lần xuất khác. Thêm --restart để bỏ nó,"
            " hoặc đổi --output."
        ) from None
    except ExtraMissingError as error:
        raise click.ClickException(f"Định dạng này cần: pip install 'chot[{error}]'") from None
    except RowsMissingError as error:
        raise click.ClickException(
            f"Thiếu dòng: chờ {error.expected}, có {error.found}. Dữ liệu bị xóa hay rút gọn trong"
            " lúc xuất; chạy lại với --restart."
        ) from None
    _tell(done, output)


def _tell(done: Exported, output: Path | None) -> None:
    went_on = f" (làm tiếp từ dòng {done.went_on_from})" if done.went_on_from else ""
    left_out = done.crossings - done.counted
    marked = f", {left_out} lượt trùng hoặc đã hủy" if left_out else ""
    click.echo(
        f"{done.rows} dòng từ {done.counted} lượt{marked} → {output or 'stdout'}{went_on}", err=True
    )
    click.echo(f"sha256 {done.sha256} · nhật ký đến số {done.n}", err=True)


def layout_of(layout: str | None, output: Path | None) -> str:
    """As asked for, else by the file's ending, else CSV. ClickException for another's ending."""
    if layout is not None:
        return layout
    endings = [] if output is None else [one.lstrip(".").lower() for one in output.suffixes]
    known = {**{name: name for name in FORMATS}, "db": "sqlite", "ndjson": "jsonl"}
    found = next((known[one] for one in reversed(endings) if one in known), None)
    if found is None and output is not None and set(endings) & OTHER_ENDINGS:
        raise click.ClickException(
            f"{output.name}: không ghi được loại tệp này. Có: {', '.join(FORMATS)};"
            " hoặc nêu --format."
        )
    return found or "csv"
