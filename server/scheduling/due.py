"""Which reports are due: from the clock, the hours, and what was done already. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from server.reporting.periods import DAY_MS, next_cut_ms, previous_cut_ms

MINUTE_MS = 60_000
CATCH_UP_MS = DAY_MS
"""What was missed while the server was down is made up for this long, and no longer."""

JobKind = Literal["draft", "report"]


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """One report to write: for the cut-off `at_ms`, a draft before it or the report after it."""

    at_ms: int
    kind: JobKind


def due(
    now_ms: int,
    hours: Sequence[int],
    wait_minutes: int,
    draft_minutes: int,
    begun_ms: int,
    done: Collection[Job],
) -> list[Job]:
    """The jobs whose time has come since `begun_ms` and that are not done, oldest first.

    A draft is due until its cut-off: afterwards the report itself says more.
    """
    return [
        job
        for job, run_ms in _planned(
            now_ms - CATCH_UP_MS, now_ms, hours, wait_minutes, draft_minutes
        )
        if begun_ms <= run_ms <= now_ms
        and job not in done
        and not (job.kind == "draft" and now_ms >= job.at_ms)
    ]


def next_run(
    now_ms: int, hours: Sequence[int], wait_minutes: int, draft_minutes: int
) -> tuple[Job, int]:
    """What comes next and when."""
    plan = _planned(
        now_ms - wait_minutes * MINUTE_MS - 1, now_ms + DAY_MS, hours, wait_minutes, draft_minutes
    )
    return min((one for one in plan if one[1] > now_ms), key=lambda one: one[1])


def _planned(
    after_ms: int, until_ms: int, hours: Sequence[int], wait_minutes: int, draft_minutes: int
) -> Iterator[tuple[Job, int]]:
    """The jobs of the cut-offs after `after_ms` up to the first one after `until_ms`."""
    at_ms = next_cut_ms(until_ms + 1, hours)
    cuts = [at_ms]
    while (at_ms := previous_cut_ms(at_ms, hours)) > after_ms:
        cuts.append(at_ms)
    for at_ms in reversed(cuts):
        if draft_minutes:
            yield Job(at_ms, "draft"), at_ms - draft_minutes * MINUTE_MS
        yield Job(at_ms, "report"), at_ms + wait_minutes * MINUTE_MS
