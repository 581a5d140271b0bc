"""The tablet's watchlist: finds whoever is listed, costs what is said, and hides them in crowds."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from rules import RuleError, WatchFilter, build_watchlist, parse_watchlist, watch_number
from rules.watchlist import MAX_BUCKET_BITS, MIN_BUCKET_BITS, bucket_of
from tests.node import typescript_answers
from tests.rules.batch import BATCH, canonical, disagreements, python_answers


def numbers(rng: random.Random, count: int) -> list[str]:
    return [f"{rng.randrange(10**12):012}" for _ in range(count)]


def made(listed: list[str], bucket_bits: int) -> WatchFilter:
    return parse_watchlist(build_watchlist(listed, bucket_bits))


def test_k7_nobody_listed_is_missed_whatever_the_size(rng: random.Random) -> None:
    for _ in range(60):
        listed = numbers(rng, rng.choice((0, 1, 2, 3, 100, 2_000)))
        filter_ = made(listed, rng.randint(MIN_BUCKET_BITS, MAX_BUCKET_BITS))
        assert all(filter_.holds(number) for number in listed)


def test_others_are_found_as_often_as_the_filter_says(rng: random.Random) -> None:
    filter_ = made(numbers(rng, 5_000), 16)
    rate = filter_.false_rate()
    assert 0.07 < rate < 0.0763
    strangers = numbers(rng, 40_000)
    found = sum(filter_.holds(number) for number in strangers) / len(strangers)
    # Five standard deviations of 40,000 draws.
    assert abs(found - rate) < 5 * (rate * (1 - rate) / len(strangers)) ** 0.5


@pytest.mark.parametrize(("count", "most_bytes"), [(300, 2.3), (5_000, 1.5), (50_000, 1.1)])
def test_an_entry_costs_little_more_than_a_byte(
    count: int, most_bytes: float, rng: random.Random
) -> None:
    coded = build_watchlist(numbers(rng, count), 22)["coded"]
    assert isinstance(coded, str)
    assert len(coded) * 6 / 8 / count < most_bytes


def test_whoever_enumerates_everybody_gets_a_crowd_for_each_name(rng: random.Random) -> None:
    # The real ratio on a register a thousandth as large: 2^22 buckets and 10^8 people, scaled.
    register = [f"{number:012}" for number in range(58_090_000_000, 58_090_000_000 + 97_656)]
    listed = set(rng.sample(register, 200))
    filter_ = made(sorted(listed), 12)
    suspects = [number for number in register if filter_.holds(number)]
    true_names = len(listed.intersection(suspects))
    assert true_names == len(listed)
    false_names = len(suspects) - true_names
    assert false_names > 15 * true_names
    crowds: dict[int, int] = {}
    for number in suspects:
        bucket = bucket_of(number, 12)
        crowds[bucket] = crowds.get(bucket, 0) + 1
    assert min(crowds.values()) > 1, "somebody stands alone and is known"


def test_two_publications_do_not_narrow_a_crowd(rng: random.Random) -> None:
    register = numbers(rng, 50_000)
    stays, first, second = register[:100], register[100:200], register[200:300]
    before, after = made(stays + first, 11), made(stays + second, 10)
    in_both = [number for number in register if before.holds(number) and after.holds(number)]
    only_stays = made(stays, 11)
    alone = [number for number in register if only_stays.holds(number)]
    assert len(alone) > 20 * len(stays)
    assert set(alone) <= set(in_both)


def test_fewer_bits_only_join_crowds(rng: random.Random) -> None:
    for number in numbers(rng, 200):
        fine = bucket_of(number, 24)
        assert bucket_of(number, 20) == fine >> 4


def test_a_list_cut_short_or_made_longer_is_refused(rng: random.Random) -> None:
    content = build_watchlist(numbers(rng, 50), 20)
    coded = str(content["coded"])
    for other in (*(coded[:at] for at in range(len(coded))), coded + "A", coded + "AA"):
        with pytest.raises(RuleError):
            parse_watchlist(content | {"coded": other})


def test_the_number_is_what_people_write_it_as() -> None:
    assert watch_number("001 190-012.345") == "001190012345"
    assert watch_number("264123456") == "264123456"
    for other in ("", "00119001234", "0011900*2345", "GD4797912345678", "٠٠١١٩٠٠١٢٣٤٥"):
        assert watch_number(other) is None


def shown(rng: random.Random, listed: list[str]) -> dict[str, Any] | None:
    number = rng.choice(listed) if listed and rng.random() < 0.4 else numbers(rng, 1)[0]
    number = rng.choice((number, number[:9], f"{number[:3]} {number[3:]}", number[:8] + "****", ""))
    if rng.random() < 0.05:
        return None
    identity: Any = rng.choice(({"id_number": number}, {"id_number": number}, None, [], number))
    return {"identity": identity, "subject": rng.choice((None, {"old_id_number": number[:9]}))}


def test_both_languages_find_the_same_people_and_refuse_the_same_damage(rng: random.Random) -> None:
    lines: list[dict[str, Any]] = []
    for _ in range(250):
        listed = numbers(rng, rng.choice((0, 1, 5, 60)))
        listed += [number[:9] for number in listed[:2]]
        content: dict[str, Any] = copy.deepcopy(build_watchlist(listed, rng.randint(8, 30)))
        if rng.random() < 0.6:
            name = rng.choice(("bucket_bits", "buckets", "rice_bits", "coded"))
            if name == "coded":
                letters = list(content["coded"] or "A")
                letters[rng.randrange(len(letters))] = rng.choice("AZaz09-_=+ ")
                content["coded"] = "".join(letters) + rng.choice(("", "", "A", "AA"))
            else:
                content[name] += rng.choice((-1, 1, 2))
        lines.append({"watchlist": content, "shown": [shown(rng, listed) for _ in range(8)]})
    assert disagreements(lines) == []
    answers = python_answers([json.dumps(line) for line in lines])
    assert sum("error" in answer for answer in answers) > 20
    assert sum(any(answer.get("result", ())) for answer in answers) > 20


def test_a_long_list_reads_alike(rng: random.Random) -> None:
    listed = numbers(rng, 30_000)
    people = [{"identity": {"id_number": number}} for number in listed[:500] + numbers(rng, 500)]
    text = json.dumps({"watchlist": build_watchlist(listed, 22), "shown": people})
    python, typescript = python_answers([text]), typescript_answers(BATCH, [text])
    assert canonical(python) == canonical(typescript)
    assert all(python[0]["result"][:500])
