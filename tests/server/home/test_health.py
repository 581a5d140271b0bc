"""Signs of illness and positive tests: the health service hears at once, once, and only so much."""

from __future__ import annotations

from typing import Any

import pytest

from rules.signs import ALARMING
from sync.batch import plain_event
from tests.server.home.deciding import alerts, codes, open_checkpoint, pass_through
from tests.server.store.conftest import World
from tests.server.store.tablets import NAME, PHONE, Tablet


@pytest.fixture
def tablet(world: World) -> Tablet:
    return open_checkpoint(world)


def seen(symptoms: list[str], temperature_c: float | None = None) -> dict[str, Any]:
    measured = {} if temperature_c is None else {"temperature_c": temperature_c}
    return {"name": NAME, "phone": PHONE, "symptoms": symptoms, **measured}


def written(
    world: World,
    tablet: Tablet,
    record: str,
    over: dict[str, tuple[str, ...]] | None = None,
    **fields: Any,
) -> str:
    """An event of a quick test, pushed and looked at; its name, for whoever writes above it."""
    tablet.now_ms += 1000
    body = tablet.body(record, kind="quick_test", fields=fields, over=over or {})
    (answer,) = tablet.push(world.store, tablet.batch(plain_event(body, None))).results
    assert answer.state == "accepted", answer
    world.look()
    return f"{tablet.device.id}:{tablet.seq}"


@pytest.mark.parametrize("sign", ALARMING)
def test_w9_each_of_the_three_signs_is_told_by_place_and_never_by_name(
    world: World, tablet: Tablet, sign: str
) -> None:
    record = pass_through(world, tablet, person=seen([sign, "fatigue"]))
    assert codes(world) == [("health.signs", [record])]
    (told,) = alerts(world)
    assert told["persons"] == ["1"]
    text = str(told)
    assert NAME not in text and PHONE not in text and sign not in text


@pytest.mark.parametrize(("temperature_c", "is_told"), [(37.4, False), (37.5, True), (40, True)])
def test_w9_a_measured_fever_is_a_sign(
    world: World, tablet: Tablet, temperature_c: float, is_told: bool
) -> None:
    record = pass_through(world, tablet, person=seen([], temperature_c))
    assert codes(world) == ([("health.signs", [record])] if is_told else [])


def test_w9_other_symptoms_are_no_alert(world: World, tablet: Tablet) -> None:
    pass_through(world, tablet, person=seen(["fatigue", "sore_throat"], 36.6))
    assert codes(world) == []


def test_w9_what_somebody_declared_is_a_sign(world: World, tablet: Tablet) -> None:
    facts = {"declaration": {"symptoms": ["short_breath"], "exposure": False}}
    record = pass_through(world, tablet, person={"name": NAME, "facts": facts})
    assert ("health.signs", [record]) in codes(world)


@pytest.mark.parametrize(
    "facts", [{"declaration": None}, {"declaration": {"symptoms": "cough"}}, {"declaration": []}]
)
def test_w9_facts_of_another_shape_are_no_sign(
    world: World, tablet: Tablet, facts: dict[str, Any]
) -> None:
    pass_through(world, tablet, person={"name": NAME, "facts": facts})
    assert not [code for code, _ in codes(world) if code == "health.signs"]


def test_w9_who_is_turned_back_is_told_as_well(world: World, tablet: Tablet) -> None:
    record = pass_through(world, tablet, person=seen(["cough"]), action="turned_back")
    assert ("health.signs", [record]) in codes(world)


def test_w9_a_crossing_that_is_undone_withdraws_its_alert(world: World, tablet: Tablet) -> None:
    record = pass_through(world, tablet, person=seen(["cough"]))
    world.look()
    tablet.push(world.store, tablet.batch(tablet.amendment(record, {}, voided="undone")))
    world.look()
    assert [one.get("withdrawn") for one in alerts(world)] == [False, True]


def test_w9_a_positive_test_is_told_with_its_crossing(world: World, tablet: Tablet) -> None:
    crossing = pass_through(world, tablet)
    test = tablet.new_record()
    written(world, tablet, test, type="rapid", result="positive", crossing=crossing, item="1")
    assert codes(world) == [("health.positive", [test, crossing])]
    (told,) = alerts(world)
    assert told["persons"] == ["1"]
    (row,) = world.store.alerts_about(crossing)
    assert (row.code, row.checkpoint) == ("health.positive", "hd-ql6")
    before = world.look()
    world.config.view_path.unlink()
    assert world.look() == before, "told once, however often it is looked at"


def test_w9_a_test_of_nobody_on_record_is_told_as_well(world: World, tablet: Tablet) -> None:
    test = tablet.new_record()
    written(world, tablet, test, type="rapid", result="positive")
    assert codes(world) == [("health.positive", [test])]


@pytest.mark.parametrize("result", ["negative", "invalid", "pending"])
def test_w9_any_other_result_is_no_alert(world: World, tablet: Tablet, result: str) -> None:
    written(world, tablet, tablet.new_record(), type="pcr_sample", result=result)
    assert codes(world) == []


def test_w9_a_result_that_comes_later_is_told_and_a_slip_withdrawn(
    world: World, tablet: Tablet
) -> None:
    test = tablet.new_record()
    first = written(world, tablet, test, type="pcr_sample", result="pending")
    second = written(world, tablet, test, {"result": (first,)}, result="positive")
    assert codes(world) == [("health.positive", [test])]
    third = written(world, tablet, test, {"result": (second,)}, result="negative")
    assert [one.get("withdrawn") for one in alerts(world)] == [False, True]
    written(world, tablet, test, {"result": (third,)}, result="positive")
    assert [one.get("withdrawn") for one in alerts(world)] == [False, True, False]


def test_w4_what_a_person_took_is_not_withdrawn(world: World, tablet: Tablet) -> None:
    test = tablet.new_record()
    written(world, tablet, test, type="rapid", result="positive")
    (alert,) = alerts(world)
    world.store.write("alert", alert["record"], "hd-ql6", "y-te", {"state": "taken"}, None, 1)
    written(world, tablet, test, voided="undone")
    assert not any(one.get("withdrawn") for one in alerts(world))


def test_a_test_of_a_kind_that_nobody_knows_is_rejected(world: World, tablet: Tablet) -> None:
    fields = {"type": "sniff", "result": "negative"}
    event = plain_event(tablet.body(tablet.new_record(), kind="quick_test", fields=fields), None)
    (answer,) = tablet.push(world.store, tablet.batch(event)).results
    assert (answer.state, answer.field) == ("rejected", "type")
