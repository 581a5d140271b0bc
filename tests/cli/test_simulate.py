"""`chot simulate` against live servers; and that its ledger would show what is lost or doubled."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from cli.simulate import ledger
from cli.simulate.process import HOST, ServerProcess
from cli.simulate.run import Plan, simulate
from tests.cli.conftest import Chot

KEYS = "written acknowledged stored conflicts auto asked duplicates lost doubled"


def plan(seed: int, **changes: float) -> Plan:
    members = {"tablets": 2, "hours": 0.2, "kills": 1, "limit_s": 60.0} | changes
    return Plan(chaos=True, seed=seed, now_ms=1_795_320_000_000, **members)  # type: ignore[arg-type]


def test_a_small_simulation_prints_a_ledger_in_which_nothing_is_lost(chot: Chot, seed: int) -> None:
    result = chot(
        "simulate", "--tablets", "2", "--hours", "0.2", "--chaos", "--kills", "1",
        "--seed", str(seed), "--json",
    )  # fmt: skip
    ledger = json.loads(result.stdout)
    assert list(ledger) == KEYS.split()
    assert 0 < ledger["written"] == ledger["acknowledged"] == ledger["stored"]
    assert (ledger["lost"], ledger["doubled"]) == (0, 0)
    assert ledger["conflicts"] == ledger["auto"] + ledger["asked"]
    assert "giết máy chủ 1 lần" in result.stderr
    assert f"--seed {seed}" in result.stderr


def changed(statement: str) -> Callable[[ServerProcess], None]:
    """A server that ends, after which somebody changes its log."""
    original = ServerProcess.stop

    def stop(server: ServerProcess) -> None:
        original(server)
        with closing(sqlite3.connect(server._data / "log.db")) as log:
            assert log.execute(statement).rowcount == 1
            log.commit()

    return stop


TABLETS = "SELECT no FROM devices WHERE kind = 'tablet'"


@pytest.mark.parametrize(
    ("statement", "lost", "doubled"),
    [
        (f"DELETE FROM runs WHERE first = 1 AND device = (SELECT min(no) FROM ({TABLETS}))", 1, 0),
        ("UPDATE runs SET state = 2 WHERE n = (SELECT max(n) FROM runs)", 1, 0),
        (
            "UPDATE runs SET bodies = replace(bodies, 'hd-ql', 'hd-qm')"
            " WHERE n = (SELECT max(n) FROM runs)",
            1,
            0,
        ),
        (
            "INSERT INTO runs SELECT n + count, count, device, 1, first, feed, state, code, field,"
            " received_ms, envelope, ranks, NULL, previous, head, commitments, bodies, NULL"
            " FROM runs ORDER BY n DESC LIMIT 1",
            0,
            1,
        ),
    ],
    ids=["deleted", "refused", "another", "twice"],
)
def test_the_ledger_shows_what_is_lost_or_doubled(
    statement: str, lost: int, doubled: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerProcess, "stop", changed(statement))
    outcome = simulate(plan(seed, tablets=1, hours=0.1, kills=0), lambda _: None)
    ledger = outcome.findings.ledger
    assert ledger.lost >= lost
    assert (ledger.lost > 0, ledger.doubled > 0) == (lost > 0, doubled > 0)
    assert not outcome.findings.good


def test_l2_two_tablets_log_of_one_truck_is_found_or_the_simulation_is_not_good(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = simulate(plan(seed, hours=2, kills=0), lambda _: None)
    assert outcome.twice > 0
    assert outcome.findings.unlinked == ""
    assert outcome.findings.good
    monkeypatch.setattr(ledger, "component", lambda view, record: {record})
    outcome = simulate(plan(seed, hours=2, kills=0), lambda _: None)
    assert "were not linked" in outcome.findings.unlinked
    assert not outcome.findings.good


def test_a_simulation_talks_to_loopback_only() -> None:
    assert HOST == "127.0.0.1"


@pytest.mark.slow
def test_a_simulation_out_of_time_stops_and_drains(seed: int) -> None:
    outcome = simulate(plan(seed, hours=10, kills=0, limit_s=4.0), lambda _: None)
    assert "time was up" in outcome.note
    ledger = outcome.findings.ledger
    assert ledger.written == ledger.stored == ledger.acknowledged > 0
    assert outcome.findings.good


@pytest.mark.slow
def test_four_tablets_three_kills_and_the_same_seed_again(seed: int) -> None:
    first, again = (
        simulate(plan(seed, tablets=4, hours=1, kills=3), lambda _: None) for _ in range(2)
    )
    assert first.kills == again.kills == 3
    assert first.findings.good
    ledger = first.findings.ledger
    assert ledger.written == ledger.acknowledged == ledger.stored > 300
    assert ledger.duplicates > 0
    repeated = again.findings.ledger
    for name in KEYS.split():
        if name != "duplicates":
            assert getattr(repeated, name) == getattr(ledger, name), name


@pytest.mark.slow
def test_at_450_crossings_an_hour_hardly_anybody_is_asked(seed: int) -> None:
    outcome = simulate(plan(seed, tablets=4, hours=12, kills=2, limit_s=120), lambda _: None)
    ledger = outcome.findings.ledger
    assert outcome.findings.good
    assert ledger.auto > 0
    assert ledger.asked <= max(outcome.crossings / 1000, 5)
