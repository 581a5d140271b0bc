"""JSON values made alike in Python and JavaScript, and bounded, before anything looks at them.

JavaScript has one kind of number, so 1.0 is 1 here and an integer beyond 2^53 - 1 is the nearest
double; Python's `True == 1` is kept out by asking for the kind first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

from rules.errors import RuleError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 32
MAX_NODES = 20_000
MAX_SAFE_INTEGER = 2**53 - 1


def checked(
    value: object, name: str, *, max_nodes: int = MAX_NODES, max_depth: int = MAX_DEPTH
) -> Json:
    """A copy of `value` with numbers in their one form.

    Raises RuleError: "<name>.limit" past `max_nodes` or `max_depth`, "<name>.type" for what is not
    JSON: a key that is not text, a number that is not finite, any other object.
    """
    return _Copy(name, max_nodes, max_depth).of(value, 0)


def is_integer(value: object) -> bool:
    """An integer that both languages hold exactly; never a bool."""
    return type(value) is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER


class _Copy:
    __slots__ = ("left", "max_depth", "name")

    def __init__(self, name: str, max_nodes: int, max_depth: int) -> None:
        self.name = name
        self.left = max_nodes
        self.max_depth = max_depth

    def of(self, value: object, depth: int) -> Json:
        self.left -= 1
        if self.left < 0 or depth > self.max_depth:
            raise RuleError(f"{self.name}.limit")
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, int | float):
            return self._number(value)
        if isinstance(value, list | tuple):
            return [self.of(item, depth + 1) for item in value]
        if isinstance(value, Mapping):
            if not all(isinstance(key, str) for key in value):
                raise RuleError(f"{self.name}.type")
            return {key: self.of(item, depth + 1) for key, item in value.items()}
        raise RuleError(f"{self.name}.type")

    def _number(self, value: int | float) -> int | float:
        if is_integer(value):
            return value
        try:
            number = float(value)
        except OverflowError:
            raise RuleError(f"{self.name}.type") from None
        if not math.isfinite(number):
            raise RuleError(f"{self.name}.type")
        return int(number) if number.is_integer() and abs(number) <= MAX_SAFE_INTEGER else number
