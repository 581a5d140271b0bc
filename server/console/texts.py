"""Looking up what a person reads: Vietnamese first, English second, one key in both."""

from __future__ import annotations

from typing import Literal

from server.console.texts_en import EN
from server.console.texts_vi import VI

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
TEXTS: dict[Language, dict[str, str]] = {"vi": VI, "en": EN}


def text(language: Language, key: str, **values: object) -> str:
    """The text of `key`, its {names} filled in. KeyError when no language file has it."""
    found = TEXTS[language][key]
    return found.format(**values) if values else found


def word(language: Language, vocabulary: str, value: object) -> str:
    """A word of the data in the reader's language; a word from a newer version stands as it is."""
    value = "" if value is None else str(value)
    return TEXTS[language].get(f"{vocabulary}.{value}", value)


def as_language(value: str) -> Language | None:
    """`value` when it is a language of ours."""
    return next((one for one in LANGUAGES if one == value), None)
