"""SPEC A, C, F, H, P from the tablet's side: one rule at a time, answers written by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.batch import parse_batch, verify_batch
from sync.clock import DRIFT_CAP_MS, stamp_of
from sync.errors import SyncError
from sync.events import parse_body
from sync.registers import Policy
from sync.replica import BATCH_EVENTS
from sync.retry import LAST_RETRY_MS, failure_of_status, retry_delay_ms
from tests.sync.desk import HOME, NOW_MS, Desk, given, states

TABLE = {"plate": Policy("latest", "ask"), "override": Policy("authority", "ask")}


def test_b1_a_request_holds_a_verifiable_batch(desk: Desk) -> None:
    tablet = desk.tablet()
    for _ in range(3):
        desk.write(tablet, person={"note": "Đỗ Thị Thử"})
    sent = json.loads(json.dumps(desk.request(tablet).body))
    chain = verify_batch(parse_batch(sent["batch"]), desk.device_key.public_key())
    assert chain == tuple(tablet.own[seq].hash for seq in (1, 2, 3))
    assert (sent["unsent"], sent["feeds"]) == (3, [f"checkpoint:{HOME}"])


def test_c2_a_clock_that_jumps_back_counts_on(desk: Desk) -> None:
    tablet = desk.tablet()
    stamps = [
        parse_body(desk.write(tablet, at_ms=at).body).stamp
        for at in (NOW_MS, NOW_MS - 86_400_000, NOW_MS + 1)
    ]
    assert stamps == [stamp_of(NOW_MS), stamp_of(NOW_MS) + 1, stamp_of(NOW_MS + 1)]


def test_c3_a_clock_follows_capped_stamps_only(desk: Desk) -> None:
    one, other = desk.tablet(), desk.tablet()
    desk.write(other, at_ms=NOW_MS + 80 * 365 * 86_400_000)
    one.answer(desk.request(one), desk.answer(one, 0, runs=[given(other, 1, 1)]), NOW_MS)
    assert one.stamp == stamp_of(NOW_MS + DRIFT_CAP_MS)


def test_p2_a_receipt_without_the_answers_does_not_end_resending(desk: Desk) -> None:
    tablet = desk.tablet()
    for _ in range(3):
        desk.write(tablet)
    tablet.batch_events = 2
    request = desk.request(tablet)
    assert (request.first, request.last) == (1, 2)
    # The server had all three from a push whose answer was lost, and rejected the last.
    tablet.answer(request, desk.answer(tablet, 3, results=states("duplicate", "duplicate")), NOW_MS)
    assert tablet.unsent == 1
    request = desk.request(tablet)
    assert (request.first, request.last) == (3, 3)
    told = [{"seq": 3, "state": "rejected", "code": "event.field", "field": "plate"}]
    tablet.answer(request, desk.answer(tablet, 3, results=told), NOW_MS)
    assert tablet.unsent == 0
    assert [(one.seq, one.state, one.code) for one in tablet.problems()] == [
        (3, "rejected", "event.field")
    ]


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda r: r | {"through": 2}, "receipt.signature"),
        (lambda r: r | {"signature": r["signature"][::-1]}, "receipt.signature"),
        (lambda r: r | {"through": -1}, "receipt.shape"),
        (lambda r: {}, "receipt.shape"),
    ],
)
def test_p3_nothing_is_taken_from_an_answer_whose_receipt_is_bad(
    desk: Desk, break_it: Any, code: str
) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    desk.write(tablet)
    desk.write(tablet)
    desk.write(other)
    answer = desk.answer(tablet, 1, runs=[given(other, 1, 1)], results=states("accepted"))
    request, before = desk.request(tablet), tablet.copy()
    answer["receipt"] = break_it(answer["receipt"])
    with pytest.raises(SyncError) as refused:
        tablet.answer(request, answer, NOW_MS)
    # A reversed signature may also be no canonical base64url.
    assert refused.value.code in (code, "receipt.shape")
    before.alerts = {refused.value.code}
    assert tablet == before


def test_p3_a_receipt_for_another_chain_is_shown_and_not_believed(desk: Desk) -> None:
    tablet = desk.tablet()
    copied = tablet.copy()
    desk.write(tablet)
    desk.write(copied)
    answer = desk.answer(tablet, 1, receipt=desk.receipt(tablet, 1, copied.head))
    with pytest.raises(SyncError, match=r"receipt\.head"):
        tablet.answer(desk.request(tablet), answer, NOW_MS)
    assert "receipt.head" in tablet.alerts
    assert tablet.unsent == 1


def test_a6_an_event_of_ones_own_number_but_not_ones_own_is_a_clone(desk: Desk) -> None:
    tablet = desk.tablet()
    copied = tablet.copy()
    mine, theirs = desk.write(tablet), desk.write(copied)
    runs = [given(tablet, 1, 1), given(copied, 1, 2, branch=1)]
    heard = tablet.answer(
        desk.request(tablet),
        desk.answer(tablet, 1, results=states("accepted"), runs=runs),
        NOW_MS,
    )
    assert heard.alerts == ("device.forked",)
    records = {parse_body(one.body).record for one in (mine, theirs)}
    assert tablet.records(lambda kind: TABLE).keys() == records


def test_f3_a_reset_drops_what_was_pulled_and_keeps_the_outbox(desk: Desk) -> None:
    tablet, other, third = desk.tablet(), desk.tablet(), desk.tablet()
    for one in (tablet, other, third):
        desk.write(one)
    tablet.answer(desk.request(tablet), desk.answer(tablet, 0, runs=[given(other, 1, 1)]), NOW_MS)
    answer = desk.answer(tablet, 0, runs=[given(third, 1, 1)], reset=True)
    tablet.answer(desk.request(tablet), answer, NOW_MS)
    assert {one.device for one in tablet.pulled.values()} == {third.device}
    assert (tablet.seq, tablet.unsent) == (1, 1)


def test_f4_a_page_for_a_cursor_that_is_no_longer_ours_is_left(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    desk.write(other)
    tablet.answer(desk.request(tablet), desk.answer(tablet, 0), NOW_MS)
    # Both are of one standing: it is the window alone that tells them apart.
    late = desk.request(tablet)
    tablet.answer(desk.request(tablet), desk.answer(tablet, 0, cursor="a.1.f.5"), NOW_MS)
    page = desk.answer(tablet, 0, cursor="a.1.f.3", runs=[given(other, 1, 3)])
    tablet.answer(late, page, NOW_MS)
    assert (tablet.cursor, tablet.pulled) == ("a.1.f.5", {})


def test_h3_f6_an_event_that_does_not_follow_is_refused_with_its_page(desk: Desk) -> None:
    tablet, other = desk.tablet(), desk.tablet()
    desk.write(tablet)
    desk.write(other)
    desk.write(other)
    forged = given(other, 1, 1, bodies=[other.own[1].body.replace("29C1", "30A9")])
    stamp = tablet.stamp
    answer = desk.answer(
        tablet, 1, runs=[forged, given(other, 2, 2)], more=True, results=states("accepted")
    )
    # The outbox is drained whatever is wrong with a feed; that is read anew once.
    assert tablet.answer(desk.request(tablet), answer, NOW_MS).more
    assert (tablet.unsent, tablet.pulled, tablet.cursor) == (0, {}, None)
    assert not tablet.answer(desk.request(tablet), answer, NOW_MS).more
    assert (tablet.pulled, tablet.cursor, tablet.stamp) == ({}, None, stamp)
    assert tablet.alerts == {"answer.chain", "feed.repaired"}


def test_r7_a_tablet_shows_the_rank_its_server_verified(desk: Desk) -> None:
    tablet, lead = desk.tablet(), desk.tablet()
    record = parse_body(desk.write(tablet, fields={"override": "of the officer"}).body).record
    desk.write(lead, record, fields={"override": "of the lead"}, at_ms=NOW_MS - 1000)
    runs = [given(tablet, 1, 1, ranks="1"), given(lead, 1, 2, ranks="2")]
    answer = desk.answer(tablet, 1, results=states("accepted"), runs=runs)
    tablet.answer(desk.request(tablet), answer, NOW_MS)
    seen = tablet.records(lambda kind: TABLE)[record]
    assert seen.fields == {"override": "of the lead"}
    assert [one.value for one in seen.conflicts["override"]] == ["of the lead", "of the officer"]
    desk.write(tablet, record, fields={"override": "settled"}, over=seen.over("override"))
    seen = tablet.records(lambda kind: TABLE)[record]
    assert (seen.fields, seen.conflicts) == ({"override": "settled"}, {})


def test_a5_a_feed_outranks_an_answer_that_was_on_the_way(desk: Desk) -> None:
    tablet = desk.tablet()
    desk.write(tablet, kind="inspection")
    tablet.answer(desk.request(tablet), desk.answer(tablet, 0), NOW_MS)
    slow = desk.request(tablet)
    # The feed has it under a receipt that does not reach it yet.
    page = desk.answer(tablet, 0, runs=[given(tablet, 1, 7)])
    tablet.answer(desk.request(tablet), page, NOW_MS)
    tablet.answer(slow, desk.answer(tablet, 1, results=states("held")), NOW_MS)
    assert tablet.problems() == []


def test_p2_an_answer_that_another_one_overtook_counts_as_not_heard(desk: Desk) -> None:
    tablet = desk.tablet()
    empty = desk.request(tablet)
    desk.write(tablet, kind="inspection")
    refused = desk.request(tablet)
    # The server was upgraded since: it takes the event up, and its feed says so once.
    page = desk.answer(tablet, 1, results=states("duplicate"), runs=[given(tablet, 1, 2)])
    tablet.answer(desk.request(tablet), page, NOW_MS)
    after = tablet.copy()
    heard = [
        tablet.answer(empty, desk.answer(tablet, 0), NOW_MS),
        tablet.answer(refused, desk.answer(tablet, 1, results=states("held")), NOW_MS),
    ]
    assert [one.more for one in heard] == [False, False]
    assert (tablet.problems(), tablet.unsent) == ([], 0)
    assert tablet == after


def test_a_server_restored_from_a_backup_is_offered_the_rest_again(desk: Desk) -> None:
    tablet = desk.tablet()
    for _ in range(3):
        desk.write(tablet)
    told = desk.answer(tablet, 3, results=states("accepted", "accepted", "accepted"))
    tablet.answer(desk.request(tablet), told, NOW_MS)
    assert tablet.unsent == 0
    tablet.answer(desk.request(tablet), desk.answer(tablet, 1, reset=True), NOW_MS)
    request = desk.request(tablet)
    assert (request.first, request.last) == (2, 3)


def test_f5_a_locked_tablet_hears_what_a_restored_server_judges_anew(desk: Desk) -> None:
    tablet = desk.tablet()
    desk.write(tablet)
    page = desk.answer(tablet, 1, results=states("accepted"), runs=[given(tablet, 1, 7)])
    tablet.answer(desk.request(tablet), page, NOW_MS)
    tablet.answer(desk.request(tablet, pulls=False), desk.answer(tablet, 0), NOW_MS)
    again = desk.request(tablet, pulls=False)
    tablet.answer(again, desk.answer(tablet, 1, results=states("held")), NOW_MS)
    assert [one.state for one in tablet.problems()] == ["held"]


def test_b2_a_batch_is_halved_and_grows_again(desk: Desk) -> None:
    tablet = desk.tablet()
    for _ in range(8):
        desk.write(tablet)
    assert tablet.failed("too_large", 0.5) == 0
    assert desk.request(tablet).last == 4
    assert tablet.failed("timeout", 0.0) > 0
    assert desk.request(tablet).last == 2
    tablet.failed("later", 0.0)
    request = desk.request(tablet)
    assert request.last == 2
    tablet.answer(request, desk.answer(tablet, 2, results=states("accepted", "accepted")), NOW_MS)
    assert (desk.request(tablet).first, desk.request(tablet).last) == (3, 6)
    assert (tablet.failures, tablet.unsent) == (0, 6)


def test_a_batch_is_cut_by_characters_too_but_never_empty(desk: Desk) -> None:
    tablet = desk.tablet()
    for _ in range(5):
        desk.write(tablet)
    size = len(tablet.own[1].body) + 100
    assert desk.request(tablet, max_chars=2 * size).last == 2
    assert desk.request(tablet, max_chars=1).last == 1
    assert tablet.batch_events == BATCH_EVENTS


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        *((200, None), (401, "auth"), (413, "too_large"), (408, "later"), (429, "later")),
        *((503, "later"), (422, "refused"), (403, "refused")),
    ],
)
def test_t2_failures_are_sorted_and_drop_nothing(desk: Desk, status: int, failure: Any) -> None:
    assert failure_of_status(status) == failure
    tablet = desk.tablet()
    desk.write(tablet)
    if failure is not None:
        tablet.failed(failure, 0.5)
    assert tablet.unsent == 1


def test_t3_waits_double_have_jitter_and_a_cap() -> None:
    assert [retry_delay_ms(n, 0.0) for n in (1, 2, 3)] == [1000, 2000, 4000]
    assert retry_delay_ms(1, 0.99) < 2000
    assert retry_delay_ms(99, 0.999) <= LAST_RETRY_MS
    assert retry_delay_ms(1, 0.0, retry_after_ms=90_000) == 90_000


def test_a_copy_shares_nothing_that_changes(desk: Desk) -> None:
    tablet = desk.tablet()
    desk.write(tablet)
    copied = tablet.copy()
    desk.write(tablet)
    tablet.alerts.add("x")
    assert (copied.seq, copied.alerts) == (1, set())


def test_k2_packs_announced_are_named_and_a_rollback_is_an_alert(desk: Desk) -> None:
    tablet = desk.tablet()
    tablet.packs = {"rules": 7, "trust": 2}
    answer = desk.answer(tablet, 0, packs={"rules": 6, "trust": 3, "levels": 1})
    heard = tablet.answer(desk.request(tablet), answer, NOW_MS)
    assert heard.packs == {"trust": 3, "levels": 1}
    assert "pack.rollback" in tablet.alerts


@pytest.mark.parametrize(
    "members",
    [
        *({"runs": None}, {"runs": [{}]}, {"results": [{"seq": 1}]}, {"cursor": 5}),
        *({"more": 1}, {"server_time": -1}, {"packs": {"Rules": 1}}, {"packs": []}),
        {"runs": [{}] * 1001},
        *({"held_after": -1}, {"digest": "AA"}, {"feeds": ["x"]}, {"feeds": ["turn_backs:1"] * 33}),
        *({"removals": ["x"]}, {"removals": [5]}, {"removals": None}),
    ],
)
def test_a_misshapen_answer_changes_nothing(desk: Desk, members: dict[str, Any]) -> None:
    tablet = desk.tablet()
    desk.write(tablet)
    before = tablet.copy()
    with pytest.raises(SyncError, match=r"answer\.shape"):
        tablet.answer(desk.request(tablet), desk.answer(tablet, 0, **members), NOW_MS)
    before.alerts = {"answer.shape"}
    assert tablet == before
