"""Whether a condition can ever hold, and whether one condition implies another.

Not a proof of everything: free text and numbers are any value. What is said is true; what is not
said may still be so. Values of a few words (outcomes, levels, flags) are tried one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from rules.authoring.variables import words_of
from rules.certlogic import is_true, run
from rules.errors import RuleError
from rules.pack import Rule
from rules.values import Json

Facts: TypeAlias = "dict[str, tuple[Json, ...]]"
"""Variable → every value it can still have."""

Truths: TypeAlias = "frozenset[bool | None]"
"""What a condition can come to: true, false, None for an error."""

MAX_EITHER = 3
"""Each one doubles what has to be looked at."""

ANY: Truths = frozenset({True, False, None})


def truths(rule: Rule) -> Truths:
    """What the condition of a rule can come to where the rule is in scope."""
    return _truths(rule.condition, scope_facts(rule))


def shadowing(rule: Rule, others: Iterable[Rule]) -> Rule | None:
    """The first of `others` that exempts from `rule` whenever `rule` fires."""
    above = [
        one for one in others if one.exempts and one.priority > rule.priority and _covers(one, rule)
    ]
    if not above:
        return None
    known = _knowing(rule.condition, _Known(frozenset(), scope_facts(rule), ()))
    return next((one for one in above if _follows(known, one.condition)), None)


def scope_facts(rule: Rule) -> Facts:
    """What is sure of a journey within the scope; decide() needs these three as text."""
    scope = rule.scope
    named = {
        "journey.direction": scope.directions,
        "journey.checkpoint.class": scope.checkpoint_classes,
        "journey.checkpoint.province": scope.provinces,
    }
    return {path: tuple(words or words_of(path) or ()) for path, words in named.items()}


def _covers(outer: Rule, inner: Rule) -> bool:
    wide, narrow = scope_facts(outer), scope_facts(inner)
    if not all(set(narrow[path]) <= set(wide[path]) for path in wide):
        return False
    if outer.effective_from_ms > inner.effective_from_ms:
        return False
    return outer.effective_to_ms is None or (
        inner.effective_to_ms is not None and inner.effective_to_ms <= outer.effective_to_ms
    )


def _truths(expr: Json, facts: Facts) -> Truths:
    operator, operands = _operation(expr)
    if operator == "!":
        return frozenset(None if one is None else not one for one in _truths(operands[0], facts))
    if operator == "and":
        return _all(operands, facts)
    if operator == "if":
        test = _truths(operands[0], facts)
        found: set[bool | None] = {one for one in test if one is None}
        if True in test:
            found |= _truths(operands[1], _assuming(operands[0], facts))
        if False in test:
            found |= _truths(operands[2], _assuming({"!": [operands[0]]}, facts))
        return frozenset(found)
    return frozenset(truth for _, truth in _tried(expr, facts)) or ANY


def _all(operands: list[Json], facts: Facts) -> Truths:
    found: set[bool | None] = set()
    for operand in operands:
        here = _truths(operand, facts)
        found |= here - {True}
        if True not in here:
            return frozenset(found)
        facts = _assuming(operand, facts)
    return frozenset(found | {True})


def _assuming(expr: Json, facts: Facts) -> Facts:
    """The facts once `expr` has come to true."""
    operator, operands = _operation(expr)
    if operator == "and":
        for operand in operands:
            facts = _assuming(operand, facts)
        return facts
    if operator == "!" and _operation(operands[0])[0] == "!":
        return _assuming(_operation(operands[0])[1][0], facts)
    if operator == "if" and operands[2] is False:
        return _assuming(operands[1], _assuming(operands[0], facts))
    variables = set(_variables(expr))
    if len(variables) != 1:
        return facts
    [path] = variables
    holding = tuple(value for value, truth in _tried(expr, facts) if truth)
    if holding:
        return {**facts, path: holding}
    if path in facts or words_of(path) is not None:
        return facts
    named = _named(operator, operands, path)
    return facts if named is None else {**facts, path: named}


def _named(operator: str, operands: list[Json], path: str) -> tuple[Json, ...] | None:
    """The values that a free variable must be one of, where the expression lists them."""
    if operator == "===":
        others = [operand for operand in operands if operand != {"var": path}]
        return tuple(others) if len(others) == 1 and _is_plain(others[0]) else None
    if operator == "in" and operands[0] == {"var": path}:
        listed = operands[1]
        if isinstance(listed, list) and all(_is_plain(item) for item in listed):
            return tuple(listed)
    return None


def _tried(expr: Json, facts: Facts) -> Sequence[tuple[Json, bool | None]]:
    """(value, truth) for each value of the one variable of `expr`; nothing where they are many."""
    variables = sorted(set(_variables(expr)))
    if not variables:
        return [(None, _truth(expr, None))]
    if len(variables) > 1:
        return []
    [path] = variables
    values = facts.get(path)
    if values is None:
        words = words_of(path)
        if words is None:
            return []
        values = (*words, None)
    # As text: to a cache 1 and true would be one value.
    return _tried_on(_text(expr), path, _text(list(values)))


@lru_cache(maxsize=20_000)
def _tried_on(expr: str, path: str, values: str) -> tuple[tuple[Json, bool | None], ...]:
    condition: Json = json.loads(expr)
    return tuple((value, _truth(condition, _nested(path, value))) for value in json.loads(values))


def _truth(expr: Json, data: Json) -> bool | None:
    try:
        return is_true(run(expr, data))
    except RuleError:
        return None


def _nested(path: str, value: Json) -> Json:
    for step in reversed(path.split(".")):
        value = {step: value}
    return value


def _variables(expr: Json) -> Iterable[str]:
    """Paths read anywhere; "" (never one variable alone) also where a `reduce` gives new names."""
    if isinstance(expr, list):
        for item in expr:
            yield from _variables(item)
    elif isinstance(expr, dict):
        [(operator, operands)] = expr.items()
        if operator == "reduce":
            yield from ("", "?")
        elif isinstance(operands, str):
            yield operands
        else:
            yield from _variables(operands)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is sure once a condition holds: conditions as text, facts, and "one of these two"s."""

    texts: frozenset[str]
    facts: Facts
    either: tuple[tuple[Json, Json], ...]


