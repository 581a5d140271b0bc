"""The variables that conditions may read: one table, from Evidence, Journey and `external`.

A misspelt variable is null for ever, so that its rule never fires; `chot rules check` refuses it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rules.pack import CHECKPOINT_CLASSES, DIRECTIONS
from rules.signs import SYMPTOMS
from rules.values import Json

Words: TypeAlias = "tuple[bool | int | str, ...] | None"

FLAG: Words = (True, False)
LEVEL: Words = (1, 2, 3, 4)
DATASET: Words = ("2021", "2025")
PERMIT: Words = ("permit", "pass", "manifest")

# General Statistics Office codes; the provinces of after 7/2025 keep codes of this list.
PROVINCES: Words = (
    "01", "02", "04", "06", "08", "10", "11", "12", "14", "15", "17", "19", "20", "22", "24", "25",
    "26", "27", "30", "31", "33", "34", "35", "36", "37", "38", "40", "42", "44", "45", "46", "48",
    "49", "51", "52", "54", "56", "58", "60", "62", "64", "66", "67", "68", "70", "72", "74", "75",
    "77", "79", "80", "82", "83", "84", "86", "87", "89", "91", "92", "93", "94", "95", "96",
)  # fmt: skip

VARIABLES: Mapping[str, Words] = {
    "evidence.family": (
        "cccd", "can_cuoc", "cmnd", "pc_covid", "bhyt", "hc1", "shc", "own", "url", "opaque",
    ),
    "evidence.status": ("verified", "claim", "unknown", "invalid"),
    "evidence.code": (
        "ok", "unsigned", "untrusted", "unrecognised",
        "prefix", "base45", "zlib", "cbor", "cose", "algorithm", "signature", "key_usage",
        "not_yet_valid", "expired", "revoked", "malformed",
    ),
    "evidence.identity.name": None,
    "evidence.identity.birth_date": None,
    "evidence.identity.id_number": None,
    "evidence.identity.sex": ("M", "F"),
    "evidence.identity.phone": None,
    "evidence.identity.address": None,
    "evidence.facts.doses.*.number": None,
    "evidence.facts.doses.*.of": None,
    "evidence.facts.doses.*.product": None,
    "evidence.facts.doses.*.date": None,
    "evidence.facts.tests.*.type": ("pcr", "rapid"),
    "evidence.facts.tests.*.result": ("negative", "positive"),
    "evidence.facts.tests.*.sampled_at": None,
    "evidence.facts.tests.*.resulted_at": None,
    "evidence.facts.recoveries.*.recovered_at": None,
    "evidence.facts.recoveries.*.valid_until": None,
    "evidence.facts.declaration.symptoms.*": None,
    "evidence.facts.declaration.exposure": FLAG,
    "evidence.facts.declaration.origin.dataset": DATASET,
    "evidence.facts.declaration.origin.code": None,
    "evidence.facts.declaration.destination.dataset": DATASET,
    "evidence.facts.declaration.destination.code": None,
    "evidence.facts.declaration.plate": None,
    "evidence.issuer": None,
    "evidence.key_id": None,
    "evidence.issued_at": None,
    "evidence.expires_at": None,
    "evidence.fingerprints.*": None,
    "evidence.warnings.*": None,
    "evidence.subject.type": ("declaration", "badge", "permit", "pass", "manifest", "card"),
    "evidence.subject.id": None,
    "evidence.subject.officer": None,
    "evidence.subject.plate": None,
    "evidence.subject.reason": None,
    "evidence.subject.route": None,
    "evidence.subject.hours": None,
    "evidence.subject.company": None,
    "evidence.subject.workers": None,
    "evidence.subject.people.*.name": None,
    "evidence.subject.people.*.id_number": None,
    "evidence.subject.part.number": None,
    "evidence.subject.part.of": None,
    "evidence.subject.origin.dataset": DATASET,
    "evidence.subject.origin.code": None,
    "evidence.subject.destination.dataset": DATASET,
    "evidence.subject.destination.code": None,
    "journey.direction": DIRECTIONS,
    "journey.mode": ("checked", "green_lane", "waved", "group"),
    "journey.purpose": (
        "work", "goods", "medical", "emergency", "essential", "return_home", "official", "other",
    ),
    "journey.origin.dataset": DATASET,
    "journey.origin.code": None,
    "journey.destination.dataset": DATASET,
    "journey.destination.code": None,
    "journey.departed_at": None,
    "journey.checkpoint.id": None,
    "journey.checkpoint.province": PROVINCES,
    "journey.checkpoint.class": CHECKPOINT_CLASSES,
    "journey.role": ("driver", "passenger", "walker"),
    "journey.card.colour": ("green", "yellow", "none"),
    "journey.card.basis": ("seen", "verified"),
    "journey.health.symptoms.*": SYMPTOMS,
    "journey.health.exposure": FLAG,
    "journey.vehicle.class": (
        "motorbike", "car", "taxi", "bus", "van", "truck", "tractor_trailer", "ambulance",
        "bicycle", "on_foot", "other",
    ),
    "journey.vehicle.plate": None,
    "journey.goods.*.group": (
        "food", "farm_products", "sea_products", "production_materials", "energy", "textiles",
        "medical_supplies", "local_needs", "other",
    ),
    "journey.goods.*.perishable": FLAG,
    "external.now": None,
    "external.origin_level": LEVEL,
    "external.destination_level": LEVEL,
    "external.grace": FLAG,
    "external.watch_hit": FLAG,
    "external.turned_back": FLAG,
    "external.company_suspended": FLAG,
    "external.priority": FLAG,
    "external.permit.type": PERMIT,
    "external.permit.valid": FLAG,
    "external.permit.overspent": FLAG,
    "external.permit.places_ok": FLAG,
    "external.permit.hours_ok": FLAG,
    "external.permit.plate_ok": FLAG,
}  # fmt: skip
"""Path (`*` is any index of a list) → the words it may hold, None where they are not listed.

