"""Random events made from the schemas themselves, and everything that can be wrong with one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from marshmallow import Schema, fields, validate

from schemas.records import KINDS, Kind, item_schemas
from schemas.shapes import Flag, Uuid7

RECORD = "017b47f7-6200-7bfd-8970-571b44bd0e3b"
DEVICE = "017b47f7-6200-7bfd-8970-000000000001"
SALT = "AAAAAAAAAAAAAAAAAAAAAA"
LETTERS = 'aZ0 -ăễđ€😀\u2028\n"\\/<\x7f'

ODD_VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        "",
        " ",
        "true",
        "yes",
        "1",
        "36.5",
        "none",
        [],
        {},
        [None],
        [[]],
        {"": 0},
    ),
    *(0, 1, -1, 2, 500, 501, 86_400, 86_401, 1 << 16, 1 << 46, (1 << 46) + 1),
    *((1 << 53) - 1, 1 << 53, 1 << 63, 1 << 64, -(1 << 63) - 1, 10**30, -(10**30)),
    *(0.0, -0.0, 1.0, 0.1, 29.9, 30.0, 45.0, 45.1, 1e9, 1e16, 1e21, 1e-7, 1e308, 5e-324),
    *(float("nan"), float("inf"), float("-inf"), "\x00", "\ud800", "x\udfff", "\ufeff"),
    *(RECORD, RECORD.upper(), "{" + RECORD + "}", "urn:uuid:" + RECORD, RECORD.replace("-", "")),
    *(RECORD.replace("-7bfd-", "-4bfd-"), RECORD + "\n", "hd-ql6", "hd-ql6\n", "-a", "a" * 64),
    *("a" * 65, "017B47F762000000", "0x7b47f762000000", "f17b47f762000000", "017b47f76200000"),
    *(["a"] * 8, ["a"] * 9, ["a"] * 16, ["a"] * 17, ["a"] * 33, ["a", 1], ["a", "a"], ("b",)),
    *({"1": {}}, {"1": None}, {"0": {}}, {"x": {}}, {f"{DEVICE}:7:1": {}}, {"1": {"zz": [1]}}),
    *({"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}, [[[[[[[[[]]]]]]]]], {"a.b": 1, "a": 2}),
    *({"plate": [f"{DEVICE}:7"]}, {"plate": ["x"]}, {"Plate": []}, {"p": ["a:1"] * 65}),
    *(
        {"p" * n: 1 for n in range(1, 33)} | {"q": 1},
        {"rules": -1},
        {"rules": 1.0},
        {"Rules": 1},
        {"a" * 33: 1},
    ),
    *("[" * 20, "}{", 'a":1,"a":{'),
]


def an_event(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A body and a person part that are in order; each writes some of its fields."""
    kind = rng.choice(list(KINDS.values()))
    body: dict[str, Any] = {
        "kind": kind.name,
        "version": kind.version,
        "record": RECORD,
        "home": rng.choice(["hd-ql6", "nt-ca-na"]),
        "stamp": f"{rng.randrange(1 << 63):016x}",
        "time": rng.choice([0, 1_629_000_000_000, 1 << 46]),
        "offset": rng.choice([None, 0, -1200, 86_400_000]),
        "officer": rng.choice([None, "hd-an", "o-1"]),
        "packs": {"rules": 3, "levels": rng.randrange(1 << 53)},
    }
    for name in ("offset", "officer", "packs"):
        if rng.random() < 0.1:
            del body[name]
    body |= _parts(rng, kind.body)
    if rng.random() < 0.3:
        body["over"] = {"plate": [f"{DEVICE}:7"], "people/1/role": [f"{DEVICE}:8", "a:1"]}
    if rng.random() < 0.3:
        return body, None
    return body, {"salt": SALT} | _parts(rng, kind.person)


def spoil(rng: random.Random, root: dict[str, Any]) -> None:
    """One change of the value somewhere in `root`, usually for the worse."""
    place: Any = root
    while True:
        keys = list(place.keys() if isinstance(place, dict) else range(len(place)))
        if not keys:
            break
        key = rng.choice(keys)
        inner = place[key]
        if isinstance(inner, (dict, list)) and inner and rng.random() < 0.75:
            place = inner
            continue
        change = rng.randrange(5)
        if change == 0:
            del place[key]
        elif change == 1 and isinstance(inner, str):
            longest = rng.choice([0, 1, 10, 16, 20, 24, 32, 64, 96, 128, 200, 300, 500, 1000])
            place[key] = _letters(rng, max(0, longest + rng.choice([-1, 0, 1])))
        elif change == 2 and isinstance(place, dict):
            place[rng.choice(NAMES)] = place.pop(key)
        else:
            place[key] = _odd_value(rng)
        return
    if isinstance(place, dict):
        place[rng.choice(NAMES)] = _odd_value(rng)
    else:
        place.append(_odd_value(rng))


