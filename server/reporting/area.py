"""Which checkpoints a province, district or commune has: a report for one place of several."""

from __future__ import annotations

from server.places.units import means, unit
from server.store.protocol import Store
from server.store.registered import Checkpoint

LEVELS = ("commune", "district", "province")


def codes_of(one: Checkpoint) -> tuple[str, ...]:
    """Where it lies, by codes of 2021 from the commune up."""
    return tuple(code for level in LEVELS if (code := getattr(one, level)))


def named(code: str) -> str:
    """What a place of 2021 is called; its code where the data set has none."""
    found = unit("2021", code)
    return code if found is None else found.name


def checkpoints_in(store: Store, text: str) -> tuple[str, list[str]]:
    """A place by its code or name, and the checkpoints in it; ("", []) where it means none.

    A name that means places with different checkpoints (a commune and its district) means the
    larger one.
    """
    wanted = text.strip()
    found: dict[str, list[str]] = {}
    for one in store.checkpoints():
        for code in codes_of(one):
            place = unit("2021", code)
            if code == wanted or (place is not None and means(wanted, place)):
                found.setdefault(code, []).append(one.id)
    if not found:
        return "", []
    code = max(found, key=lambda one: (len(found[one]), -len(one)))
    return named(code), found[code]


def places_known(store: Store) -> list[str]:
    """Every place with a checkpoint as "code name", the largest first."""
    codes = {code for one in store.checkpoints() for code in codes_of(one)}
    return [f"{code} {named(code)}" for code in sorted(codes, key=lambda one: (len(one), one))]
