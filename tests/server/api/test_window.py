"""POST /sync to a reader, who is the reference client: windows, digests, feeds. SPEC F3–F11."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from server.config import CONFIG_FILE, ConfigError, load_config
from server.entitled import Entitled
from sync.batch import sign_es256
from sync.replica import Replica
from tests.server.api.conftest import World
from tests.server.api.tablet import Tablet, events_of

HOUR_MS = 3_600_000


def reader(world: World, tablet: Tablet) -> Replica:
    """The reference client on the tablet's enrolment; what it does not read it cannot hide."""
    jwk = world.context.store.devices()[0].jwk
    key = public_key_of_jwk(jwk)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return Replica(tablet.device, tablet.checkpoint, world.context.store.server_id, key)


def exchange(world: World, tablet: Tablet, replica: Replica) -> tuple[Any, bool]:
    """One round trip; the answer, and whether there is more."""
    request = replica.request(world.now_ms, lambda text: sign_es256(tablet.key, text))
    answer = world.client.post("/api/v1/sync", json=request.body, headers=world.token(tablet))
    assert answer.status_code == 200, answer.json
    return answer.get_json(), replica.answer(request, answer.get_json(), world.now_ms).more


def read_all(world: World, tablet: Tablet, replica: Replica) -> list[Any]:
    """Every page until there is no more."""
    answers = []
    for _ in range(50):
        answer, more = exchange(world, tablet, replica)
        answers.append(answer)
        if not more:
            return answers
    raise AssertionError("it does not end")


def write(world: World, tablet: Tablet, count: int) -> None:
    """Crossings of now, pushed."""
    first = len(tablet.events) + 1
    tablet.now_ms = world.now_ms
    for _ in range(count):
        tablet.crossing()
    assert world.sync(tablet, batch=tablet.batch(first=first), feeds=[]).status_code == 200


def held(replica: Replica) -> list[int]:
    return sorted(one.seq for one in replica.pulled.values())


