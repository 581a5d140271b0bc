"""The log's side of the Store contract: what a push, a pull and the own chain promise."""

from __future__ import annotations

import random
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from schemas.check import check_all_by_schema
from schemas.records import KINDS
from server import accept
from sync.batch import WireEvent, make_batch, plain_event, sign_es256, verify_batch
from sync.chain import commitment, event_hash, genesis
from sync.clock import stamp_of
from sync.errors import SyncError
from sync.seal import seal, wrap_content_key
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, NOON_MS, Tablet


def states(world: World, tablet: Tablet, *events: WireEvent) -> list[tuple[str, str | None]]:
    answer = tablet.push(world.store, tablet.batch(*events))
    return [(one.state, one.code) for one in answer.results]


def test_a1_a_pushed_batch_is_held_and_comes_back_as_sent(world: World) -> None:
    tablet = world.tablet()
    batch = tablet.crossings(3)
    answer = tablet.push(world.store, batch)
    assert [one.state for one in answer.results] == ["accepted"] * 3
    assert (answer.through, answer.head, answer.forked) == (3, tablet.head, False)
    assert world.store.held(tablet.device.id) == (3, tablet.head)
    page = world.store.pull(["hd-ql6"], 0, 10, persons=True)
    assert [(one.body, one.person) for one in page.events] == [
        (one.body, one.person) for one in batch.events
    ]
    assert [one.n for one in page.events] == [1, 2, 3]
    assert (page.sequence, page.more) == (3, False)


def test_a1_acknowledged_events_survive_reopening(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(2))
    world.reopen()
    assert world.store.held(tablet.device.id) == (2, tablet.head)
    tablet.push(world.store, tablet.crossings(1))
    assert world.store.pull(["hd-ql6"], 0, 10, persons=True).events[2].n == 3


def test_h3_the_chain_can_be_verified_from_a_pull_without_persons(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(4))
    page = world.store.pull(["hd-ql6"], 0, 10, persons=False)
    head = genesis(tablet.device.id)
    for event in page.events:
        assert event.person is None
        assert event.previous == head
        head = event_hash(event.previous, event.body, event.commitment)
    assert head == tablet.head


def test_a2_a_repeat_is_a_duplicate_and_adds_nothing(world: World) -> None:
    tablet = world.tablet()
    batch = tablet.crossings(3)
    tablet.push(world.store, batch)
    again = tablet.push(world.store, batch)
    assert [one.state for one in again.results] == ["duplicate"] * 3
    assert again.through == 3
    assert len(world.store.pull(["hd-ql6"], 0, 10, persons=False).events) == 3


def test_b5_a_retry_cut_differently_stores_only_what_is_new(world: World) -> None:
    tablet = world.tablet()
    start = tablet.clone()
    events = [tablet.crossing() for _ in range(5)]
    tablet.push(world.store, tablet.batch(*events[:3]))
    answer = start.push(world.store, start.batch(*events))
    assert [one.state for one in answer.results] == ["duplicate"] * 3 + ["accepted"] * 2
    assert (answer.through, answer.forked) == (5, False)


def test_a4_one_bad_event_keeps_its_place_and_blocks_nobody(world: World) -> None:
    tablet = world.tablet()
    broken = plain_event("{not json", None)
    wrong = plain_event(tablet.body(tablet.new_record(), fields={"direction": "up"}), None)
    got = states(world, tablet, tablet.crossing(), broken, wrong, tablet.crossing())
    assert got == [
        ("accepted", None),
        ("rejected", "event.json"),
        ("rejected", "event.field"),
        ("accepted", None),
    ]
    assert world.store.held(tablet.device.id) == (4, tablet.head)
    assert len(world.store.pull(["hd-ql6"], 0, 10, persons=False).events) == 2


def test_a2_held_and_rejected_get_the_same_answer_again(world: World) -> None:
    tablet = world.tablet()
    unknown = plain_event(tablet.body(tablet.new_record(), kind="balloon"), None)
    refused = plain_event(tablet.body(tablet.new_record(), fields={"wait_s": -1}), None)
    batch = tablet.batch(unknown, refused)
    first = tablet.push(world.store, batch)
    assert [(one.state, one.code, one.field) for one in first.results] == [
        ("held", "event.kind", "kind"),
        ("rejected", "event.field", "wait_s"),
    ]
    assert tablet.push(world.store, batch).results == first.results


def test_a10_an_event_of_another_checkpoint_is_rejected_alone(world: World) -> None:
    tablet = world.tablet()
    foreign = plain_event(tablet.body(tablet.new_record(), home="hd-ql21b", fields=CAR), None)
    assert states(world, tablet, foreign, tablet.crossing()) == [
        ("rejected", "event.scope"),
        ("accepted", None),
    ]
    assert world.store.pull(["hd-ql21b"], 0, 10, persons=False).events == ()


