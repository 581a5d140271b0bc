"""Times as people here read and write them: +07:00, day first. Data stays Unix milliseconds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


def local(ms: int) -> datetime:
    """The Vietnamese wall clock at `ms`."""
    return datetime.fromtimestamp(ms / 1000, VIETNAM)


def short_time(ms: int) -> str:
    """ "22/11 08:40": a row of a list."""
    return local(ms).strftime("%d/%m %H:%M")


def long_time(ms: int) -> str:
    """ "22/11/2026 08:40:05": where the second counts."""
    return local(ms).strftime("%d/%m/%Y %H:%M:%S")


def iso_time(ms: int) -> str:
    """For <time datetime>, with its offset."""
    return local(ms).isoformat(timespec="seconds")


def day_start_ms(day: date) -> int:
    """The first millisecond of a Vietnamese day."""
    return int(datetime.combine(day, time(), VIETNAM).timestamp() * 1000)


def parse_day(text: str) -> date:
    """The value of <input type=date>; ValueError otherwise."""
    if len(text) != 10:
        raise ValueError(text)
    day = date.fromisoformat(text)
    if not 2020 <= day.year <= 2100:
        raise ValueError(text)
    return day


def parse_moment_ms(text: str) -> int:
    """The value of <input type=datetime-local>, read as Vietnamese time; ValueError otherwise."""
    if not 16 <= len(text) <= 19 or text[10] != "T":
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None or not 2020 <= moment.year <= 2100:
        raise ValueError(text)
    return int(moment.replace(tzinfo=VIETNAM).timestamp() * 1000)


def date_text(text: str | None) -> str:
    """An ISO date, complete or partial, day first: "1990-08-02" is "02/08/1990", "1990" stays."""
    if not text:
        return ""
    return "/".join(reversed(text[:10].split("-")))
