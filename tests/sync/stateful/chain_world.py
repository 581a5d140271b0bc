"""Three servers in a chain, made once and copied for each example: province, district, post.

The post is a mini-PC at a checkpoint, the district its upstream, the province the home server.
Tablets enrol at the post; one stands at another checkpoint and talks to the province.
"""

from __future__ import annotations

import atexit
import random
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from server.config import Config, save_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import public_jwk
from server.relay.follower import Follower
from server.relay.joining import join
from server.relay.state import read_upstream
from server.relay.wire import UpstreamError
from server.store.registered import Enrolment
from sync.replica import Replica
from tests.sync.stateful.chain_wire import Lines
from tests.sync.stateful.lives import Life
from tests.sync.stateful.node import Node
from tests.sync.stateful.world import HERE, START_MS, THERE, enrol, furnish

PROVINCE, DISTRICT, POST = "province", "district", "post"
UPSTREAM = {DISTRICT: PROVINCE, POST: DISTRICT}
TABLETS = ((POST, HERE), (POST, HERE), (DISTRICT, HERE), (PROVINCE, THERE))
SETTLING_ROUNDS = 12


@dataclass(slots=True)
class Chain:
    """The three servers of one example, and the lines between them."""

    lines: Lines
    clock: Callable[[], int]

    @property
    def nodes(self) -> dict[str, Node]:
        return self.lines.nodes

    def follow(self, name: str) -> bool:
        """One round of a relay with its upstream; whether it went through."""
        node = self.nodes[name]
        upstream = read_upstream(node.store)
        assert upstream is not None
        wire = self.lines.wire(UPSTREAM[name])
        follower = Follower(node.store, node.context.keys, upstream, wire, self.clock)
        try:
            follower.round()
        except UpstreamError:
            return False
        finally:
            follower.close()
        return True

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()


@dataclass(frozen=True, slots=True)
class Template:
    """Data directories by server, and the tablets enrolled in them."""

    folders: dict[str, Path]
    replicas: tuple[Replica, ...]
    keys: tuple[ec.EllipticCurvePrivateKey, ...]
    sealing_key: ec.EllipticCurvePublicKey


@cache
def template() -> Template:
    """Everybody enrolled over the real endpoints, once a process."""
    room = Path(tempfile.mkdtemp(prefix="chot-chain-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    chain = Chain(Lines(), lambda: START_MS)
    for name in (PROVINCE, DISTRICT, POST):
        _start(chain, room, name)
    made = [enrol(chain.nodes[name], home) for name, home in TABLETS]
    for _ in range(2):
        for name in (POST, DISTRICT):
            assert chain.follow(name)
    for replica, _ in made:
        _introduce(chain, replica)
    sealing_key = chain.nodes[PROVINCE].context.keys.sealing.public_key()
    chain.close()
    return Template(
        {name: node.data_dir for name, node in chain.nodes.items()},
        tuple(replica for replica, _ in made),
        tuple(key for _, key in made),
        sealing_key,
    )


def begin(room: Path, clock: Callable[[], int]) -> tuple[Chain, list[Life]]:
    """Fresh copies of the three servers, and the tablets."""
    made = template()
    chain = Chain(Lines(), clock)
    for name, folder in made.folders.items():
        shutil.copytree(folder, room / name)
        chain.nodes[name] = Node(room / f"{name}-copies", room / name, clock)
    lives = [
        Life(f"t{at}", replica.copy(), made.keys[at], made.sealing_key, random.Random(at))
        for at, replica in enumerate(made.replicas)
    ]
    return chain, lives


def name_of(chain: Chain, life: Life) -> str:
    """The server that a tablet talks to now."""
    return next(
        name for name, node in chain.nodes.items() if node.store.server_id == life.replica.server
    )


def _start(chain: Chain, room: Path, name: str) -> None:
    folder = room / name
    above = UPSTREAM.get(name)
    if above is not None:
        save_config(Config(folder, level="relay", upstream=chain.lines.url(above)))
    node = chain.nodes[name] = Node(room, folder, chain.clock)
    if above is None:
        furnish(node)
        return
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    enrolment = Enrolment(HERE, "", name, "relay", (HERE,))
    upstream = chain.nodes[above]
    upstream.store.add_enrolment(code_hash(code), enrolment, START_MS + 60_000)
    wire = chain.lines.wire(above)
    join(node.store, node.context.keys, wire, chain.lines.url(above), code, name, START_MS)
    assert chain.follow(name)


def _introduce(chain: Chain, replica: Replica) -> None:
    """What the pack `bases` tells a tablet: who else there is."""
    for node in chain.nodes.values():
        key = public_key_of_jwk(public_jwk(node.context.keys.signing))
        replica.meet(node.store.server_id, key)
