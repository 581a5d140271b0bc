"""One person at one checkpoint: the rules that fired become an outcome with its reasons.

The most restrictive outcome wins, unless a fired rule that exempts has a higher priority. What
cannot be decided is "kiểm tra thêm" and says why; it is never a silent pass or refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rules.certlogic import is_true, run
from rules.dates import to_iso
from rules.errors import RuleError
from rules.levels import level_of
from rules.pack import (
    LIST_CHECK,
    OUTCOMES,
    RULES_ERROR,
    RULES_MISSING,
    RULES_STALE,
    Outcome,
    Reason,
    Rule,
    RulePack,
)
from rules.values import Json, checked


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome; reason codes, the deciding ones first; rule ids alike; pack name -> version."""

    outcome: Outcome
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    packs: dict[str, int]


def decide(
    evidence: Mapping[str, object] | None,
    journey: Mapping[str, object],
    external: Mapping[str, object],
    now_ms: int,
    pack: RulePack | None,
) -> Verdict:
    """The verdict on one person; Evidence and Journey in their JSON shape, None = no code shown.

    `external` may hold `levels` ({"2021:09538": 2, …}, see levels_at) and anything else that is
    small. Rules see `external.now` (ISO, from `now_ms`), `external.origin_level`,
    `external.destination_level` and the rest, but not the table of levels. Where
    `external.watch_hit` is true nobody passes unasked, whatever the rules say of it.
    """
    verdict = _by_rules(evidence, journey, external, now_ms, pack)
    return _asked_further(verdict) if external.get("watch_hit") is True else verdict


def _by_rules(
    evidence: Mapping[str, object] | None,
    journey: Mapping[str, object],
    external: Mapping[str, object],
    now_ms: int,
    pack: RulePack | None,
) -> Verdict:
    if pack is None:
        return _refer(RULES_MISSING, (), {})
    packs = {pack.name: pack.version}
    if pack.is_stale(now_ms):
        return _refer(RULES_STALE, (), packs)
    try:
        data = condition_data(evidence, journey, external, now_ms)
        where = where_of(data["journey"])
    except RuleError:
        return _refer(RULES_ERROR, (), packs)
    fired, failed = fire(pack.content.rules, data, where, now_ms)
    if failed:
        return _refer(RULES_ERROR, failed, packs)
    standing = standing_of(fired)
    if not standing:
        otherwise = pack.content.otherwise_at(now_ms)
        return Verdict(otherwise.outcome, (otherwise.reason.code,), (), packs)
    ordered = sorted(standing, key=lambda rule: (-severity(rule.outcome), -rule.priority, rule.id))
    reasons = tuple(dict.fromkeys(rule.reason.code for rule in ordered))
    return Verdict(ordered[0].outcome, reasons, tuple(rule.id for rule in ordered), packs)


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict for a crossing of several people: the most restrictive, with all reasons.

    The order of the people does not matter. Raises RuleError("verdict.none") when there are none.
    """
    if not verdicts:
        raise RuleError("verdict.none")
    outcome = max((verdict.outcome for verdict in verdicts), key=severity)
    packs: dict[str, int] = {}
    for verdict in verdicts:
        for name, version in verdict.packs.items():
            packs[name] = max(version, packs.get(name, version))
    reasons = _merged((verdict.outcome, verdict.reasons) for verdict in verdicts)
    rules = _merged((verdict.outcome, verdict.rules) for verdict in verdicts)
    return Verdict(outcome, reasons, rules, packs)


def severity(outcome: Outcome) -> int:
    """0 pass, 1 refer, 2 turn_back."""
    return OUTCOMES.index(outcome)


def verdict_to_json(verdict: Verdict) -> dict[str, Json]:
    """The wire shape {outcome, reasons[], rules[], packs{}}."""
    return {
        "outcome": verdict.outcome,
        "reasons": list(verdict.reasons),
        "rules": list(verdict.rules),
        "packs": dict(verdict.packs),
    }


def _asked_further(verdict: Verdict) -> Verdict:
    """At least "refer", and the reason is seen: a yellow card beside it must not hide it."""
    if verdict.outcome == "turn_back":
        return replace(verdict, reasons=(*verdict.reasons, LIST_CHECK.code))
    return replace(verdict, outcome="refer", reasons=(LIST_CHECK.code, *verdict.reasons))


def _refer(reason: Reason, rules: tuple[str, ...], packs: dict[str, int]) -> Verdict:
    return Verdict("refer", (reason.code,), rules, packs)


def condition_data(
    evidence: Mapping[str, object] | None,
    journey: Mapping[str, object],
    external: Mapping[str, object],
    now_ms: int,
) -> dict[str, Json]:
    """What conditions see. The table of levels stays out: it is large, and paths are fixed text."""
    table = external.get("levels")
    levels = table if isinstance(table, Mapping) else {}
    rest = {name: value for name, value in external.items() if name != "levels"}
    rest["now"] = to_iso(now_ms)
    rest["origin_level"] = level_of(journey.get("origin"), levels)
    rest["destination_level"] = level_of(journey.get("destination"), levels)
    data = checked({"evidence": evidence, "journey": journey, "external": rest}, "data")
    assert isinstance(data, dict)
    return data


def where_of(journey: Json) -> tuple[str, str, str]:
    """Province, checkpoint class and direction; without them no scope can be judged."""
    checkpoint = journey.get("checkpoint") if isinstance(journey, dict) else None
    if not isinstance(journey, dict) or not isinstance(checkpoint, dict):
        raise RuleError("data.type", "/journey/checkpoint")
    province, klass = checkpoint.get("province"), checkpoint.get("class")
    direction = journey.get("direction")
    if isinstance(province, str) and isinstance(klass, str) and isinstance(direction, str):
        return province, klass, direction
    raise RuleError("data.type", "/journey/checkpoint")


def fire(
    rules: Iterable[Rule], data: dict[str, Json], where: tuple[str, str, str], now_ms: int
) -> tuple[list[Rule], tuple[str, ...]]:
    """The rules in force and in scope of which the condition holds; ids of those that fail."""
    fired: list[Rule] = []
    failed: list[str] = []
    for rule in rules:
        if not rule.is_in_force(now_ms) or not rule.scope.covers(*where):
            continue
        try:
            if is_true(run(rule.condition, data)):
                fired.append(rule)
        except RuleError:
            failed.append(rule.id)
    return fired, tuple(failed)


def standing_of(fired: list[Rule]) -> list[Rule]:
    """Those that no fired rule of higher priority exempts from."""
    floor = max((rule.priority for rule in fired if rule.exempts), default=None)
    return fired if floor is None else [rule for rule in fired if rule.priority >= floor]


def _merged(lists: Iterable[tuple[Outcome, tuple[str, ...]]]) -> tuple[str, ...]:
    """Each word once, by the strictest verdict that has it, then its best position, then itself."""
    best: dict[str, tuple[int, int, str]] = {}
    for outcome, words in lists:
        for position, word in enumerate(words):
            rank = (-severity(outcome), position, word)
            best[word] = min(rank, best.get(word, rank))
    return tuple(sorted(best, key=lambda word: best[word]))
