"""Provinces, districts and communes by data set and code, and by the names people write.

The data is `rules/places/` (ADR 0012). Codes were reused in 2025, so a code alone names nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import rules

DATASETS = ("2021", "2025")

_KINDS = re.compile(
    r"(tinh|thanh pho|tp|quan|q|huyen|h|thi xa|tx|phuong|p|xa|x|thi tran|tt|dac khu)\.? "
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One province (code of 2 digits), district (3) or commune (5); `parents` from the nearest."""

    dataset: str
    code: str
    name: str
    parents: tuple[Unit, ...]

    @property
    def province(self) -> str:
        """The code of its province."""
        return self.parents[-1].code if self.parents else self.code

    @property
    def path(self) -> str:
        """ "Xã Cà Ná, Thuận Nam, Ninh Thuận": as people read it on a list."""
        return ", ".join([self.name, *(_without_kind(one.name) for one in self.parents)])


def unit(dataset: str, code: str) -> Unit | None:
    """The unit of a code; None where the data set has none."""
    return _units(dataset).get(code)


def name_of(dataset: str, code: str) -> str | None:
    """How the unit is called, with what it lies in; None where the data set has none."""
    found = unit(dataset, code)
    return None if found is None else found.path


def find(dataset: str, names: tuple[str, ...]) -> list[Unit]:
    """The units that the first name means, within all further names; marks and kinds do not matter.

    With its kind ("Phường 1", "Thị trấn Phước Dân") a name means units of that kind only.
    """
    first, *rest = names
    within = [_bare(one) for one in rest if one]
    found = []
    for one in _by_bare(dataset).get(_bare(first), ()):
        parents = {_bare(parent.name) for parent in one.parents}
        if all(name in parents for name in within):
            found.append(one)
    same_kind = [one for one in found if _kind(one.name) == _kind(first)]
    return same_kind or ([] if _kind(first) else found)


def means(name: str, one: Unit) -> bool:
    """Whether a written name is that of the unit, however it is spelt; a path may follow."""
    return _bare(name.split(",")[0]) == _bare(one.name)


def now_part_of(code: str) -> tuple[tuple[Unit, bool], ...]:
    """The communes of 2025 that hold a commune of before, each with whether only a part of it.

    By the state of 6/2025: a commune merged before that has no answer.
    """
    return tuple(
        (whole, partly)
        for new, partly in _became().get(code, ())
        if (whole := unit("2025", new)) is not None
    )


def made_of(code: str) -> tuple[tuple[str, bool], ...]:
    """The codes of before that a commune of 2025 was made of, each with whether only a part."""
    return _map().get(code, ())


def named_as(one: Unit) -> tuple[str, ...]:
    """ "<dataset>-<code>" of all that people may have said who go there.

    A commune of 2025 goes by its old communes as well, also those of which only a part is in it:
    somebody too many on a list is asked, somebody too few is missed.
    """
    own = f"{one.dataset}-{one.code}"
    if one.dataset != "2025":
        return (own,)
    return (own, *(f"2021-{code}" for code, _ in made_of(one.code)))


def folded(text: str) -> str:
    """Lower case without marks, words apart by one space; "Đặng" and "dang" are the same."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    kept = "".join(one for one in bare if unicodedata.category(one) != "Mn")
    return " ".join(re.findall(r"[a-z0-9]+", kept))


def _kind(name: str) -> str:
    match = _KINDS.match(folded(name) + " ")
    return "" if match is None else _LONG.get(match[1], match[1])


_LONG = {
    "tp": "thanh pho", "q": "quan", "h": "huyen", "tx": "thi xa", "p": "phuong", "x": "xa",
    "tt": "thi tran",
}  # fmt: skip


def _bare(name: str) -> str:
    # "Phường 01" in the data is what people write "Phường 1".
    text = re.sub(r"\b0+(?=[0-9])", "", folded(name))
    match = _KINDS.match(text)
    return text if match is None or len(match[0]) == len(text) else text[match.end() :]


def _without_kind(name: str) -> str:
    words = name.split(" ")
    match = _KINDS.match(folded(name))
    rest = [] if match is None else words[len(match[1].split(" ")) :]
    # "Quận 1" is called that.
    return " ".join(rest) if rest and not rest[0].isdigit() else name


@lru_cache(maxsize=2)
def _units(dataset: str) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    above: list[Unit] = []
    for line in _lines(f"units_{dataset}.txt") if dataset in DATASETS else ():
        code, name = line.split(" ", 1)
        above = [one for one in above if len(one.code) < len(code)]
        made = Unit(dataset, code, name, tuple(reversed(above)))
        units[code] = made
        above.append(made)
    return units


@lru_cache(maxsize=2)
def _by_bare(dataset: str) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for one in _units(dataset).values():
        found.setdefault(_bare(one.name), []).append(one)
    return found


@lru_cache(maxsize=1)
def _map() -> dict[str, tuple[tuple[str, bool], ...]]:
    found = {}
    for line in _lines("map_2025.txt"):
        code, *parts = line.split(" ")
        found[code] = tuple((part.removesuffix("~"), part.endswith("~")) for part in parts)
    return found


@lru_cache(maxsize=1)
def _became() -> dict[str, list[tuple[str, bool]]]:
    found: dict[str, list[tuple[str, bool]]] = {}
    for new, parts in _map().items():
        for old, partly in parts:
            found.setdefault(old, []).append((new, partly))
    return found


def _lines(name: str) -> list[str]:
    path = Path(rules.__file__).parent / "places" / name
    return path.read_text("utf-8").splitlines()
