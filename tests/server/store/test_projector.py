"""The projector: same rows whatever the portions, one at a time, rebuilt under a reader's eyes."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from server import projector
from server.config import Config
from server.projector import Projector, ProjectorRunningError, rebuild
from server.store.reader import ViewMissingError
from server.store.view import portion
from server.store.view.project import put_crossing
from server.store.view.view_digest import digests
from server.store.view_protocol import Criteria
from sync.batch import plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, EVIDENCE, NOON_MS, Tablet


def digest(path: Path) -> dict[str, str]:
    """A hash of each table's rows, without the row numbers, which depend on the portions."""
    connection = sqlite3.connect(path)
    try:
        return digests(connection)
    finally:
        connection.close()


def busy_day(world: World, rng: random.Random) -> list[Tablet]:
    """Crossings, amendments before and after what they amend, items, reviews, conflicts."""
    tablets = [world.tablet() for _ in range(3)]
    records: list[str] = []
    for _ in range(40):
        tablet = rng.choice(tablets)
        events = [tablet.crossing(action=rng.choice(("passed", "turned_back"))) for _ in range(2)]
        records += tablet.records[-2:]
        record = rng.choice([*records, tablet.new_record()])
        goods = {"goods": {"1": {"group": "food", "quantity": 1.5, "unit": "tonne"}}}
        events.append(tablet.amendment(record, {}, wait_s=rng.randrange(100)))
        events.append(plain_event(tablet.body(record, items=goods), None))
        over = {"plate": (f"{tablet.device.id}:{rng.randrange(1, 200)}",)}
        plate = {"read": "29B-9999", "normal": f"29B{rng.randrange(1000, 9999)}"}
        events.append(tablet.amendment(record, over, plate=plate))
        late = {"people": {"1": {"role": "driver", "evidence": EVIDENCE}}}
        events.append(
            plain_event(
                tablet.body(record, fields=CAR, items=late),
                tablet.person(name=rng.choice(("Lê Văn Mẫu", "Phạm Thị Mẫu"))),
            )
        )
        tablet.push(world.store, tablet.batch(*events))
        if rng.random() < 0.4:
            world.store.write(
                "review",
                tablet.new_record(),
                "hd-ql6",
                "canh-sat",
                {"subject": rng.choice(records), "decision": rng.choice(("seen", "needs_check"))},
                None,
                tablet.now_ms,
            )
    return tablets


def test_v1_a_rebuild_gives_the_same_rows_as_following(
    world: World, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "PORTION", 7)
    busy_day(world, rng)
    world.project()
    followed = digest(world.config.view_path)
    monkeypatch.setattr(projector, "PORTION", 2000)
    watermark = rebuild(world.config.data_dir)
    assert watermark == world.store.projected()[1]
    assert digest(world.config.view_path) == followed


def test_r5_the_view_does_not_depend_on_the_order_of_arrival(
    world: World, rng: random.Random, tmp_path: Path
) -> None:
    tablets = [world.tablet() for _ in range(3)]
    first = tablets[0].crossing()
    record = tablets[0].records[0]
    original = f"{tablets[0].device.id}:1"
    batches = [
        (tablets[0], tablets[0].batch(first)),
        (
            tablets[1],
            tablets[1].batch(
                tablets[1].amendment(
                    record, {"plate": (original,)}, plate={"read": "x", "normal": "29C11111"}
                )
            ),
        ),
        (tablets[2], tablets[2].batch(tablets[2].amendment(record, {}, action="turned_back"))),
    ]
    seen = set()
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        other = World.fresh(tmp_path / f"order-{order[0]}", world.rng)
        for tablet in tablets:
            other.adopt(tablet)
        for index in order:
            tablet, batch = batches[index]
            tablet.push(other.store, batch, NOON_MS)
            other.project()
        (row,) = other.found()
        seen.add((row.plate, row.action, row.flags, row.review, row.occurred_ms, row.device))
        other.store.close()
    assert len(seen) == 1
    assert seen.pop()[:3] == ("29C11111", "turned_back", ("refused", "conflict"))


def test_v4_only_one_projector_runs(world: World) -> None:
    with (
        Projector(world.config, world.sqlite.keys),
        pytest.raises(ProjectorRunningError),
    ):
        Projector(world.config, world.sqlite.keys)


