"""The figures of a window equal the view's own counts, and the picture fits every terminal."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from cli.data import viewed
from cli.shown import fitted, wide
from cli.stats import bar_of, spark, tell_stats
from server.stats import DAY_MS, HOUR_MS, MOST_STEPS, make_stats, steps_of
from tests.cli.conftest import NOON_MS, Chot

MIDNIGHT_MS = NOON_MS - 11 * HOUR_MS


def test_figures_are_those_of_the_view_and_add_up(chot: Chot, busy: Path) -> None:
    window = ("--from", "2026-11-21 06:00", "--to", "2026-11-22 10:30")
    found = json.loads(chot("stats", "--data", busy, *window, "--json").output)
    with viewed(busy) as store:
        counts = store.counts(found["from_ms"], found["to_ms"], ())
    assert found["total"] == counts and counts["crossings"] > 100
    for sums in (found["steps"], [one["counts"] for one in found["checkpoints"]]):
        assert sum(one["crossings"] for one in sums) == counts["crossings"]
    ends = [one["to_ms"] for one in found["steps"]]
    assert [one["from_ms"] for one in found["steps"]] == [found["from_ms"], *ends[:-1]]


def test_one_checkpoint_is_counted_alone_and_an_unknown_one_is_refused(
    chot: Chot, busy: Path
) -> None:
    all_of_it = ("stats", "--data", busy, "--from", "2026-11-21", "--to", "2026-11-22", "--json")
    found = json.loads(chot(*all_of_it, "--checkpoint", "nt-ca-na").output)
    assert [one["id"] for one in found["checkpoints"]] == ["nt-ca-na"]
    whole = json.loads(chot(*all_of_it).output)
    [same] = [one for one in whole["checkpoints"] if one["id"] == "nt-ca-na"]
    assert same["counts"] == found["total"] != whole["total"]
    refused = chot("stats", "--data", busy, "--checkpoint", "nowhere", exit_code=1)
    assert "Không có chốt: nowhere" in refused.output


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(
    busy: Path, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with viewed(busy) as store:
        tell_stats(make_stats(store, MIDNIGHT_MS - DAY_MS, NOON_MS, ()))
    said = capsys.readouterr().out
    assert "Chốt" in said and "\x1b" not in said
    lines = [re.sub(r"\x1b\[\d*m", "", one) for one in said.splitlines()]
    # the longest sentence stands alone: a terminal wraps it between words
    assert [one for one in lines if wide(one) > max(columns, 46)] == []


def test_an_empty_window_is_said_and_an_impossible_one_refused(chot: Chot, busy: Path) -> None:
    empty = ("stats", "--data", busy, "--from", "2020-01-01", "--to", "2020-01-02")
    assert "Chưa có lượt nào" in chot(*empty).output
    refused = ("stats", "--data", busy, "--from", "today", "--to", "yesterday")
    assert "--to đứng trước --from" in chot(*refused, exit_code=1).output
    assert "quá dài" in chot("stats", "--data", busy, "--from", "1999-01-01", exit_code=1).output


@pytest.mark.parametrize("hours", [1, 24, 62, 63, 24 * 14, 24 * 62, 24 * 400, 24 * 3600])
def test_steps_cover_the_window_once_on_the_hours_of_vietnam(hours: int) -> None:
    steps = steps_of(MIDNIGHT_MS + 1, MIDNIGHT_MS + hours * HOUR_MS)
    assert len(steps) <= MOST_STEPS + 1
    assert steps[0][0] == MIDNIGHT_MS + 1 and steps[-1][1] == MIDNIGHT_MS + hours * HOUR_MS
    assert all(first[1] == then[0] for first, then in pairwise(steps))
    assert all((end - MIDNIGHT_MS) % HOUR_MS == 0 for _, end in steps)


def test_a_small_value_is_never_drawn_as_nothing() -> None:
    assert bar_of(1, 100_000, 10) == "▏"
    assert bar_of(0, 5, 10) == "" and bar_of(5, 5, 10) == "█" * 10
    assert bar_of(1, 100_000, 10, draws=False) == "#"
    assert spark([0, 1, 8, 1000]) == " ▁▁█"


def test_texts_are_cut_to_columns_and_not_to_letters() -> None:
    assert fitted("Lê", 4) == "Lê  "
    assert fitted("Nguyễn Trãi", 7) == "Nguyễn…"
    assert wide(fitted("検問所の名前", 5)) == 5
