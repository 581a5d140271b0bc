"""What is waved through counts as vehicles, asks nobody to look at it, and links nothing."""

from __future__ import annotations

import pytest

from sync.batch import plain_event
from tests.server.home.deciding import alerts, open_checkpoint
from tests.server.store.conftest import World
from tests.server.store.tablets import Tablet

TAP = {"lane": "1", "direction": "in", "mode": "waved", "vehicle_class": "truck"}
ALL_TIME = (0, 1 << 46)


@pytest.fixture
def tablet(world: World) -> Tablet:
    return open_checkpoint(world)


def wave(world: World, tablet: Tablet, taps: int) -> str:
    """A wave with so many trucks, one of them taken back; its record."""
    record = tablet.new_record()
    begun = {"lane": "1", "direction": "in", "reason": "queue", "by": "lead-1"}
    events = [plain_event(tablet.body(record, kind="wave", fields=begun), None)]
    for _ in range(taps):
        fields = TAP | {"action": "passed", "wave": record}
        events.append(plain_event(tablet.body(tablet.new_record(), fields=fields), None))
    slip = tablet.records[-1]
    events.append(plain_event(tablet.body(slip, fields={"voided": "undone"}), None))
    ended = {"ended": tablet.now_ms}
    events.append(plain_event(tablet.body(record, kind="wave", fields=ended), None))
    answer = tablet.push(world.store, tablet.batch(*events))
    assert {one.state for one in answer.results} == {"accepted"}
    world.look()
    return record


def test_each_vehicle_counts_once_and_a_slip_does_not(world: World, tablet: Tablet) -> None:
    wave(world, tablet, 5)
    wave(world, world.tablet(), 3)
    counts = world.store.counts(*ALL_TIME, [])
    assert (counts["waved"], counts["vehicles"], counts["passed"]) == (6, 6, 6)
    assert (counts["people"], counts["duplicate"], counts["review_open"]) == (0, 0, 0)
    rows = [row for row in world.found() if "voided" not in row.flags]
    assert {(row.mode, row.flags, row.review, row.plate) for row in rows} == {("waved", (), "", "")}
    assert alerts(world) == []


def test_a_wave_of_a_reason_that_nobody_knows_is_rejected(world: World, tablet: Tablet) -> None:
    fields = {"reason": "lunch", "by": "lead-1"}
    event = plain_event(tablet.body(tablet.new_record(), kind="wave", fields=fields), None)
    (answer,) = tablet.push(world.store, tablet.batch(event)).results
    assert (answer.state, answer.field) == ("rejected", "reason")
