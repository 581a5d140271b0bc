"""The one error of this room. It carries evidence; what it means to a person is said elsewhere."""

from __future__ import annotations


class RuleError(Exception):
    """An expression, pack or piece of data that cannot be used.

    `code` is a stable dotted code ("expression.invalid"); `at` says where, as a JSON pointer into
    the expression or pack ("/rules/3/condition/and/0"), "" being the whole of it.
    """

    def __init__(self, code: str, at: str = "") -> None:
        super().__init__(f"{code} at {at or '/'}")
        self.code = code
        self.at = at
