"""Reference data that files bring: roads, companies, duties, workers, beside places and officers.

Tablets get of it what their packs say; nothing here is an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from server.store.published import AuditEntry
from server.store.registered import Checkpoint, Officer

DutyName = Literal["lead", "scan", "health", "traffic"]


@dataclass(frozen=True, slots=True)
class Road:
    """A road as reports call it; `aliases` are other spellings that people use of it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is to stand where, from when until when (Unix ms), and does what."""

    checkpoint: str
    from_ms: int
    until_ms: int
    officer: str
    duty: DutyName


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation whose people travel. `id` is its tax code, else its name's normal form."""

    id: str
    name: str
    tax_code: str
    commune: str
    address: str
    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class WorkerPermit:
    """That a worker of a company has a permit, without a word of who it is.

    `person` and `said` are keyed digests: of the ID number, and of all that the permit says.
    """

    company: str
    person: bytes
    said: bytes
    permit: str
    kid: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Reference:
    """What is put and taken away together, or not at all."""

    checkpoints: Sequence[Checkpoint] = ()
    officers: Sequence[Officer] = ()
    roads: Sequence[Road] = ()
    companies: Sequence[Company] = ()
    duties: Sequence[Duty] = ()
    gone_duties: Sequence[Duty] = ()
    workers: Sequence[WorkerPermit] = ()
    gone_workers: Sequence[WorkerPermit] = ()


class ReferenceStore(Protocol):
    """Each of these is small: a province has some hundreds."""

    def take_in(self, reference: Reference, entries: Sequence[AuditEntry]) -> None:
        """Put and remove all of it with its audit entries, in one transaction."""

    def roads(self) -> list[Road]:
        """By name."""

    def companies(self) -> list[Company]:
        """By name."""

    def duties(self, since_ms: int, until_ms: int) -> list[Duty]:
        """Those that overlap since ≤ t < until, by time."""

    def worker_permits(self) -> list[WorkerPermit]:
        """All that were issued from files and not forgotten."""
