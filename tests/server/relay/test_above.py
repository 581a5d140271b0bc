"""Rings of servers, upstreams that come back with less, relays that are lost. U11, U12, U17."""

from __future__ import annotations

import contextlib
import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import Config
from server.keys import public_jwk
from server.relay.joining import JoinError, join
from server.relay.state import put_upstream
from server.relay.wire import UpstreamError
from server.store.log.log_file import begin_epoch, open_log
from server.store.sqlite import open_store
from tests.server.relay.conftest import HERE, Pair
from tests.server.relay.net import URL, ClientWire, Node, home, linked, relay, relay_code
from tests.server.relay.test_up_and_down import of, pushed, written


def join_to(node: Node, upstream: Node) -> None:
    """Let a relay go over to another upstream of the same home server."""
    keys = node.world.context.keys
    wire = ClientWire(upstream.world.client)
    join(node.store, keys, wire, URL, relay_code(upstream, HERE), "mini", node.world.now_ms)
    linked(node, upstream)


def ring(stack: ExitStack, folder: Path, size: int) -> list[Node]:
    """Relays that went over to one another while none had heard where the next had gone."""
    top = stack.enter_context(home(folder / "home", HERE))
    nodes = [stack.enter_context(relay(folder / str(n), top, HERE)) for n in range(size)]
    assert [node.round() for node in nodes * 2] == [""] * 2 * size
    for node, upstream in zip(nodes, [*nodes[1:], nodes[0]], strict=True):
        if node is nodes[-1] and size == 2:
            # The other one knows already; only a state from before lets this happen.
            with pytest.raises(JoinError, match=r"relay\.loop"):
                join_to(node, upstream)
            before = upstream.upstream
            put_upstream(upstream.store, before, replace(before, path=(top.store.server_id,)))
        join_to(node, upstream)
    return nodes


def test_u11_a_server_cannot_join_one_below_it(pair: Pair) -> None:
    code = relay_code(pair.relay, HERE)
    wire = ClientWire(pair.relay.world.client)
    jwk = public_jwk(pair.home.world.context.keys.signing)
    sent = {"code": code, "server": pair.home.store.server_id, "jwk": jwk}
    with pytest.raises(UpstreamError, match=r"relay\.loop"):
        wire.post("/relay/enrol", sent)


def a_ring_is_cut(folder: Path, size: int) -> None:
    with ExitStack() as stack:
        nodes = ring(stack, folder, size)
        tablet = nodes[-1].world.enrol(HERE)
        for _ in range(2):
            tablet.crossing()
        assert pushed(nodes[-1], tablet) == ["accepted"] * 2
        ended: list[str] = []
        for _ in range(4):
            ended += [node.round() for node in nodes]
        assert "relay.loop" in ended
        assert set(ended) <= {"", "relay.loop"}
        for node in nodes:
            batches = [one.batch.first for one in of(node, tablet.device)]
            assert batches in ([], [1])
            sent = [one for one in node.line.batches() if one[0] == tablet.device]
            assert len(sent) <= 1
        counts = [len(node.store.batches_after(0, 1000)) for node in nodes]
        for node in nodes * 3:
            node.round()
        assert [len(node.store.batches_after(0, 1000)) for node in nodes] == counts


def test_u11_a_ring_of_two_is_cut(tmp_path: Path) -> None:
    a_ring_is_cut(tmp_path, 2)


def test_u11_a_ring_of_three_is_cut(tmp_path: Path) -> None:
    a_ring_is_cut(tmp_path, 3)


def test_u11_the_path_leads_to_the_home_server(tmp_path: Path) -> None:
    with (
        home(tmp_path / "top", HERE) as top,
        relay(tmp_path / "middle", top, HERE) as middle,
        relay(tmp_path / "bottom", middle, HERE) as bottom,
    ):
        assert [middle.round(), bottom.round()] == ["", ""]
        ids = [node.store.server_id for node in (middle, top)]
        assert list(bottom.upstream.path) == ids
        assert bottom.upstream.home == ids[-1]


