"""CertLogic 1.3.3: a small, deterministic subset of JsonLogic with date arithmetic.

Where implementations are known to disagree (equality of arrays, dates as guards, numbers that are
not integers) this one raises: then a rule means "kiểm tra thêm", not two different things.
Specification: ehn-dcc-development/eu-dcc-business-rules, certlogic/specification.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import TypeAlias

from rules.dates import DateTime, parse_date, parse_date_time, plus, to_iso
from rules.errors import RuleError
from rules.validation import COMPARISONS, DATE_COMPARISONS, validate
from rules.values import MAX_DEPTH, Json, checked, is_integer

Value: TypeAlias = "Json | DateTime | list[Value] | dict[str, Value]"

MAX_STEPS = 100_000
"""Sub-expressions evaluated plus nodes of values made; nested `reduce` would otherwise explode."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_ORDER: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "before": lambda a, b: a < b,
    "after": lambda a, b: a > b,
    "not-after": lambda a, b: a <= b,
    "not-before": lambda a, b: a >= b,
}


def evaluate(expression: object, data: object) -> Value:
    """The value of `expression` over `data`, both JSON; a date-time comes back as a DateTime.

    Raises RuleError: "expression.invalid" and "expression.limit" before evaluation, "data.*" for
    data that is not bounded JSON, "evaluation.type", "evaluation.limit", "date.*" during it.
    """
    issues = validate(expression)
    if issues:
        raise RuleError("expression.invalid", issues[0].at)
    return run(checked(expression, "expression"), checked(data, "data"))


def run(expression: Json, data: Json) -> Value:
    """`evaluate` for an expression that has been validated and values that have been checked."""
    return _Evaluation().of(expression, data, "")


def is_true(value: Value, at: str = "") -> bool:
    """True for a truthy value, False for a falsy one; RuleError("evaluation.type") for neither.

    Neither: date-times and numbers that are not integers.
    """
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    if isinstance(value, str | list | dict):
        return len(value) > 0
    if is_integer(value):
        return value != 0
    raise RuleError("evaluation.type", at)


def to_plain(value: Value) -> Json:
    """`value` as JSON, date-times as ISO 8601 text in UTC."""
    if isinstance(value, DateTime):
        return to_iso(value.ms)
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    return value


class _Evaluation:
    """One run, holding what is left of its steps."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def of(self, expr: Json, data: Value, at: str) -> Value:
        self._spend(at)
        if isinstance(expr, list):
            items = [self.of(item, data, f"{at}/{index}") for index, item in enumerate(expr)]
            self._measure(items, 0, at)
            return items
        if not isinstance(expr, dict):
            return expr
        [(operator, operands)] = expr.items()
        if isinstance(operands, str):
            return _drill(operands, data)
        assert isinstance(operands, list)
        return self._operation(operator, operands, data, at)

    def _operation(self, operator: str, operands: list[Json], data: Value, at: str) -> Value:
        def operand(index: int) -> Value:
            return self.of(operands[index], data, f"{at}/{operator}/{index}")

        if operator == "if":
            return operand(1 if is_true(operand(0), at) else 2)
        if operator == "and":
            value: Value = None
            for index in range(len(operands)):
                value = operand(index)
                if not is_true(value, at):
                    break
            return value
        if operator == "reduce":
            return self._reduce(operands[1], operand(0), operand(2), data, at)
        if operator == "plusTime":
            return _plus_time(operand(0), operands[1], operands[2], at)
        if operator == "extractFromUVCI":
            return _fragment(operand(0), operands[1], at)
        values = [operand(index) for index in range(len(operands))]
        if operator == "===":
            return _identical(values[0], values[1], at)
        if operator == "in":
            return _member(values[0], values[1], at)
        if operator == "!":
            return not is_true(values[0], at)
        if operator == "dccDateOfBirth":
            return _dated(parse_date, values[0], at)
        numbers = [_ordinal(value, operator, at) for value in values]
        if operator == "+":
            total = numbers[0] + numbers[1]
            if not is_integer(total):
                raise RuleError("evaluation.type", at)
            return total
        pairs = itertools.pairwise(numbers)
        return all(_ORDER[operator](left, right) for left, right in pairs)

    def _reduce(
        self, function: Json, items: Value, accumulator: Value, data: Value, at: str
    ) -> Value:
        if items is None:
            return accumulator
        if not isinstance(items, list):
            raise RuleError("evaluation.type", at)
        for item in items:
            # "data" is the addition the specification announces; a rule about doses needs `now`.
            scope: dict[str, Value] = {"current": item, "accumulator": accumulator, "data": data}
            accumulator = self.of(function, scope, f"{at}/reduce/1")
            self._measure(accumulator, 0, at)
        return accumulator

    def _spend(self, at: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise RuleError("evaluation.limit", at)

    def _measure(self, value: Value, depth: int, at: str) -> None:
        """Pays for what a made value holds: `[acc, acc]` in a reduce doubles at every step."""
        if depth > MAX_DEPTH:
            raise RuleError("evaluation.limit", at)
        if isinstance(value, list | dict):
            for item in value if isinstance(value, list) else value.values():
                self._spend(at)
                self._measure(item, depth + 1, at)


def _drill(path: str, data: Value) -> Value:
    if path == "":
        return data
    value = data
    for fragment in path.split("."):
        if isinstance(value, dict):
            value = value.get(fragment)
        elif isinstance(value, list) and _INDEX.fullmatch(fragment):
            value = value[int(fragment)] if int(fragment) < len(value) else None
        else:
            return None
    return value


def _member(value: Value, items: Value, at: str) -> bool:
    # The specification calls null an error, its suite expects false: absent data has no members.
    if items is None:
        return False
    if not isinstance(items, list):
        raise RuleError("evaluation.type", at)
    return any(_identical(value, item, at) for item in items)


def _identical(left: Value, right: Value, at: str) -> bool:
    kinds = _kind(left), _kind(right)
    if kinds[0] != kinds[1]:
        return False
    if kinds[0] == "other":
        raise RuleError("evaluation.type", at)
    return left == right


def _kind(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, int | float) else "other"


def _ordinal(value: Value, operator: str, at: str) -> int:
    if operator in DATE_COMPARISONS:
        if isinstance(value, DateTime):
            return value.ms
    elif (operator in COMPARISONS or operator == "+") and is_integer(value):
        assert isinstance(value, int)
        return value
    raise RuleError("evaluation.type", at)


def _dated(parse: Callable[[str], DateTime], text: Value, at: str) -> DateTime:
    if not isinstance(text, str):
        raise RuleError("evaluation.type", at)
    try:
        return parse(text)
    except RuleError as error:
        raise RuleError(error.code, at) from None


def _plus_time(text: Value, amount: Json, unit: Json, at: str) -> DateTime:
    assert isinstance(amount, int) and isinstance(unit, str)
    return _dated(lambda moment: plus(parse_date_time(moment), amount, unit), text, at)


def _fragment(text: Value, index: Json, at: str) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise RuleError("evaluation.type", at)
    fragments = re.split("[/#:]", text)
    if fragments[:2] == ["URN", "UVCI"]:
        fragments = fragments[2:]
    assert isinstance(index, int)
    return fragments[index] if 0 <= index < len(fragments) else None
