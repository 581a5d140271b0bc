"""Violations, incidents, tests and queues as events write them, for the console's tests."""

from __future__ import annotations

import secrets
from typing import Any

from sync.encoding import uuid7
from tests.server.console.conftest import Console

WHO = {"name": "Trần Thị Thử", "id_number": "001190009999", "address": "12 Phố Thử, Hà Đông"}
VIOLATION = {
    "what": "no_reason",
    "legal": {"document": "117/2020/NĐ-CP", "clause": "Điều 12 khoản 1 điểm a"},
    "action": "fined",
    "amount_vnd": 2_000_000,
}


def note(
    console: Console,
    kind: str,
    fields: dict[str, Any],
    person: dict[str, Any] | None = None,
    record: str = "",
    over: dict[str, list[str]] | None = None,
) -> str:
    """Write one event of a kind and project it; its record."""
    record = record or uuid7(console.now_ms, secrets.token_bytes(10))
    console.store.write(
        kind=kind,
        record=record,
        home="hd-ql6",
        user="officer-1",
        fields=fields,
        person=person,
        now_ms=console.now_ms,
        over=over or {},
    )
    console.projector.catch_up()
    console.now_ms += 60_000
    return record
