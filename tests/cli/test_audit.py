"""Reading the audit log: by who, what and about; every look is an entry; breaks are told."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from server.config import load_config
from server.store.published import AuditEntry
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot


def noted(data: Path) -> str:
    """Three entries beside those of the demo; the reviewer's id."""
    store = open_store(load_config(data))
    try:
        user = store.user("canhsat")
        assert user is not None
        store.audit(AuditEntry(NOON_MS, user.id, "search", "S1", "tracing", "request_number=12"))
        store.audit(AuditEntry(NOON_MS + 1, user.id, "search.page", "S1"))
        store.audit(AuditEntry(NOON_MS + 2, "cli", "searched", "S2", details={"a": "Ước"}))
        return user.id
    finally:
        store.close()


def found(chot: Chot, data: Path, *options: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        chot("audit", "--data", data, "--json", *options).stdout
    )
    return rows


def test_entries_are_found_by_who_what_and_about(chot: Chot, demo_data: Path) -> None:
    user = noted(demo_data)
    assert [one["what"] for one in found(chot, demo_data, "--what", "search")] == [
        "search",
        "search.page",
    ]
    assert {one["who"] for one in found(chot, demo_data, "--who", "canhsat")} == {"canhsat"}
    assert found(chot, demo_data, "--who", user) == found(chot, demo_data, "--who", "canhsat")
    assert len(found(chot, demo_data, "--about", "S2")) == 1
    assert len(found(chot, demo_data, "--text", "ước")) == 1
    assert [one["what"] for one in found(chot, demo_data, "--who", "canhsat", "--last", "1")] == [
        "search.page"
    ]


def test_the_look_itself_is_an_entry_and_shows_the_next_time(chot: Chot, demo_data: Path) -> None:
    chot("audit", "--data", demo_data, "--who", "canhsat")
    looks = found(chot, demo_data, "--what", "audit")
    assert [one["details"] for one in looks] == [{"who": "canhsat"}]


def test_a_pipe_gets_tabs_and_no_headings(chot: Chot, demo_data: Path) -> None:
    noted(demo_data)
    lines = chot("audit", "--data", demo_data, "--about", "S1").stdout.splitlines()
    assert [len(line.split("\t")) for line in lines] == [8, 8]


def test_a_changed_entry_is_named(chot: Chot, demo_data: Path) -> None:
    noted(demo_data)
    assert "nguyên vẹn" in chot("audit", "--data", demo_data, "--verify").output
    log = sqlite3.connect(demo_data / "log.db")
    log.execute("DROP TRIGGER audit_stays")
    log.execute("UPDATE audit SET who = 'cli' WHERE subject = 'S1'")
    (n,) = log.execute("SELECT min(n) FROM audit WHERE subject = 'S1'").fetchone()
    log.commit()
    log.close()
    said = chot("audit", "--data", demo_data, "--verify", exit_code=1).output
    assert f"đứt ở dòng {n}" in said
