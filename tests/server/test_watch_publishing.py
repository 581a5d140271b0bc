"""What a publication of the watchlist costs and hides: the figures that the publisher is shown."""

from __future__ import annotations

import pytest

from rules.watchlist import WatchFilter, parse_watchlist
from server.store.watch_protocol import WatchEntry
from server.watch.publishing import AHEAD_MS, LEAST_CROWD, Offer, WatchRateError, offer

NOW_MS = 1_795_320_000_000
PROVINCE = 600_000


def entry(number: int, from_ms: int = 0, until_ms: int = 2 * NOW_MS, old: str = "") -> WatchEntry:
    return WatchEntry(
        str(number), "f2", f"{number:012}", "Mẫu", "2021/268", from_ms, until_ms, 0, old
    )


def many(count: int) -> list[WatchEntry]:
    return [entry(58_090_000_000 + index) for index in range(count)]


def names(offered: Offer, number: int) -> bool:
    return parse_watchlist(offered.content).holds(f"{number:012}")


@pytest.mark.parametrize(
    ("count", "rate", "daily"), [(500, 0.00012, 1.2), (5_000, 0.00119, 11.9), (50_000, 0.0118, 118)]
)
def test_the_figures_of_the_decision_record(count: int, rate: float, daily: float) -> None:
    offered = offer(many(count), NOW_MS)
    assert offered.bucket_bits == 22
    assert offered.false_rate == pytest.approx(rate, rel=0.02)
    assert offered.daily_false(10_000) == pytest.approx(daily, rel=0.02)
    assert offered.false_names > 20 * offered.people


@pytest.mark.parametrize("population", [4_096, PROVINCE, 10**7, 10**8, 10**9])
def test_no_crowd_is_smaller_than_the_least_one(population: int) -> None:
    assert LEAST_CROWD <= offer(many(3), NOW_MS, population).crowd < 2 * LEAST_CROWD


def test_a_list_too_long_for_its_population_is_refused_unless_asked_for() -> None:
    with pytest.raises(WatchRateError) as refused:
        offer(many(5_000), NOW_MS, PROVINCE)
    assert refused.value.code == "rate_high"
    assert refused.value.rate == pytest.approx(0.14, abs=0.005)
    assert offer(many(5_000), NOW_MS, PROVINCE, rate=0.14).false_rate > 0.14


def test_a_rate_below_the_least_is_refused_with_the_least() -> None:
    with pytest.raises(WatchRateError) as refused:
        offer(many(5_000), NOW_MS, rate=0.0001)
    assert refused.value.code == "rate_low"
    assert refused.value.rate == pytest.approx(5_000 / 2**22)
    assert offer(many(5_000), NOW_MS, rate=0.004).false_rate >= 0.004 * 0.98


def test_crowds_in_force_are_never_narrowed_by_publishing_again() -> None:
    wide, narrow = (WatchFilter(bits, frozenset()) for bits in (17, 22))
    assert offer(many(5), NOW_MS, in_force=wide).bucket_bits == 17
    assert offer(many(5), NOW_MS, PROVINCE, in_force=narrow).bucket_bits == 15


def test_what_was_asked_for_once_is_not_refused_the_next_day() -> None:
    asked = parse_watchlist(offer(many(5_000), NOW_MS, PROVINCE, rate=0.14).content)
    assert offer(many(5_100), NOW_MS, in_force=asked).bucket_bits == asked.bucket_bits
    with pytest.raises(WatchRateError):
        offer(many(13_000), NOW_MS, in_force=asked)


def test_whoever_is_watched_within_a_day_is_in_it_and_nobody_else() -> None:
    entries = [
        entry(1, NOW_MS + AHEAD_MS - 1),
        entry(2, NOW_MS + AHEAD_MS),
        entry(3, 0, NOW_MS),
        entry(4, 0, NOW_MS + 1, old="264123456"),
    ]
    offered = offer(entries, NOW_MS)
    assert [names(offered, number) for number in (1, 2, 3, 4)] == [True, False, False, True]
    assert parse_watchlist(offered.content).holds("264123456")
    assert (offered.people, offered.numbers) == (2, 3)


def test_an_empty_list_is_a_filter_that_finds_nobody() -> None:
    offered = offer([], NOW_MS)
    assert (offered.people, offered.false_rate, offered.false_names) == (0, 0.0, 0)
    assert parse_watchlist(offered.content).buckets == frozenset()
