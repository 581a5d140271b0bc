"""Officers' badges in bulk: a secret and a PIN each, kept nowhere but on the badge and the slip."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from server.issuing.folder import write_csv
from server.issuing.rows import Draft, RowError
from server.packs import officer_kek
from server.store.protocol import Store
from server.store.published import AuditEntry
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
    drafts: Sequence[Draft], checkpoints: Collection[str], errors: list[RowError]
) -> tuple[list[Draft], list[Badge]]:
    """Drafts with their secrets, and the officers they are for; adds to `errors`."""
    found: list[Draft] = []
    badges: list[Badge] = []
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
        secret = secrets.token_bytes(SECRET_BYTES)
        kek = officer_kek(secret, pin, identifier)
        named: OfficerRole = next(one for one in get_args(OfficerRole) if one == role)
        badges.append(Badge(Officer(identifier, cells["name"], named, places, kek, False), pin))
        found.append(replace(draft, claims={"sub": identifier, "sec": to_base64url(secret)}))
    return found, badges


def write_pins(folder: Path, badges: Sequence[Badge]) -> None:
    """The PINs, to be handed over apart from the badges and then deleted."""
    rows = [[one.officer.id, one.officer.name, one.pin] for one in badges]
    write_csv(folder / PINS, ("officer", "name", "pin"), rows)


def take_up(store: Store, badges: Sequence[Badge], now_ms: int) -> None:
    """Make them officers. The caller publishes the rosters."""
    for one in badges:
        store.put_officer(one.officer)
        details = {"role": one.officer.role}
        store.audit(AuditEntry(now_ms, "cli", "officer.put", one.officer.id, details=details))
