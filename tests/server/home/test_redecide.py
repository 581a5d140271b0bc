"""Crossings decided again: what the tablet could not know, what changed since."""

from __future__ import annotations

import pytest

from schemas.feeds import ALERTS
from server.home.look import LOOK_ROWS, HomeLook
from server.projector import Projector
from sync.batch import plain_event
from sync.cursor import parse_feed
from sync.errors import SyncError
from tests.server.home.deciding import (
    HOUR_MS,
    alerts,
    codes,
    cross,
    open_checkpoint,
    pass_through,
    publish_levels,
    publish_rules,
    rule,
)
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet


@pytest.fixture
def tablet(world: World) -> Tablet:
    return open_checkpoint(world)


def test_w2_what_was_right_makes_no_alert(world: World, tablet: Tablet) -> None:
    pass_through(world, tablet)
    publish_levels(world, tablet.now_ms + 500, 4, since="2026-11-22")
    pass_through(world, tablet, outcome="turn_back", reason="red", packs={"rules": 1, "levels": 2})
    assert codes(world) == []


def test_w2_a_tablet_with_older_packs_makes_a_stale_decision(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet)
    (told,) = alerts(world)
    assert (told["alert"], told["subjects"], told["state"]) == ("decision.stale", [record], "new")
    assert (told["shown"], told["decided"], told["reasons"]) == ("pass", "turn_back", ["red"])
    assert told["packs"] == ["levels 2", "rules 1"]
    assert told["had"] == ["levels 1", "rules 1"]
    assert told["persons"] == ["1"]


def test_w2_the_same_packs_and_another_outcome_is_not_explained(
    world: World, tablet: Tablet
) -> None:
    record = pass_through(world, tablet, outcome="refer", reason="walker")
    assert codes(world) == [("decision.differs", [record])]


def test_w2_older_packs_do_not_explain_what_they_do_not_say(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet, outcome="refer", reason="walker")
    assert codes(world) == [("decision.differs", [record])]


def test_w2_an_override_is_no_difference(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    override = {"reason": "emergency", "by": "cb-01"}
    packs = {"rules": 1, "levels": 2}
    pass_through(
        world, tablet, outcome="turn_back", reason="red", packs=packs,
        action="passed", override=override,
    )  # fmt: skip
    assert codes(world) == []


def test_w2_a_tablet_that_said_it_could_not_decide_was_not_wrong(
    world: World, tablet: Tablet
) -> None:
    pass_through(world, tablet, outcome="refer", reason="rules_stale")
    assert codes(world) == []
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet, outcome="refer", reason="rules_stale", packs={"rules": 1})
    assert codes(world)[0][1] == [record]


def test_w2_what_only_the_tablet_knew_is_believed(world: World, tablet: Tablet) -> None:
    known = rule("seen-nearby", "refer", {"===": [{"var": "external.turned_back"}, True]})
    publish_rules(world, NOON_MS - HOUR_MS, known)
    packs = {"rules": 2, "levels": 1}
    pass_through(world, tablet, packs=packs)
    pass_through(world, tablet, outcome="refer", reason="seen_nearby", packs=packs)
    assert codes(world) == []


def test_w3_rules_with_effect_from_before_make_a_late_hit(world: World, tablet: Tablet) -> None:
    tablet.push(world.store, tablet.batch(cross(tablet), cross(tablet)))
    world.look()
    assert codes(world) == []
    publish_levels(world, tablet.now_ms + 60_000, 4, since="2026-11-20")
    world.look(tablet.now_ms + HOUR_MS)
    assert codes(world) == [("late.rules", [record]) for record in tablet.records]
    before = world.look(tablet.now_ms + HOUR_MS)
    assert world.look(tablet.now_ms + 2 * HOUR_MS) == before


def test_w5_what_changed_is_not_lost_in_a_rebuild(world: World, tablet: Tablet) -> None:
    tablet.push(world.store, tablet.batch(*(cross(tablet) for _ in range(LOOK_ROWS + 10))))
    world.look()
    publish_levels(world, tablet.now_ms + 60_000, 4, since="2026-11-20")
    later_ms = tablet.now_ms + HOUR_MS
    with (
        Projector(world.config, world.sqlite.keys) as projector,
        HomeLook(world.config, world.sqlite.keys, lambda: later_ms) as looker,
    ):
        projector.catch_up()
        assert projector.look(looker), "one portion is decided, ten are left"
        projector.rebuild()
    world.look(later_ms)
    assert sorted(codes(world)) == sorted(("late.rules", [one]) for one in tablet.records)


def test_w3_what_holds_from_later_on_concerns_no_crossing(world: World, tablet: Tablet) -> None:
    pass_through(world, tablet)
    publish_levels(world, tablet.now_ms + 60_000, 4, since="2026-11-23")
    world.look(tablet.now_ms + HOUR_MS)
    assert codes(world) == []


