"""What must hold between the servers of a chain once everything is drained: the contents."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import closing

from server.store.log.log_schema import ACCEPTED
from server.store.log.verify import walk_log
from server.store.reader import read_only
from sync.encoding import uuid7
from tests.sync.stateful import checks
from tests.sync.stateful.chain_world import PROVINCE, Chain, name_of
from tests.sync.stateful.lives import Life
from tests.sync.stateful.node import Node, Row
from tests.sync.stateful.oracle import expected
from tests.sync.stateful.world import HERE, USER


def check(chain: Chain, lives: list[Life], ever: set[bytes], erased: set[str], seed: int) -> None:
    """All of it, server by server and then against one another."""
    rows = {name: node.rows() for name, node in chain.nodes.items()}
    for name, node in chain.nodes.items():
        check_one(rows[name], node)
        check_from_somewhere(rows[name], ever)
        check_erased(rows[name], erased)
    check_nothing_lost(rows[PROVINCE], lives, erased)
    districts = {one.id: one.district for one in chain.nodes[PROVINCE].store.checkpoints()}
    check_same_contents(rows, {HERE, f"turn_backs:{districts[HERE]}"})
    for life in lives:
        checkpoint = life.replica.checkpoint
        wanted = {f"checkpoint:{checkpoint}", f"turn_backs:{districts[checkpoint]}"}
        assert set(life.replica.reader.feeds) == wanted, f"{life.name} reads other feeds"
        assert life.stuck is None, f"{life.name} is stuck: {life.stuck}"
        checks.check_converged(rows[name_of(chain, life)], life, seed)
        for event in life.replica.own.values():
            known = f"{life.replica.device}:{event.seq}" in erased
            assert not known or event.person is None, "a tablet keeps what was erased"


def check_one(rows: list[Row], node: Node) -> None:
    """Nothing twice, every branch links, the log verifies, the view is what the log means."""
    counted = Counter(row.hash for row in rows)
    assert max(counted.values(), default=1) == 1, "an event is in a log twice"
    checks.check_chains(rows)
    with closing(read_only(node.context.config.log_path)) as log:
        walk = walk_log(log, node.context.keys, lambda done: None)
    assert not walk.breaks, walk.breaks
    checks.check_view(rows, node)


def check_from_somewhere(rows: list[Row], ever: set[bytes]) -> None:
    """Nothing is in a log that nobody wrote: tablets' events are all known."""
    for row in rows:
        if json.loads(row.body)["kind"] in ("crossing", "inspection") and row.seq:
            assert row.hash in ever or row_by_server(row), "an event from nowhere"


def row_by_server(row: Row) -> bool:
    """Whether a console user is named: tablets name officers."""
    return bool(json.loads(row.body).get("officer") == USER)


def check_nothing_lost(rows: list[Row], lives: list[Life], erased: set[str]) -> None:
    """The home server has all that any tablet saved, word for word, but for what was erased."""
    by_hash = {row.hash: row for row in rows}
    for life in lives:
        assert by_hash.keys() >= life.saved, f"{life.name}: the home server lacks an event"
        for event in life.replica.own.values():
            row = by_hash[event.hash]
            assert row.body == event.body
            if f"{row.author}:{row.seq}" not in erased and event.person is not None:
                assert row.person == event.person, "a person part did not come up whole"


def check_same_contents(rows: dict[str, list[Row]], homes: set[str]) -> None:
    """Every server that has part in a checkpoint holds the same of it and reads it the same."""
    wanted = feed(rows[PROVINCE], homes)
    meant = expected(wanted.values())
    for name, found in rows.items():
        mine = feed(found, homes)
        assert mine.keys() == wanted.keys(), f"{name} holds other events of {homes}"
        for key, row in mine.items():
            home = wanted[key]
            assert row.received_ms == home.received_ms, (
                f"{name} has {row.author}:{row.seq} under another envelope"
            )
            told = (row.author, row.order, row.authority, row.person)
            assert told == (home.author, home.order, home.authority, home.person), (
                f"{name} reads {row.author}:{row.seq} otherwise"
            )
        seen = expected(mine.values())
        assert {record: one.view() for record, one in seen.items()} == {
            record: one.view() for record, one in meant.items()
        }, f"{name} shows other records"


def feed(rows: Iterable[Row], homes: set[str]) -> dict[bytes, Row]:
    """What counts in these feeds, by hash."""
    return {row.hash: row for row in rows if row.home in homes and row.state == ACCEPTED}


def check_erased(rows: list[Row], erased: set[str]) -> None:
    """No server holds a person part that was erased."""
    for row in rows:
        assert f"{row.author}:{row.seq}" not in erased or row.person is None, "not erased"


def erase(node: Node, ref: str, now_ms: int) -> str:
    """An erasure event of this server; its own reference."""
    record = uuid7(now_ms, bytes([len(ref)]) * 10)
    fields = {"events": [ref], "reason": "request", "basis": "yêu cầu 7"}
    return node.store.write("erasure", record, HERE, USER, fields, None, now_ms)


def crossings_of_rows(rows: list[Row], home: str) -> list[tuple[str, list[str]]]:
    """Crossings in a log, and the events that wrote each one's plate."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.home == home and row.state == ACCEPTED:
            body = json.loads(row.body)
            if body["kind"] == "crossing":
                refs = found.setdefault(body["record"], [])
                if "plate" in body.get("set", {}):
                    refs.append(f"{row.author}:{row.seq}")
    return sorted(found.items())
