"""Vehicle plates: one normal form, and every class of vehicle that it may be.

LD, DA, HC, KT, MK and CD were special car series before two-letter series went to motorbikes
(15/8/2023), and a series digit followed by four digits reads like a car's five; so all candidates
are kept, likeliest first, and the officer chooses. Nothing is ever refused: what has no known form
is "other".
"""

import re
from dataclasses import dataclass
from typing import Literal

from credentials.plate_provinces import PROVINCES

PlateClass = Literal[
    "car",
    "motorbike",
    "motorbike_50cc",
    "trailer",
    "temporary",
    "diplomatic",
    "military",
    "police",
    "joint_venture_ld",
    "other",
]

# Far above any plate; the rest of a longer text is not looked at.
MAX_CHARACTERS = 64

_LETTERS = "ABCDEFGHKLMNPSTUVXYZ"
# Ð and Ɖ are other letters that look like Đ and come from some keyboards.
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyzđĐðÐɖƉ", "ABCDEFGHIJKLMNOPQRSTUVWXYZĐĐĐĐĐĐ")
_DROPPED = re.compile(r"[^A-Z0-9Đ]")

# A car's series letter with a separator after it, a motorbike's series digit with one after it.
_GAP = "[^A-Z0-9]"
_WRITTEN_CAR = re.compile(f"[0-9]{{2}}{_GAP}*[{_LETTERS}]{_GAP}+[0-9]{{3}}{_GAP}?[0-9]{{2}}")
_WRITTEN_MOTORBIKE = re.compile(f"[0-9]{{2}}{_GAP}*[{_LETTERS}]{_GAP}*[1-9]{_GAP}+[0-9]{{4}}")

# Order matters: the first form that fits gives the candidates. # is a digit, ~ a series letter.
_FORMS: tuple[tuple[str, tuple[PlateClass, ...]], ...] = (
    ("#####(NG|QT|NN|CV)##", ("diplomatic",)),
    ("##(NG|NN|CV)#####", ("diplomatic", "motorbike", "motorbike_50cc")),
    ("##QT#####", ("diplomatic",)),
    ("[A-Z][A-Z]####", ("military",)),
    ("T######(#?)[A-Z]?", ("temporary",)),
    ("##RM?####(#?)", ("trailer",)),
    ("##LD####", ("joint_venture_ld",)),
    ("##LD#####", ("joint_venture_ld", "motorbike", "motorbike_50cc")),
    ("##(DA|HC|KT)####", ("car",)),
    ("##(DA|HC|KT)#####", ("car", "motorbike", "motorbike_50cc")),
    ("##(MK|CD)####", ("other",)),
    ("##(MK|CD)#####", ("other", "motorbike", "motorbike_50cc")),
    ("##MĐ(#?)####(#?)", ("motorbike_50cc", "motorbike")),
    ("80[A-Z]####(#?)", ("car", "police")),
    ("##T[1-9]####", ("car", "temporary", "motorbike")),
    ("##T#####", ("car", "temporary")),
    ("##~[1-9]####", ("car", "motorbike")),
    ("##~####(#?)", ("car",)),
    ("##~[1-9]#####", ("motorbike",)),
    ("##~~#####", ("motorbike", "motorbike_50cc")),
)
_COMPILED = tuple(
    (re.compile(form.replace("#", "[0-9]").replace("~", f"[{_LETTERS}]")), candidates)
    for form, candidates in _FORMS
)


@dataclass(frozen=True, slots=True)
class Plate:
    """`normal`: upper-case letters and digits only (Đ kept). `province` as named before 7/2025."""

    normal: str
    candidates: tuple[PlateClass, ...]
    province_code: str | None
    province: str | None


def normalise_plate(text: str) -> Plate:
    """The normal form, candidate classes and province of a plate as read or typed."""
    upper = text[:MAX_CHARACTERS].translate(_UPPER).strip(" \t\r\n")
    normal = _DROPPED.sub("", upper)
    candidates = next((found for form, found in _COMPILED if form.fullmatch(normal)), ("other",))
    candidates = _as_written(upper, candidates)
    # A temporary plate may have its letter before the province.
    code = normal[1:3] if normal.startswith("T") else normal[:2]
    if "military" in candidates or not re.fullmatch("[0-9]{2}", code):
        return Plate(normal, candidates, None, None)
    return Plate(normal, candidates, code, PROVINCES.get(code))


def _as_written(upper: str, candidates: tuple[PlateClass, ...]) -> tuple[PlateClass, ...]:
    """Separators that people copied from the plate tell 29B-112.34 from 29-B1 1234."""
    if not ("car" in candidates and "motorbike" in candidates):
        return candidates
    if _WRITTEN_CAR.fullmatch(upper):
        return tuple(name for name in candidates if name != "motorbike")
    if _WRITTEN_MOTORBIKE.fullmatch(upper):
        return tuple(name for name in candidates if name == "motorbike")
    return candidates
