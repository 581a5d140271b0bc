"""Why one journey got its verdict: every rule of the pack, what it read and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rules.authoring.variables import paths_read
from rules.certlogic import is_true, run, to_plain
from rules.decide import Verdict, condition_data, decide, standing_of, where_of
from rules.errors import RuleError
from rules.pack import Rule, RulePack
from rules.values import Json

State: TypeAlias = Literal[
    "fired", "exempted", "failed", "not_fired", "out_of_scope", "not_in_force"
]


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule on one journey; `read` holds path → value as the condition saw it."""

    rule: Rule
    state: State
    exempted_by: tuple[str, ...]
    error: str | None
    read: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict, and the rules in the order of the pack (falling priority, then id)."""

    verdict: Verdict
    rules: tuple[RuleTrace, ...]


def explain(
    evidence: Mapping[str, object] | None,
    journey: Mapping[str, object],
    external: Mapping[str, object],
    now_ms: int,
    pack: RulePack,
) -> Explanation:
    """As decide(), with every rule's part in it; no rules where nothing can be judged."""
    verdict = decide(evidence, journey, external, now_ms, pack)
    try:
        data = condition_data(evidence, journey, external, now_ms)
        where = where_of(data["journey"])
    except RuleError:
        return Explanation(verdict, ())
    traces = [_trace(rule, data, where, now_ms) for rule in pack.content.rules]
    fired = [trace.rule for trace in traces if trace.state == "fired"]
    standing = {rule.id for rule in standing_of(fired)}
    return Explanation(verdict, tuple(_exempted(trace, fired, standing) for trace in traces))


def _trace(
    rule: Rule, data: dict[str, Json], where: tuple[str, str, str], now_ms: int
) -> RuleTrace:
    if not rule.is_in_force(now_ms):
        return RuleTrace(rule, "not_in_force", (), None, {})
    if not rule.scope.covers(*where):
        return RuleTrace(rule, "out_of_scope", (), None, {})
    read = {path: to_plain(run({"var": path}, data)) for path in paths_read(rule.condition)}
    try:
        state: State = "fired" if is_true(run(rule.condition, data)) else "not_fired"
    except RuleError as error:
        return RuleTrace(rule, "failed", (), f"{error.code} {error.at}".rstrip(), read)
    return RuleTrace(rule, state, (), None, read)


def _exempted(trace: RuleTrace, fired: list[Rule], standing: set[str]) -> RuleTrace:
    if trace.state != "fired" or trace.rule.id in standing:
        return trace
    by = tuple(rule.id for rule in fired if rule.exempts and rule.priority > trace.rule.priority)
    return RuleTrace(trace.rule, "exempted", by, None, trace.read)
