"""Who crosses in a simulation, and which trucks two tablets write about without seeing each other.

The rates are a model, drawn from a seeded generator: 450 crossings an hour at a checkpoint of four
tablets. One crossing in fifty is a truck that is sent on to a second place, where another tablet
adds to the same record while the first one does too; one in thirty is amended by its own tablet.
One in a hundred is logged a second time by another tablet within three minutes, as a crossing of
its own: the home server has to find that it is one passage (SPEC L2).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.demo.people import Person, person, plate
from cli.demo.traffic import PLATE_CODES
from cli.simulate.tablet import SimTablet
from sync.encoding import uuid7

CROSSINGS_PER_HOUR = 450 / 4
"""Of one tablet."""

HOUR_MS = 3_600_000
CONTESTED = 1 / 50
AMENDED = 1 / 30
TWICE = 1 / 100
TWICE_MS = 100_000
MAX_WAIT_ROUNDS = 500

_AMENDMENTS = (("wait_s", 40), ("temperature", 35), ("note", 15), ("action", 8), ("plate", 2))
"""What an officer writes later: mostly what was measured, seldom who or what it was."""

_NOTES = ("đã kiểm tra hàng", "chờ giấy tờ", "đo lại nhiệt độ", "lái xe xuất trình thêm giấy")


@dataclass(slots=True)
class Amendment:
    """A record that is written to again at `due_ms`, by these tablets at the same time."""

    record: str
    due_ms: int
    tablets: tuple[SimTablet, ...]
    real_plate: str
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """A vehicle that another tablet logs as well, at `at_ms`: the record it already has."""

    record: str
    at_ms: int
    tablet: SimTablet
    fields: dict[str, Any]
    items: dict[str, dict[str, dict[str, Any]]]
    who: dict[str, Any]


class Traffic:
    """Writes to the tablets; one thread. `watched`: the records that are amended; `twice`: pairs
    of records of one passage."""

    def __init__(self, seed: int, tablets: Sequence[SimTablet], watched: set[str]) -> None:
        self._rng = random.Random(f"{seed} traffic")
        self._tablets = tablets
        self._watched = watched
        self._pending: list[Amendment] = []
        self._again: list[Again] = []
        self.twice: list[tuple[str, str]] = []
        self._people = [person(self._rng, "058") for _ in range(500)]
        self._plates = [plate(self._rng, PLATE_CODES["58"], "truck") for _ in range(2000)]
        self.records = 0

    def write(self, from_ms: int, to_ms: int) -> None:
        """All that happens at the checkpoints in this time."""
        for tablet in self._tablets:
            at_ms = from_ms + self._gap_ms()
            while at_ms < to_ms:
                self._crossing(tablet, at_ms)
                at_ms += self._gap_ms()
        for again in [one for one in self._again if one.at_ms < to_ms]:
            self._again.remove(again)
            self._log_again(again)
        waiting: list[Amendment] = []
        for one in self._pending:
            one.rounds += one.due_ms <= to_ms
            written = one.due_ms <= to_ms and self._amend(one, to_ms)
            if not written and one.rounds < MAX_WAIT_ROUNDS:
                waiting.append(one)
        self._pending = waiting

    def _gap_ms(self) -> int:
        return max(1, round(self._rng.expovariate(CROSSINGS_PER_HOUR / HOUR_MS)))

    def _crossing(self, tablet: SimTablet, at_ms: int) -> None:
        rng = self._rng
        record = uuid7(at_ms, rng.randbytes(10))
        read = rng.choice(self._plates)
        draw = rng.random()
        contested = draw < CONTESTED
        fields, items = _fields(rng, read, at_ms, contested)
        who = _identity(rng.choice(self._people))
        event = tablet.replica.write(
            at_ms + tablet.skew_ms,
            record,
            fields,
            items=items,
            person_items={"people": {"1": who}},
            salt=rng.randbytes(16),
        )
        self.records += 1
        others = [
            one
            for one in self._tablets
            if one is not tablet and one.replica.checkpoint == tablet.replica.checkpoint
        ]
        if draw >= CONTESTED + AMENDED:
            if draw < CONTESTED + AMENDED + TWICE and others:
                at_ms += rng.randrange(1, TWICE_MS)
                other = rng.choice(others)
                self._again.append(Again(record, at_ms, other, fields, items, who))
            return
        writers = [tablet]
        if contested and others:
            writers.append(rng.choice(others))
        self._watched.add(record)
        tablet.note_own(record, event.seq)
        due_ms = at_ms + rng.randrange(3 * 60_000, 15 * 60_000)
        real = read if rng.random() < 0.9 else rng.choice(self._plates)
        self._pending.append(Amendment(record, due_ms, tuple(writers), real))

    def _log_again(self, one: Again) -> None:
        record = uuid7(one.at_ms, self._rng.randbytes(10))
        one.tablet.replica.write(
            one.at_ms + one.tablet.skew_ms,
            record,
            one.fields | {"occurred": one.at_ms},
            items=one.items,
            person_items={"people": {"1": one.who}},
            salt=self._rng.randbytes(16),
        )
        self.records += 1
        self.twice.append((one.record, record))

    def _amend(self, one: Amendment, now_ms: int) -> bool:
        """Whether all its writers hold the record, and so wrote."""
        views = [(tablet, tablet.seen(one.record)) for tablet in one.tablets]
        if any(seen is None for _, seen in views):
            return False
        for tablet, seen in views:
            assert seen is not None
            parts = _amendment(self._rng, one)
            paths = [*parts["fields"], *parts["person"]]
            paths += [f"people/1/{name}" for name in parts["items"]]
            event = tablet.replica.write(
                now_ms + tablet.skew_ms,
                one.record,
                parts["fields"],
                person=parts["person"],
                person_items={"people": {"1": parts["items"]}} if parts["items"] else None,
                salt=self._rng.randbytes(16),
                over=seen.over(*paths),
            )
            tablet.note_own(one.record, event.seq)
        return True


def _fields(
    rng: random.Random, read: str, at_ms: int, contested: bool
) -> tuple[dict[str, Any], dict[str, dict[str, dict[str, Any]]]]:
    referred = contested or rng.random() < 0.04
    outcome = "refer" if referred else "pass"
    fields = {
        "lane": "xe-tai" if contested else "o-to",
        "direction": rng.choice(("in", "out")),
        "mode": "checked",
        "purpose": "goods" if contested else "work",
        "plate": {"read": read, "normal": read.replace("-", "").replace(".", "")},
        "vehicle_class": "truck" if contested else "car",
        "verdict": {"outcome": outcome, "reasons": ["card.missing" if referred else "ok"]},
        "action": "referred" if referred else "passed",
        "occurred": at_ms,
    }
    evidence = {"family": "cccd", "status": "claim", "code": "unsigned"}
    return fields, {"people": {"1": {"role": "driver", "evidence": evidence}}}


def _identity(who: Person) -> dict[str, Any]:
    return {
        "name": who.name,
        "birth_date": who.birth_date,
        "id_number": who.id_number,
        "sex": who.sex,
        "phone": who.phone,
        "temperature_c": 36.5,
    }


def _amendment(rng: random.Random, one: Amendment) -> dict[str, dict[str, Any]]:
    """The body fields, person fields and fields of person 1 that one officer writes."""
    names = [name for name, _ in _AMENDMENTS]
    weights = [weight for _, weight in _AMENDMENTS]
    parts: dict[str, dict[str, Any]] = {"fields": {}, "person": {}, "items": {}}
    drawn = {rng.choices(names, weights)[0] for _ in range(rng.choice((1, 1, 2)))}
    for name in sorted(drawn):  # a set of texts has another order in every process
        if name == "wait_s":
            parts["fields"][name] = rng.randrange(60, 1200)
        elif name == "temperature":
            parts["items"]["temperature_c"] = round(rng.uniform(36.0, 37.6), 1)
        elif name == "note":
            parts["person"][name] = rng.choice(_NOTES)
        elif name == "action":
            parts["fields"][name] = "passed" if rng.random() < 0.9 else "turned_back"
        else:
            misread = f"{one.real_plate[:-1]}{rng.randrange(10)}"
            real = one.real_plate if rng.random() < 0.85 else misread
            normal = "".join(char for char in real if char.isalnum())
            parts["fields"][name] = {"read": real, "normal": normal}
    return parts
