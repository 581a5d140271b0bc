"""Logged offline under old packs, isolated afterwards: exactly the right alerts, once."""

from __future__ import annotations

import contextlib
import random
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cli.data import now_ms
from cli.simulate.tablet import SimTablet
from cli.simulate.wire import Budget, Wire
from server.packs import EVERYBODY, checkpoint_scope, publish
from server.store.published import AuditEntry
from server.store.reader import read_only
from server.store.sqlite import SqliteStore
from server.store.watch_protocol import WatchEntry
from sync.encoding import uuid7
from tests.server.home.deciding import ORIGIN, RED, rules_content
from tests.server.relay.test_served import (
    HERE,
    Served,
    chot,
    join,
    prepare,
    serving,
    synced,
    tablet_at,
    until,
)

LISTED, OTHER = "001090012345", "001090054321"
DAY_MS = 86_400_000


def publish_rules(store: SqliteStore) -> None:
    content = rules_content(RED)
    assert publish(store, store.keys, "rules", checkpoint_scope(HERE), content, now_ms())


def publish_level(store: SqliteStore, level: int) -> None:
    window = {"place": ORIGIN, "level": level, "valid_from": "2026-01-01T00:00:00+07:00"}
    assert publish(store, store.keys, "levels", EVERYBODY, {"levels": [window]}, now_ms())


def isolate(store: SqliteStore) -> None:
    at_ms = now_ms()
    entry = WatchEntry(
        id="w1", category="f1", id_number=LISTED, name="Người mẫu", place="2021/22840",
        from_ms=at_ms - DAY_MS, until_ms=at_ms + 14 * DAY_MS, added_ms=at_ms,
    )  # fmt: skip
    store.change_watch([entry], [], AuditEntry(at_ms, "y-te", "watchlist.import"))


def cross(tablet: SimTablet, rng: random.Random, number: str, packs: dict[str, int]) -> str:
    """What a tablet writes that lets somebody from the commune pass."""
    verdict = {"outcome": "pass", "reasons": ["ok"]}
    evidence = {"family": "cccd", "status": "claim", "code": "unsigned"}
    person = {"role": "driver", "evidence": evidence, "verdict": verdict}
    record = uuid7(now_ms(), rng.randbytes(10))
    fields: dict[str, Any] = {
        "direction": "in",
        "mode": "checked",
        "purpose": "work",
        "origin": ORIGIN,
        "verdict": verdict,
        "action": "passed",
    }
    tablet.replica.packs = packs
    tablet.replica.write(
        now_ms(),
        record,
        fields,
        items={"people": {"1": person}},
        person_items={"people": {"1": {"name": "Người mẫu", "id_number": number}}},
        salt=rng.randbytes(16),
    )
    return record


def told(served: Served) -> list[tuple[str, list[str]]]:
    """(code, the crossings it names) of each new alert that the view lists."""
    with served.store() as store:
        rows, _ = store.alerts("new", (), "", 100)
        return sorted((one.code, [row.record for row in one.crossings]) for one in rows)


def written(served: Served) -> int:
    """How many alert events are in the log, counted by their feed."""
    with served.store() as store:
        page = store.runs(["alerts:home"], 0, 1000, persons=False)
        return sum(run.count for run in page.runs)


def is_looked_through(served: Served) -> bool:
    """Whether all that is in the log is in the view, and nothing of it waits to be looked at."""
    with served.store() as store:
        projected, newest = store.projected()
    with contextlib.closing(read_only(served.data / "view.db")) as view:
        (waiting,) = view.execute(
            "SELECT (SELECT count(*) FROM to_look) + (SELECT count(*) FROM to_decide)"
        ).fetchone()
    return projected == newest and waiting == 0


def test_w5_old_packs_and_an_isolation_afterwards_make_two_alerts_through_a_relay(
    tmp_path: Path, rng: random.Random
) -> None:
    with ExitStack() as stack:
        top, below = (stack.enter_context(serving(tmp_path, name)) for name in ("tinh", "chot"))
        prepare(top)
        with top.store() as store:
            publish_rules(store)
            publish_level(store, 2)
        top.process.start()
        join(below, top)
        wire = Wire(below.process, Budget(10_000))
        tablet = tablet_at(below, wire)
        old, new = {"rules": 1, "levels": 1}, {"rules": 1, "levels": 3}
        right = cross(tablet, rng, OTHER, old)
        with top.store() as store:
            publish_level(store, 4)
        # The tablet hears nothing of it: it is offline, and lets somebody pass.
        late = cross(tablet, rng, LISTED, old)
        with top.store() as store:
            publish_level(store, 1)
        cross(tablet, rng, OTHER, new)
        while not synced(tablet):
            pass
        until(lambda: len(told(top)) == 1, "the stale decision was not told")
        with top.store() as store:
            isolate(store)
        until(lambda: len(told(top)) == 2, "the late hit was not told")
        expected = [("decision.stale", [late]), ("late.isolated", [late])]
        assert told(top) == expected
        assert written(top) == 2
        chot("rebuild", "--data", str(top.data))
        chot("rebuild", "--data", str(top.data), "--compare")
        top.process.kill()
        (top.data / "view.db").unlink()
        top.process.start()
        mark = cross(tablet, rng, OTHER, new)
        while not synced(tablet):
            pass

        def has_mark() -> bool:
            with top.store() as store:
                return store.crossing(mark) is not None and is_looked_through(top)

        until(has_mark, "the home server did not go on")
        assert told(top) == expected
        assert (written(top), written(below)) == (2, 0)
        with top.store() as store:
            assert store.alerts_about(right) == []
        wire.close()
        for one in (below, top):
            one.process.stop()
            chot("verify-log", "--data", str(one.data))
