"""Who may write and look, and where, as values: devices, checkpoints, users, officers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DeviceKind = Literal["tablet", "relay", "server"]
UserRole = Literal["reviewer", "approver", "command", "community", "health", "admin"]
OfficerRole = Literal["officer", "lead", "medic", "volunteer"]


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device. `jwk` is its public P-256 key; `no` its number inside this log.

    A tablet has one `checkpoint`, a relay has `checkpoints` (SPEC U1).
    """

    no: int
    id: str
    kind: DeviceKind
    checkpoint: str | None
    lane: str | None
    name: str
    jwk: dict[str, str]
    enrolled_ms: int
    revoked_ms: int | None
    forked_ms: int | None
    last_contact_ms: int | None
    unsent: int | None
    clock_offset_ms: int | None
    checkpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a one-time code stands for: a tablet in a lane, or a relay of `checkpoints`."""

    checkpoint: str
    lane: str
    name: str
    kind: Literal["tablet", "relay"] = "tablet"
    checkpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint: class, where it stands, whether it is active."""

    id: str
    name: str
    road: str
    province: str
    district: str
    commune: str
    klass: Literal["city", "ward", "border", "market", "ring", "mobile"]
    state: Literal["planned", "active", "hibernating", "closed"]
    hotline: str
    lanes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """A console user. The password hash and TOTP secret never leave the store but through here."""

    id: str
    login: str
    name: str
    role: UserRole
    password_hash: str
    totp_secret: str | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may open a shift. `kek` wraps the history key; the badge secret is not kept."""

    id: str
    name: str
    role: OfficerRole
    checkpoints: tuple[str, ...]
    kek: bytes
    revoked: bool
