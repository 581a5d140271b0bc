"""The vectors of what a feed gives: runs, what they mean, runs that are none, digests. F6, F9."""

from __future__ import annotations

import random
from typing import Any

from sync.chain import commitment, event_hash
from sync.digest import NOTHING, minus, plus
from sync.encoding import to_base64url
from sync.errors import SyncError
from sync.runs import read_run
from tests.sync.chain_cases import texts
from tests.sync.vector_keys import DEVICE, NOW_MS, SERVER


def pull_run_cases(rng: random.Random) -> dict[str, Any]:
    """Runs as they travel and the events they stand for; and what is refused, with its code."""
    made = texts(rng, 6)
    plain = _run(rng, [body for body, _ in made])
    persons = [person for _, person in made]
    named = plain | {"persons": persons}
    held = [commitment(person) for person in persons]
    some = [person if at % 2 else None for at, person in enumerate(persons)]
    runs = {
        "bodies alone": plain,
        "with persons": named,
        "withheld": plain | {"commitments": to_base64url(b"".join(held))},
        "some erased": plain | {"persons": some, "commitments": to_base64url(b"".join(held))},
        "a text outranks its commitment": named | {"commitments": to_base64url(bytes(32 * 6))},
        "a later run": plain | {"first": 900_000_000_000_000, "n": (1 << 53) - 1},
        "a rank for each": plain | {"ranks": "012301"},
        "a clone's branch": named | {"branch": 2, "ranks": "3"},
        "announced again": plain | {"n": 5_000, "again": 40},
        "unread by this version": _run(rng, ["not JSON", "{}", '{"kind":"x"}']),
        "pairs count once": _run(rng, ["😀" * 8192]),
    }
    return {
        "runs": [{"name": name, "run": run, "events": _events(run)} for name, run in runs.items()],
        "refused": [_refused(name, run) for name, run in _bad(plain, persons).items()],
    }


def digest_cases(rng: random.Random) -> list[dict[str, Any]]:
    """Hashes that come and go, and the digest of what is left."""
    top = b"\xff" * 32
    cases: list[tuple[list[bytes], list[bytes]]] = [
        ([], []),
        ([top], []),
        ([top, b"\x00" * 31 + b"\x01"], []),
        ([top, top, top], [top]),
        ([], [b"\x00" * 31 + b"\x01"]),
        ([rng.randbytes(32) for _ in range(300)], []),
    ]
    hashes = [rng.randbytes(32) for _ in range(8)]
    cases.append((hashes, hashes[2:5]))
    return [
        {
            "came": [one.hex() for one in came],
            "left": [one.hex() for one in left],
            "digest": minus(plus(NOTHING, came), plus(NOTHING, left)).hex(),
        }
        for came, left in cases
    ]


def _run(rng: random.Random, bodies: list[str]) -> dict[str, Any]:
    return {
        "n": 1000,
        "device": DEVICE,
        "first": 7,
        "previous": to_base64url(rng.randbytes(32)),
        "server": SERVER,
        "received": NOW_MS,
        "ranks": "1",
        "bodies": bodies,
    }


def _events(run: dict[str, Any]) -> list[dict[str, Any]]:
    events = read_run(run)
    current = events[0].previous
    for one in events:
        current = event_hash(current, one.body, one.commitment)
        assert current == one.hash
    return [
        {
            "n": one.n,
            "author": one.author,
            "seq": one.seq,
            "previous": one.previous.hex(),
            "hash": one.hash.hex(),
            "commitment": one.commitment.hex(),
            "person": one.person,
            "authority": one.authority,
        }
        for one in events
    ]


def _bad(plain: dict[str, Any], persons: list[str | None]) -> dict[str, Any]:
    fields: dict[str, list[Any]] = {
        "n": [None, 5, 1.5, "1000", True, 1 << 53],
        "device": [None, "", "Đ", "a" * 65, "a:b"],
        "first": [0, -1, "7", None, (1 << 53) - 3],
        "previous": [None, "", "AA", "*" * 43, plain["previous"] + "A"],
        "server": [None, 5, "A B"],
        "received": [None, -1, 1 << 47],
        "ranks": [None, 1, "", "12", "1234567", "x", "-1"],
        "branch": [0, -1, "1", (1 << 16) + 1],
        "again": [5, 1000, 1001, "40"],
        "bodies": [None, [], "{}", [5], [None], ["x" * 8193], ["{}"] * 251],
        "persons": [None, [], persons[:5], [5] * 6, ["x" * 16385, *persons[1:]]],
        "commitments": [None, "", to_base64url(bytes(32 * 5)), to_base64url(bytes(32 * 7)), 5],
    }
    found: dict[str, Any] = {"no object": [], "nothing": {}}
    for name, values in fields.items():
        for at, value in enumerate(values):
            found[f"{name} {at}"] = plain | {name: value}
    return found


def _refused(name: str, run: Any) -> dict[str, Any]:
    try:
        read_run(run)
    except SyncError as error:
        return {"name": name, "run": run, "error": error.code}
    raise AssertionError(f"{name} was taken")
