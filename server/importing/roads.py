"""Roads as reference data: one name for what people write in many ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from server.importing.plan import Plan, Shown, compared, rows_read, say_twice
from server.issuing.columns import Column
from server.issuing.rows import RowError
from server.issuing.tables import Table
from server.issuing.values import folded
from server.store.reference_protocol import Road

COLUMNS: tuple[Column, ...] = (
    Column("road", "Mã đường", "id", 40, required=True, example="QL1"),
    Column("name", "Tên đường", "name", 120, required=True, example="Quốc lộ 1"),
    Column("aliases", "Tên khác", "aliases", 500, example="Quốc lộ 1A; QL1A"),
)
_KINDS = (
    ("quoc lo", "ql"), ("tinh lo", "tl"), ("duong tinh", "dt"), ("huyen lo", "hl"),
    ("duong huyen", "dh"), ("cao toc", "ct"), ("duong", ""), ("pho", ""), ("truc", "truc"),
)  # fmt: skip
_KM = re.compile(
    r"^(.*?)[\s,·(-]*\bkm\s*([0-9]{1,4})(?:\s*\+\s*([0-9]{1,3}))?\)?\s*$", re.IGNORECASE
)


def road_key(name: str) -> str:
    """How spellings of one road are compared: "Quốc lộ 1A", "QL.1A" and "ql 1a" are the same."""
    text = folded(name)
    for kind, short in _KINDS:
        if text.startswith(kind + " "):
            text = short + text[len(kind) :]
            break
    return text.replace(" ", "")


def roads_planned(table: Table, current: Sequence[Road]) -> tuple[Plan[Road], list[RowError]]:
    """The plan of a file, or every error in it. Raises TableError for its headings."""
    errors: list[RowError] = []
    found: list[tuple[int, Road]] = []
    for read in rows_read(table, COLUMNS, errors):
        aliases = tuple(
            dict.fromkeys(
                one.strip()
                for one in re.split("[;,]", read.claims.get("aliases", ""))
                if one.strip()
            )
        )
        road = Road(read.claims.get("id", ""), read.claims.get("name", ""), aliases)
        found.append((read.number, road))
    say_twice(found, lambda one: one.id, errors)
    _say_shared_spellings(found, current, errors)
    return compared(found, current, lambda one: one.id, shown, lambda one: one.name), errors


def shown(one: Road) -> Shown:
    return {"road": one.id, "name": one.name, "aliases": "; ".join(one.aliases)}


def split_km(text: str) -> tuple[str, str]:
    """("Quốc lộ 1", "Km 1589+300") of what stands on a checkpoint; the second may be ""."""
    match = _KM.match(text)
    if match is None:
        return text, ""
    metres = "" if match[3] is None else f"+{int(match[3]):03}"
    return match[1], f"Km {int(match[2])}{metres}"


def road_named(text: str, roads: Iterable[Road]) -> str | None:
    """The text with its road as the reference data call it; None where they have no such road."""
    name, km = split_km(text)
    wanted = road_key(name)
    for one in roads:
        if wanted and wanted in _keys(one):
            return f"{one.name} {km}".strip()
    return None


def _keys(one: Road) -> set[str]:
    return {road_key(name) for name in (one.id, one.name, *one.aliases)}


def _say_shared_spellings(
    found: Sequence[tuple[int, Road]], current: Sequence[Road], errors: list[RowError]
) -> None:
    """A spelling that means two roads would send a truck's two sightings to one of them."""
    written = {one.id for _, one in found}
    owners = {key: one for one in current if one.id not in written for key in _keys(one)}
    for row, one in found:
        for key in _keys(one):
            other = owners.setdefault(key, one)
            if other.id != one.id:
                errors.append(RowError(row, "aliases", "road_shared", {"road": other.name}))
                break
