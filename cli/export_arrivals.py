"""`chot export arrivals`: what the community team of a commune and its lodging register are given.

The one export that names people without `--unmask`: it holds what the feed of that commune holds
(SPEC L6) and is made for nothing else. The audit keeps the communes and who was given it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cli.communes import commune_of
from cli.data import now_ms, viewed
from cli.export_file import STREAMED, layout_of, one_file
from cli.progress import progress
from cli.remote import Remote, remote_of
from cli.remote_export import for_the_owner, named_from
from server.exporting.arrival_rows import named_coarser
from server.exporting.formats import FORMATS
from server.exporting.run import Asked
from server.exporting.tables import columns_of
from server.places.units import Unit, named_as
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
    **where: Any,
) -> None:
    """The list of everybody who came in between these times and named one of the communes."""
    if to_ms < from_ms:
        raise click.ClickException("--to đứng trước --from.")
    units = [commune_of(one) for one in communes]
    if (remote := remote_of(where)) is not None:
        wanted = {
            "communes": [f"{one.dataset}-{one.code}" for one in units],
            "from_ms": from_ms,
            "to_ms": to_ms,
            "audience": audience,
            "recipient": recipient,
            "lang": lang,
        }
        _from_afar(remote, units, wanted, layout_of(layout, output), output)
        return
    named = tuple(dict.fromkeys(name for one in units for name in named_as(one)))
    kind = layout_of(layout, output)
    is_lodging = audience == "lodging"
    with viewed(data) as store, for_the_owner():
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
        _tell_coarser(named_coarser(store, asked.window, units))


def _from_afar(
    remote: Remote,
    units: Sequence[Unit],
    wanted: dict[str, Any],
    kind: str,
    output: Path | None,
) -> None:
    if not wanted["recipient"].strip():
        raise click.ClickException("Từ xa cần --recipient: giao cho ai được ghi nhật ký.")
    if output is None and kind not in STREAMED:
        raise click.ClickException(f"Định dạng {kind} cần --output.")
    wanted |= {"format": kind, "compress": output is not None and output.suffix == ".gz"}
    click.echo("; ".join(one.path for one in units), err=True)
    with progress("Tải arrivals", "B") as tell:
        headers = named_from(remote, "/arrivals", wanted, output, tell)
    _tell_coarser(int(headers.get("Chot-Coarser", "0")))


def _tell_coarser(coarser: int) -> None:
    if coarser:
        click.echo(
            f"Ngoài ra {coarser} lượt chỉ nêu huyện hoặc tỉnh: không có trong danh sách này.",
            err=True,
        )