def test_w3_who_was_turned_back_anyway_makes_no_late_hit(world: World, tablet: Tablet) -> None:
    pass_through(world, tablet, action="turned_back")
    publish_levels(world, tablet.now_ms + 60_000, 4, since="2026-11-20")
    world.look(tablet.now_ms + HOUR_MS)
    assert codes(world) == []


def test_w4_a_correction_withdraws_what_nobody_took(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet)
    over = {"origin": (f"{tablet.device.id}:1",)}
    tablet.push(world.store, tablet.batch(tablet.amendment(record, over, origin=None)))
    world.look()
    first, second = alerts(world)
    assert (first["record"], first["withdrawn"]) == (second["record"], False)
    assert second["withdrawn"] is True


def test_w4_what_somebody_took_stays(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet)
    (told,) = world.events("alert")
    world.store.write(
        "alert", told.body.record, "hd-ql6", "canh-sat", {"state": "taken"}, None, NOON_MS,
        over={"state": [told.ref]},
    )  # fmt: skip
    over = {"origin": (f"{tablet.device.id}:1",)}
    tablet.push(world.store, tablet.batch(tablet.amendment(record, over, origin=None)))
    world.look()
    assert [one.get("withdrawn") for one in alerts(world)] == [False, None]


def test_w1_no_device_reads_or_writes_alerts(world: World, tablet: Tablet) -> None:
    with pytest.raises(SyncError, match=r"feed\.unknown"):
        parse_feed(ALERTS)
    fields = {"alert": "late.isolated", "subjects": [], "checkpoint": "hd-ql6", "occurred": 1}
    body = tablet.body(tablet.new_record(), kind="alert", fields=fields | {"state": "new"})
    (result,) = tablet.push(world.store, tablet.batch(plain_event(body, None))).results
    assert (result.state, result.code) == ("rejected", "event.author")


def test_w1_looking_at_everything_again_writes_nothing_more(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    pass_through(world, tablet)
    pass_through(world, tablet, outcome="refer", reason="walker")
    before = world.look()
    world.config.view_path.unlink()
    assert world.look() == before


def test_w8_without_its_person_part_a_crossing_is_not_decided(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet)
    world.store.erase(world.store.targets_of_record(record), "request", "12/TB", None, NOON_MS)
    before = world.look()
    assert len(alerts(world)) == 1, "nothing is withdrawn because nobody can decide it any more"
    world.config.view_path.unlink()
    assert world.look() == before


def test_w8_a_voided_crossing_is_not_decided(world: World, tablet: Tablet) -> None:
    publish_levels(world, NOON_MS - HOUR_MS, 4)
    record = pass_through(world, tablet)
    tablet.push(world.store, tablet.batch(tablet.amendment(record, {}, voided="mistake")))
    world.look()
    assert alerts(world)[-1]["withdrawn"] is True


def test_w8_what_is_too_old_is_not_decided(world: World, tablet: Tablet) -> None:
    pass_through(world, tablet)
    later_ms = tablet.now_ms + 31 * 24 * HOUR_MS
    publish_levels(world, later_ms - 1, 4, since="2026-11-20")
    world.look(later_ms)
    assert codes(world) == []


@pytest.mark.parametrize(
    "path", ["external.permit.overspent", "evidence.subject.plate", "external"]
)
def test_w2_a_rule_on_what_no_event_keeps_is_taken_by_its_reason(
    world: World, tablet: Tablet, path: str
) -> None:
    asking = rule("asking", "turn_back", {"!": [{"var": path}]})
    publish_rules(world, NOON_MS - HOUR_MS, asking)
    packs = {"rules": 2, "levels": 1}
    pass_through(world, tablet, packs=packs)
    pass_through(world, tablet, outcome="turn_back", reason="asking", packs=packs)
    assert codes(world) == []


def test_w2_what_a_document_said_of_the_journey_is_decided_again(
    world: World, tablet: Tablet
) -> None:
    valid = {"var": "external.permit.valid"}
    asked = rule("no-permit", "turn_back", {"!": [valid]})
    publish_rules(world, NOON_MS - HOUR_MS, asked)
    said = {"type": "permit", "id": "GP-1", "plate_ok": True, "hours_ok": True, "places_ok": True}
    own = {"family": "own", "status": "verified", "code": "ok"}
    packs = {"rules": 2, "levels": 1}
    pass_through(world, tablet, packs=packs, evidence=own, person={"facts": {"permit": said}})
    assert codes(world) == []
    claim = own | {"status": "claim", "code": "untrusted"}
    person = {"facts": {"permit": said}}
    record = pass_through(world, tablet, packs=packs, evidence=claim, person=person)
    assert codes(world) == [("decision.differs", [record])]


def test_w2_whether_its_goods_go_first_is_decided_again(world: World, tablet: Tablet) -> None:
    last = rule("last", "refer", {"===": [{"var": "external.priority"}, False]})
    publish_rules(world, NOON_MS - HOUR_MS, last)
    record = pass_through(world, tablet, packs={"rules": 2, "levels": 1})
    assert codes(world) == [("decision.differs", [record])]
