"""The view's side of the Store contract: what a search finds, a crossing shows, a count says."""

from __future__ import annotations

from server.store.view_protocol import Criteria
from sync.batch import plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import (
    CAR,
    EVIDENCE,
    ID_NUMBER,
    NOON_MS,
    PHONE,
    Tablet,
)

ALL_TIME = (0, 1 << 46)


def one_crossing(world: World, **fields: object) -> Tablet:
    tablet = world.tablet()
    tablet.push(world.store, tablet.batch(tablet.crossing(**fields)))  # type: ignore[arg-type]
    world.project()
    return tablet


def review(world: World, record: str, decision: str, now_ms: int = NOON_MS + 9_000) -> None:
    tablet = world.tablet()
    world.store.write(
        "review",
        tablet.new_record(),
        "hd-ql6",
        "canh-sat",
        {"subject": record, "decision": decision},
        {"note": "đã xem"},
        now_ms,
    )
    world.project()


def test_a_crossing_is_one_row_without_person_data(world: World) -> None:
    tablet = one_crossing(world)
    (row,) = world.found()
    assert row.record == tablet.records[0]
    assert (row.checkpoint, row.lane, row.direction, row.mode) == ("hd-ql6", "1", "in", "checked")
    assert (row.plate, row.plate_read, row.vehicle_class) == ("30A12345", "30A-123.45", "car")
    assert (row.people, row.goods, row.outcome, row.action) == (1, 0, "pass", "passed")
    assert (row.reasons, row.families, row.flags, row.review) == (("ok",), ("cccd",), (), "")
    assert (row.officer, row.device) == ("cb-01", tablet.device.id)


def test_every_criterion_finds_and_leaves_out(world: World) -> None:
    one_crossing(world)
    hit_and_miss: list[tuple[dict[str, object], dict[str, object]]] = [
        ({"from_ms": NOON_MS}, {"from_ms": NOON_MS + 60_000}),
        ({"to_ms": NOON_MS + 60_000}, {"to_ms": NOON_MS}),
        ({"checkpoints": ("hd-ql6", "x")}, {"checkpoints": ("x",)}),
        ({"plate": "a-123"}, {"plate": "a-124"}),
        ({"plate": "30"}, {"plate": "0A"}),
        ({"name": "đào  NGUYEN"}, {"name": "dao tran"}),
        ({"name": "Thị"}, {"name": "Th"}),
        ({"id_number": ID_NUMBER}, {"id_number": ID_NUMBER[:-1] + "6"}),
        ({"id_number": ID_NUMBER[-4:]}, {"id_number": "0000"}),
        ({"phone": "+84 912 345 678"}, {"phone": PHONE[:-1]}),
        ({"outcomes": ("pass", "refer")}, {"outcomes": ("refer",)}),
        ({"actions": ("passed",)}, {"actions": ("turned_back",)}),
        ({"direction": "in"}, {"direction": "out"}),
        ({}, {"review": "open"}),
        ({}, {"name": "?!"}),
        ({}, {"plate": "--"}),
        ({}, {"phone": "abc"}),
    ]
    for hit, miss in hit_and_miss:
        assert len(world.found(**hit)) == 1, hit
        assert world.found(**miss) == [], miss


def test_all_syllables_and_the_number_must_be_of_one_person(world: World) -> None:
    tablet = world.tablet()
    event = tablet.crossing()
    other = tablet.person("2", name="Lê Văn Bình", id_number="001200099999")
    record = tablet.records[0]
    added = plain_event(
        tablet.body(record, items={"people": {"2": {"role": "passenger", "evidence": EVIDENCE}}}),
        other,
    )
    tablet.push(world.store, tablet.batch(event, added))
    world.project()
    (row,) = world.found(name="le binh")
    assert row.people == 2
    assert world.found(name="dao binh") == []
    assert world.found(name="binh", id_number=ID_NUMBER) == []


def test_a_masked_number_is_found_by_the_last_four_it_shows(world: World) -> None:
    tablet = world.tablet()
    event = tablet.crossing()
    masked = tablet.person(name="Người Che", id_number="0010****4321")
    tablet.push(world.store, tablet.batch(plain_event(event.body, masked)))
    world.project()
    assert len(world.found(id_number="4321")) == 1
    assert world.found(id_number="0010****4321") == []


