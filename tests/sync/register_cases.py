"""The vectors of registers: random records, what is shown of them and what is in conflict."""

from __future__ import annotations

import json
import random
from typing import Any

from sync import clock
from sync.encoding import uuid7
from sync.events import parse_body
from sync.registers import (
    Record,
    Register,
    Write,
    apply,
    differing,
    merge,
    open_conflicts,
    path_policy,
    policies_from_json,
    shown,
)
from tests.sync.vector_keys import DEVICE, NOW_MS, SERVER


def register_cases(rng: random.Random) -> dict[str, Any]:
    """Records of one to twelve events (SPEC R)."""
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
    return {
        "policies": table,
        "records": [_record(rng, table, size) for size in range(1, 13)],
        "pairs": [_pair(one, two) for one, two in _PAIRS],
    }


_PAIRS: tuple[tuple[Any, Any], ...] = (
    (1, 1.0),
    (-0.0, 0),
    (36.5, 36.50),
    (1e21, 10**21),
    (2**53, 2**53 + 1),
    (10**400, 10**401),
    (10**400, -(10**400)),
    (10**400, None),
    (1, True),
    (0, False),
    (1, "1"),
    (0.1, 0.2),
    ({"n": [1, {"m": 2.0}]}, {"n": [1.0, {"m": 2}]}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({"a": 1}, {"a": 1, "b": None}),
    ([1, 2], [2, 1]),
    ([], {}),
)
"""Values of two writes to one field: are they one value (SPEC R6)?"""


def _pair(one: Any, two: Any) -> dict[str, Any]:
    writes = (Write("a:1", 1, one), Write("b:1", 2, two))
    register = Register({write.ref: write for write in writes})
    return {"values": [one, two], "conflict": bool(differing(register))}


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
