"""The one error of this room. It carries evidence; what it means to a person is said elsewhere."""

from __future__ import annotations


class SyncError(Exception):
    """Something that breaks a numbered rule.

    `code` is a stable dotted code ("batch.signature"), `rule` the SPEC number, `at` the sequence
    number or field concerned where there is one.
    """

    def __init__(self, code: str, rule: str, at: str | int | None = None) -> None:
        super().__init__(f"{code} ({rule})" if at is None else f"{code} ({rule}) at {at}")
        self.code = code
        self.rule = rule
        self.at = at