def test_pages_are_newest_first_and_complete(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(23))
    world.project()
    got: list[str] = []
    after = ""
    while True:
        rows, after = world.store.search(Criteria(), after, 5)
        got += [row.record for row in rows]
        if not after:
            break
    assert got == tablet.records[::-1]


def test_flags_say_why_a_crossing_needs_a_look(world: World) -> None:
    tablet = world.tablet()
    override = {"reason": "emergency", "by": "cb-01"}
    odd = {"people": {"1": {"evidence": EVIDENCE | {"status": "unknown"}}}}
    forged = {"people": {"1": {"evidence": EVIDENCE | {"status": "invalid", "code": "signature"}}}}
    tablet.push(
        world.store,
        tablet.batch(
            tablet.crossing(),
            tablet.crossing(override=override),
            tablet.crossing(action="turned_back"),
            plain_event(tablet.body(tablet.new_record(), fields=CAR, items=odd), None),
            plain_event(tablet.body(tablet.new_record(), fields=CAR, items=forged), None),
            tablet.crossing(voided="mistake"),
        ),
    )
    world.project()
    assert [(row.flags, row.review) for row in world.found()[::-1]] == [
        ((), ""),
        (("override",), "open"),
        (("refused",), "open"),
        (("unknown_code",), "open"),
        (("forged",), "open"),
        (("voided",), ""),
    ]
    counts = world.store.counts(*ALL_TIME, [])
    assert (counts["crossings"], counts["voided"], counts["review_open"]) == (5, 1, 4)
    assert (counts["turned_back_in"], counts["passed"], counts["vehicles"]) == (1, 4, 5)


def test_late_is_received_after_the_report_that_should_have_had_it(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(1), NOON_MS + 6 * 3_600_000 + 14 * 60_000)
    tablet.push(world.store, tablet.crossings(1), NOON_MS + 6 * 3_600_000 + 16 * 60_000)
    world.project()
    assert [(row.flags, row.review) for row in world.found()] == [(("late",), ""), ((), "")]


def test_a_review_closes_what_is_open_whichever_comes_first(world: World) -> None:
    tablet = one_crossing(world, action="turned_back")
    record = tablet.records[0]
    assert [row.record for row in world.found(review="open")] == [record]
    review(world, record, "needs_check")
    assert [row.record for row in world.found(review="needs_check")] == [record]
    early = tablet.crossing(action="turned_back")
    review(world, tablet.records[-1], "seen")
    tablet.push(world.store, tablet.batch(early))
    world.project()
    assert [row.record for row in world.found(review="seen")] == [tablet.records[-1]]
    assert world.found(review="open") == []
    whole = world.store.crossing(record)
    assert whole is not None
    assert [one.fields["decision"] for one in whole.reviews] == ["needs_check"]
    assert [one.person for one in whole.reviews] == [{"note": "đã xem"}]


def test_r6_two_plates_are_a_conflict_until_somebody_supersedes_both(world: World) -> None:
    one = world.tablet()
    two = world.tablet()
    event = one.crossing()
    record = one.records[0]
    one.push(world.store, one.batch(event))
    two.now_ms = one.now_ms
    second = two.amendment(record, {}, plate={"read": "29B-999.99", "normal": "29B99999"})
    two.push(world.store, two.batch(second))
    world.project()
    (row,) = world.found(review="open")
    assert row.flags == ("conflict",)
    whole = world.store.crossing(record)
    assert whole is not None
    sides = whole.conflicts["plate"]
    assert [(side.device, side.fields["plate"]["normal"]) for side in sides] == [
        (one.device.id, "30A12345"),
        (two.device.id, "29B99999"),
    ]
    over = {"plate": tuple(f"{side.device}:{side.seq}" for side in sides)}
    world.store.write(
        "crossing", record, "hd-ql6", "canh-sat", {"plate": CAR["plate"]}, None, NOON_MS, over=over
    )
    world.project()
    whole = world.store.crossing(record)
    assert whole is not None
    assert (whole.conflicts, whole.row.flags, whole.row.plate) == ({}, (), "30A12345")
    assert len(whole.history) == 3
    assert len(world.found(plate="29B99")) == 1, "a corrected plate is still found"


