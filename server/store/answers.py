"""What became of events that were pushed, as values. SPEC A2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

State = Literal["accepted", "duplicate", "held", "rejected"]


class EventAnswer(NamedTuple):
    """What became of one pushed event (SPEC A2). A tuple, because a push makes a thousand."""

    seq: int
    state: State
    code: str | None = None
    field: str | None = None


class Answered(NamedTuple):
    """Contiguous events of one batch of which the same became (SPEC A2)."""

    first: int
    events: int
    state: State
    code: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What became of a batch, in order, and how far the log now holds this device's chain."""

    answers: tuple[Answered, ...]
    through: int
    head: bytes
    forked: bool

    @property
    def results(self) -> tuple[EventAnswer, ...]:
        """The answer to each event."""
        return tuple(
            EventAnswer(seq, one.state, one.code, one.field)
            for one in self.answers
            for seq in range(one.first, one.first + one.events)
        )


def joined(answers: Iterable[Answered]) -> tuple[Answered, ...]:
    """Answers in order, neighbours that are alike in one."""
    found: list[Answered] = []
    for one in answers:
        if found and found[-1][2:] == one[2:]:
            found[-1] = found[-1]._replace(events=found[-1].events + one.events)
        else:
            found.append(one)
    return tuple(found)
