"""Officers from a file: names, roles, checkpoints; who is new gets a badge, others keep theirs."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from server.importing.plan import Plan, Read, Shown, compared, rows_read, say_twice
from server.issuing.columns import Column
from server.issuing.rows import Draft, RowError
from server.issuing.tables import Table
from server.issuing.values import folded
from server.store.registered import Officer, OfficerRole

ROLES: tuple[OfficerRole, ...] = get_args(OfficerRole)
SAID_ROLES: dict[OfficerRole, str] = {
    "officer": "cán bộ", "lead": "chốt trưởng", "medic": "y tế", "volunteer": "tình nguyện viên",
}  # fmt: skip
_ROLE_WORDS: dict[str, OfficerRole] = {
    **{folded(word): role for role, word in SAID_ROLES.items()},
    **{str(role): role for role in ROLES},
    "truong chot": "lead", "truong ca": "lead", "can bo y te": "medic", "tinh nguyen": "volunteer",
}  # fmt: skip
_STATES = {
    "tot": "ok", "dang lam": "ok", "ok": "ok", "thu hoi": "revoked", "nghi": "revoked",
    "revoked": "revoked",
}  # fmt: skip
_OFFICER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SEPARATORS = re.compile(r"[\s,;]+")


def role_of(text: str) -> str | None:
    return _ROLE_WORDS.get(folded(text))


def officer_state_of(text: str) -> str | None:
    return _STATES.get(folded(text))


def officer_id_of(text: str) -> str | None:
    return text if _OFFICER.fullmatch(text) else None


def pin_of(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9]{6}", text) else None


COLUMNS: tuple[Column, ...] = (
    Column(
        "officer", "Mã cán bộ", "id", 64, officer_id_of, "officer", required=True, example="hd-an"
    ),
    Column("name", "Họ tên", "name", 120, example="Nguyễn Văn Thử"),
    Column("role", "Vai trò", "role", 30, role_of, "officer_role", example="chốt trưởng"),
    Column("checkpoints", "Chốt", limit=500, example="hd-ql6; hd-to-huu"),
    Column("state", "Trạng thái", "state", 20, officer_state_of, "officer_state", example="tốt"),
    Column("pin", "PIN", "pin", 6, pin_of, "pin", digits=True),
)
"""An empty cell, or a column that is not there, leaves a known officer as they are."""


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Somebody without a badge: `draft` is the badge to be made, its cells hold the PIN."""

    officer: Officer
    draft: Draft


def officers_planned(
    table: Table,
    current: Sequence[Officer],
    checkpoints: Collection[str],
    badge_until_ms: int,
) -> tuple[Plan[Officer], list[NewOfficer], list[RowError]]:
    """The plan, those who need a badge, and every error. Raises TableError for the headings.

    In the plan whoever is new has no key yet (`kek` is empty).
    """
    errors: list[RowError] = []
    held = {one.id: one for one in current}
    found: list[tuple[int, Officer]] = []
    new: list[NewOfficer] = []
    for read in rows_read(table, COLUMNS, errors):
        old = held.get(read.claims.get("id", ""))
        one = _officer(read, old, checkpoints, errors)
        if one is None:
            continue
        found.append((read.number, one))
        if old is None:
            new.append(NewOfficer(one, _badge(read.number, one, read.claims, badge_until_ms)))
        elif "pin" in read.claims:
            errors.append(RowError(read.number, "pin", "pin_known"))
    say_twice(found, lambda one: one.id, errors)
    plan = compared(found, current, lambda one: one.id, shown, named)
    return plan, new, errors


def shown(one: Officer) -> Shown:
    return {
        "officer": one.id,
        "name": one.name,
        "role": SAID_ROLES[one.role],
        "checkpoints": "; ".join(one.checkpoints),
        "state": "thu hồi" if one.revoked else "tốt",
    }


def named(one: Officer) -> str:
    return f"{one.id} {one.name}"


def _officer(
    read: Read, old: Officer | None, checkpoints: Collection[str], errors: list[RowError]
) -> Officer | None:
    before = len(errors)
    claims: dict[str, Any] = {
        name: value for name, value in read.claims.items() if name in ("id", "name", "role")
    }
    places = [one for one in _SEPARATORS.split(read.cells.get("checkpoints", "")) if one]
    for place in places:
        if place not in checkpoints:
            errors.append(RowError(read.number, "checkpoints", "checkpoint", {"value": place}))
    if places:
        claims["checkpoints"] = tuple(dict.fromkeys(places))
    if "state" in read.claims:
        claims["revoked"] = read.claims["state"] == "revoked"
    if old is None:
        for name in ("name", "role", "checkpoints"):
            if name not in claims and not read.cells.get(name):
                errors.append(RowError(read.number, name, "missing"))
        if claims.get("revoked"):
            errors.append(RowError(read.number, "state", "officer_unknown"))
    if len(errors) > before or "id" not in claims:
        return None
    if old is not None:
        return replace(old, **claims)
    new: dict[str, Any] = {"revoked": False, "kek": b""}
    return Officer(**(new | claims))


def _badge(row: int, one: Officer, claims: dict[str, str], until_ms: int) -> Draft:
    cells = {
        "officer": one.id,
        "name": one.name,
        "role": one.role,
        "checkpoints": ",".join(one.checkpoints),
    }
    if "pin" in claims:
        cells["pin"] = claims["pin"]
    return Draft(row, "badge", {}, None, until_ms, cells)
