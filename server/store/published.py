"""What is published and what is noted down, as values: signed packs and audit entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Pack:
    """A published pack, as signed. `scope` is "all" or "checkpoint:<id>"."""

    name: str
    scope: str
    version: int
    issued_ms: int
    jws: str


class PackVersionError(ValueError):
    """Somebody else published this version of the pack meanwhile; nothing was stored."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(f"pack {pack.name} {pack.scope}: version {pack.version}")
        self.pack = pack


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One look or act. `person` data is never in it; `subject` is an id."""

    at_ms: int
    who: str
    what: str
    subject: str = ""
    purpose: str = ""
    reference: str = ""
    details: dict[str, Any] = field(default_factory=dict)
