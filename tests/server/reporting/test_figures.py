"""Figures are a recount of the log's own texts, as of any number, also after a compaction."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.config import Config
from server.reporting.addendum import addendum, goods_later
from server.reporting.completeness import completeness
from server.reporting.report import make_report
from server.reporting.said import goods_later_lines, plain
from server.store.log.log_schema import ACCEPTED
from server.store.log.record import open_event, read_range
from server.store.reader import read_only
from server.store.registered import Checkpoint
from sync.batch import plain_event
from sync.clock import crossing_ms
from sync.events import parse_body
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, CHECKPOINT, EVIDENCE, NOON_MS, Tablet

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
FINED = {"what": "no_mask", "action": "fined", "amount_vnd": 1_000_000}


@pytest.fixture
def world(tmp_path: Path, rng: random.Random) -> Iterator[World]:
    made = World.fresh(tmp_path / "data", rng)
    place = ("Chốt QL6", "QL6", "01", "268", "09556", "city", "active", "024 0000 0268", ("1",))
    made.store.put_checkpoint(Checkpoint(CHECKPOINT, *place))  # type: ignore[arg-type]
    yield made
    made.store.close()


def note(world: World, tablet: Tablet, fields: dict[str, Any], record: str = "") -> str:
    """A violation, or a change to one."""
    body = tablet.body(record or tablet.new_record(), kind="violation", fields=fields)
    tablet.push(world.store, tablet.batch(plain_event(body, None)))
    return parse_body(body).record


def traffic(world: World, tablet: Tablet, count: int) -> None:
    """Crossings of all sorts, some of them undone again."""
    rng = world.rng
    events = []
    for _ in range(count):
        events.append(
            tablet.crossing(
                direction=rng.choice(("in", "out")),
                vehicle_class=rng.choice(("car", "truck", "motorbike", "bus")),
                action=rng.choice(("passed", "passed", "referred", "turned_back")),
            )
        )
        if rng.random() < 0.1:
            body = tablet.body(parse_body(events[-1].body).record, fields={"voided": "undone"})
            events.append(plain_event(body, None))
    tablet.push(world.store, tablet.batch(*events))


def recounted(config: Config, through_n: int, from_ms: int, to_ms: int) -> Counter[str]:
    """Crossings from the bodies in log.db: no view, no export, nothing of a report's own code."""
    states: dict[str, dict[str, Any]] = {}
    log = read_only(config.log_path)
    try:
        for event in read_range(log, 0, through_n, ACCEPTED):
            body = open_event(event, None).body
            if body.kind == "crossing":
                now = states.setdefault(body.record, {"people": 0})
                now |= body.fields
                now["people"] += len(body.items.get("people", {}))
                now.setdefault("at_ms", crossing_ms(body.time_ms, body.offset_ms))
    finally:
        log.close()
    found: Counter[str] = Counter()
    for one in states.values():
        if from_ms <= one["at_ms"] < to_ms and "voided" not in one:
            found["crossings"] += 1
            found["people"] += one["people"]
            found["vehicles"] += 1
            found[one["direction"]] += 1
            found["turned_back"] += one["action"] == "turned_back"
            found["motorbikes"] += one["vehicle_class"] == "motorbike"
            found["trucks"] += one["vehicle_class"] == "truck"
    return found


def test_figures_are_a_recount_of_the_texts_in_the_log(world: World) -> None:
    for hour in (-20, -7, -3, -1):
        tablet = world.tablet()
        tablet.now_ms = NOON_MS + hour * HOUR_MS
        traffic(world, tablet, 40)
    world.project()
    made = make_report(world.store, world.config, NOON_MS, (), NOON_MS)
    for one in (*made.periods, *made.before.values()):
        expected = recounted(world.config, made.n, one.period.from_ms, one.period.to_ms)
        assert {name: one.total[name] for name in expected} == dict(expected), one.period
        assert sum(sum(hour.values()) for hour in one.by_hour.values()) == expected["crossings"]
    assert made.periods[0].total["crossings"] > 50


def test_as_of_a_number_violations_stand_as_they_were_known(world: World) -> None:
    tablet = world.tablet()
    tablet.now_ms = NOON_MS - HOUR_MS
    kept, taken_back = (note(world, tablet, FINED) for _ in range(2))
    world.project()
    issued = make_report(world.store, world.config, NOON_MS, (), NOON_MS)
    tablet.now_ms = NOON_MS - HOUR_MS // 2
    note(world, tablet, {"amount_vnd": 3_000_000}, kept)
    note(world, tablet, {"voided": "undone"}, taken_back)
    note(world, tablet, FINED | {"what": "no_reason"})
    world.project()
    again = make_report(world.store, world.config, NOON_MS, (), NOON_MS, issued.n)
    assert [one.total for one in again.periods] == [one.total for one in issued.periods]
    assert again.periods[0].violations == {"no_mask": 2}
    now = make_report(world.store, world.config, NOON_MS, (), NOON_MS)
    assert now.periods[0].violations == {"no_mask": 1, "no_reason": 1}
    assert now.periods[0].total["fines_vnd"] == 4_000_000
    assert addendum(world.store, issued)["cut"] == {"fines_vnd": 2_000_000}


