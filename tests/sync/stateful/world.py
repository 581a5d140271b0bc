"""The world of the stateful test, made once: a server with enrolled tablets, copied per example."""

from __future__ import annotations

import atexit
import json
import random
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import jwk_of_public_key, public_key_of_jwk
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.store.registered import Checkpoint, Enrolment, Officer, User
from sync.replica import Replica
from tests.sync.stateful.lives import PREFIX, Life
from tests.sync.stateful.node import Node

START_MS = 1_795_312_800_000
HERE, THERE = "hd-ql6", "nt-ca-na"
TABLETS = (HERE, HERE, HERE, HERE, THERE)
OFFICERS: tuple[tuple[str, str], ...] = (
    ("cb-lead", "lead"),
    ("cb-1", "officer"),
    ("cb-tn", "volunteer"),
)
USER = "user-reviewer"


@dataclass(frozen=True, slots=True)
class Template:
    """A data directory on disk and the tablets enrolled in it."""

    data_dir: Path
    replicas: tuple[Replica, ...]
    keys: tuple[ec.EllipticCurvePrivateKey, ...]
    sealing_key: ec.EllipticCurvePublicKey


@cache
def template() -> Template:
    """Enrol everybody over HTTP, once a process."""
    room = Path(tempfile.mkdtemp(prefix="chot-stateful-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    node = Node(room, room / "template", lambda: START_MS)
    furnish(node)
    enrolled = sorted((enrol(node, home) for home in TABLETS), key=lambda one: one[0].device)
    sealing_key = node.context.keys.sealing.public_key()
    # By device id: which of two wins a tie must not change from run to run.
    here = [one for one in enrolled if one[0].checkpoint == HERE]
    there = [one for one in enrolled if one[0].checkpoint == THERE]
    ordered = [*here, *there]
    node.close()
    return Template(
        node.data_dir,
        tuple(replica for replica, _ in ordered),
        tuple(key for _, key in ordered),
        sealing_key,
    )


def begin(room: Path, clock: Callable[[], int], tablets: int) -> tuple[Node, list[Life]]:
    """A fresh server with `tablets` at one checkpoint and one at another."""
    made = template()
    data_dir = room / "data"
    shutil.copytree(made.data_dir, data_dir)
    chosen = [*range(tablets), len(TABLETS) - 1]
    lives = [
        Life(f"t{at}", made.replicas[at].copy(), made.keys[at], made.sealing_key, random.Random(at))
        for at in chosen
    ]
    return Node(room, data_dir, clock), lives


def furnish(node: Node) -> None:
    """The checkpoints, officers and the reviewer that every example knows."""
    for name in (HERE, THERE):
        node.store.put_checkpoint(
            Checkpoint(
                name, f"Chốt {name}", "QL6", "01", "268", "", "city", "active", "113", ("1",)
            )
        )
    for name, role in OFFICERS:
        node.store.put_officer(
            Officer(name, "Nguyễn Văn Mẫu", role, (HERE,), bytes(32), False)  # type: ignore[arg-type]
        )
    node.store.put_user(User(USER, "reviewer", "Trần Thị Thử", "reviewer", "x", None, False))


def enrol(node: Node, home: str) -> tuple[Replica, ec.EllipticCurvePrivateKey]:
    """A tablet of a checkpoint, enrolled over HTTP, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    node.store.add_enrolment(code_hash(code), Enrolment(home, "1", home), START_MS + 60_000)
    sent = {"code": code, "jwk": jwk_of_public_key(key.public_key())}
    reply = node.post(f"{PREFIX}/devices/enrol", json.dumps(sent).encode(), {})
    assert reply.status == 201, reply.data
    told = json.loads(reply.data)
    receipt_key = public_key_of_jwk(told["receipt_key"])
    return Replica(told["device"], home, told["server"], receipt_key), key
