"""The generated types and marshmallow give one verdict on every event."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields, post_load, validate

from schemas import check
from schemas.check import check_all_by_schema, check_by_schema
from schemas.checker import checker
from schemas.records import Crossing
from sync.events import MAX_PACKS
from tests.schemas.odd_events import RECORD, SALT, an_event, scribble, spoil, to_text

fast = pytest.importorskip("schemas.fast", reason="the extra `fast` (msgspec) is not installed")
fast_batch = pytest.importorskip("schemas.fast_batch")
structs = pytest.importorskip("schemas.structs")

BODY = f'{{"kind":"crossing","version":1,"record":"{RECORD}","home":"hd-ql6",'
BODY += '"stamp":"017b47f762000000","time":1629000000000,"set":{"direction":"in"}}'
FACTS = f'{{"salt":"{SALT}","items":{{"people":{{"1":{{"facts":{{"a":%s}}}}}}}}}}'
PACKS = {"p" * count: count for count in range(1, MAX_PACKS + 1)}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def same(body: str, person: str | None) -> bool:
    """Whether both accept; they must agree, and on the header too."""
    slow, quick = check_by_schema(body, person), fast.check_by_types(body, person)
    assert quick == slow, f"marshmallow: {slow}\nmsgspec: {quick}\n{body}\n{person}"
    return slow is not None


def odd(rng: random.Random) -> tuple[str, str | None]:
    """An event with up to three things wrong with its value, and up to two with its text."""
    body, person = an_event(rng)
    for _ in range(rng.choice([0, 0, 1, 1, 1, 2, 3])):
        spoil(rng, body if person is None or rng.random() < 0.6 else person)
    texts = [to_text(body), None if person is None else to_text(person)]
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        which = rng.randrange(2)
        text = texts[which]
        if text:
            try:
                texts[which] = scribble(rng, text)
            except ValueError:
                continue
    return texts[0] or "", texts[1]


def test_events_in_order_are_accepted_by_both(rng: random.Random) -> None:
    for _ in range(300):
        body, person = an_event(rng)
        assert same(to_text(body), None if person is None else to_text(person))


def test_odd_events_get_one_verdict(rng: random.Random) -> None:
    accepted = sum(same(*odd(rng)) for _ in range(3000))
    assert 300 < accepted < 2700


@pytest.mark.slow
def test_very_many_odd_events_get_one_verdict(rng: random.Random) -> None:
    for _ in range(60_000):
        same(*odd(rng))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(rng=st.randoms(use_true_random=False))
def test_odd_events_that_hypothesis_finds_get_one_verdict(rng: random.Random) -> None:
    same(*odd(rng))


@settings(deadline=None, max_examples=150)
@given(rng=st.randoms(use_true_random=False), value=JSON, unknown=st.text(max_size=12))
def test_any_value_anywhere_gets_one_verdict(
    rng: random.Random, value: object, unknown: str
) -> None:
    body, _ = an_event(rng)
    place = rng.choice([body, body.setdefault("set", {}), body.setdefault("items", {})])
    place[rng.choice([unknown, *place])] = value
    same(to_text(body), None)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60))
def test_any_text_gets_one_verdict(text: str) -> None:
    same(text, None)
    same(BODY, text)


def test_what_a_tablet_writes_never_needs_the_slow_reading(
    rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_body: str, _person: str | None) -> None:
        raise AssertionError

    monkeypatch.setattr(fast, "check_by_schema", slow)
    for _ in range(300):
        body, person = an_event(rng)
        assert fast.check_by_types(to_text(body), person and to_text(person)) is not None


@pytest.mark.parametrize(
    ("old", "new", "accepted"),
    [
        ("", "", True),
        ('"in"', '"in","direction":"in"', False),
        ('"in"', '"in","weather":{"wind":1,"wind":1}', False),
        ('"in"', '"in","weather":"\\ud800"', False),
        ('"in"', '"in","weather":"\\ud83d\\ude00"', True),
        ('"in"', '"in","weather":1e400', False),
        ('"in"', '"in","weather":NaN', False),
        ('"in"', '"in","weather":123456789012345678901234567890', True),
        ('"in"', '"in","weather":[[[[[[]]]]]]', True),
        ('"in"', '"in","weather":[[[[[[[]]]]]]]', False),
        ('"in"', '"in","headcount":1.0', False),
        ('"in"', '"in","headcount":true', False),
        ('"in"', '"in","disinfected":1', False),
        ('"in"', '"in","disinfected":"yes"', False),
        ('"in"', '"in","paired_exit":"' + RECORD.replace("-", "") + '"', False),
        ('"in"', '"in","plate":{"read":"29A"}', False),
        ('"in"', '"in","plate":{"read":"29A","normal":""}', False),
        ('"in"', '"in","lane":"' + "😀" * 32 + '"', True),
        ('"in"', '"in","lane":"' + "😀" * 33 + '"', False),
        ('"in"', '"in","people":{"1":{}}', False),
        ('"in"', '"in","paired_exit":"' + RECORD + '\\n"', False),
        ('"set":{', '"items":{"animals":{"1":{}}},"set":{"animals":1,', False),
        ('"set":{', '"items":{"animals":{"1":{}}},"set":{"plants":1,', True),
        ('"set":', f'"packs":{to_text(PACKS)},"set":', True),
        ('"set":', f'"packs":{to_text(PACKS | {"rules": 1})},"set":', False),
        ('"in"', "null", False),
        ("in", "\\u0069n", True),
        (":1,", ": 1,", True),
        (":1,", ":1.0,", False),
        (":1,", ":true,", False),
        (":1,", ":[1],", False),
        ('"crossing"', '["crossing"]', False),
        ("hd-ql6", "hd-ql6\\n", False),
        (RECORD, RECORD.upper(), False),
    ],
)
def test_the_traps_by_name(old: str, new: str, accepted: bool) -> None:
    assert same(BODY.replace(old, new, 1), None) is accepted


@pytest.mark.parametrize(
    ("person", "accepted"),
    [
        (f'{{"salt":"{SALT}"}}', True),
        ('{"set":{}}', False),
        (f'{{"salt":"{SALT[:-1]}B"}}', False),
        (f'{{"salt":"{SALT}A"}}', False),
        (f'{{"salt":"{SALT}","set":{{"people":{{"1":{{}}}}}}}}', False),
        (f'{{"salt":"{SALT}","items":{{"note":{{"1":{{}}}}}}}}', False),
        (f'{{"salt":"{SALT}","items":{{"people":{{"1":{{"temperature_c":"36.5"}}}}}}}}', False),
        (f'{{"salt":"{SALT}","items":{{"people":{{"1":{{"temperature_c":37}}}}}}}}', True),
        (FACTS % ("[" * 3 + "]" * 3), True),
        (FACTS % ("[" * 4 + "]" * 4), False),
    ],
)
def test_a_person_part_is_checked_too(person: str, accepted: bool) -> None:
    assert same(BODY, person) is accepted


def test_what_a_tablet_writes_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in the order of the schema, as every one of our writers has them, need no dicts."""
    body = BODY[:-1].replace('"set"', '"offset":null,"officer":"hd-an","packs":{"rules":3},"set"')
    body += ',"items":{"people":{"1":{"role":"driver"}}},"over":{"lane":["a:1"]}}'
    person = f'{{"salt":"{SALT}","set":{{}},"items":{{"people":{{"1":{{"temperature_c":37}}}}}}}}'
    with monkeypatch.context() as patch:
        patch.setattr(fast, "_check_unordered", lambda *_: None)
        found = fast.check_by_types(body, person)
    assert found is not None
    assert found == check_by_schema(body, person)