def test_e7_a_person_part_without_salt_or_with_a_wrong_field_is_rejected(world: World) -> None:
    tablet = world.tablet()
    body = tablet.crossing().body
    bare = plain_event(body, '{"set":{}}')
    hot = plain_event(body, tablet.person(temperature_c=99.0))
    assert states(world, tablet, bare, hot) == [("rejected", "event.field")] * 2


def test_the_first_event_of_a_review_must_say_what_it_is_about(world: World) -> None:
    tablet = world.tablet()
    record = tablet.new_record()
    partial = plain_event(tablet.body(record, kind="review", fields={"decision": "seen"}), None)
    whole = plain_event(
        tablet.body(record, kind="review", fields={"decision": "seen", "subject": record}), None
    )
    later = plain_event(
        tablet.body(record, kind="review", fields={"decision": "needs_check"}), None
    )
    assert states(world, tablet, partial, whole, later) == [
        ("rejected", "event.missing"),
        ("accepted", None),
        ("accepted", None),
    ]


def test_r5_an_amendment_may_come_before_what_it_amends(world: World) -> None:
    tablet = world.tablet()
    over = {"decision": (f"{tablet.device.id}:9",)}
    early = plain_event(
        tablet.body(tablet.new_record(), kind="review", fields={"decision": "seen"}, over=over),
        None,
    )
    assert states(world, tablet, early) == [("accepted", None)]


def test_c4_a_stamp_of_2099_orders_at_most_five_minutes_ahead(world: World) -> None:
    tablet = world.tablet()
    far = tablet.body(tablet.new_record(), fields=CAR, stamp=stamp_of(NOON_MS * 3))
    tablet.push(world.store, tablet.batch(plain_event(far, None)), NOON_MS)
    reference = world.store.write(
        "review",
        tablet.new_record(),
        "hd-ql6",
        "canh-sat",
        {"subject": tablet.records[0], "decision": "seen"},
        None,
        NOON_MS,
    )
    assert reference.endswith(":1")
    own = world.store.pull(["hd-ql6"], 1, 10, persons=False).events[0]
    assert f'"stamp":"{stamp_of(NOON_MS + 5 * 60_000) + 1:016x}"' in own.body


def sealed_event(world: World, tablet: Tablet, person: str, committed: str) -> WireEvent:
    content_key = tablet.rng.randbytes(32)
    fresh = ec.derive_private_key(tablet.rng.randrange(1, 1 << 255), ec.SECP256R1())
    wrapped = wrap_content_key(content_key, world.sqlite.keys.sealing.public_key(), fresh)
    digest = commitment(committed)
    text = seal(person, content_key, wrapped, tablet.rng.randbytes(12), digest)
    return WireEvent(tablet.crossing().body, None, text, digest)


def test_s3_a_sealed_person_part_is_opened_and_stored_like_any_other(world: World) -> None:
    tablet = world.tablet()
    person = tablet.person(name="Trần Văn Kín")
    event = sealed_event(world, tablet, person, person)
    assert states(world, tablet, event) == [("accepted", None)]
    assert world.store.pull(["hd-ql6"], 0, 10, persons=True).events[0].person == person


def test_s3_what_does_not_open_is_accepted_without_its_person_part(world: World) -> None:
    tablet = world.tablet()
    person = tablet.person(name="Trần Văn Kín")
    good = sealed_event(world, tablet, person, person)
    other = sealed_event(world, tablet, person, tablet.person(name="Khác"))
    assert good.sealed is not None
    no_key = good._replace(sealed="AAAA" + good.sealed[4:])
    cut = good._replace(sealed=good.sealed[:-8])
    assert states(world, tablet, other, no_key, cut) == [
        ("accepted", "seal.text"),
        ("accepted", "seal.key"),
        ("accepted", "seal.text"),
    ]
    page = world.store.pull(["hd-ql6"], 0, 10, persons=True)
    assert [one.person for one in page.events] == [None] * 3


def test_f2_pages_are_complete_and_in_order(world: World) -> None:
    here, there = world.tablet(), world.tablet("hd-ql21b")
    for tablet in (here, there, here, there, here):
        tablet.push(world.store, tablet.crossings(7))
    got: list[int] = []
    after, more = 0, True
    while more:
        page = world.store.pull(["hd-ql6", "hd-ql21b"], after, 4, persons=False)
        assert len(page.events) <= 4
        got += [one.n for one in page.events]
        after, more = page.sequence, page.more
    assert got == list(range(1, 36))
    assert len(world.store.pull(["hd-ql21b"], 0, 500, persons=False).events) == 14


