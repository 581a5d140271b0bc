"""The filter that tablets get: how wide its crowds are, and what that costs at the checkpoint.

The more people share a bucket, the less a stolen tablet tells, and the more travellers are asked
for nothing. Both figures are worked out before anything is signed (docs/adr/0010-watchlist.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS
from rules.values import Json
from rules.watchlist import (
    MAX_BUCKET_BITS,
    MIN_BUCKET_BITS,
    WatchFilter,
    build_watchlist,
    parse_watchlist,
)
from server.keys import KeyRing
from server.packs import EVERYBODY, publish
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack
from server.store.watch_protocol import WatchEntry

WATCHLIST = "watchlist"
LIVING_PEOPLE = 100_000_000
"""Numbers in use in the whole country: whom somebody with a leaked register can enumerate."""

LEAST_CROWD = 16
"""People a bucket, on average: of five thousand listed nobody then stands alone (e^-16)."""

MOST_FALSE_RATE = 0.05
"""Beyond it only on request: at 10,000 crossings a day that is 500 people asked for nothing."""

AHEAD_MS = 86_400_000
"""Who is watched within a day from publication is in the filter: it is published daily."""


class WatchRateError(Exception):
    """The rate asked for cannot be; `code` "rate_low" or "rate_high", `rate` the bound."""

    def __init__(self, code: str, rate: float) -> None:
        super().__init__(f"{code}: {rate:.6f}")
        self.code = code
        self.rate = rate


@dataclass(frozen=True, slots=True)
class Offer:
    """A filter that could be published. `people` are listed, `numbers` are theirs."""

    content: dict[str, Json]
    people: int
    numbers: int
    bucket_bits: int
    false_rate: float
    population: int

    @property
    def crowd(self) -> float:
        """How many people of the population share a bucket."""
        return self.population / (1 << self.bucket_bits)

    @property
    def false_names(self) -> int:
        """How many people not listed somebody finds who enumerates the population."""
        return round(self.false_rate * max(0, self.population - self.people))

    def daily_false(self, crossings: int) -> float:
        """How many of so many people who show a number are referred for nothing."""
        return self.false_rate * crossings


def offer(
    entries: Iterable[WatchEntry],
    now_ms: int,
    population: int = LIVING_PEOPLE,
    rate: float | None = None,
    in_force: WatchFilter | None = None,
) -> Offer:
    """The filter of who is watched now or within a day.

    `rate` is the least share of strangers that it shall hit. Without it the buckets of the filter
    `in_force` stay, or the smallest that `population` allows. Raises WatchRateError where `rate`
    would make crowds under LEAST_CROWD, or where more than MOST_FALSE_RATE comes out and more
    than twice what was asked for or is in force.
    """
    chosen = [one for one in entries if one.from_ms < now_ms + AHEAD_MS and one.until_ms > now_ms]
    numbers = {number for one in chosen for number in (one.id_number, one.old_id_number) if number}
    finest = min(MAX_BUCKET_BITS, int(math.log2(max(1, population) / LEAST_CROWD)))
    if finest < MIN_BUCKET_BITS:
        raise ValueError(f"population {population}")
    bits = finest if in_force is None else min(finest, in_force.bucket_bits)
    accepted = 0.0 if in_force is None else in_force.false_rate()
    if rate is not None and numbers:
        bits, accepted = int(math.log2(len(numbers) / rate)), rate
        if bits > finest:
            raise WatchRateError("rate_low", len(numbers) / (1 << finest))
        bits = max(bits, MIN_BUCKET_BITS)
    content = build_watchlist(numbers, bits)
    false_rate = parse_watchlist(content).false_rate()
    if false_rate > max(MOST_FALSE_RATE, 2 * accepted):
        raise WatchRateError("rate_high", false_rate)
    people = len({one.id_number for one in chosen})
    return Offer(content, people, len(numbers), bits, false_rate, population)


def filter_in_force(store: Store) -> WatchFilter | None:
    """The published filter; None before the first one."""
    pack = store.pack(WATCHLIST, EVERYBODY)
    if pack is None:
        return None
    payload = parse_json(parse_jws(pack.jws, MAX_PACK_CHARACTERS).payload)
    return parse_watchlist(payload["content"])


def publish_watchlist(
    store: Store, keys: KeyRing, offered: Offer, who: str, now_ms: int
) -> Pack | None:
    """Sign and publish; None when the published filter is the same. Raises RelayPackError."""
    pack = publish(store, keys, WATCHLIST, EVERYBODY, offered.content, now_ms)
    if pack is not None:
        details = {
            "version": pack.version,
            "bucket_bits": offered.bucket_bits,
            "false_rate": offered.false_rate,
            "population": offered.population,
        }
        store.audit(AuditEntry(now_ms, who, "watchlist.publish", details=details))
    return pack
