"""What a new pack changes against the one in force, in its rules and for sample journeys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from rules.authoring.samples import Sample, verdict_on
from rules.decide import Verdict
from rules.pack import PackContent, Rule

_EVER_MS = -(2**53)
PACK_MEMBERS = (
    *("otherwise", "otherwise_before", "stale_stop_hours"),
    *("signs", "sampling_per_mille", "override_approval", "most_inside"),
)
"""What a pack says besides its rules."""


@dataclass(frozen=True, slots=True)
class JourneyChange:
    """A sample journey with another outcome or leading reason."""

    name: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Difference:
    """Rule ids; `changed` says which members differ; `pack` names those of the whole pack."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, tuple[str, ...]]
    pack: tuple[str, ...]
    journeys: tuple[JourneyChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two packs say the same."""
        return not (self.added or self.removed or self.changed or self.pack)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two packs, and the moment whose rules are compared on journeys (Unix ms).

    The journeys keep their own times: `external.now` and levels are theirs.
    """

    content: PackContent
    at_ms: int


def differences(
    before: Side, after: Side, samples: Iterable[Sample], open_ids: frozenset[str] = frozenset()
) -> Difference:
    """How `after` differs from `before`; order of rules is no difference.

    `open_ids` are rules whose author left open since when they hold: that is no difference.
    """
    old = {rule.id: rule for rule in before.content.rules}
    new = {rule.id: rule for rule in after.content.rules}
    changed = {id_: _members(old[id_], new[id_], open_ids) for id_ in new if id_ in old}
    whole = tuple(
        name
        for name in PACK_MEMBERS
        if getattr(before.content, name) != getattr(after.content, name)
    )
    return Difference(
        added=tuple(id_ for id_ in new if id_ not in old),
        removed=tuple(id_ for id_ in old if id_ not in new),
        changed={id_: members for id_, members in changed.items() if members},
        pack=whole,
        journeys=tuple(_journeys(_as_at(before), _as_at(after), samples)),
    )


def _members(old: Rule, new: Rule, open_ids: frozenset[str]) -> tuple[str, ...]:
    names = [field.name for field in fields(Rule)]
    if new.id in open_ids:
        names.remove("effective_from_ms")
    differing = [name for name in names if getattr(old, name) != getattr(new, name)]
    return tuple(name.removesuffix("_ms") for name in differing)


def _as_at(side: Side) -> PackContent:
    """The pack as it stands at its moment, for journeys of any time."""
    standing = (rule for rule in side.content.rules if rule.is_in_force(side.at_ms))
    rules = tuple(
        replace(rule, effective_from_ms=_EVER_MS, effective_to_ms=None) for rule in standing
    )
    otherwise = side.content.otherwise_at(side.at_ms)
    return replace(side.content, rules=rules, otherwise=otherwise, otherwise_before=())


def _journeys(
    before: PackContent, after: PackContent, samples: Iterable[Sample]
) -> Iterable[JourneyChange]:
    for sample in samples:
        old, new = verdict_on(sample, before), verdict_on(sample, after)
        if (old.outcome, old.reasons[0]) != (new.outcome, new.reasons[0]):
            yield JourneyChange(sample.name, old, new)