def test_v2_a_crash_in_the_middle_of_a_portion_shows_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    world.project()
    tablet.push(world.store, tablet.crossings(4))
    calls: list[object] = []

    def failing(*args: object) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("power cut")
        put_crossing(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(portion, "put_crossing", failing)
        with pytest.raises(RuntimeError, match="power cut"):
            world.project()
    assert (len(world.found()), world.store.projected()) == (3, (3, 7))
    assert world.project() == 7
    assert len(world.found()) == 7


@pytest.mark.parametrize("name", ["server", "epoch", "schema", "keys"])
def test_v3_a_view_of_another_log_epoch_schema_or_key_is_rebuilt(world: World, name: str) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    world.project()
    with sqlite3.connect(world.config.view_path) as connection:
        connection.execute("UPDATE meta SET value = '?' WHERE key = ?", (name,))
        connection.execute("DELETE FROM crossings")
    connection.close()
    world.project()
    assert len(world.found()) == 2


def test_a_view_ahead_of_its_log_is_rebuilt(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    world.project()
    with sqlite3.connect(world.config.view_path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'watermark'")
    connection.close()
    assert world.project() == 2


def test_a_view_that_is_no_database_is_rebuilt(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(1))
    world.config.view_path.write_bytes(b"not a database at all" * 100)
    assert world.project() == 1
    assert len(world.found()) == 1


def test_following_sees_commits_and_a_rebuild_is_done_by_who_holds_the_lock(world: World) -> None:
    tablet = world.tablet()
    stop = threading.Event()
    failed: list[BaseException] = []

    def follow() -> None:
        try:
            with Projector(world.config, world.sqlite.keys) as one:
                one.follow(stop, world.sqlite.committed)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        tablet.push(world.store, tablet.crossings(3))
        wait_until(lambda: world.store.projected() == (3, 3))
        before = world.config.view_path.stat().st_ino
        assert rebuild(world.config.data_dir, wait_s=30) == 3
        assert world.config.view_path.stat().st_ino != before
        assert len(world.found()) == 3
        tablet.push(world.store, tablet.crossings(2))
        wait_until(lambda: len(world.found()) == 5)
    finally:
        stop.set()
        thread.join()
    assert failed == []


CHILD = """
import sys, threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from server.config import Config
from server.keys import KeyRing
from server.projector import Projector
data = Path(sys.argv[1])
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
with Projector(Config(data), KeyRing.load_or_create(data)) as one:
    print("ready", flush=True)
    one.follow(stop)
"""


def test_a_rebuild_that_the_servers_end_cut_short_is_done_by_who_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    world.project()
    before = world.config.view_path.stat().st_ino
    stop, found = threading.Event(), list[int]()
    asking = threading.Thread(target=lambda: found.append(rebuild(world.config.data_dir, 30)))
    with Projector(world.config, world.sqlite.keys) as running, monkeypatch.context() as ending:
        ending.setattr(Projector, "rebuild", lambda *_: stop.set())
        asking.start()
        running.follow(stop)
    # It was told to end in the middle: what it had built is dropped, and nothing is done.
    asking.join(30)
    assert found == [3]
    assert world.config.view_path.stat().st_ino != before
    assert not projector.rebuild_request(world.config.data_dir).exists()


def test_a_projector_in_another_process_follows_and_survives_a_rebuild_under_readers(
    world: World,
) -> None:
    tablet = world.tablet()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(world.config.data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"ready\n"
        for round_ in range(1, 4):
            tablet.push(world.store, tablet.crossings(5))
            wait_until(partial(found_are, world, 5 * round_))
            rebuild(world.config.data_dir, wait_s=30)
            assert len(world.found()) == 5 * round_
    finally:
        child.stdin.close()
        assert child.wait(30) == 0
        child.stdout.close()
    assert len(world.store.search(Criteria(plate="30A123"), "", 50)[0]) == 15


def found_are(world: World, count: int) -> bool:
    return len(world.found()) == count


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Ask again as soon as the last answer is in; the deadline only bounds a failure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def test_without_a_view_searches_are_empty_and_exports_fail(
    tmp_path: Path, rng: random.Random
) -> None:
    world = World.fresh(tmp_path, rng)
    assert world.found() == []
    with pytest.raises(ViewMissingError):
        list(world.store.each_crossing(0, NOON_MS, [], False))
    assert not Config(tmp_path).view_path.exists()
    world.store.close()
