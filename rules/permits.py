"""What an own permit, green-lane pass or shuttle manifest says of one journey: `external.permit`.

It says, it does not decide: rules read {type, valid, overspent, plate_ok, hours_ok, places_ok}. A
claim that the document does not make restricts nothing; one that cannot be read is not met.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.permit_lists import PERMIT_TYPES, PermitLists
from rules.values import Json

DAY_MS = 86_400_000
MINUTE_MS = 60_000
VIETNAM_OFFSET_MS = 7 * 3_600_000
DAY_MINUTES = 24 * 60

_HOURS = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyzđ", "ABCDEFGHIJKLMNOPQRSTUVWXYZĐ")
_DROPPED = re.compile("[^A-Z0-9Đ]")


@dataclass(frozen=True, slots=True)
class Uses:
    """Earlier crossings with one document that were let through: this Vietnamese day, and ever."""

    today: int = 0
    total: int = 0


NO_USES = Uses()


def permit_of(
    evidence: object, journey: object, now_ms: int, uses: Uses, lists: PermitLists
) -> dict[str, Json] | None:
    """`external.permit` for an Evidence in its JSON shape; None where it shows no such document.

    `uses` are those before this journey. `plate_ok` is false while the vehicle's plate is unknown.
    `places_ok` compares ends of the way that are named alike (data set, kind of unit), both ways
    round; an end that either side leaves open fits. Which way a checkpoint lies is not known here.
    """
    subject = permit_subject(evidence)
    if subject is None:
        return None
    given = said_of(subject, journey, now_ms)
    status = evidence.get("status") if isinstance(evidence, Mapping) else None
    return permit_again({**given, "status": status}, now_ms, uses, lists)


def permit_again(
    said: Mapping[str, Json], now_ms: int, uses: Uses, lists: PermitLists
) -> dict[str, Json] | None:
    """`external.permit` from what a crossing keeps of a document: as `said_of`, and its `status`.

    For who decides again: the lists and the uses are the ones known now.
    """
    type_, id_ = said.get("type"), said.get("id")
    if not isinstance(type_, str) or type_ not in PERMIT_TYPES:
        return None
    known_id = id_ if isinstance(id_, str) else None
    valid = said.get("status") == "verified" and not lists.is_type_suspended(type_, now_ms)
    return {
        "type": type_,
        "valid": valid,
        "overspent": is_overspent(type_, known_id, uses, lists),
        "plate_ok": said.get("plate_ok") is True,
        "hours_ok": said.get("hours_ok") is True,
        "places_ok": said.get("places_ok") is True,
    }


def said_of(subject: Mapping[str, Json], journey: object, now_ms: int) -> dict[str, Json]:
    """{type, id, plate_ok, hours_ok, places_ok}: what a crossing keeps of a shown document."""
    trip = journey if isinstance(journey, Mapping) else {}
    return {
        "type": subject.get("type"),
        "id": subject.get("id"),
        "plate_ok": _plate_fits(subject.get("plate"), trip.get("vehicle")),
        "hours_ok": hours_fit(subject.get("hours"), now_ms),
        "places_ok": _places_fit(subject, trip),
    }


def permit_subject(evidence: object) -> Mapping[str, Json] | None:
    """The subject of an own permit, pass or manifest; None for any other Evidence."""
    if not isinstance(evidence, Mapping) or evidence.get("family") != "own":
        return None
    subject = evidence.get("subject")
    if not isinstance(subject, Mapping) or subject.get("type") not in PERMIT_TYPES:
        return None
    return subject


def is_company_suspended(evidences: Iterable[object], now_ms: int, lists: PermitLists) -> bool:
    """`external.company_suspended`: whether any document shown names a suspended company."""
    subjects = (permit_subject(one) for one in evidences)
    companies = (one.get("company") for one in subjects if one is not None)
    return any(
        isinstance(one, str) and lists.is_company_suspended(one, now_ms) for one in companies
    )


def goods_first(goods: object, province: str, lists: PermitLists) -> list[str]:
    """Why a load goes first: its groups that do, each once, and "perishable" where that alone says.

    `goods` is the journey's list of {group, perishable}. `external.priority` is whether any do.
    """
    listed = [one for one in lists.priorities if not one.provinces or province in one.provinces]
    groups = {group for one in listed for group in one.goods}
    spoils = any(one.perishable for one in listed)
    found: list[str] = []
    for line in goods if isinstance(goods, list) else ():
        if not isinstance(line, Mapping):
            continue
        group = line.get("group")
        if isinstance(group, str) and group in groups:
            found.append(group)
        elif spoils and line.get("perishable") is True:
            found.append("perishable")
    return list(dict.fromkeys(found))


def is_overspent(type_: str, id_: str | None, uses: Uses, lists: PermitLists) -> bool:
    """Whether its uses before this one have reached what a document may be used for."""
    quota = lists.quota_of(type_, id_)
    if quota is None:
        return False
    return (quota.per_day is not None and uses.today >= quota.per_day) or (
        quota.total is not None and uses.total >= quota.total
    )


def uses_of(times_ms: Iterable[int], now_ms: int) -> Uses:
    """Uses from the times of earlier crossings with one document."""
    times = [one for one in times_ms if one <= now_ms]
    today = vietnamese_day(now_ms)
    return Uses(sum(vietnamese_day(one) == today for one in times), len(times))


def vietnamese_day(time_ms: int) -> int:
    """Days since 1970-01-01 on a Vietnamese wall calendar."""
    return (time_ms + VIETNAM_OFFSET_MS) // DAY_MS


def hours_fit(hours: Json, now_ms: int) -> bool:
    """Whether "05:00-20:00" (or several, apart by commas) holds the time of day at +07:00."""
    if hours is None:
        return True
    if not isinstance(hours, str):
        return False
    minute = (now_ms + VIETNAM_OFFSET_MS) % DAY_MS // MINUTE_MS
    spans = [_span(one.strip(" ")) for one in hours.split(",")]
    return None not in spans and any(_holds(one, minute) for one in spans if one is not None)


def _span(text: str) -> tuple[int, int] | None:
    match = _HOURS.fullmatch(text)
    if match is None:
        return None
    from_h, from_m, to_h, to_m = (int(one) for one in match.groups())
    start, end = from_h * 60 + from_m, to_h * 60 + to_m
    is_clock = from_m < 60 and to_m < 60 and start < DAY_MINUTES and end <= DAY_MINUTES
    return (start, end) if is_clock else None


def _holds(span: tuple[int, int], minute: int) -> bool:
    """First and last minute included; one that ends before it starts goes past midnight."""
    start, end = span
    return start <= minute <= end if start <= end else minute >= start or minute <= end


def _plate_fits(plate: Json, vehicle: Json) -> bool:
    if plate is None:
        return True
    seen = vehicle.get("plate") if isinstance(vehicle, Mapping) else None
    if not isinstance(plate, str) or not isinstance(seen, str):
        return False
    return _bare(plate) == _bare(seen) != ""


def _bare(plate: str) -> str:
    return _DROPPED.sub("", plate.translate(_UPPER))


def _places_fit(subject: Mapping[str, Json], trip: Mapping[str, Json]) -> bool:
    ends = subject.get("origin"), subject.get("destination")
    way = trip.get("origin"), trip.get("destination")
    there = _is_end(ends[0], way[0]) and _is_end(ends[1], way[1])
    return there or (_is_end(ends[0], way[1]) and _is_end(ends[1], way[0]))


def _is_end(named: Json, given: Json) -> bool:
    """Whether a place may be the one named: not when both are known, alike, and two."""
    if not isinstance(named, Mapping) or not isinstance(given, Mapping):
        return True
    one, two = named.get("code"), given.get("code")
    if named.get("dataset") != given.get("dataset"):
        return True
    if not isinstance(one, str) or not isinstance(two, str) or len(one) != len(two):
        return True
    return one == two