def _knowing(expr: Json, known: _Known) -> _Known:
    """What is known, and that `expr` holds."""
    operator, operands = _operation(expr)
    if operator == "and":
        for operand in operands:
            known = _knowing(operand, known)
        return known
    either = known.either
    if _is_or(expr) and len(either) < MAX_EITHER:
        either = (*either, (operands[0], operands[2]))
    return _Known(known.texts | {_text(expr)}, _assuming(expr, known.facts), either)


def _follows(known: _Known, expr: Json) -> bool:
    """Whether `expr` holds too. False also means: not seen."""
    if _text(expr) in known.texts or _truths(expr, known.facts) == {True}:
        return True
    operator, operands = _operation(expr)
    if operator == "and" and all(_follows(known, one) for one in operands):
        return True
    if _is_or(expr) and any(_follows(known, operands[index]) for index in (0, 2)):
        return True
    for index, branches in enumerate(known.either):
        rest = replace(known, either=known.either[:index] + known.either[index + 1 :])
        if all(_follows(_knowing(branch, rest), expr) for branch in branches):
            return True
    return False


def _is_or(expr: Json) -> bool:
    """`{"if": [a, true, b]}` is how CertLogic, which has no "or", says "a or b"."""
    operator, operands = _operation(expr)
    return operator == "if" and operands[1] is True


def _operation(expr: Json) -> tuple[str, list[Json]]:
    """Operator and operands; ("", []) for anything else."""
    if isinstance(expr, dict):
        [(operator, operands)] = expr.items()
        if isinstance(operands, list):
            return operator, operands
    return "", []


def _is_plain(value: Json) -> bool:
    return isinstance(value, bool | int | str)


def _text(expr: Json) -> str:
    return json.dumps(expr, sort_keys=True)
