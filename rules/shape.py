"""Reading a JSON object strictly, with a place to name when it is refused."""

from __future__ import annotations

import re

from rules.dates import parse_instant
from rules.errors import RuleError
from rules.values import Json, is_integer

MAX_TEXT_CHARS = 300


class Shape:
    """One JSON object at `at`; every reader raises RuleError("pack.field", "<at>/<name>").

    Names it is not asked for are ignored: packs only ever add.
    """

    __slots__ = ("_members", "at")

    def __init__(self, value: Json, at: str) -> None:
        if not isinstance(value, dict):
            raise RuleError("pack.field", at)
        self._members = value
        self.at = at

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self._members.get(name) is not None

    def value(self, name: str) -> Json:
        """The member as it is; null when absent."""
        return self._members.get(name)

    def inner(self, name: str) -> Shape:
        """The object under `name`."""
        return Shape(self.value(name), self.path(name))

    def text(
        self, name: str, *, most_chars: int = MAX_TEXT_CHARS, like: re.Pattern[str] | None = None
    ) -> str:
        """Text of 1 to `most_chars` code points, wholly matching `like` where given."""
        value = self.value(name)
        if not isinstance(value, str) or not 1 <= len(value) <= most_chars:
            raise self.refused(name)
        if like is not None and like.fullmatch(value) is None:
            raise self.refused(name)
        return value

    def integer(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """An integer within bounds; `default` where absent, if there is one."""
        value = default if not self.has(name) else self.value(name)
        if not isinstance(value, int) or not is_integer(value) or not least <= value <= most:
            raise self.refused(name)
        return value

    def flag(self, name: str) -> bool:
        """true or false; false where absent."""
        value = self.value(name) if self.has(name) else False
        if not isinstance(value, bool):
            raise self.refused(name)
        return value

    def instant(self, name: str) -> int:
        """A full date-time with its offset, in Unix milliseconds."""
        try:
            return parse_instant(self.value(name))
        except RuleError:
            raise self.refused(name) from None

    def instant_or_none(self, name: str) -> int | None:
        """As `instant`; None for null or absent."""
        return self.instant(name) if self.has(name) else None

    def items(self, name: str, most: int) -> list[Json]:
        """A list of at most `most` items; empty where absent."""
        value = self.value(name) if self.has(name) else []
        if not isinstance(value, list) or len(value) > most:
            raise self.refused(name)
        return value

    def path(self, name: str) -> str:
        """JSON pointer of a member."""
        return f"{self.at}/{name}"

    def refused(self, name: str) -> RuleError:
        """The error for a member that is not as it should be."""
        return RuleError("pack.field", self.path(name))
