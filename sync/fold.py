"""What a reader sees of the events it holds: one state per record, with its open conflicts.

The result depends on the set of events only, not on the order in which they came. SPEC R1–R9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync.errors import SyncError
from sync.events import Body, parse_body, parse_person, ref
from sync.registers import (
    Policy,
    Record,
    Write,
    apply,
    differing,
    open_conflicts,
    path_policy,
    shown,
)

PolicyTables = Callable[[str], Mapping[str, Policy]]
"""The merge policies of a kind; empty where the kind is not known."""


@dataclass(frozen=True, slots=True)
class Known:
    """One event that counts: who wrote it, where it stands, what it says."""

    author: str
    seq: int
    order: int
    authority: int
    body: Body
    person: Body | None

    @property
    def key(self) -> tuple[int, str]:
        """The order of events, the same everywhere (SPEC R4)."""
        return self.order, ref(self.author, self.seq)


@dataclass(frozen=True, slots=True)
class Seen:
    """One record as a person sees it now. `conflicts`: per path, the writes to choose from."""

    kind: str
    fields: dict[str, Any]
    items: dict[str, dict[str, dict[str, Any]]]
    conflicts: dict[str, tuple[Write, ...]]
    registers: Record

    def over(self, *paths: str) -> dict[str, tuple[str, ...]]:
        """The writes an amendment of these paths supersedes: those its author sees (SPEC R2)."""
        return {
            path: tuple(one.ref for one in self.registers[path].surviving())
            for path in paths
            if path in self.registers
        }


def known_event(
    author: str, seq: int, order: int, authority: int, body: str, person: str | None
) -> Known | None:
    """An event's texts parsed; None where this version cannot read them (kept, SPEC A5)."""
    try:
        header = parse_body(body)
        if person is None:
            return Known(author, seq, order, authority, header, None)
        fields, items = parse_person(person)
    except SyncError:
        return None
    part = replace(header, fields=fields, items=items, over={})
    return Known(author, seq, order, authority, header, part)


def fold(events: Iterable[Known], policies: PolicyTables) -> dict[str, Seen]:
    """Every record of these events, by id."""
    by_record: dict[str, list[Known]] = {}
    for one in events:
        by_record.setdefault(one.body.record, []).append(one)
    return {record: _seen(some, policies) for record, some in sorted(by_record.items())}


def _seen(events: list[Known], policies: PolicyTables) -> Seen:
    # A record is of the kind that began it; what names it under another kind is not merged into it.
    kind = min(events, key=lambda one: one.key).body.kind
    table = policies(kind)
    registers: Record = {}
    for one in events:
        if one.body.kind == kind:
            for part in (one.body, one.person):
                if part is not None:
                    apply(registers, one.author, one.seq, one.order, part, one.authority)
    fields: dict[str, Any] = {}
    items: dict[str, dict[str, dict[str, Any]]] = {}
    for path, register in registers.items():
        value = shown(register, path_policy(table, path))
        group, _, rest = path.partition("/")
        if rest:
            item, _, name = rest.partition("/")
            items.setdefault(group, {}).setdefault(item, {})[name] = value
        else:
            fields[path] = value
    conflicts = {
        path: tuple(differing(registers[path])) for path in open_conflicts(registers, table)
    }
    return Seen(kind, fields, items, conflicts, registers)