def to_text(data: Any) -> str:
    """The text a tablet writes."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def scribble(rng: random.Random, text: str) -> str:
    """One change of the text: what value it then stands for, if any, is for the readers to say."""
    return rng.choice(SCRIBBLES)(rng, text)


def _parts(rng: random.Random, schema: Schema) -> dict[str, Any]:
    groups = item_schemas(schema)
    writes = {
        name: _value(rng, one)
        for name, one in schema.fields.items()
        if name not in groups and rng.random() < 0.6
    }
    items: dict[str, Any] = {}
    for group, inner in groups.items():
        identifiers = rng.sample(["1", "2", "9999", f"{DEVICE}:17:2"], rng.randrange(3))
        items[group] = {one: _fields(rng, inner, 0.6) for one in identifiers}
    parts: dict[str, Any] = {}
    if writes or rng.random() < 0.8:
        parts["set"] = writes
    if items or rng.random() < 0.2:
        parts["items"] = items
    if rng.random() < 0.2:
        parts.setdefault("set", {})["weather"] = rng.choice([None, "mưa", {"deep": [1, 2.5]}])
    if rng.random() < 0.1:
        parts.setdefault("items", {})["animals"] = {"1": {"legs": 4}}
    return parts


def _fields(rng: random.Random, schema: Schema, share: float) -> dict[str, Any]:
    return {
        name: _value(rng, one)
        for name, one in schema.fields.items()
        if one.required or rng.random() < share
    }


def _value(rng: random.Random, one: Any) -> Any:
    if one.allow_none and rng.random() < 0.2:
        return None
    if isinstance(one, fields.Nested):
        return _fields(rng, one.schema, 0.6)
    if isinstance(one, fields.List):
        longest: Any = one.validators[0]
        return [_value(rng, one.inner) for _ in range(rng.choice([0, 1, 2, longest.max]))]
    if isinstance(one, fields.Dict):
        return {"doses": [{"number": 1, "date": "2021-08-01"}], "declaration": None}
    if isinstance(one, Flag):
        return rng.random() < 0.5
    return _scalar(rng, one)


def _scalar(rng: random.Random, one: Any) -> Any:
    rule = one.validators[0]
    if isinstance(rule, Uuid7):
        return RECORD
    if isinstance(rule, validate.OneOf):
        return rng.choice(list(rule.choices))
    if isinstance(rule, validate.Range):
        if isinstance(one, fields.Integer):
            return rng.choice([rule.min, rule.max, rng.randint(int(rule.min), int(rule.max))])
        return rng.choice([rule.min, rule.max, round(rng.uniform(rule.min, rule.max), 1)])
    shortest = rule.min or 0
    return _letters(rng, rng.choice([shortest, max(shortest, 1), max(shortest, 5), rule.max]))


def _odd_value(rng: random.Random) -> Any:
    # A copy: the next change may well be inside it.
    return deepcopy(rng.choice(ODD_VALUES))


def _letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(LETTERS, k=count))


def _names() -> list[str]:
    found = {
        "1",
        "2",
        "0",
        "01",
        "x",
        "zz",
        "a.b",
        "lane.x",
        "",
        "Người",
        "_schema",
        "value",
        "key",
    }
    found |= {"kind", "version", "record", "home", "set", "items", "over", "packs", "salt"}
    kinds: list[Kind] = list(KINDS.values())
    for kind in kinds:
        for schema in (kind.body, kind.person):
            found |= schema.fields.keys()
            for inner in item_schemas(schema).values():
                found |= inner.fields.keys()
    return sorted(found)


NAMES = _names()


def _somewhere(pattern: str) -> Callable[[random.Random, str, str], str]:
    places = re.compile(pattern)

    def change(rng: random.Random, text: str, by: str) -> str:
        found = list(places.finditer(text))
        if not found:
            return text
        one = rng.choice(found)
        return text[: one.start()] + one.expand(by) + text[one.end() :]

    return change


_number = _somewhere(r"(?<=[:\[,])-?\d+(?:\.\d+)?(?=[,\]}])")
_letter = _somewhere(r"(?<=[a-z])([a-z])(?=[a-z])")
_mark = _somewhere(r"[:,{}\[\]]")
_pair = _somewhere(r'("[^"\\]*":)("[^"\\]*"|[\d.]+|null|true|false)')

NUMBERS: tuple[str, ...] = (
    r"\g<0>.0",
    r"\g<0>e0",
    r"\g<0>E+2",
    r"-\g<0>",
    r"0\g<0>",
    "-0",
    "-0.0",
    "1e400",
    "-1e999",
)
NUMBERS += ("1e-400", "NaN", "Infinity", "9" * 400, "9" * 5000, "0." + "3" * 40, "1.", ".5", "+1")
WRITTEN: tuple[str, ...] = (
    r"\\u0061",
    r"\\ud800",
    r"\\ud83d\\ude00",
    r"\\ude00\\ud83d",
    r"\\\\ud800",
    r"\\x",
    r"\\/",
)
WRITTEN += (r"\\u00e9", r"\\uD83D", r"\1\\n", "\t", "\x00", "\ud800", "\x7f", r"\\", '"', r"\\u12")
MARKS = (r"\g<0> ", r" \g<0>", "\n\\g<0>", r"\g<0>\g<0>", "", ",", "\ufeff\\g<0>", "\xa0\\g<0>")
PAIRS = (r"\g<0>,\g<0>", r"\g<0>, \g<0>", r"\1null,\g<0>", r"\g<0>,\1[[[[[[[[[]]]]]]]]]", r"\1\1\2")

SCRIBBLES: tuple[Callable[[random.Random, str], str], ...] = (
    lambda rng, text: _number(rng, text, rng.choice(NUMBERS)),
    lambda rng, text: _letter(rng, text, rng.choice(WRITTEN)),
    lambda rng, text: _mark(rng, text, rng.choice(MARKS)),
    lambda rng, text: _pair(rng, text, rng.choice(PAIRS)),
    lambda rng, text: text[: rng.randrange(len(text))],
    lambda rng, text: text + rng.choice([" ", "\n", "x", "{}", "\x00", ","]),
    lambda rng, text: rng.choice([" ", "\ufeff", "[", "\n"]) + text,
    lambda rng, text: json.dumps(json.loads(text)) if text.isprintable() else text,
)