def test_a_conflict_about_who_somebody_is_stands_in_the_person_part(world: World) -> None:
    tablet = one_crossing(world)
    record = tablet.records[0]
    other = plain_event(tablet.body(record), tablet.person(name="Nguyễn Thị Đạo"))
    tablet.push(world.store, tablet.batch(other))
    world.project()
    whole = world.store.crossing(record)
    assert whole is not None
    assert whole.row.flags == ("conflict",)
    sides = whole.conflicts["people/1/name"]
    assert [(side.fields, (side.person or {})["people/1/name"]) for side in sides] == [
        ({}, "Nguyễn Thị Đào Mẫu"),
        ({}, "Nguyễn Thị Đạo"),
    ]


def test_a_whole_crossing_holds_what_the_projector_has_not_taken_up_yet(world: World) -> None:
    tablet = one_crossing(world)
    record = tablet.records[0]
    other = tablet.amendment(record, {}, plate={"read": "29B-999.99", "normal": "29B99999"})
    tablet.push(world.store, tablet.batch(other, tablet.crossing()))
    whole = world.store.crossing(record)
    assert whole is not None
    assert list(whole.conflicts) == ["plate"]
    assert [one.seq for one in whole.history] == [1, 2]


def test_r7_what_a_policy_settles_is_no_conflict_and_not_hidden(world: World) -> None:
    tablet = one_crossing(world)
    record = tablet.records[0]
    tablet.push(world.store, tablet.batch(tablet.amendment(record, {}, lane="2")))
    world.project()
    whole = world.store.crossing(record)
    assert whole is not None
    assert (whole.conflicts, whole.row.lane) == ({}, "2")
    assert {path: [one.fields[path] for one in some] for path, some in whole.settled.items()} == {
        "lane": ["1", "2"]
    }


def test_a_whole_crossing_has_body_and_person_fields_merged(world: World) -> None:
    tablet = one_crossing(world)
    whole = world.store.crossing(tablet.records[0])
    assert whole is not None
    assert whole.people["1"]["name"] == "Nguyễn Thị Đào Mẫu"
    assert whole.people["1"]["evidence"] == EVIDENCE
    assert whole.fields["plate"] == CAR["plate"]
    assert world.store.crossing("0190b0a0-0000-7000-8000-000000000000") is None


def test_each_crossing_gives_all_in_order_with_and_without_persons(world: World) -> None:
    tablet = world.tablet()
    for _ in range(3):
        tablet.push(world.store, tablet.crossings(83))
    world.project()
    for persons in (True, False):
        wholes = list(world.store.each_crossing(*ALL_TIME, ["hd-ql6"], persons))
        assert [one.row.record for one in wholes] == tablet.records
        assert all(("name" in one.people["1"]) is persons for one in wholes)
    assert list(world.store.each_crossing(*ALL_TIME, ["hd-ql21b"], True)) == []


def test_projected_says_how_far_the_view_is_behind(world: World) -> None:
    tablet = world.tablet()
    assert world.store.projected() == (0, 0)
    assert world.found() == []
    assert world.store.counts(*ALL_TIME, [])["crossings"] == 0
    tablet.push(world.store, tablet.crossings(2))
    assert world.store.projected() == (0, 2)
    world.project()
    assert world.store.projected() == (2, 2)


def test_a6_both_branches_of_a_clone_are_in_the_view(world: World) -> None:
    tablet = world.tablet()
    clone = tablet.clone()
    tablet.push(world.store, tablet.crossings(1))
    clone.push(world.store, clone.crossings(1))
    world.project()
    assert len(world.found()) == 2


def test_a9_what_a_person_takes_up_of_a_revoked_device_is_announced(world: World) -> None:
    tablet = world.tablet()
    world.store.revoke_device(tablet.device.id, NOON_MS)
    tablet.push(world.store, tablet.crossings(2))
    world.project()
    assert world.found() == []
    waiting = world.store.held_events("device.revoked", 0, 10)
    assert [(one.n, one.state, one.person) for one in waiting] == [
        (1, "held", None),
        (2, "held", None),
    ]
    assert world.store.take_up_revoked([1]) == 1
    assert world.store.take_up_revoked([1]) == 0
    world.project()
    assert [row.record for row in world.found()] == tablet.records[:1]
    page = world.store.pull(["hd-ql6"], 2, 10, persons=True)
    assert [(one.n, one.seq, one.state) for one in page.events] == [(3, 1, "accepted")]
