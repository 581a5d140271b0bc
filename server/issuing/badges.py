"""Officers' badges in bulk: a secret and a PIN each, kept nowhere but on the badge and the slip."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from server.issuing.folder import write_csv
from server.issuing.rows import Draft, RowError
from server.issuing.said import ROLES
from server.packs import officer_kek
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.reference_protocol import Reference
from server.store.registered import Officer, OfficerRole
from sync.encoding import to_base64url

PINS = "pins.csv"
SECRET_BYTES = 16
BADGE_VALIDITY_DAYS = 400
_OFFICER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Badge:
    """An officer to be taken up once the badges are written."""

    officer: Officer
    pin: str


def badge_drafts(
    drafts: Sequence[Draft],
    checkpoints: Mapping[str, str],
    errors: list[RowError],
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[list[Draft], list[Badge]]:
    """Drafts with their secrets, and the officers they are for; adds to `errors`.

    `checkpoints`: id → name. The drafts' cells are what is printed then: words, no ids.

    Deriving a key from badge and PIN is dear on purpose, some 50 ms: all processors do it, none
    before every row was judged. `tell` gets how many are done, of how many.
    """
    judged: list[tuple[Draft, str, Officer]] = []
    rows: dict[str, int] = {}
    for draft in drafts:
        cells, before = draft.cells, len(errors)
        identifier, role = cells["officer"], cells["role"]
        places = tuple(re.findall(r"[^\s,;]+", cells["checkpoints"]))
        pin = cells.get("pin") or f"{secrets.randbelow(10**6):06}"
        if not _OFFICER.fullmatch(identifier):
            errors.append(RowError(draft.row, "officer", "officer"))
        if identifier in rows:
            errors.append(RowError(draft.row, "officer", "twice", {"other": rows[identifier]}))
        rows.setdefault(identifier, draft.row)
        if role not in get_args(OfficerRole):
            known = ", ".join(get_args(OfficerRole))
            errors.append(RowError(draft.row, "role", "choice", {"known": known}))
        for place in places:
            if place not in checkpoints:
                errors.append(RowError(draft.row, "checkpoints", "checkpoint", {"value": place}))
        if not re.fullmatch(r"[0-9]{6}", pin):
            errors.append(RowError(draft.row, "pin", "pin"))
        if len(errors) > before:
            continue
        named: OfficerRole = next(one for one in get_args(OfficerRole) if one == role)
        judged.append((draft, pin, Officer(identifier, cells["name"], named, places, b"", False)))
    if errors:
        return [], []
    return _with_keys(judged, checkpoints, tell)


def _with_keys(
    judged: Sequence[tuple[Draft, str, Officer]],
    checkpoints: Mapping[str, str],
    tell: Callable[[int, int], None],
) -> tuple[list[Draft], list[Badge]]:
    drawn = [secrets.token_bytes(SECRET_BYTES) for _ in judged]
    found: list[Draft] = []
    badges: list[Badge] = []
    # hashlib lets other threads run meanwhile.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        keks = pool.map(lambda one, secret: officer_kek(secret, one[1], one[2].id), judged, drawn)
        for (draft, pin, officer), secret, kek in zip(judged, drawn, keks, strict=True):
            badges.append(Badge(replace(officer, kek=kek), pin))
            claims = {"sub": officer.id, "sec": to_base64url(secret)}
            places = ", ".join(checkpoints[one] or one for one in officer.checkpoints)
            printed = {"role": ROLES[officer.role], "checkpoints": places}
            found.append(replace(draft, claims=claims, cells=draft.cells | printed))
            tell(len(found), len(judged))
    return found, badges


def write_pins(folder: Path, badges: Sequence[Badge]) -> None:
    """The PINs, to be handed over apart from the badges and then deleted."""
    rows = [[one.officer.id, one.officer.name, one.pin] for one in badges]
    write_csv(folder / PINS, ("officer", "name", "pin"), rows)


def take_up(store: Store, badges: Sequence[Badge], entry: AuditEntry) -> None:
    """Make them officers with `entry`, all or none. The caller publishes the rosters."""
    entries = [
        AuditEntry(
            entry.at_ms, "cli", "officer.put", one.officer.id, details={"role": one.officer.role}
        )
        for one in badges
    ]
    store.take_in(Reference(officers=[one.officer for one in badges]), [*entries, entry])
