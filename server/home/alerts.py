"""What of a crossing has to be told to people, and what of it they were told before. SPEC W.

What is wanted follows from the crossing, the packs of its time and those of now, and nothing else:
looked at twice it is the same record with the same fields, and nothing is written again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from rules.decide import severity
from server.home.books import Book, Books
from server.home.draft import Draft, Sources, derived_id
from server.home.redecide import Answer, Question, answer, differing, ended_items, revoked_items
from server.store.view_protocol import CrossingRow

DECIDE_DAYS = 30
"""Crossings that happened or arrived longer ago are not decided again: twice an isolation of 14."""

DAY_MS = 86_400_000
MAX_PERSONS = 64
MAX_REASONS = 16
DECIDED = (
    *("decision.stale", "decision.differs", "override.unagreed"),
    *("late.rules", "late.isolated", "late.revoked"),
)
"""What follows from one crossing alone and the lists."""


def is_recent(row: CrossingRow, now_ms: int) -> bool:
    """Whether it is still decided again."""
    return max(row.occurred_ms, row.received_ms) >= now_ms - DECIDE_DAYS * DAY_MS


def wanted(question: Question, then: Book, now: Book, books: Books) -> list[Draft]:
    """What follows from deciding a crossing again, by what held then and by what holds now."""
    found = _revoked(question, then, now)
    if then.rules is None:
        return found
    by_then = answer(question, then)
    had = books.had(question.row.checkpoint, question.had)
    return [
        *found,
        *_at_the_time(question, by_then, then, had),
        *_later(question, by_then, then, now),
    ]


def drafts(
    sources: Sources,
    row: CrossingRow,
    found: Sequence[Draft],
    codes: tuple[str, ...],
    kept: Collection[str] = (),
) -> Iterator[Draft]:
    """What to write so that the alerts of these codes about a crossing are the ones found.

    Nothing that a person took or closed is changed; what nobody took is withdrawn with its cause,
    but for the records in `kept`.
    """
    told = {
        str(record): (str(state), bool(withdrawn))
        for record, code, state, withdrawn in sources.view.execute(
            "SELECT record, code, state, withdrawn FROM alerts"
            " JOIN alert_subjects ON alert = alerts.id WHERE subject = ?",
            (row.record,),
        )
        if code in codes
    }
    for one in found:
        state, _ = told.pop(one.record, ("", False))
        if not state:
            yield one
        elif state == "new":
            yield from _rewritten(sources, one)
    for record, (state, is_withdrawn) in told.items():
        if state == "new" and not is_withdrawn and record not in kept:
            yield from _withdrawal(sources, record, row.checkpoint)


def alert(
    code: str, about: str, subjects: Sequence[str], row: CrossingRow, *key: str, **fields: Any
) -> Draft:
    """One alert; `about` gives its id the time, `key` tells it from others of its code (W1)."""
    return Draft(
        "alert",
        derived_id(about, "alert", code, *subjects, *key),
        row.checkpoint,
        {
            "alert": code,
            "subjects": list(subjects),
            "checkpoint": row.checkpoint,
            "occurred": row.occurred_ms,
            "state": "new",
            "withdrawn": False,
            **fields,
        },
    )


def _at_the_time(question: Question, by_then: Answer, then: Book, had: Book) -> Iterator[Draft]:
    """The tablet showed something else than what held when it was shown."""
    items = differing(question, by_then)
    if items is None:
        return
    explained = then.versions != had.versions and differing(question, answer(question, had)) is None
    code = "decision.stale" if explained else "decision.differs"
    yield _decision(code, question, by_then, items, then, had)


def _later(question: Question, by_then: Answer, then: Book, now: Book) -> Iterator[Draft]:
    """Rules or levels published since, with effect from before, are stricter than what was done."""
    changed = {"rules", "levels"} & {
        name for name in now.versions if now.versions[name] != then.versions.get(name)
    }
    if not changed or now.rules is None:
        return
    later = replace(then, rules=now.rules, levels=now.levels, versions=now.versions)
    by_now = answer(question, later)
    outcome = severity(by_now.verdict.outcome)
    if outcome <= severity(by_then.verdict.outcome) or outcome <= question.done:
        return
    items = [
        item
        for item, one in by_now.people.items()
        if item and severity(one.outcome) > severity(by_then.people[item].outcome)
    ]
    yield _decision("late.rules", question, by_now, items, later, then)


def _revoked(question: Question, then: Book, now: Book) -> list[Draft]:
    """A document that counted and let somebody pass was revoked afterwards."""
    if question.row.action == "turned_back" or now.trust is then.trust:
        return []
    return [
        _late_revoked(question, item) for item in revoked_items(question, then.trust, now.trust)
    ]


def of_ended(question: Question, now_ms: int) -> set[str]:
    """The records of alerts that stay although no pack names the cause any more.

    A revocation leaves the trust pack once its document has ended; the crossing was before.
    """
    return {_late_revoked(question, item).record for item in ended_items(question, now_ms)}


def _late_revoked(question: Question, item: str) -> Draft:
    record = question.row.record
    return alert("late.revoked", record, [record], question.row, item, persons=[item])


def _decision(
    code: str, question: Question, found: Answer, items: Sequence[str], held: Book, had: Book
) -> Draft:
    record = question.row.record
    return alert(
        code,
        record,
        [record],
        question.row,
        found.verdict.outcome,
        persons=list(items[:MAX_PERSONS]),
        shown=question.shown,
        decided=found.verdict.outcome,
        reasons=list(found.verdict.reasons[:MAX_REASONS]),
        packs=_named(held),
        had=_named(had),
    )


def _named(book: Book) -> list[str]:
    return [f"{name} {version}" for name, version in sorted(book.versions.items())]


def _rewritten(sources: Sources, one: Draft) -> Iterator[Draft]:
    written = sources.written("alert", one.record)
    if written is None:
        return
    fields = {name: value for name, value in one.fields.items() if name != "state"}
    changed = {name: value for name, value in fields.items() if written.fields.get(name) != value}
    if changed:
        over = {path: refs for path, refs in written.over.items() if path in changed}
        yield Draft("alert", one.record, one.home, changed, {}, over)


def _withdrawal(sources: Sources, record: str, home: str) -> Iterator[Draft]:
    written = sources.written("alert", record)
    if written is not None:
        over = {"withdrawn": written.over["withdrawn"]} if "withdrawn" in written.over else {}
        yield Draft("alert", record, home, {"withdrawn": True}, {}, over)