def test_the_header_says_what_the_log_needs() -> None:
    review = BODY.replace("crossing", "review").replace('"direction":"in"', f'"subject":"{RECORD}"')
    (header, other), newest = checker()([BODY, review], [None, None])
    assert header is not None
    assert other is not None
    assert newest == 0x017B47F762000000
    assert (header.kind.name, header.record, header.home) == ("crossing", "", "hd-ql6")
    assert (header.officer, header.begins, header.missing) == (None, True, ())
    assert (other.kind.name, other.record, other.missing) == ("review", RECORD, ("decision",))


def alike(bodies: list[str], persons: list[str | None]) -> int:
    """How many of a batch are in order; both readings must agree on every one."""
    slow = check_all_by_schema(bodies, persons)
    assert fast_batch.check_all_by_types(bodies, persons) == slow, (bodies, persons)
    return sum(one is not None for one in slow.headers)


def test_a_batch_gets_the_verdict_of_each_of_its_events(rng: random.Random) -> None:
    for _ in range(150):
        texts = [odd(rng) if rng.random() < 0.1 else in_order(rng) for _ in range(12)]
        alike([one for one, _ in texts], [one for _, one in texts])


def in_order(rng: random.Random) -> tuple[str, str | None]:
    body, person = an_event(rng)
    return to_text(body), None if person is None else to_text(person)


