"""What tablets note besides crossings becomes rows, counts, and a whole with its person part."""

from __future__ import annotations

from server.store.noted_protocol import NotedQuery
from tests.server.console.conftest import Console
from tests.server.console.noting import VIOLATION, WHO, note


def test_each_kind_is_a_row_in_its_own_words_and_names_nobody(console: Console) -> None:
    crossing = console.cross()
    violation = note(console, "violation", VIOLATION | {"crossing": crossing}, {"who": WHO})
    incident = note(console, "incident", {"what": "accident", "severity": "high"}, {"note": "n"})
    test = note(console, "quick_test", {"type": "rapid", "result": "positive"})
    queue = note(console, "queue", {"lane": "1", "length_vehicles": 40, "wait_s": 900})
    rows, after = console.store.noted(NotedQuery(), "", 10)
    assert after == ""
    assert [(one.record, one.kind, one.what, one.degree, one.number) for one in rows] == [
        (queue, "queue", "", "", 40),
        (test, "quick_test", "rapid", "positive", None),
        (incident, "incident", "accident", "high", None),
        (violation, "violation", "no_reason", "fined", 2_000_000),
    ]
    assert rows[3].crossing == crossing
    assert rows[0].wait_s == 900
    assert WHO["name"] not in repr(rows)


def test_pages_go_on_after_a_key_and_one_kind_can_be_asked_for(console: Console) -> None:
    made = [note(console, "violation", VIOLATION) for _ in range(5)]
    note(console, "incident", {"what": "fire", "severity": "low"})
    query = NotedQuery("violation", checkpoints=("hd-ql6",))
    first, after = console.store.noted(query, "", 3)
    rest, end = console.store.noted(query, after, 3)
    assert [one.record for one in [*first, *rest]] == made[::-1]
    assert end == ""
    assert console.store.noted(NotedQuery(checkpoints=("nt-ca-na",)), "", 3) == ([], "")


def test_counts_leave_out_what_was_voided(console: Console) -> None:
    note(console, "violation", VIOLATION)
    note(console, "violation", VIOLATION | {"action": "warned", "amount_vnd": None})
    wrong = note(console, "violation", VIOLATION)
    note(console, "violation", {"voided": "wrong_entry"}, record=wrong)
    note(console, "queue", {"lane": "1", "length_vehicles": 40})
    counts = console.store.noted_counts(0, console.now_ms, ())
    assert [(one.what, one.degree, one.records, one.total) for one in counts] == [
        ("no_reason", "fined", 1, 2_000_000),
        ("no_reason", "warned", 1, 0),
    ]


def test_the_whole_has_who_it_was_only_where_it_may(console: Console) -> None:
    crossing = console.cross()
    record = note(console, "violation", VIOLATION | {"crossing": crossing}, {"who": WHO})
    found = console.store.noted_whole(record, persons=True)
    assert found is not None
    assert found.person["who"] == WHO
    assert found.crossing is not None
    assert found.crossing.record == crossing
    closed = console.store.noted_whole(record, persons=False)
    assert closed is not None
    assert closed.person == {}
    assert closed.fields["action"] == "fined"
    assert console.store.noted_whole(crossing, persons=True) is None
