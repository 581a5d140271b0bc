"""The QR of the chip ID card (CCCD) and of its 2024 successor, which has more fields.

`ID|old ID|name|ddMMyyyy birth|Nam/Nữ|address|ddMMyyyy issued`, UTF-8. The old ID may be empty and
the tail cut: number and name are enough. The order past the seventh field is not public, so those
fields are dropped and the family is `can_cuoc`.

No Vietnamese address does without a mark ("xã", "tỉnh"): a card's code that has none came through
something that cannot say them, as most hand scanners are, and "Nguyễn" arrived as "Nguyn". The
number is right all the same.
"""

from credentials.dates import date_of_compact
from credentials.evidence import Evidence, Family, Identity, Sex, Warning
from credentials.id_number import TWELVE_DIGITS, id_number_warnings

FIELDS = 7
# Both spellings of ữ: composed, and the letters with combining marks that some encoders write.
_SEXES: dict[str, Sex] = {
    "nam": "M",
    "n\u1eef": "F",
    "nu\u031b\u0303": "F",
    "n\u01b0\u0303": "F",
    "nu": "F",
}


def matches_cccd(text: str) -> bool:
    fields = _fields(text)
    return len(fields) >= 3 and TWELVE_DIGITS.fullmatch(fields[0]) is not None and fields[2] != ""


def family_of_cccd(text: str) -> Family:
    return "can_cuoc" if text.count("|") >= FIELDS else "cccd"


def read_cccd(text: str) -> Evidence:
    """A claim: nothing in it is signed."""
    fields = _fields(text)[:FIELDS]
    number, old_number, name, birth, sex_word, address, issued = fields + [""] * (
        FIELDS - len(fields)
    )
    birth_date = date_of_compact(birth)
    sex = _SEXES.get(sex_word.lower())
    warnings: tuple[Warning, ...] = id_number_warnings(number, birth_date, sex)
    if birth and birth_date is None:
        warnings = (*warnings, "birth_date")
    if address and text.isascii():
        warnings = (*warnings, "letters_lost")
    return Evidence(
        family=family_of_cccd(text),
        status="claim",
        code="unsigned",
        identity=Identity(name, birth_date, number, sex, None, address or None),
        subject={
            "type": "id_card",
            "old_id_number": old_number or None,
            "issued_on": date_of_compact(issued),
        },
        warnings=warnings,
    )


def _fields(text: str) -> list[str]:
    return [field.strip(" ") for field in text.split("|")]
