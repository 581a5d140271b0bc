"""The server's own timer, as a thread here and in a real `chot serve` that is killed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from cli.simulate.process import ServerProcess
from server.reporting.periods import VIETNAM
from server.scheduling import on_time
from server.scheduling.ledger import note_begun, read_ledger
from server.scheduling.on_time import reporting_on_time
from server.scheduling.running import Done
from server.store.sqlite import open_store
from tests.server.scheduling.conftest import MINUTE_MS, Scheduled
from tests.server.store.tablets import NOON_MS

DUE_MS = NOON_MS + 5 * MINUTE_MS
PATIENCE_S = 60.0


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_time, "LOOK_S", 0.05)


def test_a_thread_of_the_server_writes_what_is_due(scheduled: Scheduled) -> None:
    now, config, store = [NOON_MS - MINUTE_MS], scheduled.world.config, scheduled.world.store
    with reporting_on_time(lambda: open_store(config), config, lambda: now[0]):
        until(lambda: read_ledger(store).begun_ms == NOON_MS - MINUTE_MS)
        assert scheduled.files() == []
        now[0] = DUE_MS
        until(lambda: len(read_ledger(store).written) == 1)
    assert scheduled.files() == ["bao-cao-2026-11-22-12h00.json"]


def test_what_fails_is_not_tried_at_every_look(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, config, store = [NOON_MS - MINUTE_MS], scheduled.world.config, scheduled.world.store
    passes, looks, told = [0], [0], list[str]()
    plain = on_time._pass

    def counted(*given: object) -> list[tuple[str, str]]:
        passes[0] += 1
        return plain(*given)  # type: ignore[arg-type]

    def clock() -> int:
        looks[0] += 1
        return now[0]

    monkeypatch.setattr(on_time, "_pass", counted)
    monkeypatch.setattr(on_time, "log_failure", lambda doing, error: told.append(doing))
    with reporting_on_time(lambda: open_store(config), config, clock):
        until(lambda: read_ledger(store).begun_ms is not None)
        scheduled.folder.write_text("a file where a folder should be")
        now[0] = DUE_MS
        until(lambda: "schedule.folder" in told)
        seen = looks[0]
        until(lambda: looks[0] > seen + 5)
        assert passes[0] == 2
        # In one step: a look at the file while it is still empty is another mistake, told apart.
        broken = scheduled.data / "broken.json"
        broken.write_text("{")
        broken.replace(scheduled.data / "schedule.json")
        until(lambda: "schedule.settings" in told)
        seen = looks[0]
        until(lambda: looks[0] > seen + 5)
    assert told == ["schedule.folder", "schedule.settings"]


def test_a_server_that_stops_does_not_wait_for_a_pass(scheduled: Scheduled) -> None:
    config = scheduled.world.config
    stop = threading.Event()
    stop.set()
    begun = time.monotonic()
    assert on_time._pass(config, DUE_MS, stop) == []
    assert time.monotonic() - begun < PATIENCE_S / 2


@pytest.mark.slow
def test_a_real_server_makes_up_for_it_and_a_kill_makes_no_second_one(
    scheduled: Scheduled,
) -> None:
    hour = datetime.now(VIETNAM).replace(minute=0, second=0, microsecond=0)
    settings = {"report_hours": [hour.hour]}
    (scheduled.data / "config.json").write_text(json.dumps(settings), "utf-8")
    scheduled.set(wait_minutes=0)
    note_begun(scheduled.world.store, round(hour.timestamp() * 1000) - MINUTE_MS)
    server = ServerProcess(scheduled.data)
    name = f"bao-cao-{hour:%Y-%m-%d-%Hh%M}.json"
    try:
        server.start()
        until(lambda: len(read_ledger(scheduled.world.store).written) == 1)
        assert scheduled.files() == [name]
        (scheduled.folder / name).unlink()
        server.kill()
        server.start()
        scheduled.restarted()
        assert scheduled.run(time.time_ns() // 1_000_000) == Done()
    finally:
        server.kill()
    assert scheduled.files() == []
    assert len(scheduled.world.store.audited_of("schedule.report")) == 1
