"""Synthetic people, plates and goods for the demo, drawn from a seeded generator."""

from __future__ import annotations

import random
from dataclasses import dataclass

FAMILY_NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương")
MIDDLE = {"M": ("Văn", "Đức", "Hữu", "Minh", "Quang"), "F": ("Thị", "Ngọc", "Thu", "Thanh", "Kim")}
GIVEN = {
    "M": ("An", "Bình", "Cường", "Dũng", "Hòa", "Khánh", "Long", "Nam", "Phúc", "Sơn", "Thử"),
    "F": ("Ánh", "Chi", "Dung", "Hạnh", "Hương", "Lan", "Mai", "Mẫu", "Nga", "Oanh", "Yến"),
}

GOODS: tuple[tuple[str, str, str, tuple[float, float], bool], ...] = (
    ("farm_products", "tonne", "Rau, củ", (0.3, 8), True),
    ("farm_products", "tonne", "Nho, táo", (0.2, 5), True),
    ("sea_products", "tonne", "Cá biển ướp đá", (0.5, 10), True),
    ("sea_products", "kg", "Tôm giống", (50, 900), True),
    ("food", "box", "Mì, sữa, đồ hộp", (20, 400), False),
    ("food", "head", "Lợn thịt", (10, 80), True),
    ("production_materials", "tonne", "Phân bón", (1, 15), False),
    ("production_materials", "tonne", "Thép xây dựng", (2, 20), False),
    ("energy", "litre", "Dầu diesel", (2_000, 18_000), False),
    ("textiles", "box", "Hàng may mặc", (20, 300), False),
    ("medical_supplies", "box", "Vật tư y tế", (5, 120), False),
    ("local_needs", "kg", "Hàng gia đình gửi", (10, 200), False),
)
"""group, unit, description, range of quantities, perishable."""


@dataclass(frozen=True, slots=True)
class Person:
    """Nobody: a name, birth date and numbers that were drawn, never collected."""

    name: str
    sex: str
    birth_date: str
    id_number: str
    phone: str


def person(rng: random.Random, province_of_birth: str) -> Person:
    """A synthetic person whose CCCD number is plausible and whose phone is of no real range.

    The six random digits start with 000: no such numbers were given out that low.
    """
    sex = rng.choice("MMF")
    year = min(2004, max(1950, round(rng.gauss(1984, 12))))
    birth_date = f"{year}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    century = (0 if sex == "M" else 1) + (2 if year >= 2000 else 0)
    id_number = f"{province_of_birth:0>3}{century}{year % 100:02}000{rng.randint(0, 999):03}"
    name = f"{rng.choice(FAMILY_NAMES)} {rng.choice(MIDDLE[sex])} {rng.choice(GIVEN[sex])}"
    return Person(name, sex, birth_date, id_number, f"0900000{rng.randint(0, 999):03}")


def plate(rng: random.Random, codes: tuple[str, ...], vehicle_class: str) -> str:
    """A plate as somebody would type it; the four-letter series are those in use."""
    code = rng.choice(codes)
    if vehicle_class == "motorbike":
        series = f"{rng.choice('BCDEFGHKLMNPSTUVXYZ')}{rng.randint(1, 9)}"
    elif vehicle_class in ("truck", "tractor_trailer"):
        series = rng.choice("CH")
    else:
        series = rng.choice("AEFGK")
    return f"{code}{series}-{rng.randint(100, 999)}.{rng.randint(10, 99)}"
