"""Reference data is stored together with its audit entries, or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from server.config import Config
from server.store.published import AuditEntry
from server.store.reference_protocol import Company, Duty, Reference, Road, WorkerPermit
from server.store.registered import Checkpoint, Officer
from server.store.sqlite import SqliteStore, open_store

PLACE = Checkpoint(
    "a", "Chốt A", "QL1", "58", "582", "22738", "border", "active", "", ("o-to",)
)  # fmt: skip
WHOLE = Reference(
    checkpoints=[PLACE],
    officers=[Officer("o", "Vũ Thử", "lead", ("a",), bytes(32), False)],
    roads=[Road("QL1", "Quốc lộ 1", ("QL1A",))],
    companies=[Company("c", "Công ty Mẫu", "", "", "", "", "")],
    duties=[Duty("a", 1_000, 2_000, "o", "lead")],
    workers=[WorkerPermit("c", b"p", b"s", "ID", "kid", 9_000)],
)
ENTRY = AuditEntry(1, "cli", "reference.import")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return open_store(Config(data_dir=tmp_path))


def counts(store: SqliteStore) -> tuple[int, ...]:
    return (
        len(store.checkpoints()), len(store.officers()), len(store.roads()),
        len(store.companies()), len(store.duties(0, 9_999)), len(store.worker_permits()),
        len(store.audited(0, 100)),
    )  # fmt: skip


def test_all_of_it_is_there_again_after_the_store_was_closed(
    store: SqliteStore, tmp_path: Path
) -> None:
    before = counts(store)
    store.take_in(WHOLE, [ENTRY])
    store.close()
    with open_store(Config(data_dir=tmp_path)) as again:
        assert counts(again) == tuple(one + 1 for one in before)
        assert again.roads() == list(WHOLE.roads) and again.companies() == list(WHOLE.companies)
        assert again.duties(0, 9_999) == list(WHOLE.duties)
        assert again.worker_permits() == list(WHOLE.workers)
        gone = Reference(gone_duties=WHOLE.duties, gone_workers=WHOLE.workers)
        again.take_in(gone, [])
        assert again.duties(0, 9_999) == [] and again.worker_permits() == []


def test_duties_are_found_by_the_time_they_overlap(store: SqliteStore) -> None:
    with store:
        store.take_in(WHOLE, [])
        assert store.duties(1_999, 3_000) and store.duties(0, 1_001)
        assert store.duties(2_000, 3_000) == [] and store.duties(0, 1_000) == []


def test_where_one_row_fails_nothing_of_the_rest_is_stored(
    store: SqliteStore, tmp_path: Path
) -> None:
    with store:
        before = counts(store)
        with sqlite3.connect(tmp_path / "log.db") as outside:
            outside.execute(
                "CREATE TRIGGER full BEFORE INSERT ON workers BEGIN SELECT RAISE(ABORT, 'x'); END"
            )
        with pytest.raises(sqlite3.IntegrityError):
            store.take_in(WHOLE, [ENTRY])
        assert counts(store) == before
