"""What this server writes in its own chain, before it has a number (SPEC A7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Items = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """What is to be written; `person` is the finished text of the person part or None."""

    kind: str
    record: str
    home: str
    user: str | None
    fields: Mapping[str, Any]
    items: Items
    over: Mapping[str, Sequence[str]]
    person: str | None
    now_ms: int
