"""The short code by which a traveller names their crossing in a complaint. SPEC E9.

It follows from the record's id, so it is there before the crossing is saved, costs no byte on the
wire, and is the same whoever works it out. It says nothing of whom or where.
"""

from __future__ import annotations

from hashlib import sha256

DIGITS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
"""29 of them, a prime. No vowels, so no code is a word; none of 0, 1, I and O to misread."""

BASE = len(DIGITS)
LENGTH = 8
PASSED_OVER = " -.–\t\r\n"


def complaint_code(record: str) -> str:
    """The code of a record's id (UUIDv7), without its hyphen: "4K7QM2XR".

    Seven digits hold 32 bits, the eighth checks them: one wrong character, or two that changed
    places, are always noticed. Of ten million crossings about one in 430 shares its code with
    another; time and place tell which was meant.
    """
    return code_of_number(number_of(record))


def number_of(record: str) -> int:
    """What a record's code stands for: the first 32 bits of a hash of its id."""
    text = f"chot/1 complaint {record.replace('-', '')}"
    return int.from_bytes(sha256(text.encode("ascii")).digest()[:4], "big")


def code_of_number(number: int) -> str:
    """The code that `complaint_number` reads as this number, 0 ≤ number < 2^32."""
    values = []
    for _ in range(LENGTH - 1):
        number, value = divmod(number, BASE)
        values.append(value)
    values.reverse()
    return "".join(DIGITS[value] for value in [*values, _check(values)])


def shown_code(code: str) -> str:
    """As people read it: "4K7Q-M2XR"."""
    return f"{code[:4]}-{code[4:]}"


def complaint_number(typed: str) -> int | None:
    """The number of a code as somebody typed it; None where it is none, or was mistyped."""
    letters = [one for one in typed.upper() if one not in PASSED_OVER]
    if len(letters) != LENGTH or not set(letters) <= set(DIGITS):
        return None
    *values, check = (DIGITS.index(one) for one in letters)
    if _check(values) != check:
        return None
    number = 0
    for value in values:
        number = number * BASE + value
    return number if number < 1 << 32 else None


def _check(values: list[int]) -> int:
    return sum(place * value for place, value in enumerate(values, start=1)) % BASE
