"""`chot conformance` as a client's author meets it: right ones pass, wrong ones hear which rule."""

from __future__ import annotations

import contextlib
import copy
import math
import random
import re
import shlex
import sys
import threading
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.driver import Commands, Driver
from cli.conformance.findings import Judged, Step
from cli.conformance.harder_steps import HARDER
from cli.conformance.judge import judge_client
from cli.conformance.play import POLL_S, QUIET_S, Play
from cli.conformance.requests import Memory
from cli.conformance.stage import Stage
from cli.conformance.steps import CORE, Try
from tests.cli.conformance.replica_client import ReplicaClient
from tests.cli.conformance.wrong_clients import WRONG, WRONG_LATER, spoilt
from tests.node import node

ROOT = Path(__file__).parents[3]
MINIMAL = ROOT / "examples" / "minimal_client.py"
JAVASCRIPT = ROOT / "examples" / "client.mjs"
PATIENCE_S = 20.0
Steps = tuple[tuple[Step, Try], ...]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("conformance")
    with contextlib.closing(
        Stage(folder / "data", "127.0.0.1", 0, time.time_ns() // 1_000_000)
    ) as played:
        yield played


class Script:
    """The example run in this process, as its three commands run it: a failure keeps the state."""

    lasting = False

    def __init__(self, text: str) -> None:
        self._names: dict[str, Any] = {"__name__": "client"}
        exec(compile(text, "client", "exec"), self._names)
        self._state: dict[str, Any] = {}
        self._round: threading.Thread | None = None

    def enrol(self, url: str, code: str) -> None:
        key = self._names["ec"].generate_private_key(self._names["P256"])
        state = {"url": url, "key": key.private_numbers().private_value}
        with contextlib.suppress(urllib.error.HTTPError):
            self._names["enrol"](state, code)
            self._state = state

    def write(self, count: int) -> None:
        for number in range(count):
            self._names["crossing"](self._state, f"29A{number:05d}", "in")

    def sync(self) -> None:
        self._round = threading.Thread(target=self._sync, daemon=True)
        self._round.start()

    @property
    def idle(self) -> bool:
        return self._round is None or not self._round.is_alive()

    def close(self) -> None:
        if self._round is not None:
            self._round.join(PATIENCE_S)

    def _sync(self) -> None:
        state = copy.deepcopy(self._state)
        # As a command it would end here with a traceback, its file as it was.
        with contextlib.suppress(Exception):
            while self._names["sync"](state):
                pass
            self._state = state


def commands(program: str, client: Path, folder: Path) -> Commands:
    """The three commands that both examples have."""
    run = shlex.join([program, str(client), str(folder / "state.json")])
    lines = (f"{run} enrol {{url}} {{code}}", f"{run} crossing {{plate}} in", f"{run} sync")
    return Commands(*lines, said=lambda _: None)


def judge(stage: Stage, driver: Driver, steps: Steps = CORE) -> list[Judged]:
    """What the judge says of a client, up to the first rule it breaks."""
    with contextlib.closing(driver):
        play = Play(stage, driver, f"http://127.0.0.1:{stage.port}", PATIENCE_S)
        return list(judge_client(play, steps, False))


def test_the_example_gets_everything_right_that_no_client_may_get_wrong(
    stage: Stage, tmp_path: Path
) -> None:
    judged = judge(stage, commands(sys.executable, MINIMAL, tmp_path))
    assert [(one.step.name, one.outcome) for one in judged] == [
        (step.name, "pass") for step, _ in CORE
    ], judged[-1]


@pytest.mark.parametrize(("name", "rule", "changes"), WRONG, ids=[one[0] for one in WRONG])
def test_a_wrong_client_is_told_the_rule(
    stage: Stage, name: str, rule: str, changes: dict[str, str]
) -> None:
    driver = Script(spoilt(MINIMAL.read_text("utf-8"), changes))
    judged = judge(stage, driver)
    assert judged[-1].outcome == "broken", name
    (found,) = judged[-1].findings
    assert found.rule == rule, found
    assert found.vi and found.en


@pytest.mark.slow
def test_the_reference_client_gets_everything_right(stage: Stage, rng: random.Random) -> None:
    judged = judge(stage, ReplicaClient(rng), CORE + HARDER)
    assert [(one.step.name, one.outcome) for one in judged] == [
        (step.name, "pass") for step, _ in CORE + HARDER
    ], judged[-1]


@pytest.mark.slow
def test_the_example_in_javascript_gets_everything_right(stage: Stage, tmp_path: Path) -> None:
    judged = judge(stage, commands(node(), JAVASCRIPT, tmp_path), CORE + HARDER)
    assert [(one.step.name, one.outcome) for one in judged] == [
        (step.name, "pass") for step, _ in CORE + HARDER
    ], judged[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "step", "rule", "changes"), WRONG_LATER, ids=[one[0] for one in WRONG_LATER]
)
def test_a_client_that_must_not_go_live_is_told_the_rule(
    stage: Stage, tmp_path: Path, name: str, step: str, rule: str, changes: dict[str, str]
) -> None:
    client = tmp_path / "wrong.mjs"
    client.write_text(spoilt(JAVASCRIPT.read_text("utf-8"), changes), "utf-8")
    steps = CORE[:2] + tuple(one for one in HARDER if one[0].name == step)
    judged = judge(stage, commands(node(), client, tmp_path), steps)
    assert [one.outcome for one in judged] == ["pass", "pass", "broken"], (name, judged[-1])
    (found,) = judged[-1].findings
    assert found.rule == rule, found
    assert re.match(r"POST /sync #\d+", found.request), found
    if name == "reads anew for ever":
        first, second = map(int, re.findall(r"#(\d+)", found.at))
        assert second > first and f"#{second} " in found.request
        assert "cursor null" in found.request


class Slow:
    """A round by command with nothing left to send, which ends after it was looked at so often."""

    lasting = False

    def __init__(self, looks: float) -> None:
        self.looks = looks

    @property
    def idle(self) -> bool:
        self.looks -= 1
        return self.looks < 0

    def enrol(self, url: str, code: str) -> None: ...

    def write(self, count: int) -> None: ...

    def sync(self) -> None: ...

    def close(self) -> None: ...


def settled(stage: Stage, looks: float, patience_s: float) -> Slow:
    """A slow round, once the judge has let it end."""
    driver = Slow(looks)
    play = Play(stage, driver, "", patience_s)
    key = ec.generate_private_key(ec.SECP256R1())
    play.memory = Memory("device", "nt-ca-na", key.public_key(), key)
    play.settle()
    return driver


def test_a_round_that_takes_its_time_over_an_answer_is_waited_for(stage: Stage) -> None:
    ended = settled(stage, 2 * QUIET_S / POLL_S, PATIENCE_S)
    assert ended.looks < 0, "what it does last, fetching packs, is not seen"
    settled(stage, math.inf, POLL_S)  # it waits for hours: nothing of it is wrong


def test_what_ends_at_a_failure_is_not_said_to_wait(stage: Stage, tmp_path: Path) -> None:
    steps = CORE[:2] + tuple(one for one in HARDER if one[0].name in ("double", "413"))
    *_, double, halving = judge(stage, commands(sys.executable, MINIMAL, tmp_path), steps)
    assert (double.outcome, halving.outcome) == ("unseen", "broken")
    assert halving.findings[0].rule == "B2"