def test_since_activation_holds_what_was_compacted(world: World) -> None:
    tablet = world.tablet()
    for day in range(4):
        tablet.now_ms = NOON_MS + day * DAY_MS
        tablet.push(world.store, tablet.traffic(25))
    world.project()
    at_ms = NOON_MS + 4 * DAY_MS
    before = make_report(world.store, world.config, at_ms, (), at_ms)
    assert world.store.compact(NOON_MS + 2 * DAY_MS, NOON_MS + 100 * DAY_MS).crossings > 0
    world.project()
    after = make_report(world.store, world.config, at_ms, (), at_ms)
    kept = ("crossings", "people", "vehicles", "in", "out", "passed", "referred", "turned_back",
            "turned_back_in", "turned_back_out")  # fmt: skip
    was, now = before.periods[2], after.periods[2]
    assert {name: now.total[name] for name in kept} == {name: was.total[name] for name in kept}
    assert now.by_checkpoint[CHECKPOINT]["people"] == was.by_checkpoint[CHECKPOINT]["people"]
    assert now.compacted > 0 == was.compacted
    assert now.total["cars"] < was.total["cars"], "of what was compacted it is unknown"
    assert now.period.from_ms <= was.period.from_ms


def test_a_checkpoint_without_an_open_shift_is_not_complete(world: World) -> None:
    tablet = world.tablet()
    tablet.now_ms = NOON_MS - 2 * HOUR_MS
    assert [one.id for one in completeness(world.store, (), NOON_MS).no_shift] == [CHECKPOINT]
    shift = tablet.body(
        tablet.new_record(),
        kind="shift",
        fields={"opened": tablet.now_ms, "due": NOON_MS, "lead": "cb-01"},
        items={"roster": {"1": {"officer": "cb-01", "duty": "lead"}}},
    )
    tablet.push(world.store, tablet.batch(plain_event(shift, None)))
    world.project()
    assert completeness(world.store, (), NOON_MS).no_shift == ()
    assert completeness(world.store, (), NOON_MS - 3 * HOUR_MS).no_shift != ()
    closed = tablet.body(parse_body(shift).record, kind="shift",
                         fields={"closed": NOON_MS - HOUR_MS, "crossings": 0})  # fmt: skip
    tablet.push(world.store, tablet.batch(plain_event(closed, None)))
    world.project()
    assert [one.id for one in completeness(world.store, (), NOON_MS).no_shift] == [CHECKPOINT]


def test_signs_of_illness_are_counted_as_they_were_known(world: World) -> None:
    tablet = world.tablet()

    def cross_ill() -> None:
        tablet.now_ms = NOON_MS - HOUR_MS
        body = tablet.body(tablet.new_record(), fields=CAR, items={
            "people": {"1": {"role": "driver", "evidence": EVIDENCE, "symptoms": ["fever"]}},
        })  # fmt: skip
        tablet.push(world.store, tablet.batch(plain_event(body, None)))
        world.look(NOON_MS)

    cross_ill()
    issued = make_report(world.store, world.config, NOON_MS, (), NOON_MS)
    cross_ill()
    again = make_report(world.store, world.config, NOON_MS, (), NOON_MS, issued.n)
    now = make_report(world.store, world.config, NOON_MS, (), NOON_MS)
    signs = [one.periods[0].total["health_signs"] for one in (issued, again, now)]
    assert signs == [1, 1, 2]


def test_since_activation_begins_with_the_first_crossing_that_counts_there(world: World) -> None:
    other = Checkpoint("hd-moi", "Chốt mới", "QL6", "01", "268", "09556", "city", "active", "", ())
    world.store.put_checkpoint(other)
    tablet, new = world.tablet(), world.tablet(checkpoint=other.id)
    tablet.now_ms = NOON_MS - 90 * DAY_MS
    mistaken = tablet.crossing()
    tablet.push(world.store, tablet.batch(mistaken))
    for one, days in ((tablet, 3), (new, 1)):
        one.now_ms = NOON_MS - days * DAY_MS
        one.push(world.store, one.batch(one.crossing()))
    tablet.now_ms = NOON_MS - HOUR_MS
    void = tablet.body(parse_body(mistaken.body).record, fields={"voided": "mistake"})
    tablet.push(world.store, tablet.batch(plain_event(void, None)))
    world.project()
    for places, days in (((), 3), ((CHECKPOINT,), 3), ((other.id,), 1)):
        made = make_report(world.store, world.config, NOON_MS, places, NOON_MS)
        begins_ms = made.periods[2].period.from_ms
        assert 0 <= begins_ms - (NOON_MS - days * DAY_MS) < 60_000, places


