"""SPEC R: merging is a union; nothing is lost, and what is shown is declared."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.clock import stamp_of
from sync.events import Body, ref
from sync.registers import (
    Policy,
    Record,
    Register,
    Write,
    apply,
    differing,
    merge,
    open_conflicts,
    path_policy,
    shown,
)

RECORD = "017b47f7-6200-7bfd-8970-571b44bd0e3b"
TABLE = {
    "plate": Policy("latest", "ask"),
    "action": Policy("most_restrictive", "ask", ("passed", "referred", "turned_back")),
    "wait_s": Policy("latest", "auto"),
    "people/symptoms": Policy("union", "auto"),
    "override": Policy("authority", "ask"),
    "complaint_code": Policy("first", "auto"),
}


def body(
    fields: dict[str, Any] | None = None,
    items: dict[str, Any] | None = None,
    over: dict[str, tuple[str, ...]] | None = None,
) -> Body:
    return Body(
        "crossing", 1, RECORD, "hd-ql6", 0, 0, None, None, {}, fields or {}, items or {}, over or {}
    )


Event = tuple[str, int, int, Body]


def folded(events: list[Event]) -> Record:
    record: Record = {}
    for device, seq, order, one in events:
        apply(record, device, seq, order, one)
    return record


def view(record: Record) -> dict[str, Any]:
    return {
        path: (shown(register, path_policy(TABLE, path)), [one.ref for one in register.surviving()])
        for path, register in sorted(record.items())
    }


devices = st.sampled_from(["a", "b", "c"])


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for seq in range(1, draw(st.integers(1, 8)) + 1):
        device = draw(devices)
        known = [ref(one[0], one[1]) for one in events]
        seen = draw(st.lists(st.sampled_from(known), unique=True)) if known else []
        plate = draw(st.sampled_from(["29A12345", "30F99999", "85C00001"]))
        action = draw(st.sampled_from(["passed", "referred", "turned_back"]))
        over = {"plate": tuple(seen)} if seen else {}
        order = stamp_of(draw(st.integers(1_000, 1_020)))
        events.append((device, seq, order, body({"plate": plate, "action": action}, over=over)))
    return events


@given(histories(), st.randoms(use_true_random=False))
def test_r5_any_order_and_any_repeat_gives_the_same(
    events: list[Event], rng: random.Random
) -> None:
    shuffled = events * 2
    rng.shuffle(shuffled)
    assert view(folded(shuffled)) == view(folded(events))


@given(histories(), histories(), histories())
def test_r5_merge_is_commutative_associative_idempotent(
    one: list[Event], two: list[Event], three: list[Event]
) -> None:
    a, b, c = (
        folded([(name + device, *rest) for device, *rest in events])  # type: ignore[misc]
        for name, events in (("x", one), ("y", two), ("z", three))
    )
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a


@given(histories())
def test_r1_no_write_is_ever_lost(events: list[Event]) -> None:
    register = folded(events)["plate"]
    named = {name for _, _, _, one in events for name in one.over.get("plate", ())}
    alive = {one.ref for one in register.surviving()}
    assert set(register.writes) == {ref(device, seq) for device, seq, _, _ in events}
    assert alive == set(register.writes) - named


def test_r2_what_the_officer_saw_outranks_any_stamp() -> None:
    record = folded(
        [
            ("a", 1, stamp_of(9_000_000), body({"plate": "29A12345"})),
            ("b", 1, stamp_of(1_000), body({"plate": "29A12346"}, over={"plate": ("a:1",)})),
        ]
    )
    assert shown(record["plate"], TABLE["plate"]) == "29A12346"
    assert open_conflicts(record, TABLE) == []


def test_r3_items_merge_one_by_one() -> None:
    record = folded(
        [
            ("a", 1, 1, body(items={"people": {"1": {"symptoms": ["ho"]}, "2": {"symptoms": []}}})),
            ("b", 1, 2, body(items={"people": {"1": {"symptoms": ["sốt"]}}})),
        ]
    )
    assert shown(record["people/1/symptoms"], path_policy(TABLE, "people/1/symptoms")) == [
        "ho",
        "sốt",
    ]
    assert shown(record["people/2/symptoms"], path_policy(TABLE, "people/2/symptoms")) == []


def test_r4_equal_stamps_are_ordered_by_reference() -> None:
    record = folded([("b", 1, 5, body({"wait_s": 2})), ("a", 1, 5, body({"wait_s": 1}))])
    assert shown(record["wait_s"], TABLE["wait_s"]) == 2


def test_r6_equal_concurrent_values_are_no_conflict() -> None:
    same: dict[str, Any] = {"plate": {"read": "29A-123.45", "normal": "29A12345"}}
    turned: dict[str, Any] = {"plate": {"normal": "29A12345", "read": "29A-123.45"}}
    record = folded([("a", 1, 1, body(same)), ("b", 1, 2, body(turned))])
    assert differing(record["plate"]) == []
    assert open_conflicts(record, TABLE) == []


def test_r7_each_policy_shows_what_it_says() -> None:
    register = Register(
        {
            "a:1": Write("a:1", 1, "turned_back", authority=2),
            "b:1": Write("b:1", 2, "passed", authority=0),
        }
    )
    assert shown(register, Policy("latest", "auto")) == "passed"
    assert shown(register, Policy("first", "auto")) == "turned_back"
    assert shown(register, TABLE["action"]) == "turned_back"
    assert shown(register, Policy("authority", "ask")) == "turned_back"
    assert shown(register, Policy("union", "auto")) == ["passed", "turned_back"]
    assert shown(Register(), TABLE["action"]) is None


def test_r8_an_undeclared_field_is_latest_and_closed_by_itself() -> None:
    record = folded([("a", 1, 1, body({"new_field": 1})), ("b", 1, 2, body({"new_field": 2}))])
    assert shown(record["new_field"], path_policy(TABLE, "new_field")) == 2
    assert open_conflicts(record, TABLE) == []


def test_r9_an_asked_conflict_stays_open_until_all_its_writes_are_named() -> None:
    events = [
        ("a", 1, 1, body({"plate": "29A12345"})),
        ("b", 1, 2, body({"plate": "29A12346"})),
        ("c", 1, 3, body({"plate": "29A12347"}, over={"plate": ("a:1",)})),
    ]
    assert open_conflicts(folded(events), TABLE) == ["plate"]
    decided = ("a", 2, 4, body({"plate": "29A12346"}, over={"plate": ("a:1", "b:1", "c:1")}))
    record = folded([decided, *events])
    assert open_conflicts(record, TABLE) == []
    assert len(record["plate"].writes) == 4
