"""Sample journeys: what a pack is tried on before anybody is stopped by it.

A file {now, levels?, external?, evidence: {name: Evidence}, journey, cases: [{name, clause?,
evidence, journey, external?, now?, expected?: {outcome, reason}}]}: a case's journey is laid over
`journey`, its external over `external`; `evidence` names an entry or is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.decide import Verdict, decide
from rules.grace import LevelBook, external_levels, parse_level_book
from rules.pack import OUTCOMES, PackContent, RulePack
from rules.shape import Shape
from rules.values import Json, checked

MAX_CASES = 2_000
MAX_NODES = 500_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One journey; `expected` is (outcome, leading reason), None where nobody wrote it down."""

    name: str
    clause: str
    evidence: dict[str, Json] | None
    journey: dict[str, Json]
    external: dict[str, Json]
    now_ms: int
    expected: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Samples:
    """The journeys of one file; `now_ms` is when they take place, unless they say otherwise."""

    now_ms: int
    cases: tuple[Sample, ...]


def parse_samples(value: object, shipped: Mapping[str, object], now_ms: int) -> Samples:
    """A file of journeys; `shipped` are levels contents by name, `now_ms` holds where it says none.

    Raises RuleError("pack.field" | "pack.limit" | "pack.type") with the place in the file.
    """
    shape = Shape(checked(value, "pack", max_nodes=MAX_NODES), "")
    now_ms = shape.instant("now") if shape.has("now") else now_ms
    book = _book(shape, shipped)
    evidence = shape.inner("evidence") if shape.has("evidence") else Shape({}, "/evidence")
    cases = tuple(
        _case(Shape(item, f"/cases/{index}"), shape, evidence, book, now_ms)
        for index, item in enumerate(shape.items("cases", MAX_CASES))
    )
    return Samples(now_ms, cases)


def verdict_on(sample: Sample, content: PackContent) -> Verdict:
    """What a pack of this content says of a journey, as if it had just been issued."""
    pack = RulePack("rules", 0, sample.now_ms, content)
    return decide(sample.evidence, sample.journey, sample.external, sample.now_ms, pack)


def _case(
    case: Shape, shape: Shape, evidence: Shape, book: LevelBook | None, now_ms: int
) -> Sample:
    now_ms = case.instant("now") if case.has("now") else now_ms
    journey = {**_members(shape, "journey"), **_members(case, "journey")}
    external = {**_members(shape, "external"), **_members(case, "external")}
    if book is not None:
        external = {**external_levels(book, journey, now_ms), **external}
    return Sample(
        case.text("name"),
        case.text("clause", most_chars=1000) if case.has("clause") else "",
        _evidence(case, evidence),
        journey,
        external,
        now_ms,
        _expected(case),
    )


def _evidence(case: Shape, named: Shape) -> dict[str, Json] | None:
    value = case.value("evidence")
    if isinstance(value, str):
        if not named.has(value):
            raise case.refused("evidence")
        value = named.value(value)
    if not isinstance(value, dict | None):
        raise case.refused("evidence")
    return value


def _expected(case: Shape) -> tuple[str, str] | None:
    if not case.has("expected"):
        return None
    expected = case.inner("expected")
    if expected.text("outcome") not in OUTCOMES:
        raise expected.refused("outcome")
    return expected.text("outcome"), expected.text("reason")


def _book(shape: Shape, shipped: Mapping[str, object]) -> LevelBook | None:
    """The levels of the journeys: a name among `shipped`, a levels pack's content, or none."""
    levels = shape.value("levels")
    if levels is None:
        return None
    if isinstance(levels, str):
        if levels not in shipped:
            raise shape.refused("levels")
        return parse_level_book(shipped[levels])
    return parse_level_book(levels)


def _members(shape: Shape, name: str) -> dict[str, Json]:
    value = shape.value(name) if shape.has(name) else {}
    if not isinstance(value, dict):
        raise shape.refused(name)
    return value