Every variable may be null besides. What stands above a path (`journey.goods`) may be read too.
"""

ANYTHING = "?"
"""The path of what no table describes: what a `reduce` has gathered."""


@dataclass(frozen=True, slots=True)
class UnknownVariable:
    """A variable that no data has: where in the expression, its path, and one that is spelt so."""

    at: str
    path: str
    meant: str | None


def words_of(path: str) -> Words:
    """The words that a path as written in a condition may hold; None where they are not listed."""
    return VARIABLES.get(_starred(path))


def unknown_variables(expression: Json) -> Iterator[UnknownVariable]:
    """Every variable of a valid expression that is not in the table, in the order written."""
    for at, written, path in _variables(expression, "", {"": ""}):
        if path is None or (path != ANYTHING and not _is_known(path)):
            yield UnknownVariable(at, written, _meant(path or written))


def paths_read(expression: Json) -> tuple[str, ...]:
    """The paths into the data that an expression may read, each once; a list as a whole."""
    read = (path for _, _, path in _variables(expression, "", {"": ""}) if path)
    whole = (path for path in read if path != ANYTHING and "*" not in path.split("."))
    return tuple(dict.fromkeys(whole))


# A scope says where a path's first name leads: {"": ""} is the data itself, within a reduce
# {"current": "evidence.facts.doses.*", "accumulator": ANYTHING, "data": the scope outside}.
_Scope: TypeAlias = "dict[str, str | _Scope]"


def _variables(expr: Json, at: str, scope: _Scope) -> Iterator[tuple[str, str, str | None]]:
    """(place, path as written, path into the data) of each variable."""
    if isinstance(expr, list):
        for index, item in enumerate(expr):
            yield from _variables(item, f"{at}/{index}", scope)
    if not isinstance(expr, dict):
        return
    [(operator, operands)] = expr.items()
    if isinstance(operands, str):
        yield f"{at}/var", operands, _resolved(operands, scope)
        return
    assert isinstance(operands, list)
    for index, operand in enumerate(operands):
        inner = scope
        if operator == "reduce" and index == 1:
            inner = {"current": _item(operands[0], scope), "accumulator": ANYTHING, "data": scope}
        yield from _variables(operand, f"{at}/{operator}/{index}", inner)


def _resolved(path: str, scope: _Scope) -> str | None:
    """The path from the data itself; ANYTHING where no table says; None for no such name."""
    if "" in scope:
        return path
    if path == "":
        return ANYTHING
    first, _, rest = path.partition(".")
    target = scope.get(first)
    if target is None:
        return None
    if isinstance(target, dict):
        return _resolved(rest, target)
    return target if target == ANYTHING or not rest else f"{target}.{rest}"


def _item(items: Json, scope: _Scope) -> str:
    """The path of one item of what a `reduce` goes through."""
    path = items.get("var") if isinstance(items, dict) else None
    resolved = _resolved(path, scope) if isinstance(path, str) else None
    return ANYTHING if resolved in (None, "", ANYTHING) else f"{resolved}.*"


def _starred(path: str) -> str:
    return ".".join("*" if step.isdecimal() else step for step in path.split("."))


def _is_known(path: str) -> bool:
    return _starred(path) in _KNOWN


def _with_parents() -> frozenset[str]:
    known = {"", "evidence", "journey", "external"}
    for path in VARIABLES:
        steps = path.split(".")
        known |= {".".join(steps[:count]) for count in range(1, len(steps) + 1)}
    return frozenset(known)


_KNOWN = _with_parents()


def _meant(path: str) -> str | None:
    near = difflib.get_close_matches(_starred(path), sorted(_KNOWN), 1, 0.8)
    return near[0].replace("*", "0") if near else None