def test_f7_a_new_reader_gets_two_hours_first_then_three_days(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    for hours in (10, 69, 1.5, 1):
        write(world, writer, 3)
        world.now_ms += int(hours * HOUR_MS)
    replica = reader(world, tablet)
    first, more = exchange(world, tablet, replica)
    # They were received 81.5, 71.5, 2.5 and 1 hours ago.
    assert first["feeds"] == ["checkpoint:hd-ql6", "turn_backs:268"]
    assert more
    assert held(replica) == [10, 11, 12]
    answers = read_all(world, tablet, replica)
    assert held(replica) == [*range(4, 13)]
    assert answers[-1]["digest"] is not None
    assert replica.alerts == set()


def test_t4_f7_pages_are_bounded_both_ways_and_no_event_is_given_twice(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    write(world, writer, 900)
    world.now_ms += 3 * HOUR_MS
    write(world, writer, 700)
    replica = reader(world, tablet)
    answers = read_all(world, tablet, replica)
    sizes = [len(events_of(one)) for one in answers]
    assert max(sizes) <= 750
    assert sum(sizes) == 1600 + sum(sizes[:1])  # what came before the feeds were known comes anew
    assert held(replica) == [*range(1, 1601)]
    assert replica.alerts == set()


def test_f2_nothing_new_is_an_empty_page_and_the_same_digest(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    write(world, writer, 3)
    replica = reader(world, tablet)
    last = read_all(world, tablet, replica)[-1]
    (again,) = read_all(world, tablet, replica)
    assert (again["runs"], again["more"], again["reset"]) == ([], False, False)
    assert (again["digest"], again["cursor"]) == (last["digest"], last["cursor"])


def test_f9_what_the_log_lost_for_a_reader_is_missed_and_mended(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    write(world, writer, 5)
    replica = reader(world, tablet)
    read_all(world, tablet, replica)
    del replica.pulled[writer.device, 3]
    answers = read_all(world, tablet, replica)
    assert len(answers) > 1
    assert (held(replica), replica.alerts) == ([1, 2, 3, 4, 5], {"feed.repaired"})


def test_f8_a_reader_that_forgets_is_not_given_it_again(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    write(world, writer, 5)
    replica = reader(world, tablet)
    read_all(world, tablet, replica)
    for _ in range(3):
        world.now_ms += 25 * HOUR_MS
        write(world, writer, 1)
        read_all(world, tablet, replica)
        replica.forget(world.now_ms)
        assert len(read_all(world, tablet, replica)) == 1
    assert (held(replica), replica.alerts) == ([6, 7, 8], set())


def test_f3_a_reader_that_was_away_for_three_days_is_a_new_one(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    write(world, writer, 2)
    replica = reader(world, tablet)
    read_all(world, tablet, replica)
    world.now_ms += 80 * HOUR_MS
    write(world, writer, 2)
    world.now_ms += HOUR_MS
    answers = read_all(world, tablet, replica)
    assert answers[0]["reset"] is False
    world.now_ms += 80 * HOUR_MS
    write(world, writer, 1)
    write(world, writer, 1)
    replica.reader.cursor = answers[0]["cursor"].rpartition(".")[0] + ".2"
    replica.reader.held_after = 0
    answers = read_all(world, tablet, replica)
    assert answers[0]["reset"] is True
    assert held(replica) == [5, 6]


def test_f3_a_window_that_ends_before_it_begins_is_none(world: World) -> None:
    writer = world.enrol()
    write(world, writer, 2)
    cursor = world.sync(writer).get_json()["cursor"]
    answer = world.sync(writer, cursor=cursor, held_after=99)
    assert (answer.get_json()["reset"], answer.get_json()["held_after"]) == (True, 0)


def test_f10_what_is_erased_leaves_every_reader_its_author_too(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    write(world, writer, 3)
    replica, author, again = reader(world, tablet), reader(world, writer), reader(world, writer)
    for event, _ in writer.events:
        for one in (author, again):
            one.write_texts(event.body, event.person)
    for one, of in ((replica, tablet), (author, writer)):
        read_all(world, of, one)
    assert replica.pulled[writer.device, 2].person is not None
    world.context.store.erase(
        world.context.store.targets_of_refs([f"{writer.device}:2"])[0],
        *("request", "12/2026", "user-admin", world.now_ms),
    )
    for one, of in ((replica, tablet), (author, writer)):
        answers = read_all(world, of, one)
        assert answers[0]["removals"] == [f"{writer.device}:2"]
        assert one.alerts == set()
    assert [author.own[seq].person is None for seq in (1, 2, 3)] == [False, True, False]
    assert replica.pulled[writer.device, 2].person is None
    # Who reads anew is given no erased text, and is told which of its own are to go.
    fresh = reader(world, tablet)
    assert read_all(world, tablet, fresh)[0]["removals"] == []
    assert fresh.pulled[writer.device, 2].person is None
    assert read_all(world, writer, again)[0]["removals"] == [f"{writer.device}:2"]


def place(world: World, name: str, district: str) -> None:
    found = next(one for one in world.context.store.checkpoints() if one.id == "hd-ql6")
    world.context.store.put_checkpoint(replace(found, id=name, name=name, district=district))


def turned_back(world: World, checkpoint: str, district: str) -> None:
    """What the home server writes for neighbours."""
    world.context.store.write(
        "turn_back",
        "01a200fb-5100-763b-91ea-317d22d0dd35",
        checkpoint,
        None,
        {
            "subject": "01a200fb-5100-763b-91ea-317d22d0dd36",
            "checkpoint": checkpoint,
            "district": district,
            "occurred": world.now_ms,
            "plate": "29C12345",
        },
        None,
        world.now_ms,
    )


def test_f11_a_tablet_has_its_districts_refusals_and_no_other(world: World) -> None:
    place(world, "ha-noi", "001")
    tablet = world.enrol()
    turned_back(world, "nt-ca-na", "268")
    replica = reader(world, tablet)
    read_all(world, tablet, replica)
    (event,) = replica.pulled.values()
    assert json.loads(event.body)["kind"] == "turn_back"
    assert event.person is None
    stranger = world.enrol("ha-noi")
    assert events_of(world.sync(stranger, feeds=["turn_backs:001"])) == []
    foreign = world.sync(stranger, feeds=["checkpoint:ha-noi", "turn_backs:268"]).get_json()
    assert (foreign["runs"], foreign["cursor"]) == ([], None)
    assert foreign["feeds"] == ["checkpoint:ha-noi", "turn_backs:001"]
    assert world.sync(stranger, feeds=["checkpoint:hd-ql6"]).status_code == 403
    assert world.sync(stranger, feeds=["arrivals:2021-00001"]).status_code == 403


def test_f11_a_change_of_feeds_brings_the_new_and_takes_the_old(world: World) -> None:
    writer, tablet = world.enrol(), world.enrol()
    write(world, writer, 2)
    turned_back(world, "nt-ca-na", "268")
    replica = reader(world, tablet)
    read_all(world, tablet, replica)
    assert len(replica.pulled) == 3
    place(world, "hd-ql6", "001")
    world.now_ms += 2_000
    answers = read_all(world, tablet, replica)
    assert answers[0]["feeds"] == ["checkpoint:hd-ql6", "turn_backs:001"]
    # The first answer names them; the one after it begins anew.
    assert [one["reset"] for one in answers[:2]] == [False, True]
    assert (held(replica), replica.alerts) == ([1, 2], set())


def test_f11_neighbours_are_a_setting(tmp_path: Any) -> None:
    path = tmp_path / CONFIG_FILE
    path.write_text('{"neighbours":{"268":["269","001"]}}', "utf-8")
    assert load_config(tmp_path).neighbours == {"268": ("269", "001")}
    for wrong in ("[]", '{"268":"269"}', '{"268":[5]}', '{"2 8":[]}', '{"268":["Đ"]}'):
        path.write_text(f'{{"neighbours":{wrong}}}', "utf-8")
        with pytest.raises(ConfigError, match="neighbours"):
            load_config(tmp_path)


def test_f11_feeds_are_bounded_and_well_named(world: World) -> None:
    many = tuple(str(at) for at in range(100))
    tablet = world.enrol()
    device = world.context.store.device(tablet.device)
    assert device is not None
    feeds = Entitled(world.context.store, {"268": many}).feeds(device, world.now_ms)
    assert len(feeds) == 32
    place(world, "hd-ql6", "Quận 1")
    feeds = Entitled(world.context.store, {"Quận 1": ("269",)}).feeds(device, world.now_ms)
    assert sorted(map(str, feeds)) == ["checkpoint:hd-ql6", "turn_backs:269"]
    assert Entitled(world.context.store, {}).feeds(replace(device, checkpoint=None), 0) == set()
