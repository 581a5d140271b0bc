"""Running steps one after the other; what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from cli.conformance.findings import BrokenRuleError, Judged, Step, UnseenError
from cli.conformance.play import Play

ENROL = "enrol"


def judge_client(
    play: Play, steps: Sequence[tuple[Step, Callable[[Play], None]]], goes_on: bool
) -> Iterator[Judged]:
    """Each step as it ends. After a broken one no other follows unless `goes_on`."""
    for step, attempt in steps:
        try:
            attempt(play)
        except BrokenRuleError as error:
            play.close_open()
            yield Judged(step, "broken", (replace(error.finding, request=play.last_request),))
            if not goes_on or step.name == ENROL:
                return
        except UnseenError as error:
            play.close_open()
            yield Judged(step, "unseen", why=(error.vi, error.en))
            if step.name == ENROL:
                return
        else:
            yield Judged(step, "pass")
