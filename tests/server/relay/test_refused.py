"""What an upstream does not take is noted until it does, whatever the line does. SPEC U3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.relay.conftest import HERE, Pair
from tests.server.relay.test_up_and_down import written


def test_u3_a_batch_that_is_not_taken_is_kept_and_offered_again(pair: Pair) -> None:
    tablet = written(pair.relay, 2)
    line = pair.relay.line

    def not_yet(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for one in answer.get("results", ()):
            if one["device"] == tablet.device:
                one["code"] = "device.unknown"
        return answer

    line.change = not_yet
    assert pair.relay.round() == ""
    assert [code for _, code in pair.relay.upstream.refused] == ["device.unknown"]
    line.change = None
    # The reference changes whenever the upstream learns of a device.
    pair.home.world.enrol(HERE)
    pair.rounds()
    assert pair.relay.upstream.refused == ()
    assert pair.home.store.held(tablet.device)[0] == 2


def test_u3_a_line_that_goes_while_it_is_offered_again_forgets_no_batch(pair: Pair) -> None:
    tablets = [written(pair.relay, 1), written(pair.relay, 1)]
    line = pair.relay.line

    def not_yet(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for one in answer.get("results", ()):
            if one["device"] in {tablet.device for tablet in tablets}:
                one["code"] = "batch.signature"
        return answer

    line.change = not_yet
    assert pair.relay.round() == ""
    refused = pair.relay.upstream.refused
    assert len(refused) == 2
    pair.home.world.enrol(HERE)
    # The contact that brings the reference, its packs, the first batch; then the line is gone.
    for lost_at in range(1, 12):
        line.meets = [*["fine"] * lost_at, "request_lost"]
        pair.relay.round()
        line.meets = []
        assert {no for no, _ in pair.relay.upstream.refused} == {no for no, _ in refused}, lost_at
        pair.home.world.enrol(HERE)
    line.change = None
    pair.rounds()
    assert pair.relay.upstream.refused == ()
    assert [pair.home.store.held(one.device)[0] for one in tablets] == [1, 1]


def test_u3_more_than_are_noted_one_by_one_are_offered_again_too(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.relay.offering.MAX_REFUSED", 2)
    tablets = [written(pair.relay, 1) for _ in range(5)]
    line = pair.relay.line

    def not_yet(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for one in answer.get("results", ()):
            if one["device"] in {tablet.device for tablet in tablets}:
                one["code"] = "relay.scope"
        return answer

    line.change = not_yet
    # Nothing of it is taken.
    monkeypatch.setattr("server.relay.adopting.relay_scope", lambda _: lambda _: False)
    monkeypatch.setattr("server.relay.answering.relay_scope", lambda _: lambda _: False)
    assert pair.relay.round() == ""
    assert len(pair.relay.upstream.refused) == 2
    assert [pair.home.store.held(one.device)[0] for one in tablets] == [0] * 5
    monkeypatch.undo()
    line.change = None
    pair.home.world.enrol(HERE)
    pair.rounds()
    assert [pair.home.store.held(one.device)[0] for one in tablets] == [1] * 5
    assert not pair.relay.upstream.refused
