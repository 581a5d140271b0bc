"""What a crash may cost: nothing that was acknowledged. A child is killed while it pushes."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from server.config import Config
from server.projector import Projector
from server.store.sqlite import open_store
from server.store.view_protocol import Criteria
from sync.chain import event_hash, genesis
from tests.server.store.conftest import World

CHILD = """
import random, sys
from pathlib import Path
from server.config import Config
from server.store.sqlite import open_store
from tests.server.store.tablets import enrolled
store = open_store(Config(Path(sys.argv[1])))
tablet = enrolled(store, random.Random(int(sys.argv[2])))
print(tablet.device.id, flush=True)
while True:
    answer = tablet.push(store, tablet.crossings(7))
    print(answer.through, flush=True)
"""


def push_until_killed(data: Path, seed: int, acknowledgements: int) -> tuple[str, int]:
    """(device, last acknowledged seq) of a child killed with -9 right after it said so."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(data), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdout is not None
    device = child.stdout.readline().strip()
    through = 0
    for _ in range(acknowledgements):
        through = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    assert child.wait(30) == -signal.SIGKILL
    for line in child.stdout:
        through = int(line) if line.endswith("\n") else through
    child.stdout.close()
    return device, through


def test_a1_nothing_acknowledged_is_lost_when_the_process_is_killed(
    tmp_path: Path, rng: random.Random
) -> None:
    data = tmp_path / "data"
    acknowledged = {}
    for _ in range(3):
        device, through = push_until_killed(data, rng.randrange(1 << 30), rng.randrange(1, 9))
        acknowledged[device] = through
    with open_store(Config(data)) as store:
        for device, through in acknowledged.items():
            held, head = store.held(device)
            assert held >= through > 0
            assert held % 7 == 0, "a batch is stored whole or not at all"
            assert chain_of(store.pull(["hd-ql6"], 0, 500, persons=True), device) == (held, head)
        total = sum(store.held(device)[0] for device in acknowledged)
        with Projector(Config(data), store.keys) as projector:
            projector.catch_up()
        assert store.counts(0, 1 << 46, [])["crossings"] == total


def test_a_copy_of_the_files_taken_while_writing_is_a_whole_log(world: World) -> None:
    tablet = world.tablet()
    for _ in range(4):
        tablet.push(world.store, tablet.crossings(3))
        through, head = world.store.held(tablet.device.id)
        copy = world.config.data_dir.with_name(f"copy-{through}")
        shutil.copytree(world.config.data_dir, copy)
        with open_store(Config(copy)) as copied:
            assert copied.held(tablet.device.id) == (through, head)
            assert chain_of(copied.pull(["hd-ql6"], 0, 500, True), tablet.device.id) == (
                through,
                head,
            )


def chain_of(page: object, device: str) -> tuple[int, bytes]:
    """(events, head) of a device's events in a page, checked link by link."""
    head, count = genesis(device), 0
    for event in page.events:  # type: ignore[attr-defined]
        if event.device == device:
            assert event.previous == head
            assert event.person is not None
            assert json.loads(event.person)["items"]["people"]["1"]["name"]
            head, count = event_hash(head, event.body, event.commitment), count + 1
    return count, head


def test_searching_after_a_crash_between_push_and_projection(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    world.project()
    tablet.push(world.store, tablet.crossings(3))
    world.reopen()
    assert len(world.found()) == 2
    world.project()
    assert len(world.store.search(Criteria(), "", 10)[0]) == 5
