"""The vectors of what stands in a text: stamps, base64url and UUIDs, event texts."""

from __future__ import annotations

import json
import random
from typing import Any

from sync import clock
from sync.complaint import complaint_code, complaint_number
from sync.encoding import from_base64url, is_uuid7, to_base64url, uuid7
from sync.events import is_item_id, parse_body, parse_text
from tests.sync.vector_keys import DEVICE, NOW_MS, answer


def clock_cases() -> dict[str, Any]:
    """Ticks, stamps as text, order stamps, corrected times (SPEC C)."""
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
            {"text": text} | answer(lambda text=text: str(clock.stamp_from_text(text)))  # type: ignore[misc]
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


def encoding_cases(rng: random.Random) -> dict[str, Any]:
    """base64url and UUIDv7, good and refused (SPEC E2, E3)."""
    samples = [rng.randbytes(size) for size in (0, 1, 2, 3, 4, 31, 32, 33, 64)]
    refused = ["A", "AB=", "AA==", "AB", "AAF", "A+AA", "A/AA", "AA A", "AAA\n", "é", None, 5]
    ids = [uuid7(NOW_MS + index, rng.randbytes(10)) for index in range(3)]
    not_ids = [ids[0].upper(), ids[0].replace("-7", "-4", 1), ids[0][:-1], f"{ids[0]}\n", None]
    seeds = [(0, bytes(10)), ((1 << 48) - 1, b"\xff" * 10), (NOW_MS, rng.randbytes(10))]
    return {
        "base64url": [{"hex": one.hex(), "text": to_base64url(one)} for one in samples],
        "refused": [
            {"text": text} | answer(lambda text=text: from_base64url(text).hex())  # type: ignore[misc]
            for text in refused
        ],
        "uuid7": [
            {"unix_ms": ms, "random_hex": part.hex(), "text": uuid7(ms, part)} for ms, part in seeds
        ],
        "is_uuid7": [{"text": text, "is": is_uuid7(text)} for text in [*ids, *not_ids]],
    }


def event_cases() -> dict[str, Any]:
    """Texts, bodies and item names, good and refused (SPEC E1, E4, E5)."""
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
        '{"a":1e400}',
        '{"a":[0,-1e400]}',
        '{"a":[1e308,1e-400],"b":"1e400"}',
        '{"a":' + "9" * 4301 + "}",
        '{"a":"x\\ud800"}',
        '{"a":{"\\udc00":1}}',
        '{"a":"\\ude00\\ud83d"}',
        '{"a":"\\ud83d\\ude00","b":"\\\\ud800"}',
        '["\\ud800"]',
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
        "texts": [{"text": t} | answer(lambda t=t: parse_text(t)) for t in texts],  # type: ignore[misc]
        "bodies": [
            {"text": t}
            | answer(lambda t=t: {"stamp": str((b := parse_body(t)).stamp), "kind": b.kind})  # type: ignore[misc]
            for t in [*bodies, *without]
        ],
        "item_ids": [{"text": text, "is": is_item_id(text)} for text in items],
    }


def complaint_cases(rng: random.Random) -> list[dict[str, Any]]:
    """The short codes of records (SPEC E9)."""
    records = [uuid7(0, bytes(10)), uuid7((1 << 48) - 1, bytes([255] * 10))]
    records += [uuid7(NOW_MS + at, rng.randbytes(10)) for at in range(20)]
    codes = {one: complaint_code(one) for one in records}
    return [
        {"record": record, "code": code, "number": complaint_number(code)}
        for record, code in codes.items()
    ]
