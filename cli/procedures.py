"""`chot procedures`: the steps that a shift ticks off when it begins and is handed over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, opened_home, told
from cli.importing import Asked, imports, judged
from cli.rows_to_pack import publish_file, publish_rows, tell_pack
from cli.shown import JSON, tell_json
from server.importing.plan import replaced
from server.packs import EVERYBODY, said_by
from server.shifts.procedure import COLUMNS, SAID_TIMES, procedure, shown, usual_procedure
from server.store.protocol import Store


@click.group()
def procedures() -> None:
    """Việc đầu ca, cuối ca / steps at both ends of a shift."""


def _in_force(store: Store) -> Mapping[str, Any]:
    pack = store.pack("procedures", EVERYBODY)
    return usual_procedure() if pack is None else said_by(pack)


@procedures.command("import")
@imports(COLUMNS, lambda store: shown(_in_force(store)))
@told
def import_(asked: Asked) -> None:
    """Thay các bước bằng tệp .csv, .xlsx và công bố / replace the steps and publish them.

    Mã: chữ thường không dấu, số. Lúc: đầu ca, cuối ca. Một dòng sai thì không nhận dòng nào.

    \b
    Ví dụ / examples:
      chot procedures import --template quy-trinh.csv
      chot procedures import quy-trinh.csv --dry-run
    """
    content = judged(asked, procedure)
    with opened_home(asked.data) as store:
        before = shown(_in_force(store))
    plan = replaced(before, shown(content), ("at", "id"), ("at", "id", "vi"))
    steps = {"steps": len(content["steps"])}
    publish_file(asked, "procedures", lambda _: content, plan, steps)


@procedures.command("reset")
@DATA
@told
def reset(data: Path) -> None:
    """Dùng lại các bước có sẵn / publish the usual steps again.

    Ví dụ: chot procedures reset
    """
    content = usual_procedure()
    steps = {"steps": len(content["steps"])}
    tell_pack("procedures", publish_rows(data, "procedures", lambda _: content, "", steps))


@procedures.command("show")
@DATA
@JSON
@told
def show(data: Path, is_json: bool) -> None:
    """Các bước đang công bố / the steps in force.

    Ví dụ: chot procedures show
    """
    with opened_home(data) as store:
        content = _in_force(store)
    if is_json:
        tell_json(content)
        return
    for one in content["steps"]:
        click.echo(f"{SAID_TIMES[one['at']]}\t{one['id']}\t{one['vi']}")
