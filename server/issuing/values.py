"""What people type into a cell or a form, as the value of a claim. None is what cannot be read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone

from credentials.dates import is_partial_date
from credentials.plates import normalise_plate

VIETNAM = timezone(timedelta(hours=7))
MIN_PLATE_CHARACTERS = 4

_SPACES = re.compile(r"[ \t\r\n\u00a0]+")
_FORCED = re.compile(r'="([^"]*)"|\'([-0-9=+@].*)', re.DOTALL)
_HOURS = re.compile(r"(\d{1,2})(?:[:hg.](\d{2})?)? ?(?:-|–|—|đến|to) ?(\d{1,2})(?:[:hg.](\d{2})?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[/.-])?(?:(\d{1,2})[/.-])(\d{4})")
_PLACE = re.compile(r"(2021|2025)[/:-](\d{1,5})")
_SEXES = {"nam": "M", "m": "M", "male": "M", "nu": "F", "f": "F", "female": "F", "nữ": "F"}
_WORDED_DAY = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:lúc )?(\d{1,2})"
    r"(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?"
    r"| ?(?:giờ|gio|h|g)(?: ?(\d{1,2})(?: ?(?:phút|phut|p|'))?)?)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[ ,;T]*(?:ngày )?", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}|\d{2})")
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2199
_SERIAL_ZERO = date(1899, 12, 30)
_LAST_SERIAL = 80_000


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
    """A birth date, maybe partial, as ISO: "1990", "08/1990", "15/8/1990", "1990-08-15".

    A year of two digits is refused: 1921 and 2021 are both alive.
    """
    if is_partial_date(value):
        return value
    match = _DAY_FIRST.fullmatch(value)
    if match is None:
        day = _day_of(value)
        return None if day is None or not re.search(r"\d{4}", value) else f"{day:%Y-%m-%d}"
    first, month, year = match.groups()
    found = f"{year}-{int(month):02}" + ("" if first is None else f"-{int(first):02}")
    return found if is_partial_date(found) else None


def date_of(value: str) -> str | None:
    """A whole date as ISO."""
    found = birth_date_of(value)
    return found if found is not None and len(found) == 10 else None


def moment_ms(value: str, *, end: bool = False) -> int | None:
    """A date or time in Vietnam as Unix ms; a bare day begins at 0h, as an end it ends at 24h.

    Day before month wherever the year does not come first: 15/8/2021, 15-08-21, 15.8.2021,
    2021-08-15, "ngày 15 tháng 8 năm 2021"; the clock before or after it, as 6:30, 6h30, 6 giờ.
    """
    whole = _day_of(value)
    if whole is not None:
        return _ms(whole + timedelta(days=1) if end else whole)
    for match in _CLOCK.finditer(value):
        before, after = value[: match.start()], value[match.end() :]
        rest = before or after
        if before and after:
            continue
        bare = _BETWEEN.sub("", rest, count=1) if after else _trimmed(before)
        day = _day_of(bare)
        hour, minute, second, spoken = (int(one or 0) for one in match.groups())
        if day is None or hour > 23 or max(minute, second, spoken) > 59:
            continue
        return _ms(day + timedelta(hours=hour, minutes=minute + spoken, seconds=second))
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


def unforced(value: str) -> str:
    """Without what makes a spreadsheet keep a cell as text: '001… and ="001…"."""
    match = _FORCED.fullmatch(value)
    return value if match is None else tidy(match[1] or match[2] or "")


def from_serial(value: str) -> str | None:
    """The day of a bare number that a spreadsheet shows where a date lost its format.

    None for what may be a year, and for what is no day of 1906 to 2119.
    """
    number = int(value) if value.isdecimal() and len(value) <= 6 else 0
    if not _LATEST_YEAR < number <= _LAST_SERIAL:
        return None
    return f"{_SERIAL_ZERO + timedelta(days=number):%Y-%m-%d}"


def birth_from_number(value: str) -> str | None:
    """As `from_serial`, and a year as it is."""
    return value if is_partial_date(value) else from_serial(value)


def card_from_number(value: str) -> str | None:
    """A chip card's number whose first zeros a spreadsheet took for nothing, or one of 9 digits.

    Its 12 digits begin with 0 and a province from 001 to 096: 10 or 11 of them are left.
    """
    if re.fullmatch("[0-9]{10,11}", value):
        return value.zfill(12)
    return value if re.fullmatch("[0-9]{9}", value) else None


def id_from_number(value: str) -> str | None:
    """As `card_from_number`, where a number of 8 digits can only be an older card's that lost 0."""
    return value.zfill(9) if re.fullmatch("[0-9]{8}", value) else card_from_number(value)


def phone_from_number(value: str) -> str | None:
    """A telephone number that lost its first zero: mobile (9 digits left) or landline (10)."""
    return "0" + value if re.fullmatch("[35789][0-9]{8}|2[0-9]{9}", value) else None


def _trimmed(before: str) -> str:
    return re.sub(r"^ngày |[ ,;T]*(?:lúc)?[ ]*$", "", before, flags=re.IGNORECASE)


def _day_of(value: str) -> datetime | None:
    worded = _WORDED_DAY.fullmatch(value)
    match = None if worded else _DAY.fullmatch(value)
    if worded:
        day, month, year = worded.groups()
    elif match is None:
        return None
    elif match[1]:
        year, month, day = match[1], match[3], match[4]
    else:
        day, month, year = match[5], match[7], match[8]
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    if not _EARLIEST_YEAR <= full_year <= _LATEST_YEAR:
        return None
    try:
        return datetime(full_year, int(month), int(day), tzinfo=VIETNAM)
    except ValueError:
        return None


def _ms(moment: datetime) -> int | None:
    if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        return None
    return round(moment.timestamp() * 1000)
