"""`chot conformance --play client`: a real server passes, one that answers wrongly hears why."""

from __future__ import annotations

import copy
import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.conformance.judged_server import JudgedServer
from cli.conformance.server_steps import SERVER, judge_server
from tests.cli.conftest import Chot
from tests.e2e.server import Served, chot, free_port, serving

Change = Callable[[str, dict[str, Any], dict[str, Any]], None]
"""(path, request, answer to be spoilt)."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("judged") / "data"
    chot("demo", "--data", data, "--days", "0")
    with serving(data, port=free_port()) as running:
        yield running


def code(served: Served) -> str:
    return served.enrolment_link("nt-ca-na", "o-to").split("#enrol=")[1]


def test_our_server_passes(served: Served, chot: Chot) -> None:
    url = f"http://127.0.0.1:{served.port}"
    told = chot("conformance", "--play", "client", "--url", url, "--code", code(served), "--json")
    judged = json.loads(told.stdout)
    assert [(one["step"], one["outcome"]) for one in judged] == [
        (name, "pass") for name in ("enrol", *(step.name for step, _ in SERVER))
    ], judged


def test_a_code_that_was_used_is_said_to_be(served: Served, chot: Chot) -> None:
    url = f"http://127.0.0.1:{served.port}"
    asked = ("conformance", "--play", "client", "--url", url, "--code", "AAAA-BBBB")
    assert "Mã còn hạn" in chot(*asked, exit_code=1).output
    nobody = f"http://127.0.0.1:{free_port()}"
    gone = ("conformance", "--play", "client", "--url", nobody, "--code", "AAAA-BBBB")
    assert "Không tới được" in chot(*gone, exit_code=1).output


def _of_sync(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Change:
    return lambda path, sent, got: change(sent, got) if path == "/sync" and "runs" in got else None


def _head(_: dict[str, Any], got: dict[str, Any]) -> None:
    got["receipt"]["through"] += 1


def _silent(_: dict[str, Any], got: dict[str, Any]) -> None:
    del got["results"][-1:]


def _accepts(_: dict[str, Any], got: dict[str, Any]) -> None:
    for one in got["results"]:
        one["state"] = "accepted"


def _blocks(_: dict[str, Any], got: dict[str, Any]) -> None:
    for one in got["results"]:
        if one["seq"] > 5 and one["state"] == "accepted":
            one |= {"state": "rejected", "code": "event.field"}


def _retypes(_: dict[str, Any], got: dict[str, Any]) -> None:
    for run in got["runs"]:
        run["bodies"] = [body.replace(",", ", ") for body in run["bodies"]]


def _counts(_: dict[str, Any], got: dict[str, Any]) -> None:
    if got["digest"] is not None:
        got["digest"] = "A" * 43


def _goes_on(_: dict[str, Any], got: dict[str, Any]) -> None:
    got["reset"] = False


def _clones(_: dict[str, Any], got: dict[str, Any]) -> None:
    for one in got["results"]:
        if one.get("code") == "device.forked":
            del one["code"]


def _packs(path: str, _: dict[str, Any], got: dict[str, Any]) -> None:
    if path.startswith("/packs/"):
        head, payload, signature = got["jws"].split(".")
        got["jws"] = f"{head}.{payload}.{signature[::-1]}"


WRONG: tuple[tuple[str, str, Change], ...] = (
    ("P1", "push", _of_sync(_head)),
    ("A2", "push", _of_sync(_silent)),
    ("A2", "again", _of_sync(_accepts)),
    ("A4", "alone", _of_sync(_blocks)),
    ("E1", "feed", _of_sync(_retypes)),
    ("F9", "feed", _of_sync(_counts)),
    ("F3", "feed", _of_sync(_goes_on)),
    ("A6", "clone", _of_sync(_clones)),
    ("K1", "packs", _packs),
)


class Spoilt(JudgedServer):
    """A server whose answers are changed on the way."""

    def __init__(self, url: str, change: Change) -> None:
        super().__init__(url, "", 30)
        self._change = change

    def ask(
        self, method: str, path: str, body: Any = None, token: str = ""
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        status, data, headers = super().ask(method, path, body, token)
        changed = copy.deepcopy(data)
        if status == 200:
            self._change(path, body, changed)
        return status, changed, headers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "step", "change"), WRONG, ids=[f"{one[1]}-{one[0]}" for one in WRONG]
)
def test_a_wrong_server_is_told_the_rule(
    served: Served, rule: str, step: str, change: Change
) -> None:
    spoilt = Spoilt(f"http://127.0.0.1:{served.port}", change)
    judged = {one.step.name: one for one in judge_server(spoilt, code(served))}
    assert judged[step].outcome == "broken", judged
    assert judged[step].findings[0].rule == rule, judged[step].findings
