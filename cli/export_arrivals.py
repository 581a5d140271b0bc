"""`chot export arrivals`: what the community team of a commune and its lodging register are given.

The one export that names people without `--unmask`: it holds what the feed of that commune holds
(SPEC L6) and is made for nothing else. The audit keeps the communes and who was given it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from cli.communes import commune_of, named_as
from cli.data import now_ms, viewed
from cli.export_file import layout_of, one_file
from server.exporting.arrival_rows import arrives
from server.exporting.formats import FORMATS
from server.exporting.opened import ChosenCrossings, CrossingLine
from server.exporting.run import Asked
from server.exporting.tables import columns_of
from server.places.units import Unit
from server.store.protocol import Store
from server.store.published import AuditEntry


def export_arrivals(
    *,
    data: Path,
    communes: Sequence[str],
    from_ms: int,
    to_ms: int,
    audience: str,
    recipient: str,
    layout: str | None,
    lang: Any,
    output: Path | None,
    restart: bool,
) -> None:
    """The list of everybody who came in between these times and named one of the communes."""
    if to_ms < from_ms:
        raise click.ClickException("--to đứng trước --from.")
    units = [commune_of(one) for one in communes]
    named = tuple(dict.fromkeys(name for one in units for name in named_as(one)))
    kind = layout_of(layout, output)
    is_lodging = audience == "lodging"
    with viewed(data) as store, _for_the_owner():
        asked = Asked(
            "arrivals",
            (from_ms, to_ms),
            (),
            columns_of(store, "arrivals", is_lodging),
            kind,
            lang or FORMATS[kind].lang,
            unmasked=is_lodging,
            compressed=output is not None and output.suffix == ".gz",
            destinations=named,
        )
        details = {
            "from_ms": from_ms,
            "to_ms": to_ms,
            "communes": list(named),
            "for": audience,
            "recipient": recipient.strip(),
        }
        # Before the first row: a list that was interrupted was read as well.
        store.audit(AuditEntry(now_ms(), "cli", "export.arrivals", details=details))
        click.echo("; ".join(one.path for one in units), err=True)
        one_file(store, asked, output, restart)
        if coarser := _named_coarser(store, asked, units):
            click.echo(
                f"Ngoài ra {coarser} lượt chỉ nêu huyện hoặc tỉnh: không có trong danh sách này.",
                err=True,
            )


def _named_coarser(store: Store, asked: Asked, units: Sequence[Unit]) -> int:
    """Crossings of whom nobody knows whether they go there: they named what it lies in."""
    around = {f"{above.dataset}:{above.code}" for one in units for above in one.parents}

    def is_one(line: CrossingLine) -> bool:
        return arrives(line) and line["destination"] in around

    return ChosenCrossings(store, asked.window, asked.checkpoints, asked.n, is_one).total


@contextmanager
def _for_the_owner() -> Iterator[None]:
    """Files made meanwhile are for nobody else to read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
