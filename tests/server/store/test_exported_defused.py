"""Nothing that anybody wrote, scanned or typed runs in a spreadsheet, in no table and column."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from server.exporting.run import Asked, export_to
from server.exporting.tables import TABLES, columns_of
from server.spreadsheet import RUN
from server.store.published import AuditEntry
from sync.batch import plain_event
from sync.encoding import to_base64url
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, EVIDENCE, NOON_MS, Tablet


def push(
    world: World,
    tablet: Tablet,
    kind: str,
    fields: dict[str, Any],
    person: dict[str, Any],
    items: dict[str, Any] | None = None,
) -> None:
    body = tablet.body(tablet.new_record(), kind=kind, fields=fields, items=items or {})
    salt = to_base64url(tablet.rng.randbytes(16))
    text = json.dumps({"salt": salt, "set": {}, "items": {}, **person}, ensure_ascii=False)
    answer = tablet.push(world.store, tablet.batch(plain_event(body, text)))
    assert [one.state for one in answer.results] == ["accepted"], answer.results


@pytest.mark.parametrize("harm", ["=1+1", "@SUM(1)", "\t=1+1", "＝1+1"])
def test_no_text_of_anybody_begins_like_a_formula(world: World, tmp_path: Path, harm: str) -> None:
    tablet = world.tablet()
    tablet.now_ms = NOON_MS
    who = dict.fromkeys(("name", "id_number", "birth_date", "phone", "address"), harm)
    items = {
        "people": {"1": {"role": "driver", "evidence": EVIDENCE | {"code": harm}}},
        "goods": {"1": {"group": "food", "seal": harm, "perishable": False}},
    }
    hidden = {
        "people": {"1": who | {"symptoms": [harm]}},
        "goods": {"1": {"description": harm}},
    }
    read = {"lane": harm, "plate": {"read": harm, "normal": "30A12345"}}
    push(world, tablet, "crossing", CAR | read, {"set": {"note": harm}, "items": hidden}, items)
    fined = {"what": "no_mask", "action": "fined", "amount_vnd": 1}
    push(world, tablet, "violation", fined, {"set": {"who": who, "note": harm}})
    world.store.audit(AuditEntry(NOON_MS, harm, "report.issue", harm, harm, harm))
    world.project()
    seen = 0
    for table in TABLES:
        columns = columns_of(world.store, table, True)
        asked = Asked(table, (0, 1 << 46), (), columns, "csv", "vi", unmasked=True)
        export_to(world.store, asked, tmp_path / f"{table}.csv", lambda *_: None)
        text = (tmp_path / f"{table}.csv").read_text("utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline="")):
            for column, cell in zip(columns, row, strict=True):
                assert cell[:1] not in RUN or not cell, (table, column.name)
                seen += cell == f"'{harm}"
    assert seen >= 20
