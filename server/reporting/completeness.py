"""How honest a report can be: what each checkpoint may still hold back, and whom to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.store.protocol import Store
from server.store.registered import Checkpoint, Device

SKEW_MS = 5 * 60_000
"""A clock further off is said; times are corrected by what the device measured."""
SILENT_MS = 15 * 60_000
"""Without contact for longer than this before the cut, something may be missing."""

LONGEST_SHIFT_MS = 36 * 3_600_000
PAGE = 200

Lack = Literal["never_heard", "silent", "unsent", "clock"]


@dataclass(frozen=True, slots=True)
class Place:
    """A checkpoint or unit as a report names it; the codes (2021) say where a checkpoint lies."""

    id: str
    name: str
    hotline: str
    province: str = ""
    district: str = ""
    commune: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Why one device's part of a report may be incomplete.

    `silent_ms`: between its last contact and the report's time; None where it was never heard of.
    """

    place: Place
    device: str
    lane: str
    lacks: tuple[Lack, ...]
    unsent: int
    silent_ms: int | None


@dataclass(frozen=True, slots=True)
class Completeness:
    """Active checkpoints and closed ones that have not sent all, the gaps among their devices, and
    those without any device.

    `no_shift`: checkpoints with devices where nobody had a shift at the report's time: either
    nobody stands there, or what is done there is not written down.
    """

    checkpoints: int
    complete: int
    gaps: tuple[Gap, ...]
    without_device: tuple[Place, ...]
    no_shift: tuple[Place, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.gaps and not self.without_device and not self.no_shift


def place_of(one: Checkpoint) -> Place:
    return Place(one.id, one.name, one.hotline, one.province, one.district, one.commune)


def completeness(store: Store, checkpoints: Sequence[str], until_ms: int) -> Completeness:
    """As the server knows it now, for a report whose data end at `until_ms`."""
    devices: dict[str, list[Device]] = {}
    for device in store.devices():
        is_used = device.kind == "tablet" and device.revoked_ms is None
        if is_used and device.checkpoint is not None:
            devices.setdefault(device.checkpoint, []).append(device)
    # A checkpoint that closed at five owes the report of six what its tablets have not sent.
    holding = {place for place, some in devices.items() if any(one.unsent for one in some)}
    asked = [
        one
        for one in store.checkpoints()
        if one.state == "active" or one.id in holding
        if not checkpoints or one.id in checkpoints
    ]
    gaps = [
        gap
        for one in asked
        for device in devices.get(one.id, ())
        if (gap := _gap(one, device, until_ms)) is not None
    ]
    without = tuple(place_of(one) for one in asked if one.id not in devices)
    staffed = _staffed(store, until_ms)
    unstaffed = tuple(
        place_of(one)
        for one in asked
        if one.state == "active" and one.id in devices and one.id not in staffed
    )
    troubled = {one.id for one in (*without, *unstaffed, *(gap.place for gap in gaps))}
    complete = len(asked) - len(troubled)
    return Completeness(len(asked), complete, tuple(gaps), without, unstaffed)


def _staffed(store: Store, at_ms: int) -> set[str]:
    """The checkpoints with a shift that was open then; a shift of days ago is forgotten, not open.

    As far as the server has heard: a shift that was opened offline is not known yet.
    """
    found: set[str] = set()
    after = ""
    while True:
        some, after = store.shifts((), after, PAGE)
        for one in some:
            is_open = one.closed_ms is None or one.closed_ms > at_ms
            if at_ms - LONGEST_SHIFT_MS <= one.opened_ms <= at_ms and is_open:
                found.add(one.checkpoint)
        if not after or some[-1].opened_ms < at_ms - LONGEST_SHIFT_MS:
            return found


def _gap(checkpoint: Checkpoint, device: Device, until_ms: int) -> Gap | None:
    lacks: list[Lack] = []
    silent_ms = None
    if device.last_contact_ms is None:
        lacks.append("never_heard")
    else:
        silent_ms = max(0, until_ms - device.last_contact_ms)
        if silent_ms > SILENT_MS:
            lacks.append("silent")
    if device.unsent:
        lacks.append("unsent")
    if abs(device.clock_offset_ms or 0) > SKEW_MS:
        lacks.append("clock")
    if not lacks:
        return None
    lane = device.lane or device.name
    return Gap(place_of(checkpoint), device.id, lane, tuple(lacks), device.unsent or 0, silent_ms)
