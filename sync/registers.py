"""Records as registers: per field, the set of writes that nobody has superseded. SPEC R1–R9.

Merging is a union of writes and of supersessions, so it is commutative, associative and
idempotent, also when an amendment arrives before what it amends. What is *shown* and who closes a
conflict is decided by a policy table that is passed in; this module knows no field names.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sync.events import Body, ref

Shows = Literal["latest", "first", "most_restrictive", "union", "authority"]
Closes = Literal["auto", "ask"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How one field is shown while several writes survive, and who closes the conflict.

    `ranks` orders the values of a `most_restrictive` field, mildest first.
    """

    shows: Shows
    closes: Closes
    ranks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """One value written by event `ref` at order stamp `order`, by somebody of `authority` rank."""

    ref: str
    order: int
    value: Any
    authority: int = 0

    @property
    def key(self) -> tuple[int, str]:
        """The total order of writes: stamp, then device and sequence (SPEC R4)."""
        return (self.order, self.ref)


@dataclass(slots=True)
class Register:
    """All writes to one field and all references they say they have seen."""

    writes: dict[str, Write] = field(default_factory=dict)
    superseded: set[str] = field(default_factory=set)

    def surviving(self) -> list[Write]:
        """The writes nobody has superseded, in write order (SPEC R1)."""
        alive = (one for name, one in self.writes.items() if name not in self.superseded)
        return sorted(alive, key=lambda one: one.key)


Record = dict[str, Register]
"""Path → register. Paths are "field", or "group/item/field" (SPEC R3)."""


def writes_of(body: Body) -> dict[str, Any]:
    """The values an event writes, by register path (SPEC R3)."""
    writes: dict[str, Any] = dict(body.fields)
    for group, members in body.items.items():
        for item, fields in members.items():
            for name, value in fields.items():
                writes[f"{group}/{item}/{name}"] = value
    return writes


def apply(
    record: Record, device: str, seq: int, order: int, body: Body, authority: int = 0
) -> None:
    """Merge one event into `record`, in place; again or in another order gives the same (R5)."""
    name = ref(device, seq)
    for path, value in writes_of(body).items():
        register = record.setdefault(path, Register())
        register.writes[name] = Write(name, order, value, authority)
    for path, seen in body.over.items():
        record.setdefault(path, Register()).superseded.update(seen)


def merge(left: Record, right: Record) -> Record:
    """The union of two states of one record (SPEC R5)."""
    merged: Record = {}
    for path in left.keys() | right.keys():
        one, two = left.get(path, Register()), right.get(path, Register())
        merged[path] = Register(one.writes | two.writes, one.superseded | two.superseded)
    return merged


def differing(register: Register) -> list[Write]:
    """The surviving writes when they disagree, else nothing: equal values are no conflict (R6)."""
    alive = register.surviving()
    if len(alive) < 2:
        return []
    return alive if len({_same(one.value) for one in alive}) > 1 else []


def shown(register: Register, policy: Policy) -> Any:
    """The value a reader sees now (SPEC R7); None where nothing survives."""
    alive = register.surviving()
    return _SHOWN[policy.shows](alive, policy) if alive else None


def path_policy(table: Mapping[str, Policy], path: str) -> Policy:
    """The policy of a path; items are declared as "group/field". Unknown: latest, auto (R8)."""
    parts = path.split("/")
    name = path if len(parts) == 1 else f"{parts[0]}/{parts[-1]}"
    return table.get(name, Policy("latest", "auto"))


def open_conflicts(record: Record, table: Mapping[str, Policy]) -> list[str]:
    """The paths that a person has to decide, sorted (SPEC R9)."""
    return sorted(
        path
        for path, register in record.items()
        if path_policy(table, path).closes == "ask" and differing(register)
    )


def policies_from_json(data: Mapping[str, Mapping[str, Any]]) -> dict[str, Policy]:
    """The generated policy table {path: {shows, closes, ranks?}} as values."""
    return {
        path: Policy(entry["shows"], entry["closes"], tuple(entry.get("ranks", ())))
        for path, entry in data.items()
    }


def _same(value: Any) -> str:
    """One text per JSON value: names sorted, a number by the bits of its double (SPEC R6)."""
    if isinstance(value, dict):
        names = sorted(value)
        return "{" + ",".join(f"{_quoted(name)}:{_same(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_same, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return struct.pack(">d", _double(value)).hex()
    return _quoted(value)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _double(value: float) -> float:
    """What a reader that has only doubles makes of a number; -0.0 is 0.0."""
    try:
        return float(value) + 0.0
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _latest(alive: Sequence[Write], _: Policy) -> Any:
    return alive[-1].value


def _first(alive: Sequence[Write], _: Policy) -> Any:
    return alive[0].value


def _most_restrictive(alive: Sequence[Write], policy: Policy) -> Any:
    rank = {value: index for index, value in enumerate(policy.ranks)}
    return max(alive, key=lambda one: (_rank(rank, one.value), one.key)).value


def _rank(rank: Mapping[str, int], value: Any) -> int:
    name = value.get("outcome") if isinstance(value, dict) else value
    return rank.get(name, len(rank)) if isinstance(name, str) else len(rank)


def _union(alive: Sequence[Write], _: Policy) -> Any:
    seen: dict[str, Any] = {}
    for one in alive:
        for member in one.value if isinstance(one.value, list) else [one.value]:
            seen.setdefault(_same(member), member)
    return [seen[key] for key in sorted(seen)]


def _authority(alive: Sequence[Write], _: Policy) -> Any:
    return max(alive, key=lambda one: (one.authority, one.key)).value


_SHOWN = {
    "latest": _latest,
    "first": _first,
    "most_restrictive": _most_restrictive,
    "union": _union,
    "authority": _authority,
}