def test_f2_an_empty_page_moves_the_cursor_past_what_others_wrote(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    page = world.store.pull(["hd-ql21b"], 0, 10, persons=False)
    assert (page.events, page.sequence, page.more) == ((), 3, False)


def test_f3_a_snapshot_starts_before_everything_received_since(world: World) -> None:
    tablet = world.tablet()
    hour = 3_600_000
    for age in range(10):
        tablet.push(world.store, tablet.crossings(3), NOON_MS + age * hour)
    start = world.store.snapshot_start(["hd-ql6"], NOON_MS + 7 * hour)
    page = world.store.pull(["hd-ql6"], start, 500, persons=False)
    assert [one.n for one in page.events] == list(range(22, 31))


def test_a7_the_servers_own_events_are_a_chain_that_names_the_user(world: World) -> None:
    records = [world.tablet().new_record() for _ in range(3)]
    references = [
        world.store.write(
            "review",
            record,
            "hd-ql6",
            "canh-sat",
            {"subject": record, "decision": "seen"},
            {"note": "đã đối chiếu"},
            NOON_MS - index,
        )
        for index, record in enumerate(records)
    ]
    assert references == [f"{world.store.server_id}:{seq}" for seq in (1, 2, 3)]
    page = world.store.pull(["hd-ql6"], 0, 10, persons=True)
    assert all('"officer":"canh-sat"' in one.body for one in page.events)
    assert all("đã đối chiếu" in (one.person or "") for one in page.events)
    head = genesis(world.store.server_id)
    for one in page.events:
        assert one.previous == head
        head = event_hash(head, one.body, one.commitment)
    assert world.store.held(world.store.server_id) == (3, head)


def test_a7_an_own_event_that_would_be_refused_is_not_written(world: World) -> None:
    record = world.tablet().new_record()
    with pytest.raises(SyncError) as refused:
        world.store.write("review", record, "hd-ql6", "u", {"decision": "seen"}, None, NOON_MS)
    assert refused.value.code == "event.missing"
    assert world.store.held(world.store.server_id)[0] == 0


def test_many_threads_push_at_once_and_commit_order_is_cursor_order(world: World) -> None:
    tablets = [world.tablet() for _ in range(6)]
    batches = [[tablet.crossings(5) for _ in range(10)] for tablet in tablets]

    def push_all(tablet: Tablet, index: int) -> None:
        for batch in batches[index]:
            tablet.push(world.store, batch)

    threads = [
        threading.Thread(target=push_all, args=(tablet, index))
        for index, tablet in enumerate(tablets)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page = world.store.pull(["hd-ql6"], 0, 500, persons=False)
    assert [one.n for one in page.events] == list(range(1, 301))
    for tablet in tablets:
        own = [one.seq for one in page.events if one.device == tablet.device.id]
        assert own == list(range(1, 51))


def test_any_cut_repeat_and_order_of_batches_ends_with_the_same_log(
    world: World, rng: random.Random
) -> None:
    tablet = world.tablet()
    start = tablet.clone()
    events = [tablet.crossing() for _ in range(24)]
    whole = tablet.batch(*events)
    chain = [start.head, *verify_batch(whole, tablet.key.public_key())]
    for _ in range(60):
        first = rng.randrange(24)
        last = rng.randrange(first + 1, 25)
        batch = make_batch(
            tablet.device.id,
            first + 1,
            chain[first],
            tuple(events[first:last]),
            lambda text: sign_es256(tablet.key, text),
        )
        assert not tablet.push(world.store, batch).forked
    tablet.push(world.store, whole)
    assert world.store.held(tablet.device.id) == (24, tablet.head)
    page = world.store.pull(["hd-ql6"], 0, 500, persons=False)
    assert sorted(one.seq for one in page.events) == list(range(1, 25))


def test_a5_what_an_older_version_held_is_taken_up_and_announced(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = world.tablet()
    newer = tablet.crossing()
    wrong = plain_event(tablet.body(tablet.new_record(), fields={"wait_s": -1}), None)
    with monkeypatch.context() as older:
        older.delitem(KINDS, ("crossing", 1))
        older.setattr(accept, "_check", check_all_by_schema)
        batch = tablet.batch(newer, wrong)
        assert [one.state for one in tablet.push(world.store, batch).results] == ["held"] * 2
        world.project()
        world.reopen()
        assert world.store.pull(["hd-ql6"], 0, 10, persons=True).events == ()
    assert world.found() == []
    world.reopen()
    page = world.store.pull(["hd-ql6"], 2, 10, persons=True)
    assert [(one.n, one.seq, one.body, one.person) for one in page.events] == [
        (3, 1, newer.body, newer.person)
    ]
    again = tablet.push(world.store, batch).results
    assert [(one.state, one.field) for one in again] == [
        ("duplicate", None),
        ("rejected", "wait_s"),
    ]
    world.project()
    assert [row.record for row in world.found(name="dao")] == tablet.records[:1]
