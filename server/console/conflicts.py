"""What of a crossing disagrees, as a person is asked about it, and the events that answer.

A choice is an amendment (SPEC R2): it writes the value again and names every surviving write of
its path in `over`, so that it outranks them all whatever their stamps. The losers stay in the
history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credentials.plates import normalise_plate
from server.store.protocol import Store
from server.store.view_protocol import CrossingWhole, Write

TYPED = ("plate", "trailer_plate")
"""Where neither side may be right: officers read what rain and mud left of it."""

MAX_TYPED_CHARACTERS = 24
MAX_OVER = 60
"""References that one of our events names; a reader takes 64 a path (SPEC R2)."""


@dataclass(frozen=True, slots=True)
class Side:
    """One value, and the writes that hold it, oldest first."""

    value: Any
    writes: tuple[Write, ...]
    is_shown: bool

    @property
    def choice(self) -> str:
        """How a form names this side: by its newest write."""
        return self.writes[-1].ref


@dataclass(frozen=True, slots=True)
class Contest:
    """The sides of one path. `seen` names exactly this set of writes."""

    path: str
    sides: tuple[Side, ...]
    seen: str
    may_type: bool


def contests(found: CrossingWhole, disagreeing: Mapping[str, Sequence[Write]]) -> list[Contest]:
    """`found.conflicts` or `found.settled`, each value once."""
    return [
        Contest(path, _sides(found, path, writes), seen_of(writes), path in TYPED)
        for path, writes in disagreeing.items()
    ]


def seen_of(writes: Sequence[Write]) -> str:
    """A name for this set of surviving writes: another set, another name."""
    refs = "\n".join(sorted(one.ref for one in writes))
    return hashlib.sha256(refs.encode()).hexdigest()


def chosen_value(path: str, writes: Sequence[Write], choice: str, typed: str) -> Any:
    """The value of the write named `choice`, or without one the typed plate; ValueError else.

    Nothing but a plate is ever taken from the form: what was accepted once is written again.
    """
    if choice:
        for one in writes:
            if one.ref == choice:
                return _value(one, path)
        raise ValueError(choice)
    plate = normalise_plate(typed)
    if path not in TYPED or len(typed) > MAX_TYPED_CHARACTERS or not plate.normal:
        raise ValueError(path)
    return {"read": typed, "normal": plate.normal, "candidates": list(plate.candidates)}


def close_conflict(
    store: Store, found: CrossingWhole, path: str, value: Any, user: str, now_ms: int
) -> None:
    """Write the amendments that leave `value` as the only surviving one at `path`.

    One event, but for more writes than it may name: then each next one is over the last as well.
    """
    writes = found.conflicts[path]
    is_personal = writes[0].person is not None
    field, items = _placed(path, value)
    refs = [one.ref for one in writes]
    last: list[str] = []
    for start in range(0, len(refs), MAX_OVER):
        written = store.write(
            kind="crossing",
            record=found.row.record,
            home=found.row.checkpoint,
            user=user,
            fields={} if is_personal else field,
            person=field if is_personal else None,
            now_ms=now_ms,
            items=None if is_personal else items,
            person_items=items if is_personal else None,
            over={path: [*last, *refs[start : start + MAX_OVER]]},
        )
        last = [written]


def _placed(path: str, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(fields, items) that write `value` at `path` (SPEC R3)."""
    group, _, rest = path.partition("/")
    if not rest:
        return {path: value}, {}
    item, _, name = rest.rpartition("/")
    return {}, {group: {item: {name: value}}}


def _sides(found: CrossingWhole, path: str, writes: Sequence[Write]) -> tuple[Side, ...]:
    by_value: dict[str, list[Write]] = {}
    for one in writes:
        by_value.setdefault(_canonical(_value(one, path)), []).append(one)
    shown = _canonical(_shown(found, path))
    return tuple(
        Side(_value(some[0], path), tuple(some), key == shown) for key, some in by_value.items()
    )


def _value(write: Write, path: str) -> Any:
    return write.fields[path] if write.person is None else write.person[path]


def _shown(found: CrossingWhole, path: str) -> Any:
    group, _, rest = path.partition("/")
    if not rest:
        return found.fields.get(path)
    item, _, name = rest.rpartition("/")
    return {"people": found.people, "goods": found.goods}.get(group, {}).get(item, {}).get(name)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
