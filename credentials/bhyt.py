"""The QR of the health-insurance card (BHYT): a claim.

`number|hex(UTF-8 name)|dd/mm/yyyy|1 male or 2 female|hex(address)|hospital|from|to|…`. The number
has 15 characters (object, benefit, province, 10 digits) or, on newer cards, the 10 digits alone; a
field without a value is `-` and the order past `to` is not public.
"""

import re

from credentials.dates import date_of_compact
from credentials.evidence import Evidence, Identity, Sex

_NUMBER = re.compile(r"(?:[A-Z]{2}[0-9]{3})?[0-9]{10}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_DATE = re.compile(r"(?:([0-9]{2})/)?(?:([0-9]{2})/)?([0-9]{4})")
_SEXES: dict[str, Sex] = {"1": "M", "2": "F"}


def matches_bhyt(text: str) -> bool:
    fields = _fields(text)
    return (
        len(fields) >= 3
        and _NUMBER.fullmatch(fields[0]) is not None
        and _text_of_hex(fields[1]) is not None
    )


def read_bhyt(text: str) -> Evidence:
    fields = _fields(text)
    number, name, birth, sex_digit, address, hospital, valid_from, valid_to = (
        fields + [""] * (8 - len(fields))
    )[:8]
    birth_date = _date(birth)
    return Evidence(
        family="bhyt",
        status="claim",
        code="unsigned",
        identity=Identity(
            _text_of_hex(name) or "",
            birth_date,
            number,
            _SEXES.get(sex_digit),
            None,
            _text_of_hex(address),
        ),
        subject={
            "type": "insurance_card",
            "hospital": hospital or None,
            "valid_from": _date(valid_from),
            "valid_to": _date(valid_to),
        },
        warnings=("birth_date",) if birth and birth_date is None else (),
    )


def _fields(text: str) -> list[str]:
    stripped = [field.strip(" ") for field in text.split("|")]
    return ["" if field == "-" else field for field in stripped]


def _text_of_hex(digits: str) -> str | None:
    if not _HEX.fullmatch(digits):
        return None
    try:
        return bytes.fromhex(digits).decode("utf-8").strip(" ") or None
    except UnicodeDecodeError:
        return None


def _date(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    # With one of the two, it is the month.
    day, month = (match[1], match[2]) if match[2] else (None, match[1])
    return date_of_compact(f"{day or '00'}{month or '00'}{match[3]}")