def test_goods_that_came_every_day_and_do_not_today_are_in_the_table(world: World) -> None:
    tablet = world.tablet()
    for days, quantity in ((2, 12.0), (1, 6.0), (0, None)):
        tablet.now_ms = NOON_MS - days * DAY_MS - HOUR_MS
        lines = {
            "1": {"group": "sea_products", "quantity": 3, "unit": "litre", "perishable": False}
        }
        if quantity is not None:
            lines["2"] = {"group": "food", "quantity": quantity, "unit": "tonne",
                          "perishable": True}  # fmt: skip
        body = tablet.body(tablet.new_record(), fields=CAR, items={"goods": lines})
        tablet.push(world.store, tablet.batch(plain_event(body, None)))
    world.project()
    made = make_report(world.store, world.config, NOON_MS, (), NOON_MS)
    found = {one.group: (one.quantity, one.lines, one.mean) for one in made.goods}
    assert found == {"food": (0, 0, 9), "sea_products": (3, 1, 3)}


def test_a_draft_that_is_asked_for_before_its_period_begins_has_no_time_that_runs_back(
    world: World,
) -> None:
    tablet = world.tablet()
    tablet.now_ms = NOON_MS - 3 * HOUR_MS
    tablet.push(world.store, tablet.batch(tablet.crossing()))
    world.project()
    ten_ms = NOON_MS - 2 * HOUR_MS
    made = make_report(world.store, world.config, NOON_MS + 6 * HOUR_MS, (), ten_ms)
    every = [one.period for one in (*made.periods, *made.before.values())]
    assert all(one.from_ms <= one.to_ms <= ten_ms for one in every)
    cut, day, _ = made.periods
    assert (cut.period.from_ms, cut.total["crossings"], day.total["crossings"]) == (ten_ms, 0, 1)
    assert made.before["previous_cut"].total["crossings"] == 1
    assert "Từ 10:00 đến 10:00" in "\n".join(plain(made))


@pytest.mark.parametrize("state", ["hibernating", "closed"])
def test_what_a_closed_checkpoint_has_not_sent_is_lacking(world: World, state: str) -> None:
    [open_] = world.store.checkpoints()
    world.store.put_checkpoint(replace(open_, state=state))  # type: ignore[arg-type]
    tablet = world.tablet()
    world.store.contact(tablet.device.id, NOON_MS, 0, 0)
    assert completeness(world.store, (), NOON_MS).checkpoints == 0
    world.store.contact(tablet.device.id, NOON_MS, 12, 0)
    found = completeness(world.store, (), NOON_MS)
    assert not found.is_complete and (found.checkpoints, found.complete) == (1, 0)
    assert [(one.place.id, one.lacks, one.unsent) for one in found.gaps] == [
        (CHECKPOINT, ("unsent",), 12)
    ]
    assert found.no_shift == ()


def test_goods_that_were_put_right_are_in_the_addendum(world: World) -> None:
    tablet = world.tablet()
    tablet.now_ms = NOON_MS - HOUR_MS
    line = {"group": "food", "quantity": 12, "unit": "tonne", "perishable": False}
    lorry = tablet.body(tablet.new_record(), fields=CAR, items={"goods": {"1": line}})
    tablet.push(world.store, tablet.batch(plain_event(lorry, None)))
    world.project()
    issued = make_report(world.store, world.config, NOON_MS, (), NOON_MS)
    assert goods_later(world.store, issued) == ()
    tablet.now_ms = NOON_MS + HOUR_MS
    more = {"1": {"quantity": 15.5}, "2": {"group": "farm_products", "perishable": True}}
    later = tablet.body(parse_body(lorry).record, items={"goods": more})
    tablet.push(world.store, tablet.batch(plain_event(later, None)))
    world.project()
    assert list(goods_later_lines(goods_later(world.store, issued))) == [
        "Hàng hóa, từ 00:00:",
        "  Vào · Nông sản: +1 dòng không ghi số lượng",
        "  Vào · Lương thực, thực phẩm: +3,5 tấn",
    ]
