"""SPEC C: stamps follow wall time, never run backwards, and cannot carry others to 2099."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.clock import (
    DRIFT_CAP_MS,
    crossing_ms,
    observe,
    order_stamp,
    stamp_from_text,
    stamp_of,
    stamp_to_text,
    tick,
    wall_ms_of,
)
from sync.errors import SyncError

NOON = 1_629_000_000_000
walls = st.integers(0, (1 << 47) - 1)
stamps = st.builds(stamp_of, walls, st.integers(0, 65_535))


@given(stamps, stamps)
def test_c1_text_order_is_number_order(one: int, two: int) -> None:
    assert (stamp_to_text(one) < stamp_to_text(two)) == (one < two)
    assert stamp_from_text(stamp_to_text(one)) == one


@pytest.mark.parametrize(
    "text", ["", "0" * 15, "0" * 17, "G" * 16, "0" * 15 + "A", "f" * 16, " " + "0" * 15, None, 7]
)
def test_c1_anything_else_is_no_stamp(text: object) -> None:
    with pytest.raises(SyncError, match=r"clock\.stamp"):
        stamp_from_text(text)


@given(st.lists(walls, min_size=2, max_size=50))
def test_c2_stamps_rise_whatever_the_wall_clock_does(jumps: list[int]) -> None:
    last, seen = 0, []
    for wall_ms in jumps:
        last = tick(last, wall_ms)
        seen.append(last)
    assert all(earlier < later for earlier, later in itertools.pairwise(seen))


def test_c2_a_full_counter_carries_into_the_millisecond() -> None:
    last = stamp_of(NOON, 65_535)
    assert wall_ms_of(tick(last, NOON)) == NOON + 1


def test_c3_a_tablet_in_2099_moves_others_five_minutes_at_most() -> None:
    far_future = stamp_of(4_080_000_000_000)
    order = order_stamp(far_future, received_ms=NOON)
    assert wall_ms_of(observe(stamp_of(NOON), order)) == NOON + DRIFT_CAP_MS


@given(stamps, walls.filter(lambda ms: ms < 1 << 46))
def test_c4_order_is_the_smaller_of_stamp_and_receipt_plus_cap(stamp: int, received: int) -> None:
    order = order_stamp(stamp, received)
    assert order <= stamp
    assert wall_ms_of(order) <= received + DRIFT_CAP_MS
    assert order in (stamp, stamp_of(received + DRIFT_CAP_MS))


def test_c5_crossing_time_is_corrected_by_the_last_known_offset() -> None:
    assert crossing_ms(NOON, -7_200_000) == NOON - 7_200_000
    assert crossing_ms(NOON, None) == NOON
