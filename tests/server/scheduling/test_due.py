"""When what is due, by the clock alone."""

from __future__ import annotations

from server.scheduling.due import Job, due, next_run
from tests.server.scheduling.conftest import HOUR_MS, MINUTE_MS, SIX_IN_THE_EVENING_MS
from tests.server.store.tablets import NOON_MS

HOURS = (6, 12, 18)
NOON, EVENING = Job(NOON_MS, "report"), Job(SIX_IN_THE_EVENING_MS, "report")
MORNING = Job(NOON_MS - 6 * HOUR_MS, "report")


def at(now_ms: int, *done: Job, begun_ms: int = NOON_MS - 1, draft: int = 0) -> list[Job]:
    return due(now_ms, HOURS, 5, draft, begun_ms, done)


def test_a_report_waits_for_who_comes_late_and_is_made_once() -> None:
    assert at(NOON_MS + 5 * MINUTE_MS - 1) == []
    assert at(NOON_MS + 5 * MINUTE_MS) == [NOON]
    assert at(NOON_MS + 5 * MINUTE_MS, NOON) == []


def test_what_was_missed_is_made_up_for_a_day_and_nothing_from_before_the_schedule() -> None:
    late_ms = SIX_IN_THE_EVENING_MS + HOUR_MS
    assert at(late_ms) == [NOON, EVENING]
    assert at(late_ms, begun_ms=NOON_MS - 12 * HOUR_MS) == [MORNING, NOON, EVENING]
    next_day = at(late_ms + 24 * HOUR_MS)
    assert NOON not in next_day and EVENING not in next_day and len(next_day) == 3


def test_a_draft_is_due_before_its_cut_off_only() -> None:
    draft = Job(NOON_MS, "draft")
    begun_ms = NOON_MS - HOUR_MS
    assert at(NOON_MS - 10 * MINUTE_MS, draft=10, begun_ms=begun_ms) == [draft]
    assert at(NOON_MS - 10 * MINUTE_MS - 1, draft=10, begun_ms=begun_ms) == []
    assert at(NOON_MS, draft=10, begun_ms=begun_ms) == []


def test_what_comes_next_is_said_over_midnight() -> None:
    assert next_run(NOON_MS, HOURS, 5, 0) == (NOON, NOON_MS + 5 * MINUTE_MS)
    assert next_run(NOON_MS, HOURS, 5, 10)[0] == NOON
    after_ms = SIX_IN_THE_EVENING_MS + 5 * MINUTE_MS
    job, run_ms = next_run(after_ms, HOURS, 5, 10)
    assert job == Job(NOON_MS + 18 * HOUR_MS, "draft") and run_ms == job.at_ms - 10 * MINUTE_MS
    assert next_run(NOON_MS, (12,), 0, 0)[0].at_ms == NOON_MS + 24 * HOUR_MS
