"""Writes tests/vectors/sync/*.json: what Python and TypeScript must agree on, with their answers.

Seeded, so that a second run writes the same files; `test_vectors.py` holds them to that. Run from
the repository root: python tests/sync/make_vectors.py
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sync import clock
from sync.batch import WireEvent, batch_to_json, make_batch, plain_event, signing_text
from sync.chain import commitment, event_hash, genesis
from sync.encoding import from_base64url, is_uuid7, to_base64url, uuid7
from sync.envelope import Receipt
from sync.errors import SyncError
from sync.events import is_item_id, parse_body, parse_text
from sync.registers import (
    Record,
    apply,
    differing,
    merge,
    open_conflicts,
    path_policy,
    policies_from_json,
    shown,
)
from sync.seal import seal, wrap_content_key

SEED = 20211021
FOLDER = Path(__file__).parent.parent / "vectors" / "sync"
NOW_MS = 1_634_749_200_000
DEVICE = "0190a0b0-0000-7000-8000-0000000000a1"
SERVER = "0190a0b0-0000-7000-8000-0000000000f1"
_ES256 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def vectors() -> dict[str, Any]:
    """File name → content, the same on every run."""
    rng = random.Random(SEED)
    return {
        "clock.json": _clock(),
        "encoding.json": _encoding(rng),
        "chain.json": _chain(rng),
        "batch.json": _batch(rng),
        "receipt.json": _receipt(rng),
        "seal.json": _seal(rng),
        "events.json": _events(),
        "registers.json": _registers(rng),
    }


def to_text(content: Any) -> str:
    """The text of a vector file."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def scalar(rng: random.Random) -> int:
    """A P-256 private scalar: a test key, good for nothing else."""
    return rng.randrange(1, 1 << 255)


def private_key(number: int) -> ec.EllipticCurvePrivateKey:
    """The test key of a scalar."""
    return ec.derive_private_key(number, ec.SECP256R1())


def jwk(number: int) -> dict[str, str]:
    """The private JWK of a scalar (RFC 7518 §6.2)."""
    point = private_key(number).public_key().public_numbers()
    parts = {"x": point.x, "y": point.y, "d": number}
    return {"kty": "EC", "crv": "P-256"} | {
        name: to_base64url(value.to_bytes(32, "big")) for name, value in parts.items()
    }


