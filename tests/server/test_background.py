"""What runs beside the requests comes again after a failure, and ends when its block does."""

from __future__ import annotations

import threading
import time

import pytest

from server.background import repeating

PATIENCE_S = 20.0
LONG_S = 60.0


def named(name: str) -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == name]


def test_rounds_follow_each_other_until_the_block_ends() -> None:
    rounds, third = [0], threading.Event()

    def one_round(_: threading.Event) -> None:
        rounds[0] += 1
        if rounds[0] == 3:
            third.set()

    with repeating("counting", one_round, 0.0):
        assert third.wait(PATIENCE_S)
        assert len(named("counting")) == 1
    assert named("counting") == []


def test_the_end_wakes_a_pause_and_what_waits_in_a_round() -> None:
    paused, waiting = threading.Event(), threading.Event()

    def pause_s() -> float:
        paused.set()
        return LONG_S

    def wait_inside(stop: threading.Event) -> None:
        waiting.set()
        stop.wait(LONG_S)

    with repeating("pausing", lambda _: None, pause_s), repeating("waiting", wait_inside, 0.0):
        assert paused.wait(PATIENCE_S) and waiting.wait(PATIENCE_S)
        ended = time.monotonic()
    assert time.monotonic() - ended < PATIENCE_S
    assert named("pausing") + named("waiting") == []


def test_the_block_ends_only_when_a_round_has() -> None:
    begun, ended = threading.Event(), list[bool]()

    def one_round(stop: threading.Event) -> None:
        begun.set()
        ended.append(stop.wait(PATIENCE_S))

    with repeating("ending", one_round, 0.0):
        assert begun.wait(PATIENCE_S)
        assert ended == []
    assert ended == [True]


def test_a_round_that_raises_is_told_without_its_text_and_comes_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds, again = [0], threading.Event()

    def one_round(_: threading.Event) -> None:
        rounds[0] += 1
        if rounds[0] <= 2:
            raise ValueError("Nguyễn Văn Mẫu")
        again.set()

    with repeating("failing", one_round, 0.0):
        assert again.wait(PATIENCE_S)
    told = [one.getMessage() for one in caplog.records if one.name == "chot.failure"]
    assert len(told) == 2
    assert all("doing=failing error=ValueError" in one and "Nguyễn" not in one for one in told)


def test_each_pause_may_be_another_and_one_may_come_first() -> None:
    said, pauses, over = list[str](), iter((0.0, 0.0, LONG_S)), threading.Event()

    def pause_s() -> float:
        said.append("pause")
        wait_s = next(pauses)
        if wait_s:
            over.set()
        return wait_s

    with repeating("late", lambda _: said.append("round"), pause_s, at_once=False):
        assert over.wait(PATIENCE_S)
    assert said == ["pause", "round", "pause", "round", "pause"]
