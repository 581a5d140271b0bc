"""The code that a traveller gives with a complaint: short, checked, and about nobody. SPEC E9."""

from __future__ import annotations

import random

from sync.complaint import (
    DIGITS,
    code_of_number,
    complaint_code,
    complaint_number,
    shown_code,
)
from sync.encoding import uuid7

RECORD = uuid7(1_795_350_000_000, bytes(range(10)))


def test_e9_a_code_is_read_however_it_is_typed() -> None:
    code = complaint_code(RECORD)
    number = complaint_number(code)
    assert number is not None
    assert complaint_number(shown_code(code)) == number
    assert complaint_number(f" {code[:4].lower()} {code[4:]} ") == number
    assert code_of_number(number) == code


def test_e9_one_wrong_character_or_two_changed_places_are_noticed() -> None:
    for seed in range(40):
        code = complaint_code(uuid7(seed, random.Random(seed).randbytes(10)))
        for at, right in enumerate(code):
            for wrong in DIGITS.replace(right, ""):
                assert complaint_number(code[:at] + wrong + code[at + 1 :]) is None
            for other in range(at):
                if code[other] == right:
                    continue
                letters = list(code)
                letters[at], letters[other] = code[other], right
                assert complaint_number("".join(letters)) is None


def test_e9_what_is_no_code_is_none() -> None:
    for typed in ("", "4K7Q", "0" * 8, "4K7QM2XI", "4K7QM2XR2", "ĐĐĐĐĐĐĐĐ"):
        assert complaint_number(typed) is None
    beyond = (1 << 32) + 5
    assert complaint_number(code_of_number(beyond)) is None


def test_e9_two_tablets_give_the_same_code_for_a_record_and_others_for_others() -> None:
    assert complaint_code(RECORD) == complaint_code(RECORD)
    codes = {complaint_code(uuid7(at, bytes(10))) for at in range(2_000)}
    assert len(codes) == 2_000