def _signer(number: int) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    def sign(text: bytes) -> bytes:
        r, s = decode_dss_signature(private_key(number).sign(text, _ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def _answer(call: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"value": call()}
    except SyncError as error:
        return {"error": error.code, "rule": error.rule}


def _clock() -> dict[str, Any]:
    ticks = []
    last = 0
    for wall_ms in (NOW_MS, NOW_MS, NOW_MS + 1, NOW_MS - 3_600_000, 0, NOW_MS + 2):
        following = clock.tick(last, wall_ms)
        ticks.append(
            {
                "last": clock.stamp_to_text(last),
                "wall_ms": wall_ms,
                "stamp": clock.stamp_to_text(following),
            }
        )
        last = following
    full = clock.stamp_of(NOW_MS, clock.COUNTER_MAX)
    ticks.append(
        {
            "last": clock.stamp_to_text(full),
            "wall_ms": NOW_MS,
            "stamp": clock.stamp_to_text(clock.tick(full, NOW_MS)),
        }
    )
    texts = ["0" * 16, "7" + "f" * 15, "8" + "0" * 15, "0" * 15, "A" * 16, "0" * 16 + "\n", None, 7]
    far = clock.stamp_of(NOW_MS + 78 * 365 * 86_400_000)
    return {
        "tick": ticks,
        "from_text": [
            {"text": text} | _answer(lambda text=text: str(clock.stamp_from_text(text)))  # type: ignore[misc]
            for text in texts
        ],
        "order": [
            {
                "stamp": clock.stamp_to_text(stamp),
                "received_ms": NOW_MS,
                "order": clock.stamp_to_text(clock.order_stamp(stamp, NOW_MS)),
            }
            for stamp in (clock.stamp_of(NOW_MS - 5), clock.stamp_of(NOW_MS + 299_999, 9), far)
        ],
        "crossing_ms": [
            {"device_ms": NOW_MS, "offset_ms": offset, "ms": clock.crossing_ms(NOW_MS, offset)}
            for offset in (None, 0, -7_200_000, 41)
        ],
    }


def _encoding(rng: random.Random) -> dict[str, Any]:
    samples = [rng.randbytes(size) for size in (0, 1, 2, 3, 4, 31, 32, 33, 64)]
    refused = ["A", "AB=", "AA==", "AB", "AAF", "A+AA", "A/AA", "AA A", "AAA\n", "é", None, 5]
    ids = [uuid7(NOW_MS + index, rng.randbytes(10)) for index in range(3)]
    not_ids = [ids[0].upper(), ids[0].replace("-7", "-4", 1), ids[0][:-1], f"{ids[0]}\n", None]
    seeds = [(0, bytes(10)), ((1 << 48) - 1, b"\xff" * 10), (NOW_MS, rng.randbytes(10))]
    return {
        "base64url": [{"hex": one.hex(), "text": to_base64url(one)} for one in samples],
        "refused": [
            {"text": text} | _answer(lambda text=text: from_base64url(text).hex())  # type: ignore[misc]
            for text in refused
        ],
        "uuid7": [
            {"unix_ms": ms, "random_hex": part.hex(), "text": uuid7(ms, part)} for ms, part in seeds
        ],
        "is_uuid7": [{"text": text, "is": is_uuid7(text)} for text in [*ids, *not_ids]],
    }


def _texts(rng: random.Random, count: int) -> list[tuple[str, str | None]]:
    names = [
        "Đặng Thị Hòa",
        "Nguyễn Văn Ă",
        "Trần \u0301Ố",
        "𠀀 \u2028 \u0000",
        'quote " back \\ slash',
    ]
    made: list[tuple[str, str | None]] = []
    for index in range(count):
        body = json.dumps({"kind": "crossing", "n": index}, separators=(",", ":"))
        person = json.dumps(
            {"salt": to_base64url(rng.randbytes(16)), "set": {"name": names[index % len(names)]}},
            ensure_ascii=index % 2 == 0,
        )
        made.append((body, None if index % 3 == 2 else person))
    return made


def _chain(rng: random.Random) -> dict[str, Any]:
    current = genesis(DEVICE)
    events = []
    for body, person in _texts(rng, 6):
        held = commitment(person)
        following = event_hash(current, body, held)
        events.append(
            {
                "previous": current.hex(),
                "body": body,
                "person": person,
                "commitment": held.hex(),
                "hash": following.hex(),
            }
        )
        current = following
    return {"device": DEVICE, "genesis": genesis(DEVICE).hex(), "events": events}


def _batch(rng: random.Random) -> dict[str, Any]:
    number = scalar(rng)
    plain = [plain_event(body, person) for body, person in _texts(rng, 5)]
    withheld = tuple(WireEvent(one.body, None, None, one.commitment) for one in plain)
    sealed = tuple(
        WireEvent(one.body, None, None if one.person is None else "AA.AA", one.commitment)
        for one in plain
    )
    first = make_batch(DEVICE, 1, genesis(DEVICE), tuple(plain), _signer(number))
    runs = {
        "plain": first,
        "withheld": make_batch(DEVICE, 1, genesis(DEVICE), withheld, _signer(number)),
        "sealed": make_batch(DEVICE, 1, genesis(DEVICE), sealed, _signer(number)),
        "later": make_batch(DEVICE, 3, list(first.hashes())[1], tuple(plain[2:]), _signer(number)),
    }
    return {
        "jwk": jwk(number),
        "runs": [
            {
                "name": name,
                "events": [
                    {
                        "body": one.body,
                        "person": one.person,
                        "sealed": one.sealed,
                        "commitment": one.commitment.hex(),
                    }
                    for one in batch.events
                ],
                "wire": batch_to_json(batch),
                "head": list(batch.hashes())[-1].hex(),
                "signing_text": signing_text(
                    batch.device,
                    batch.first,
                    batch.last,
                    batch.previous,
                    list(batch.hashes())[-1],
                ).decode("ascii"),
            }
            for name, batch in runs.items()
        ],
    }


def _receipt(rng: random.Random) -> dict[str, Any]:
    number = scalar(rng)
    receipt = Receipt(SERVER, "home", DEVICE, 41, rng.randbytes(32), 7, NOW_MS)
    text = receipt.signing_text()
    return {
        "jwk": {name: value for name, value in jwk(number).items() if name != "d"},
        "receipt": {
            "server": receipt.server,
            "level": receipt.level,
            "device": receipt.device,
            "through": receipt.through,
            "head": to_base64url(receipt.head),
            "safe_through": receipt.safe_through,
            "server_time": receipt.server_ms,
            "signature": to_base64url(_signer(number)(text)),
        },
        "signing_text": text.decode("ascii"),
    }


def _seal(rng: random.Random) -> dict[str, Any]:
    server, ephemeral = scalar(rng), scalar(rng)
    content_key = rng.randbytes(32)
    wrapped = wrap_content_key(
        content_key, private_key(server).public_key(), private_key(ephemeral)
    )
    cases = []
    for _, person in _texts(rng, 5):
        if person is not None:
            nonce = rng.randbytes(12)
            held = commitment(person)
            cases.append(
                {
                    "person": person,
                    "nonce": nonce.hex(),
                    "commitment": held.hex(),
                    "sealed": seal(person, content_key, wrapped, nonce, held),
                }
            )
    return {
        "server_jwk": jwk(server),
        "ephemeral_jwk": jwk(ephemeral),
        "content_key": content_key.hex(),
        "wrapped": wrapped,
        "cases": cases,
    }


def _events() -> dict[str, Any]:
    record = uuid7(NOW_MS, bytes(range(10)))
    good: dict[str, Any] = {
        "kind": "crossing",
        "version": 1,
        "record": record,
        "home": "hd-ql6",
        "stamp": clock.stamp_to_text(clock.stamp_of(NOW_MS)),
        "time": NOW_MS,
        "offset": -120,
        "officer": "o-1",
        "packs": {"rules": 3},
        "set": {"direction": "in", "plate": {"read": "29A-123.45"}},
        "items": {"people": {"1": {"role": "driver"}, f"{DEVICE}:9:1": {"role": "walker"}}},
        "over": {"people/1/role": [f"{DEVICE}:4"], "plate": []},
    }
    changes: list[dict[str, Any]] = [
        {},
        {"offset": None, "officer": None},
        {"unknown_name": {"kept": True}},
        {"kind": "Crossing"},
        {"version": 0},
        {"version": True},
        {"record": record.upper()},
        {"home": "HĐ"},
        {"home": "a" * 65},
        {"stamp": "8" + "0" * 15},
        {"time": -1},
        {"time": "now"},
        {"time": 1 << 47},
        {"offset": 1.5},
        {"officer": "Ă"},
        {"packs": []},
        {"packs": {"rules": -1}},
        {
            "packs": {
                f"p{'abcdefghijklmnopqrstuvwxyz'[n % 26] * (n // 26 + 1)}": 1 for n in range(33)
            }
        },
        {"set": []},
        {"set": None},
        {"items": {"people": []}},
        {"items": {"people": {"0": {}}}},
        {"items": {"people": {"1": 5}}},
        {"items": {"People": {}}},
        {"over": {"plate": "x"}},
        {"over": {"plate": ["x"]}},
        {"over": {"PLATE": []}},
        {"over": {"plate": [f"{DEVICE}:1"] * 65}},
    ]
    bodies = [json.dumps(good | change, ensure_ascii=False) for change in changes]
    without = [json.dumps({k: v for k, v in good.items() if k != name}) for name in good]
    texts = [
        "{}",
        "[]",
        "",
        '{"a":1,"a":2}',
        '{"a":{"b":1},"b":{"b":2}}',
        '{"a":[{"b":1},{"b":1}]}',
        '{"a":1,"\\u0061":2}',
        '{"a":"a","b":"a"}',
        '{"a":"x\\"y\\\\","b":"{[{[{[{[{["}',
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":1,}',
        '{"a":"\x01"}',
        "\ufeff{}",
        '{"a":' * 7 + "{}" + "}" * 7,
        '{"a":' * 8 + "{}" + "}" * 8,
        '{"a":' + "[" * 5000 + "]" * 5000 + "}",
    ]
    items = [
        "1",
        "9999",
        "0",
        "01",
        "10000",
        f"{DEVICE}:1:1",
        f"{DEVICE}:0:1",
        "a:1",
        "a:1:1:1",
        "",
    ]
    return {
        "texts": [{"text": t} | _answer(lambda t=t: parse_text(t)) for t in texts],  # type: ignore[misc]
        "bodies": [
            {"text": t}
            | _answer(lambda t=t: {"stamp": str((b := parse_body(t)).stamp), "kind": b.kind})  # type: ignore[misc]
            for t in [*bodies, *without]
        ],
        "item_ids": [{"text": text, "is": is_item_id(text)} for text in items],
    }


def _registers(rng: random.Random) -> dict[str, Any]:
    table: dict[str, dict[str, Any]] = {
        "plate": {"shows": "latest", "closes": "ask"},
        "verdict": {
            "shows": "most_restrictive",
            "closes": "ask",
            "ranks": ["pass", "refer", "turn_back"],
        },
        "action": {"shows": "most_restrictive", "closes": "ask", "ranks": ["passed", "referred"]},
        "complaint_code": {"shows": "first", "closes": "auto"},
        "override": {"shows": "authority", "closes": "ask"},
        "people/symptoms": {"shows": "union", "closes": "auto"},
        "people/role": {"shows": "latest", "closes": "auto"},
    }
    return {"policies": table, "records": [_record(rng, table, size) for size in range(1, 13)]}


def _record(rng: random.Random, table: dict[str, dict[str, Any]], size: int) -> dict[str, Any]:
    values: dict[str, list[Any]] = {
        "plate": [{"read": "29A", "normal": "29A"}, {"normal": "29A", "read": "29A"}, None, "x"],
        "verdict": [{"outcome": "pass"}, {"outcome": "turn_back"}, {"outcome": "refer"}],
        "action": ["passed", "referred", "never_heard_of"],
        "complaint_code": ["A1", "B2"],
        "override": [None, {"reason": "emergency", "by": "o-1"}],
        "unheard": [1, 2, "𠀀", "\uffff"],
    }
    devices = [DEVICE, SERVER]
    events: list[dict[str, Any]] = []
    policies = policies_from_json(table)
    state: Record = {}
    left: Record = {}
    right: Record = {}
    for index in range(size):
        device = rng.choice(devices)
        fields = {name: rng.choice(values[name]) for name in rng.sample(sorted(values), 3)}
        symptoms = rng.choice([["ho"], ["sốt", "ho"], "mệt", ["𠀀", "\uffff"]])
        role = rng.choice(["driver", "walker"])
        over = {}
        if events and rng.random() < 0.6:
            seen = rng.choice(events)
            path = rng.choice(sorted(seen["body"]["set"]))
            over = {path: [f"{seen['device']}:{seen['seq']}"]}
        body = {
            "kind": "crossing",
            "version": 1,
            "record": uuid7(NOW_MS, bytes(10)),
            "home": "hd-ql6",
            "stamp": clock.stamp_to_text(clock.stamp_of(NOW_MS + rng.randrange(3))),
            "time": NOW_MS,
            "set": fields,
            "items": {"people": {"1": {"symptoms": symptoms, "role": role}}},
            "over": over,
        }
        event = {
            "device": device,
            "seq": index + 1,
            "received_ms": NOW_MS,
            "authority": rng.randrange(3),
            "body": body,
        }
        events.append(event)
        parsed = parse_body(json.dumps(body))
        order = clock.order_stamp(parsed.stamp, NOW_MS)
        for target in (state, left if index % 2 else right):
            apply(target, device, index + 1, order, parsed, int(str(event["authority"])))
    assert merge(left, right) == merge(right, left) == state
    paths = sorted(state.items())
    return {
        "events": events,
        "shown": {path: shown(one, path_policy(policies, path)) for path, one in paths},
        "differing": {path: [write.ref for write in differing(one)] for path, one in paths},
        "open_conflicts": open_conflicts(state, policies),
    }


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in vectors().items():
        (FOLDER / name).write_text(to_text(content), encoding="utf-8")


if __name__ == "__main__":
    main()
