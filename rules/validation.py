"""What a CertLogic expression may look like, before any data is there (specification 1.3.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.dates import UNITS
from rules.values import Json, checked, is_integer

COMPARISONS = ("<", ">", "<=", ">=")
DATE_COMPARISONS = ("after", "before", "not-after", "not-before")

OPERANDS: dict[str, tuple[int, int | None]] = {
    "if": (3, 3),
    "===": (2, 2),
    "in": (2, 2),
    "+": (2, 2),
    "and": (2, None),
    "!": (1, 1),
    "plusTime": (3, 3),
    "dccDateOfBirth": (1, 1),
    "reduce": (3, 3),
    "extractFromUVCI": (2, 2),
    **dict.fromkeys(COMPARISONS + DATE_COMPARISONS, (2, 3)),
}
"""Operator -> fewest and most operands; None is any number."""

_PATH = re.compile(r"(?:[^.]+(?:\.[^.]+)*)?")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong: the sub-expression, where it is (JSON pointer), and what."""

    expr: Json
    at: str
    message: str


def validate(expression: object) -> list[Issue]:
    """Everything wrong with the form of `expression`; empty when it may be evaluated.

    Raises RuleError("expression.limit" | "expression.type") for what is too large or not JSON.
    """
    issues: list[Issue] = []
    _validate(checked(expression, "expression"), "", issues)
    return issues


def _validate(expr: Json, at: str, issues: list[Issue]) -> None:
    if isinstance(expr, list):
        for index, item in enumerate(expr):
            _validate(item, f"{at}/{index}", issues)
    elif isinstance(expr, dict):
        _validate_operation(expr, at, issues)
    elif expr is None:
        issues.append(Issue(expr, at, "invalid CertLogic expression"))
    elif not isinstance(expr, bool | str) and not is_integer(expr):
        issues.append(Issue(expr, at, f"{expr} is a non-integer number"))


def _validate_operation(expr: dict[str, Json], at: str, issues: list[Issue]) -> None:
    if len(expr) != 1:
        message = f"expression object must have exactly one key, but it has {len(expr)}"
        issues.append(Issue(expr, at, message))
        return
    [(operator, operands)] = expr.items()
    if operator == "var":
        if not isinstance(operands, str):
            issues.append(Issue(expr, at, 'not of the form { "var": "<path>" }'))
        elif _PATH.fullmatch(operands) is None:
            message = f"data access path doesn't have a valid format: {operands}"
            issues.append(Issue(expr, at, message))
        return
    if not isinstance(operands, list):
        message = 'operation not of the form { "<operator>": [ <values...> ] }'
        issues.append(Issue(expr, at, message))
        return
    if operator not in OPERANDS:
        issues.append(Issue(expr, at, f'unrecognised operator: "{operator}"'))
        return
    fewest, most = OPERANDS[operator]
    if len(operands) < fewest or (most is not None and len(operands) > most):
        message = f'wrong number of operands for "{operator}": {len(operands)}'
        issues.append(Issue(expr, at, message))
        return
    if operator == "plusTime" and not (is_integer(operands[1]) and operands[2] in UNITS):
        issues.append(Issue(expr, at, "amount must be an integer and unit a known time unit"))
        return
    if operator == "extractFromUVCI" and not is_integer(operands[1]):
        issues.append(Issue(expr, at, "index must be an integer"))
        return
    for index, operand in enumerate(operands):
        _validate(operand, f"{at}/{operator}/{index}", issues)
