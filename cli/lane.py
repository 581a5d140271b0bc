"""`chot lane`: the lanes of checkpoints, which tablets are bound to."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, opened, opened_home, told
from cli.importing import Asked, imports, judged, take_in
from server.importing.lanes import COLUMNS, lanes_planned, shown
from server.store.reference_protocol import Reference


@click.group()
def lane() -> None:
    """Làn của các chốt / lanes of checkpoints."""


@lane.command("import")
@imports(COLUMNS, lambda store: shown(store.checkpoints()))
@told
def import_(asked: Asked) -> None:
    """Thay các làn của những chốt có trong tệp / replace the lanes of checkpoints that it names.

    Mỗi dòng một làn. Không bỏ được làn mà máy bảng đang đứng.

    \b
    Ví dụ / examples:
      chot lane import --template lan.csv
      chot lane import lan.csv --dry-run
    """
    with opened_home(asked.data) as store:
        places, devices = store.checkpoints(), store.devices()
        plan = judged(asked, lambda table: lanes_planned(table, places, devices))
        reference = Reference(checkpoints=plan.put)
        take_in(asked, store, plan, reference, "lane.import", "checkpoint.put")


@lane.command("list")
@DATA
@click.option("--checkpoint", default="", help="Chỉ của chốt này / of this checkpoint only.")
@told
def list_lanes(data: Path, checkpoint: str) -> None:
    """Liệt kê các làn và máy bảng ở đó / list the lanes and their tablets.

    Ví dụ: chot lane list --checkpoint nt-ca-na
    """
    with opened(data) as store:
        devices = [one for one in store.devices() if one.revoked_ms is None]
        for one in store.checkpoints():
            for name in one.lanes if checkpoint in ("", one.id) else ():
                here = [it.name for it in devices if (it.checkpoint, it.lane) == (one.id, name)]
                click.echo(f"{one.id}\t{name}\t{', '.join(here)}")
