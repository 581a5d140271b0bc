"""The quick reading of a sync request takes nothing that the plain one refuses or reads anew."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.problems import ProblemError
from server.reading import parse_json
from sync.batch import batch_to_json, make_batch, parse_batch, plain_event, sign_es256
from sync.chain import NO_PERSON, genesis
from sync.encoding import to_base64url
from sync.errors import SyncError
from tests.sync.vector_keys import DEVICE

sent_batch = pytest.importorskip("schemas.sent_batch", reason="msgspec is not installed")
KEY = ec.derive_private_key(9, ec.SECP256R1())

VALUES: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    1.0,
    2**60,
    2**70,
    "",
    "x",
    "đ",
    "A" * 43,
    "\x00\n",
    [],
    {},
    [{}],
)


def a_request() -> dict[str, Any]:
    events = (
        plain_event('{"a":"Đào 😀"}', '{"salt":"x"}'),
        plain_event("{}", None),
        plain_event("{", "{}")._replace(person=None),
        plain_event("{}", "{}")._replace(person=None, sealed="Bx.y"),
    )
    batch = make_batch(DEVICE, 1, genesis(DEVICE), events, lambda text: sign_es256(KEY, text))
    return {
        "protocol": 1,
        "cursor": None,
        "held_after": None,
        "feeds": ["checkpoint:hd-ql6"],
        "batch": batch_to_json(batch),
        "unsent": 3,
        "device_time": 1_795_323_600_000,
    }


def plain(data: bytes) -> Any:
    """What the plain way makes of it; None for a refusal."""
    try:
        value = parse_json(data)
        return value | {"batch": parse_batch(value["batch"])} if isinstance(value, dict) else None
    except (ProblemError, SyncError, KeyError):
        return None


def compared(data: bytes) -> bool:
    """Whether the quick reading takes it; then the plain one reads the same."""
    quick = sent_batch.read_request(data)
    assert quick is None or quick == plain(data), data
    return quick is not None


def to_bytes(value: object, **options: Any) -> bytes:
    return json.dumps(value, **options).encode("utf-8", "surrogatepass")


def test_what_a_tablet_sends_is_read_the_quick_way() -> None:
    request = a_request()
    for data in (to_bytes(request), to_bytes(request, ensure_ascii=False, indent=1)):
        assert compared(data)
    assert not compared(to_bytes(request | {"batch": None}))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        found += [one for name in value for one in places(value[name], (*path, name))]
    elif isinstance(value, list):
        found += [one for at in range(len(value)) for one in places(value[at], (*path, at))]
    return found


def test_any_value_anywhere_is_read_alike_or_left_to_the_plain_way() -> None:
    whole = a_request()
    taken = 0
    for path in places(whole)[1:]:
        for value in VALUES:
            changed = copy.deepcopy(whole)
            inner: Any = changed
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
            taken += compared(to_bytes(changed))
        del inner[path[-1]]
        taken += compared(to_bytes(changed))
    assert taken > 50


@pytest.mark.parametrize(
    "change",
    [
        {"person": "x" * 16_385},
        {"body": "x" * 8_193},
        {"body": "Đ" * 8_192},
        {"sealed": "x" * 32_769, "commitment": "A" * 43},
        {"person": None, "sealed": None},
        {"person": None, "commitment": to_base64url(NO_PERSON)},
        {"person": "{}", "commitment": to_base64url(NO_PERSON)},
        {"sealed": "x"},
        {"other": 1},
        {"body": "\ud800"},
    ],
)
def test_events_at_their_limits_are_read_alike(change: dict[str, Any]) -> None:
    request = a_request()
    request["batch"]["events"][1] |= change
    compared(to_bytes(request))
    request["batch"]["events"] = [{"body": "{}"}] * 1_001
    assert not compared(to_bytes(request))


def test_any_changed_byte_is_read_alike(rng: random.Random) -> None:
    data = bytearray(to_bytes(a_request()))
    for _ in range(3000):
        changed = bytearray(data)
        for _ in range(rng.choice([1, 1, 2, 3])):
            at = rng.randrange(len(changed))
            changed[at : at + rng.randrange(2)] = bytes([rng.choice(b'"\\{}[],:01eA \n\xc4\xff')])
        compared(bytes(changed))


def test_a_name_that_comes_twice_counts_the_second_time() -> None:
    data = to_bytes(a_request())
    for twice in (b'"unsent": 9, "unsent"', b'"unsent": "x", "unsent"', b'"batch": {}, "unsent"'):
        compared(data.replace(b'"unsent"', twice, 1))
