"""What the log's accepted events mean, worked out the plain way: no code of the merge is used.

A write survives when no event names it in `over`. Slow, and meant to be read beside SPEC R1–R9.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from schemas.policy import policy_tables
from sync.fold import Seen
from tests.sync.stateful.node import Row

UNDECLARED = {"shows": "latest", "closes": "auto"}


@dataclass(frozen=True, slots=True)
class Told:
    """One value somebody wrote: its order among others, who, with which rank."""

    order: int
    ref: str
    authority: int
    value: Any


@dataclass(slots=True)
class Expected:
    """One record: every value ever written to a path, and the references named as seen."""

    kind: str
    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def surviving(self, path: str) -> list[Told]:
        alive = [one for one in self.told[path] if one.ref not in self.seen.get(path, ())]
        return sorted(alive, key=lambda one: (one.order, one.ref))

    def view(self) -> dict[str, tuple[Any, list[str]]]:
        """Path → (value shown, references of an open conflict)."""
        table = policy_tables().get(f"{self.kind}/1", {})
        found = {}
        for path in {*self.told, *self.seen}:
            group, _, rest = path.partition("/")
            name = f"{group}/{rest.partition('/')[2]}" if rest else path
            policy = table.get(name, UNDECLARED)
            alive = self.surviving(path)
            differ = len({same(one.value) for one in alive}) > 1 and policy["closes"] == "ask"
            found[path] = (_shown(alive, policy), [one.ref for one in alive] if differ else [])
        return found


def expected(rows: Iterable[Row]) -> dict[str, Expected]:
    """Every record of these rows, by id."""
    by_record: dict[str, list[tuple[Row, dict[str, Any]]]] = defaultdict(list)
    for row in rows:
        body = json.loads(row.body)
        by_record[body["record"]].append((row, body))
    found = {}
    for record, events in by_record.items():
        events.sort(key=lambda one: (one[0].order, f"{one[0].author}:{one[0].seq}"))
        made = found[record] = Expected(events[0][1]["kind"])
        for row, body in events:
            if body["kind"] != made.kind:
                continue
            ref = f"{row.author}:{row.seq}"
            for path, value in values(body, row.person).items():
                made.told[path].append(Told(row.order, ref, row.authority, value))
            for path, refs in body.get("over", {}).items():
                made.seen[path] |= set(refs)
    return found


def values(body: dict[str, Any], person: str | None) -> dict[str, Any]:
    """All that one event writes, body and person part, by path."""
    found: dict[str, Any] = {}
    for part in (body, {} if person is None else json.loads(person)):
        found |= part.get("set", {})
        for group, members in part.get("items", {}).items():
            for item, fields in members.items():
                found |= {f"{group}/{item}/{name}": value for name, value in fields.items()}
    return found


def seen_view(seen: Seen) -> dict[str, tuple[Any, list[str]]]:
    """A replica's record in the form of `Expected.view`."""
    flat: dict[str, Any] = dict(seen.fields)
    for group, members in seen.items.items():
        for item, fields in members.items():
            flat |= {f"{group}/{item}/{name}": value for name, value in fields.items()}
    return {
        path: (value, [one.ref for one in seen.conflicts.get(path, ())])
        for path, value in flat.items()
    }


def same(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _shown(alive: list[Told], policy: dict[str, Any]) -> Any:
    if not alive:
        return None
    match policy["shows"]:
        case "latest":
            return alive[-1].value
        case "first":
            return alive[0].value
        case "authority":
            return max(alive, key=lambda one: (one.authority, one.order, one.ref)).value
        case "most_restrictive":
            ranks = policy["ranks"]
            return max(alive, key=lambda one: (_rank(one.value, ranks), one.order, one.ref)).value
        case "union":
            members = {same(one): one for told in alive for one in told.value}
            return [members[key] for key in sorted(members)]
    raise AssertionError(policy)


def _rank(value: Any, ranks: list[str]) -> int:
    return ranks.index(value["outcome"] if isinstance(value, dict) else value)
