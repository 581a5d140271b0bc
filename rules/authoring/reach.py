"""Whether a condition can ever hold, and whether one condition implies another.

Not a proof of everything: free text and numbers are any value. What is said is true; what is not
said may still be so. Values of a few words (outcomes, levels, flags) are tried one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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

ANY: Truths = frozenset({True, False, None})


def truths(rule: Rule) -> Truths:
    """What the condition of a rule can come to where the rule is in scope."""
    return _truths(rule.condition, scope_facts(rule))


def is_shadowed(rule: Rule, by: Rule) -> bool:
    """Whether `by` exempts from `rule` whenever `rule` fires."""
    if not by.exempts or by.priority <= rule.priority or not _covers(by, rule):
        return False
    return _implies(rule.condition, by.condition, scope_facts(rule))


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


def _tried(expr: Json, facts: Facts) -> Iterable[tuple[Json, bool | None]]:
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
    return [(value, _truth(expr, _nested(path, value))) for value in values]


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


def _implies(first: Json, second: Json, facts: Facts) -> bool:
    """Whether `second` holds wherever `first` does. False also means: not seen."""
    if _same(first, second) or _truths(second, _assuming(first, facts)) == {True}:
        return True
    operator, operands = _operation(second)
    if operator == "and" and all(_implies(first, one, facts) for one in operands):
        return True
    if _is_or(second) and any(_implies(first, operands[index], facts) for index in (0, 2)):
        return True
    operator, operands = _operation(first)
    if operator == "and":
        return any(_implies(one, second, facts) for one in operands)
    return _is_or(first) and all(_implies(operands[index], second, facts) for index in (0, 2))


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


def _same(first: Json, second: Json) -> bool:
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
