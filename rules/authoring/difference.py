"""What a new pack changes against the one in force, in its rules and for sample journeys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from rules.authoring.samples import Sample, verdict_on
from rules.decide import Verdict
from rules.pack import PackContent, Rule


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


def differences(before: PackContent, after: PackContent, samples: Iterable[Sample]) -> Difference:
    """How `after` differs from `before`; order of rules is no difference."""
    old = {rule.id: rule for rule in before.rules}
    new = {rule.id: rule for rule in after.rules}
    changed = {id_: _members(old[id_], new[id_]) for id_ in new if id_ in old}
    whole = tuple(
        name
        for name in ("otherwise", "otherwise_before", "stale_stop_hours")
        if getattr(before, name) != getattr(after, name)
    )
    return Difference(
        added=tuple(id_ for id_ in new if id_ not in old),
        removed=tuple(id_ for id_ in old if id_ not in new),
        changed={id_: members for id_, members in changed.items() if members},
        pack=whole,
        journeys=tuple(_journeys(before, after, samples)),
    )


def _members(old: Rule, new: Rule) -> tuple[str, ...]:
    names = (field.name for field in fields(Rule))
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


def _journeys(
    before: PackContent, after: PackContent, samples: Iterable[Sample]
) -> Iterable[JourneyChange]:
    for sample in samples:
        old, new = verdict_on(sample, before), verdict_on(sample, after)
        if (old.outcome, old.reasons[0]) != (new.outcome, new.reasons[0]):
            yield JourneyChange(sample.name, old, new)
