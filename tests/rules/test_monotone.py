"""What the law has going one way only, asked of every pack with random people and journeys.

Doses, tests and recoveries are those of a verified certificate; everything else of the journey is
taken from the sample journeys. Where a text itself goes the other way, the last tests say so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from rules.decide import decide, severity
from tests.conftest import SEED
from tests.rules.journeys import PACK_NAMES, external, journey, now_ms, rule_pack, sample

EXAMPLES = 120
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
PLACE = {"dataset": "2021", "code": "1"}

packs = pytest.mark.parametrize("name", PACK_NAMES)


def drawn(**strategies: Any) -> Callable[[Any], Any]:
    """A property over seeded random examples; `name` comes from the parametrisation."""

    def decorated(test: Any) -> Any:
        limits = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        )
        return seed(SEED)(limits(given(**strategies)(test)))

    return decorated


days_ago = st.integers(-3, 260)
minutes_ago = st.integers(-600, 100 * 60)
dose = st.fixed_dictionaries(
    {"days_ago": days_ago, "number": st.integers(1, 3), "of": st.integers(1, 3)}
)
lab_test = st.fixed_dictionaries(
    {
        "type": st.sampled_from(("pcr", "rapid")),
        "minutes_ago": minutes_ago,
        "lag": st.sampled_from((None, 60, 600)),
    }
)
people = st.fixed_dictionaries(
    {
        "doses": st.lists(dose, max_size=2),
        "tests": st.lists(lab_test, max_size=2),
        "recovered_days_ago": st.none() | st.integers(0, 260),
        "born": st.sampled_from(("1990-08-15", "2012-05-01", None)),
    }
)
trips = st.fixed_dictionaries(
    {"case": st.integers(0, 999), "level": st.sampled_from((1, 2, 3, 4, None))}
)


def certificate(person: dict[str, Any], at_ms: int) -> dict[str, Any]:
    """A verified HC1 certificate of a person, as the scanner hands it to the rules."""
    recovered = person["recovered_days_ago"]
    return {
        "family": "hc1",
        "status": "verified",
        "code": "ok",
        "identity": {"name": "NGUYEN THI MAU", "birth_date": person["born"]},
        "facts": {
            "doses": [
                {
                    "number": one["number"],
                    "of": one["of"],
                    "product": "EU/1/21/1529",
                    "date": day(at_ms - one["days_ago"] * DAY_MS),
                }
                for one in person["doses"]
            ],
            "tests": [
                {
                    "type": one["type"],
                    "result": "negative",
                    "sampled_at": moment(at_ms - one["minutes_ago"] * 60_000),
                    "resulted_at": None
                    if one["lag"] is None
                    else moment(at_ms - (one["minutes_ago"] - one["lag"]) * 60_000),
                }
                for one in person["tests"]
            ],
            "recoveries": []
            if recovered is None
            else [{"recovered_at": day(at_ms - recovered * DAY_MS), "valid_until": None}],
            "declaration": None,
        },
        "subject": None,
    }


def day(at_ms: int) -> str:
    """The Vietnamese day of a moment."""
    return (datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(hours=7)).strftime("%Y-%m-%d")


def moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def strictness(name: str, person: dict[str, Any], trip: dict[str, Any]) -> int:
    """How a pack judges a person on a trip: 0 pass, 1 refer, 2 turn back."""
    cases = sample(name)["cases"]
    case = cases[trip["case"] % len(cases)]
    at_ms = now_ms(name, case)
    levels = {} if trip["level"] is None else {"2021:1": trip["level"]}
    said = decide(
        certificate(person, at_ms),
        journey(name, case) | {"origin": PLACE},
        external(name, case) | {"levels": levels},
        at_ms,
        rule_pack(name),
    )
    assert "rules_error" not in said.reasons
    return severity(said.outcome)


@packs
@drawn(person=people, trip=trips, more=dose)
def test_one_more_dose_is_never_worse(
    name: str, person: dict[str, Any], trip: dict[str, Any], more: dict[str, Any]
) -> None:
    with_more = person | {"doses": [*person["doses"], more]}
    assert strictness(name, with_more, trip) <= strictness(name, person, trip)


@packs
@drawn(person=people, trip=trips, first=st.integers(21, 200), gap=st.integers(21, 60))
def test_a_certificate_that_shows_only_the_second_dose_is_never_worse_than_the_first(
    name: str, person: dict[str, Any], trip: dict[str, Any], first: int, gap: int
) -> None:
    """Certificates name the last dose only; the first is at least 14 days older (three weeks)."""
    one = person | {"doses": [{"number": 1, "of": 2, "days_ago": first}]}
    two = person | {"doses": [{"number": 2, "of": 2, "days_ago": max(0, first - gap)}]}
    assert strictness(name, two, trip) <= strictness(name, one, trip)


@packs
@drawn(person=people, trip=trips, at=st.integers(70 * 60, 90 * 60), newer=st.integers(1, 90 * 60))
def test_a_newer_negative_test_is_never_worse(
    name: str, person: dict[str, Any], trip: dict[str, Any], at: int, newer: int
) -> None:
    for kind in ("pcr", "rapid"):
        found = [
            strictness(
                name,
                person | {"tests": [{"type": kind, "minutes_ago": minutes, "lag": None}]},
                trip,
            )
            for minutes in (max(0, at - newer), at)
        ]
        assert found[0] <= found[1]


@packs
@drawn(person=people, trip=trips, more=lab_test)
def test_one_more_negative_test_is_never_worse(
    name: str, person: dict[str, Any], trip: dict[str, Any], more: dict[str, Any]
) -> None:
    with_more = person | {"tests": [*person["tests"], more]}
    assert strictness(name, with_more, trip) <= strictness(name, person, trip)


@packs
@drawn(person=people, trip=trips)
def test_a_higher_level_of_origin_is_never_better(
    name: str, person: dict[str, Any], trip: dict[str, Any]
) -> None:
    found = [strictness(name, person, trip | {"level": level}) for level in (1, 2, 3, 4)]
    assert all(low <= high for low, high in pairwise(found)), found


@packs
@drawn(person=people, trip=trips, recovered=st.integers(0, 260), sooner=st.integers(0, 260))
def test_recovered_is_never_worse_than_not_and_lately_never_worse_than_long_ago(
    name: str, person: dict[str, Any], trip: dict[str, Any], recovered: int, sooner: int
) -> None:
    lately = strictness(name, person | {"recovered_days_ago": max(0, recovered - sooner)}, trip)
    long_ago = strictness(name, person | {"recovered_days_ago": recovered}, trip)
    never = strictness(name, person | {"recovered_days_ago": None}, trip)
    assert lately <= long_ago <= never


NOBODY: dict[str, Any] = {"doses": [], "tests": [], "recovered_days_ago": None, "born": None}
OLD_DOSE = {"number": 1, "of": 2, "days_ago": 60}
FULL = {"number": 2, "of": 2, "days_ago": 60}
TESTED = {"type": "pcr", "minutes_ago": 24 * 60, "lag": None}


def trip_of(name: str, case: str, level: int | None = None) -> dict[str, Any]:
    """A sample journey by its name, from a place of that level."""
    names = [one["name"] for one in sample(name)["cases"]]
    return {"case": names.index(case), "level": level}


@pytest.mark.parametrize(
    ("name", "case", "level", "helps"),
    [
        ("hcmc_2021_10", "nothing shown", None, {"doses": [OLD_DOSE]}),
        ("hcmc_2021_10", "nothing shown", None, {"recovered_days_ago": 60}),
        ("hcmc_2021_10", "vaccinated driver of a truck without a test", None, {"tests": [TESTED]}),
        ("khanh_hoa_2021_10", "from a level 3 area, declared only", 3, {"doses": [FULL]}),
        ("khanh_hoa_2021_10", "from a level 3 area, declared only", 3, {"tests": [TESTED]}),
        ("khanh_hoa_2021_10", "from a level 4 area, declared only", 4, {"doses": [OLD_DOSE]}),
        ("khanh_hoa_2021_10", "from a level 4 area, declared only", 4, {"recovered_days_ago": 60}),
        ("an_giang_2021_10", "from a level 3 area, declared only", 3, {"doses": [OLD_DOSE]}),
        ("an_giang_2021_10", "from a level 3 area, declared only", 3, {"tests": [TESTED]}),
        ("an_giang_2021_10", "from a level 3 area, declared only", 3, {"recovered_days_ago": 60}),
    ],
)
def test_where_a_text_asks_for_proof_showing_it_helps(
    name: str, case: str, level: int | None, helps: dict[str, Any]
) -> None:
    trip = trip_of(name, case, level)
    assert strictness(name, NOBODY | helps, trip) < strictness(name, NOBODY, trip)


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("ninh_thuan_2021_10", "no card from a level 4 area"),
        ("bac_giang_2021_06", "from an outbreak area, coming home"),
        ("khanh_hoa_2021_10", "from a level 4 area, declared only"),
        ("an_giang_2021_10", "from a level 4 area, declared only"),
    ],
)
def test_where_a_text_looks_at_levels_the_highest_is_worse_than_the_lowest(
    name: str, case: str
) -> None:
    low, high = (strictness(name, NOBODY, trip_of(name, case, level)) for level in (1, 4))
    assert low < high


def test_by_5187_a_test_sampled_later_may_be_worse_because_the_result_counts() -> None:
    """5187/VPCP-CN: 72 hours "kể từ khi có kết quả"; An Giang counts from the sample instead."""
    slow = {"type": "pcr", "minutes_ago": 90 * 60, "lag": 30 * 60}
    quick = {"type": "rapid", "minutes_ago": 80 * 60, "lag": 15}
    truck = trip_of("hcmc_2021_10", "vaccinated driver of a truck without a test")
    by_result = [
        strictness("hcmc_2021_10", NOBODY | {"tests": [one]}, truck) for one in (slow, quick)
    ]
    assert by_result == [severity("pass"), severity("refer")]
    trip = trip_of("an_giang_2021_10", "from a level 3 area, declared only", 3)
    by_sample = [
        strictness("an_giang_2021_10", NOBODY | {"tests": [one]}, trip) for one in (slow, quick)
    ]
    assert by_sample == [severity("refer"), severity("refer")]


def test_by_5187_goods_make_it_worse_for_a_vaccinated_driver_without_a_test() -> None:
    """Directive 18 of the city lets the driver through; with goods and no code a test is asked."""
    driver = NOBODY | {"doses": [FULL]}
    alone = trip_of("hcmc_2021_10", "first of two doses, day 14")
    truck = trip_of("hcmc_2021_10", "vaccinated driver of a truck without a test")
    assert strictness("hcmc_2021_10", driver, alone) < strictness("hcmc_2021_10", driver, truck)


def test_in_khanh_hoa_a_third_dose_of_three_counts_14_days_like_any_last_dose() -> None:
    """ "Đủ liều sau 14 ngày": a code with the last dose only cannot tell a booster (3 of 3) from
    the end of a course of three. One more dose hides the earlier ones; numbered 3 of 2 it does not.
    """
    trip = trip_of("khanh_hoa_2021_10", "from a level 3 area, declared only", 3)
    doses = [FULL, {"number": 3, "of": 3, "days_ago": 2}, {"number": 3, "of": 2, "days_ago": 2}]
    found = [strictness("khanh_hoa_2021_10", NOBODY | {"doses": [one]}, trip) for one in doses]
    assert found == [severity("pass"), severity("refer"), severity("pass")]


def test_six_months_of_an_giang_are_longer_than_180_days_of_khanh_hoa() -> None:
    recovered = NOBODY | {"recovered_days_ago": 182}
    there = trip_of("an_giang_2021_10", "from a level 3 area, declared only", 3)
    here = trip_of("khanh_hoa_2021_10", "from a level 3 area, declared only", 3)
    assert strictness("an_giang_2021_10", recovered, there) == severity("pass")
    assert strictness("khanh_hoa_2021_10", recovered, here) == severity("refer")
