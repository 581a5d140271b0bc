"""The thin path: sign in, see what needs a look, mark it, and it is gone."""

from __future__ import annotations

from tests.server.console.conftest import Console, post


def test_a_review_writes_one_event_and_the_crossing_leaves_the_queue(console: Console) -> None:
    record = console.cross()
    client = console.sign_in("reviewer")
    assert record in client.get("/console/").text
    before = console.last_n()
    answer = post(
        client,
        f"/console/crossings/{record}/reviews",
        {"decision": "seen", "note": "đã gọi lại chốt"},
    )
    assert answer.status_code == 303
    assert console.last_n() == before + 1
    assert record not in client.get("/console/").text
    console.projector.catch_up()
    console.now_ms += 60_000
    assert record not in client.get("/console/").text
    whole = console.store.crossing(record)
    assert whole is not None
    assert [one.fields["decision"] for one in whole.reviews] == ["seen"]
    assert [one.officer for one in whole.reviews] == ["id-reviewer"]
