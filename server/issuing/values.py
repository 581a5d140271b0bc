"""What people type into a cell or a form, as the value of a claim. None is what cannot be read."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone

from credentials.dates import is_partial_date
from credentials.plates import normalise_plate

VIETNAM = timezone(timedelta(hours=7))
MIN_PLATE_CHARACTERS = 4

_SPACES = re.compile(r"[ \t\r\n\u00a0]+")
_HOURS = re.compile(r"(\d{1,2})(?:[:hg.](\d{2})?)? ?(?:-|–|—|đến|to) ?(\d{1,2})(?:[:hg.](\d{2})?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[/.-])?(?:(\d{1,2})[/.-])(\d{4})")
_PLACE = re.compile(r"(2021|2025)[/:](\d{1,5})")
_SEXES = {"nam": "M", "m": "M", "male": "M", "nu": "F", "f": "F", "female": "F", "nữ": "F"}
_MOMENTS = (
    "%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)  # fmt: skip
_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y")
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2199


def tidy(value: str) -> str:
    """NFC, one space between words, none at the ends."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", value)).strip(" ")


def has_control_characters(value: str) -> bool:
    """Whether the text has characters that nobody can see and that turn print around."""
    return any(unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn") for one in value) or any(
        one in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for one in value
    )


def folded(value: str) -> str:
    """Lower case without marks, words apart by one space: how headings are compared."""
    bare = unicodedata.normalize("NFD", value.casefold().replace("đ", "d"))
    kept = "".join(one for one in bare if unicodedata.category(one) != "Mn")
    return " ".join(re.findall(r"[a-z0-9]+", kept))


def birth_date_of(value: str) -> str | None:
    """A birth date, maybe partial, as ISO: "1990", "08/1990", "15/8/1990", "1990-08-15"."""
    if is_partial_date(value):
        return value
    match = _DAY_FIRST.fullmatch(value)
    if match is None:
        return None
    day, month, year = match.groups()
    found = f"{year}-{int(month):02}" + ("" if day is None else f"-{int(day):02}")
    return found if is_partial_date(found) else None


def date_of(value: str) -> str | None:
    """A whole date as ISO."""
    found = birth_date_of(value)
    return found if found is not None and len(found) == 10 else None


def moment_ms(value: str, *, end: bool = False) -> int | None:
    """A date or time in Vietnam as Unix ms; a bare day begins at 0h, as an end it ends at 24h."""
    for layout in _MOMENTS:
        try:
            return _ms(datetime.strptime(value, layout).replace(tzinfo=VIETNAM))
        except ValueError:
            continue
    for layout in _DAYS:
        try:
            day = datetime.strptime(value, layout).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
        return _ms(day + timedelta(days=1) if end else day)
    return None


def phone_of(value: str) -> str | None:
    """A telephone number: 8 to 15 digits, maybe with + before and spaces, dots, hyphens between."""
    digits = re.sub(r"[ .-]", "", value)
    return digits if re.fullmatch(r"\+?[0-9]{8,15}", digits) else None


def sex_of(value: str) -> str | None:
    return _SEXES.get(value.casefold())


def place_of(value: str) -> str | None:
    """A commune as "2021/268": data set and code."""
    match = _PLACE.fullmatch(value)
    return None if match is None else f"{match[1]}/{match[2]}"


def plate_of(value: str) -> str | None:
    """A plate as written; only what cannot be one at all is refused."""
    normal = normalise_plate(value).normal
    return value if len(normal) >= MIN_PLATE_CHARACTERS else None


def hours_of(value: str) -> str | None:
    """Daily hours: "5h-20h" and "05:00 – 20:00" as "05:00-20:00"; several apart by commas."""
    found = []
    for part in value.split(","):
        match = _HOURS.fullmatch(part.strip())
        if match is None:
            return None
        first, first_minute, last, last_minute = (int(one or 0) for one in match.groups())
        if first > 23 or last > 24 or max(first_minute, last_minute) > 59:
            return None
        if last == 24 and last_minute:
            return None
        found.append(f"{first:02}:{first_minute:02}-{last:02}:{last_minute:02}")
    return ", ".join(found)


def _ms(moment: datetime) -> int | None:
    if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        return None
    return round(moment.timestamp() * 1000)