def test_a_batch_in_order_is_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_by_one(_body: str, _person: str | None) -> None:
        raise AssertionError

    monkeypatch.setattr(fast, "check_by_types", one_by_one)
    review = BODY.replace("crossing", "review").replace('"direction":"in"', f'"subject":"{RECORD}"')
    person = f'{{"salt":"{SALT}","items":{{"people":{{"1":{{"name":"Đào"}}}}}}}}'
    bodies = [BODY.replace("017b", f"{at:04x}") for at in range(200)] + [review]
    persons = [[None, person, FACTS % "1"][at % 3] for at in range(200)]
    assert alike(bodies, [*persons, None]) == 201


NEXT = BODY.replace("017b47f762000000", "017b47f762000001")
OTHER = RECORD[:-1] + ("0" if RECORD[-1] != "0" else "1")
IN_TWO = f'{{"salt":"{SALT[:10]}'


@pytest.mark.parametrize(
    ("bodies", "persons"),
    [
        # Two events in one text, and none in another, make as many lines as there are events.
        ([f"{BODY}\n{NEXT}", ""], [None, None]),
        ([BODY, "", f"{NEXT}\n{BODY}"], [None] * 3),
        ([f"{BODY}\n", NEXT], [None, None]),
        ([BODY + " ", NEXT], [None, None]),
        # What one lacks the next brings: each has to be whole by itself.
        ([BODY[:-1], "}" + NEXT], [None, None]),
        ([BODY.replace(RECORD, f"{RECORD}\\n{OTHER}"), NEXT.replace(RECORD, "")], [None, None]),
        ([BODY.replace(RECORD, RECORD[:-1]), NEXT.replace(RECORD, RECORD + "0")], [None, None]),
        ([BODY.replace("017b47f762000000", "017b47f76200000"), NEXT], [None, None]),
        ([BODY, NEXT], [f'{{"salt":"{SALT}\\n{SALT}"}}', '{"salt":""}']),
        ([BODY, NEXT], [IN_TWO, f'{SALT[10:]}"}}']),
        ([BODY, NEXT], [f'{{"salt":"{SALT}"}}\n{{"salt":"{SALT}"}}', ""]),
        ([BODY, NEXT], [None, FACTS % "[[[[1]]]]"]),
        ([BODY, NEXT], [FACTS % "1", FACTS % "[[[[[[[[1]]]]]]]]"]),
        ([BODY, NEXT.replace('"version":1', '"version":2')], [None, None]),
        ([BODY, NEXT.replace("hd-ql6", "HD")], [None, None]),
        ([BODY, NEXT[:-1] + ',"officer":"Ông A"}'], [None, None]),
        ([BODY, NEXT[:-1] + ',"over":{"x y":[]}}'], [None, None]),
        ([BODY, NEXT[:-1] + ',"over":{"lane":["a:1"]}}'], [None, None]),
        ([], []),
    ],
)
def test_no_event_is_taken_for_another(bodies: list[str], persons: list[str | None]) -> None:
    alike(bodies, persons)


def test_the_first_event_of_a_record_tells_what_it_lacks() -> None:
    review = BODY.replace("crossing", "review").replace('"direction":"in"', f'"subject":"{RECORD}"')
    for ask in (check_by_schema, fast.check_by_types):
        found = ask(review, None)
        assert found is not None
        assert (found[0].begins, found[0].missing) == (True, ("decision",))
        amending = ask(review[:-1] + ',"over":{"subject":["a:1"]}}', None)
        assert amending is not None
        assert not amending[0].begins


def test_without_msgspec_marshmallow_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checker() is fast_batch.check_all_by_types
    for name in ("schemas.fast", "schemas.fast_batch", "schemas.structs"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("schemas.fast")
    monkeypatch.delattr("schemas.fast_batch")
    monkeypatch.setitem(sys.modules, "msgspec", None)
    assert checker() is check.check_all_by_schema


def test_a_schema_that_cannot_be_translated_exactly_is_refused_at_start() -> None:
    class Tolerant(Schema):
        class Meta:
            unknown = "exclude"

    class Loose(Tolerant):
        field = fields.Boolean()

    class Ruled(Tolerant):
        field = fields.String(validate=validate.Regexp("a"))

    class Hooked(Tolerant):
        @post_load
        def change(self, data: object, **_: object) -> object:
            return data

    class Renamed(Tolerant):
        field = fields.String(data_key="other")

    class Strict(Schema):
        field = fields.String()

    assert structs.writes_struct(Crossing())
    for schema in (Loose(), Ruled(), Hooked(), Renamed(), Strict()):
        with pytest.raises(TypeError):
            structs.writes_struct(schema)
