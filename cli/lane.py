"""`chot lane`: the lanes of checkpoints, which tablets are bound to."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, opened, opened_home, told
from cli.importing import Asked, imports, judged, take_in
from cli.shown import JSON, tell_rows
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
@JSON
@told
def list_lanes(data: Path, checkpoint: str, is_json: bool) -> None:
    """Liệt kê các làn và máy bảng ở đó / list the lanes and their tablets.

    Ví dụ: chot lane list --checkpoint nt-ca-na
    """
    with opened(data) as store:
        devices = [one for one in store.devices() if one.revoked_ms is None]
        rows = [
            {
                "checkpoint": one.id,
                "lane": lane_name,
                "tablets": [
                    it.name for it in devices if (it.checkpoint, it.lane) == (one.id, lane_name)
                ],
            }
            for one in store.checkpoints()
            if checkpoint in ("", one.id)
            for lane_name in one.lanes
        ]
    tell_rows({"checkpoint": "chốt", "lane": "làn", "tablets": "máy bảng"}, rows, is_json)
