"""SPEC F7–F11 from the reader's side: one window of the feeds, and nothing missing in it."""

from __future__ import annotations

from typing import Any

from sync.digest import NOTHING, plus
from sync.encoding import to_base64url
from sync.own import OwnEvent
from sync.reader import KEEP_PULLED_MS, REPAIR_AFTER_MS
from sync.replica import Replica
from tests.sync.desk import HOME, NOW_MS, SERVER, Desk, given, states

NAMED = {"note": "Đỗ Thị Thử"}


def digest(*events: OwnEvent) -> str:
    return to_base64url(plus(NOTHING, [one.hash for one in events]))


def hear(desk: Desk, tablet: Replica, now_ms: int = NOW_MS, **members: Any) -> bool:
    """One round with an answer of these members; whether there is more to fetch."""
    answer = desk.answer(tablet, tablet.through, **members)
    return tablet.answer(desk.request(tablet), answer, now_ms).more


def others(tablet: Replica) -> list[int]:
    return sorted(one.seq for one in tablet.pulled.values())


def author_of(desk: Desk, count: int) -> Replica:
    """A tablet that wrote `count` events, each with a person part."""
    other = desk.tablet()
    for _ in range(count):
        desk.write(other, person=NAMED)
    return other


def test_f7_older_pages_lower_the_window_and_make_it_whole(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    events = [desk.write(other) for _ in range(4)]
    later = [given(other, seq, 10 + seq) for seq in (3, 4)]
    assert hear(desk, tablet, runs=later, held_after=12, more=True, cursor="s.1.f.14")
    request = desk.request(tablet)
    assert (request.body["cursor"], request.body["held_after"]) == ("s.1.f.14", 12)
    older = [given(other, seq, 10 + seq) for seq in (1, 2)]
    hear(desk, tablet, runs=older, held_after=10, cursor="s.1.f.14", digest=digest(*events))
    assert (others(tablet), tablet.reader.held_after, tablet.alerts) == ([1, 2, 3, 4], 10, set())


def test_h3_an_older_page_links_to_the_newer_one_that_is_held(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    for _ in range(2):
        desk.write(other)
    hear(desk, tablet, runs=[given(other, 2, 12)], held_after=11, more=True, cursor="s.1.f.12")
    forged = given(other, 1, 11, bodies=[other.own[2].body])
    assert hear(desk, tablet, runs=[forged], held_after=10, cursor="s.1.f.12")
    assert (others(tablet), tablet.cursor) == ([], None)
    assert tablet.alerts == {"answer.chain", "feed.repaired"}
    hear(desk, tablet, runs=[given(other, 2, 12)], held_after=11, more=True, cursor="s.1.f.12")
    assert not hear(desk, tablet, runs=[forged], held_after=10, cursor="s.1.f.12")
    assert (others(tablet), tablet.reader.held_after) == ([2], 11)


def test_f4_a_page_for_another_window_is_left(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    desk.write(other)
    hear(desk, tablet, cursor="s.1.f.9", held_after=5)
    late = desk.request(tablet)
    hear(desk, tablet, cursor="s.1.f.9", held_after=3)
    page = desk.answer(tablet, 0, runs=[given(other, 1, 4)], cursor="s.1.f.9", held_after=3)
    tablet.answer(late, page, NOW_MS)
    assert tablet.pulled == {}


def test_f8_forgetting_goes_by_the_receipt_and_not_by_the_writers_clock(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    desk.write(other, at_ms=NOW_MS + 86_400_000)
    desk.write(other, at_ms=NOW_MS - 30 * 86_400_000)
    runs = [given(other, 1, 4), given(other, 2, 5, received=NOW_MS + 1000)]
    hear(desk, tablet, runs=runs, held_after=3, cursor="s.1.f.9")
    tablet.forget(NOW_MS + KEEP_PULLED_MS)
    assert (others(tablet), tablet.reader.held_after) == ([1, 2], 3)
    tablet.forget(NOW_MS + KEEP_PULLED_MS + 1)
    assert (others(tablet), tablet.reader.held_after) == ([2], 4)
    tablet.forget(NOW_MS + KEEP_PULLED_MS + 1001)
    assert (others(tablet), tablet.reader.held_after) == ([], 9)


def test_f8_what_was_handed_on_late_waits_for_the_old_end_of_the_window(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    events = [desk.write(other) for _ in range(2)]
    old = NOW_MS - 2 * KEEP_PULLED_MS
    runs = [given(other, 1, 4), given(other, 2, 5, received=old)]
    hear(desk, tablet, runs=runs, held_after=3)
    tablet.forget(NOW_MS)
    hear(desk, tablet, digest=digest(*events), held_after=3)
    assert (others(tablet), tablet.alerts) == ([1, 2], set())


def test_f9_own_events_count_and_no_digest_is_adopted(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    mine, theirs = desk.write(tablet), desk.write(other)
    tablet.answer(
        desk.request(tablet),
        desk.answer(
            tablet,
            1,
            results=states("accepted"),
            runs=[given(tablet, 1, 4), given(other, 1, 5)],
            digest=digest(mine, theirs),
        ),
        NOW_MS,
    )
    assert tablet.alerts == set()
    assert to_base64url(tablet.reader.digest(tablet.own)) == digest(mine, theirs)


def test_f9_a_hidden_gap_is_found_and_mended(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    events = [desk.write(other) for _ in range(3)]
    desk.write(tablet)
    unsent = tablet.own[1]
    # The server's page left the second one out, and nobody can see it in the page.
    gap = [given(other, 1, 1), given(other, 3, 3)]
    assert hear(desk, tablet, runs=gap, digest=digest(*events))
    assert (tablet.pulled, tablet.cursor, tablet.reader.held_after) == ({}, None, None)
    assert (tablet.alerts, tablet.own, tablet.unsent) == ({"feed.repaired"}, {1: unsent}, 1)
    whole = [given(other, seq, seq) for seq in (1, 2, 3)]
    assert not hear(desk, tablet, runs=whole, digest=digest(*events))
    assert others(tablet) == [1, 2, 3]


def test_f9_a_wrong_digest_makes_no_loop(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    event = desk.write(other)
    runs = [given(other, 1, 1)]
    wrong = digest(event, event)
    assert hear(desk, tablet, runs=runs, digest=wrong)
    repaired = tablet.reader.repaired_ms
    for minute in range(10):
        assert not hear(desk, tablet, NOW_MS + 60_000 * minute, runs=runs, digest=wrong)
        assert others(tablet) == [1]
    assert tablet.reader.repaired_ms == repaired
    assert hear(desk, tablet, NOW_MS + REPAIR_AFTER_MS, runs=runs, digest=wrong)
    assert not hear(desk, tablet, NOW_MS + REPAIR_AFTER_MS, runs=runs, digest=wrong)
    # A clock that was set back a day does not put the next one off for a day.
    assert hear(desk, tablet, NOW_MS - 86_400_000, runs=runs, digest=wrong)


def test_f9_what_is_announced_again_counts_where_it_was_first_given(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    events = [desk.write(other) for _ in range(3)]
    hear(desk, tablet, runs=[given(other, 2, 5)], held_after=4, digest=digest(events[1]))
    again = [given(other, 2, 9, again=5, ranks="2"), given(other, 1, 8, again=3)]
    hear(desk, tablet, runs=again, held_after=4, digest=digest(events[1]))
    assert tablet.alerts == set()
    assert [(one.seq, one.authority) for one in tablet.pulled.values()] == [(2, 2)]


def test_f10_an_erased_person_part_leaves_and_its_event_stays(desk: Desk) -> None:
    tablet, other = desk.tablet(), author_of(desk, 1)
    event = given(other, 1, 1, persons=[other.own[1].person])
    hear(desk, tablet, runs=[event])
    (held,) = tablet.pulled.values()
    assert held.person is not None
    hear(desk, tablet, removals=[f"{other.device}:1"])
    (left,) = tablet.pulled.values()
    assert (left.person, left.hash, left.commitment) == (None, held.hash, held.commitment)
    hear(desk, tablet, runs=[event], reset=True, digest=digest(other.own[1]))
    (again,) = tablet.pulled.values()
    assert (again.person, again.commitment) == (None, held.commitment)


def test_f10_of_an_erased_own_event_only_the_commitment_is_offered(desk: Desk) -> None:
    tablet = author_of(desk, 2)
    before = tablet.own[1]
    hear(desk, tablet, removals=[f"{tablet.device}:1", f"{tablet.device}-b1:2"])
    assert (tablet.own[1].person, tablet.own[1].hash) == (None, before.hash)
    first, second = desk.request(tablet).body["batch"]["events"]
    assert first == {"body": before.body, "commitment": to_base64url(before.commitment)}
    assert "person" in second


def test_f11_other_feeds_are_asked_for_once_the_server_names_them(desk: Desk) -> None:
    tablet = desk.tablet()
    feeds = ["turn_backs:269", f"checkpoint:{HOME}"]
    assert hear(desk, tablet, feeds=feeds)
    request = desk.request(tablet)
    assert request.body["feeds"] == sorted(feeds)
    assert not hear(desk, tablet, feeds=sorted(feeds), reset=True)


def test_f3_a_reader_that_changes_server_pulls_anew(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    desk.write(other)
    hear(desk, tablet, runs=[given(other, 1, 900)], held_after=800, cursor="s.1.f.900")
    relay = "019ab000-0000-7000-8000-00000000000e"
    tablet.meet(relay, desk.key.public_key())
    late = desk.request(tablet)
    tablet.turn_to(relay)
    receipt = desk.receipt(tablet, 0, server=relay, level="relay")
    hear(desk, tablet, runs=[given(other, 1, 2)], reset=True, cursor="r.1.f.2", receipt=receipt)
    assert [one.n for one in tablet.pulled.values()] == [2]
    # What the first server says afterwards is no page of this window.
    tablet.answer(late, desk.answer(tablet, 0, cursor="s.1.f.901"), NOW_MS)
    assert (tablet.cursor, tablet.server, SERVER in tablet.standings) == ("r.1.f.2", relay, True)
