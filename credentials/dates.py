"""Dates as codes carry them: partial ISO dates, `ddMMyyyy`, epoch seconds, loose ISO instants.

Years outside 1800-2199 are no dates of living people or their papers and are refused.
"""

import re
from datetime import UTC, datetime

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MASKED = re.compile(r"([0-9]{4})-([0-9]{2}|\*{1,2})-([0-9]{2}|\*{1,2})")
_COMPACT = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{3}))?Z"
)
_LOOSE_DATE = re.compile(r"([0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)(?:[Tt ].*)?", re.DOTALL)
_LOOSE_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]{1,9}))?)?"
    r" ?(?:[Zz]|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)?)?"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# 9999-12-31T23:59:59Z: the last second whose ISO text has a four-digit year.
MAX_EPOCH_S = 253_402_300_799


def is_partial_date(text: str) -> bool:
    """Whether text is "1990", "1990-08" or "1990-08-15" and exists in the calendar."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return False
    year, month, day = match.groups()
    return _exists(int(year), int(month or "1"), int(day or "1"))


def date_of_masked(text: str) -> str | None:
    """ "1990-08-15" as it is; "1990-08-**" and "1990-**-**" as far as they are open; else None."""
    match = _MASKED.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    known = year if "*" in month else f"{year}-{month}"
    if "*" not in month and "*" not in day:
        known = f"{known}-{day}"
    return known if is_partial_date(known) else None


def date_of_compact(text: str) -> str | None:
    """`ddMMyyyy` as an ISO date; "00" for an unregistered day or month gives a partial one."""
    match = _COMPACT.fullmatch(text)
    if match is None:
        return text if re.fullmatch("[0-9]{4}", text) and is_partial_date(text) else None
    day, month, year = match.groups()
    known = year if month == "00" else f"{year}-{month}"
    if month != "00" and day != "00":
        known = f"{known}-{day}"
    return known if is_partial_date(known) else None


def instant_of_epoch_s(seconds: int) -> str:
    """Epoch seconds (0..MAX_EPOCH_S) as "2026-11-22T01:02:03Z"."""
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}Z"


def epoch_ms_of_instant(text: str) -> int | None:
    """ISO 8601 UTC with `Z`, in seconds or milliseconds, as epoch ms; None for anything else."""
    match = _INSTANT.fullmatch(text)
    if match is None or not is_partial_date(match[1]):
        return None
    whole = datetime.fromisoformat(f"{match[1]}T{match[2]}:{match[3]}:{match[4]}+00:00")
    return int(whole.timestamp()) * 1000 + int(match[5] or "0")


def date_of_loose(text: str) -> str | None:
    """The date, maybe partial, at the start of an ISO date or instant as issuers write them."""
    match = _LOOSE_DATE.fullmatch(text)
    return match[1] if match is not None and is_partial_date(match[1]) else None


def epoch_ms_of_loose(text: str) -> int | None:
    """Epoch ms of an ISO 8601 instant with any offset and precision; None for anything else.

    A bare date is its first millisecond, a time without an offset is UTC.
    """
    match = _LOOSE_INSTANT.fullmatch(text)
    if match is None or not is_partial_date(match[1]):
        return None
    day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = match.groups()
    whole = datetime.fromisoformat(f"{day}T{hour or '00'}:{minute or '00'}:{second or '00'}+00:00")
    offset_ms = (int(offset_hours or 0) * 60 + int(offset_minutes or 0)) * 60_000
    local_ms = int(whole.timestamp()) * 1000 + int(f"{fraction or '0':0<3.3}")
    return local_ms + offset_ms if sign == "-" else local_ms - offset_ms


def _exists(year: int, month: int, day: int) -> bool:
    if not (1800 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap or (month, day) != (2, 29)
