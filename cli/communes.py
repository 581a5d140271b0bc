"""A commune as a person names it on the command line: by code, or by name within its units."""

from __future__ import annotations

import re

import click

from server.places.units import DATASETS, Unit, find, unit

COMMUNE_DIGITS = 5
MOST_SHOWN = 8


def commune_of(text: str) -> Unit:
    """The one commune that is meant. Raises ClickException, which lists what else it may be."""
    coded = re.fullmatch(r"\s*(2021|2025)[-:](\d{5})\s*", text)
    if coded is not None:
        found = unit(coded[1], coded[2])
        if found is None:
            raise click.ClickException(f"Không có xã mang mã {coded[1]}-{coded[2]}.")
        return found
    names = tuple(one.strip() for one in text.split(",") if one.strip())
    known = [
        one
        for dataset in DATASETS
        for one in (find(dataset, names) if names else ())
        if len(one.code) == COMMUNE_DIGITS
    ]
    if len(known) == 1:
        return known[0]
    if not known:
        raise click.ClickException(
            f"Không có xã '{text}'. Ví dụ: 'Cà Ná, Thuận Nam, Ninh Thuận' hoặc 2021-22910."
        )
    listed = "\n".join(f"  {one.dataset}-{one.code}  {one.path}" for one in known[:MOST_SHOWN])
    more = "" if len(known) <= MOST_SHOWN else f"\n  … và {len(known) - MOST_SHOWN} xã nữa"
    raise click.ClickException(f"'{text}' có thể là:\n{listed}{more}\nHãy ghi mã, ví dụ --commune "
                               f"{known[0].dataset}-{known[0].code}")  # fmt: skip
