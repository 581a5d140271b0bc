"""Date-times as CertLogic 1.3 has them: parsed from text, moved as JavaScript's Date moves them.

Neither `datetime` nor `Date` is used: the first has no year 0 and no overflowing days, the second
reads years 0-99 as 19xx. The same integer arithmetic stands in the TypeScript twin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.errors import RuleError

UNITS = ("year", "month", "day", "hour")
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_FIRST_MS = -62_167_219_200_000  # 0000-01-01T00:00:00.000Z
_LAST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(Z|[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
)
_OFFSET = re.compile(r"([+-])([0-9]{1,2}):?([0-9]{2})?")


@dataclass(frozen=True, slots=True)
class DateTime:
    """A moment, in Unix milliseconds; years 0000 to 9999."""

    ms: int


def parse_date(text: str) -> DateTime:
    """YYYY, YYYY-MM or YYYY-MM-DD at midnight UTC; a partial date is its **last** day.

    Raises RuleError("date.format") for anything else, also for days that do not exist.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise RuleError("date.format")
    year = int(match[1])
    month = int(match[2]) if match[2] else 12
    if not 1 <= month <= 12:
        raise RuleError("date.format")
    day = int(match[3]) if match[3] else _days_in_month(year, month)
    return DateTime(_midnight(year, month, day))


def parse_date_time(text: str) -> DateTime:
    """Any format `plusTime` accepts. No offset means UTC; decimals past the third are cut.

    Raises RuleError("date.format") or, beyond years 0000-9999, RuleError("date.range").
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return parse_date(text)
    hour, minute, second = int(match[4]), int(match[5]), int(match[6])
    if hour > 23 or minute > 59 or second > 59:
        raise RuleError("date.format")
    millisecond = int(((match[7] or "") + "000")[:3])
    ms = _midnight(int(match[1]), int(match[2]), int(match[3]))
    ms += hour * HOUR_MS + minute * 60_000 + second * 1000 + millisecond
    return _in_range(ms - _offset_ms(match[8]))


def parse_instant(text: object) -> int:
    """Unix milliseconds of an unambiguous moment: full date, time and offset, as packs need it.

    Raises RuleError("date.format") also where CertLogic would assume UTC: midnight in Hanoi is not.
    """
    if not isinstance(text, str):
        raise RuleError("date.format")
    match = _DATE_TIME.fullmatch(text)
    if match is None or match[8] is None:
        raise RuleError("date.format")
    return parse_date_time(text).ms


def plus(moment: DateTime, amount: int, unit: str) -> DateTime:
    """`moment` moved by a whole number of units, days overflowing into the next month.

    31 January + 1 month is 3 March (2 March in leap years), as JavaScript's setUTCMonth has it.
    """
    if unit == "hour":
        return _in_range(moment.ms + amount * HOUR_MS)
    if unit == "day":
        return _in_range(moment.ms + amount * DAY_MS)
    days, in_day_ms = divmod(moment.ms, DAY_MS)
    year, month, day = _civil(days)
    months = year * 12 + month - 1 + amount * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    if not 0 <= year <= 9999:
        raise RuleError("date.range")
    return _in_range((_days(year, month, 1) + day - 1) * DAY_MS + in_day_ms)


def to_iso(ms: int) -> str:
    """Unix milliseconds as `YYYY-MM-DDThh:mm:ss.sssZ`."""
    days, in_day_ms = divmod(_in_range(ms).ms, DAY_MS)
    year, month, day = _civil(days)
    seconds, millisecond = divmod(in_day_ms, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    date = f"{year:04}-{month:02}-{day:02}"
    return f"{date}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"


def _in_range(ms: int) -> DateTime:
    if not _FIRST_MS <= ms <= _LAST_MS:
        raise RuleError("date.range")
    return DateTime(ms)


def _offset_ms(text: str | None) -> int:
    if text is None or text == "Z":
        return 0
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise RuleError("date.format")
    hour, minute = int(match[2]), int(match[3] or "0")
    if hour > 23 or minute > 59:
        raise RuleError("date.format")
    return (-1 if match[1] == "-" else 1) * (hour * HOUR_MS + minute * 60_000)


def _midnight(year: int, month: int, day: int) -> int:
    if not (1 <= month <= 12 and 1 <= day <= _days_in_month(year, month)):
        raise RuleError("date.format")
    return _days(year, month, day) * DAY_MS


def _days_in_month(year: int, month: int) -> int:
    next_year, next_month = (year + 1, 1) if month == 12 else (year, month + 1)
    return _days(next_year, next_month, 1) - _days(year, month, 1)


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant's days_from_civil)."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01 (Hinnant's civil_from_days)."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day