def test_u2_three_servers_hold_the_same_after_a_few_rounds(tmp_path: Path) -> None:
    with (
        home(tmp_path / "top", HERE) as top,
        relay(tmp_path / "middle", top, HERE) as middle,
        relay(tmp_path / "bottom", middle, HERE) as bottom,
    ):
        nodes = (top, middle, bottom)
        assert [middle.round(), bottom.round()] == ["", ""]
        tablets = [written(node, 2) for node in nodes]
        for _ in range(3):
            assert [bottom.round(), middle.round(), bottom.round()] == [""] * 3
        assert top.refs() == middle.refs() == bottom.refs()
        assert top.persons() == middle.persons() == bottom.persons()
        for tablet in tablets:
            envelopes = {tuple(one.envelopes for one in of(node, tablet.device)) for node in nodes}
            assert len(envelopes) == 1
        # And what the home server signed has come all the way down.
        told = bottom.world.sync(tablets[2], feeds=[]).get_json()["upstream_receipt"]
        assert (told["server"], told["through"]) == (top.store.server_id, 2)


def restored(folder: Path, copy: Path) -> None:
    """Put an older state of a data directory back, with a greater epoch (P6)."""
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    with contextlib.closing(open_log(folder / "log.db")) as log:
        log.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 10 WHERE key = 'epoch'")


def test_u12_a_restored_upstream_gets_again_what_it_lost(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with home(folder, HERE) as top, relay(tmp_path / "relay", top, HERE) as below:
        assert below.round() == ""
        early = written(below, 2)
        assert [below.round(), below.round()] == ["", ""]
        top.store.close()
        shutil.copytree(folder, tmp_path / "copy")
        with contextlib.closing(open_store(Config(folder))) as store:
            top.world.context.store.close()
            assert store.held(early.device)[0] == 2
        with home(folder, HERE) as again:
            linked(below, again)
            late, direct = written(below, 3), written(again, 2)
            assert [below.round(), below.round()] == ["", ""]
            everything = below.refs()
            assert again.refs() == everything
        restored(folder, tmp_path / "copy")
        with home(folder, HERE) as anew:
            assert anew.store.device(late.device) is None
            linked(below, anew)
            assert [below.round(), below.round()] == ["", ""]
            # What only the upstream had taken in is offered back by the relay that holds it.
            assert anew.store.held(late.device)[0] == 3
            assert anew.store.held(direct.device)[0] == 2
            assert anew.refs() == below.refs()
            # All that, and the relay's word for the tablet that the upstream forgot.
            assert len(set(anew.refs()) - set(everything)) == 1
            assert set(everything) < set(anew.refs())
            # Nothing of it was sent that its receipts covered.
            assert [one for one in below.line.batches() if one[0] == early.device] == []


def test_u12_receipts_that_reach_less_far_are_enough(pair: Pair) -> None:
    tablet = written(pair.relay, 2)
    pair.rounds()
    pair.relay.store.put_relay_state({"batch_no": 10_000, "own_seq": 0})
    linked(pair.relay, pair.home)
    server = pair.home.store.server_id
    told = pair.relay.store.upstream_receipt(tablet.device, server)
    assert told is not None
    pair.relay.store.put_upstream_receipts([replace(told, through=99)])
    pair.rounds()
    assert pair.relay.upstream.batch_no < 10_000


def test_u12_a_restored_relay_goes_on_as_another_author(tmp_path: Path) -> None:
    with home(tmp_path / "home", HERE) as top:
        with relay(tmp_path / "relay", top, HERE) as below:
            assert below.round() == ""
            first = written(below, 1)
            assert [below.round(), below.round()] == ["", ""]
        with contextlib.closing(open_log(tmp_path / "relay" / "log.db")) as log:
            begin_epoch(log, 2_000_000_000, top.world.now_ms)
        with relay(tmp_path / "relay", top, HERE) as below:
            assert below.store.own_author != below.store.server_id
            second = written(below, 1)
            assert [below.round(), below.round()] == ["", ""]
            assert top.refs() == below.refs()
            assert top.device(below.store.own_author).kind == "relay"
            assert {first.device, second.device} <= {one.id for one in top.store.devices()}


def test_u17_a_relay_that_is_lost_loses_nothing_that_its_tablets_keep(tmp_path: Path) -> None:
    with home(tmp_path / "home", HERE) as top:
        with relay(tmp_path / "lost", top, HERE) as lost:
            assert lost.round() == ""
            tablet = written(lost, 2)
            assert lost.round() == ""
            tablet.crossing()
            assert pushed(lost, tablet, 3) == ["accepted"]
        shutil.rmtree(tmp_path / "lost")
        with relay(tmp_path / "new", top, HERE) as fresh:
            assert fresh.round() == ""
            answer = fresh.world.sync(tablet, feeds=[]).get_json()
            assert answer["receipt"]["through"] == 2
            assert pushed(fresh, tablet, 3) == ["accepted"]
            assert [fresh.round(), fresh.round()] == ["", ""]
            assert top.store.held(tablet.device)[0] == 3
