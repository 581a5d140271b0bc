"""The PC-Covid personal code (1405/QĐ-BTTTT, v1.1): a claim.

`SoGiayTo|HoTen|NgaySinh|LoaiDinhDanh|QID|EXT`; EXT is split by `<` into proxy QID, sex, health
insurance number, phone, signature. The ID's first six characters and parts of the date may be
masked with `*` and stay so. The card colour is not in the code. The signature's key was never
published, so it is not looked at.

The decision names the values of sex (0, 1, 2) without their meaning in what we hold; read here as
ISO/IEC 5218 and the health-insurance card do: 1 male, 2 female, 0 not said.
"""

from credentials.dates import date_of_masked
from credentials.evidence import Evidence, Identity, Sex, Warning
from credentials.id_number import id_number_warnings

_SEXES: dict[str, Sex] = {"1": "M", "2": "F"}
_HOLDERS = {"0": "self", "1": "proxy"}


def matches_pc_covid(text: str) -> bool:
    """Told from a CCCD by `-` or `*` in the third field and 0 or 1 in the fourth."""
    fields = _fields(text)
    return (
        len(fields) >= 4
        and fields[0] != ""
        and ("-" in fields[2] or "*" in fields[2])
        and fields[3] in _HOLDERS
    )


def read_pc_covid(text: str) -> Evidence:
    number, name, birth, holder, *tail = _fields(text)
    extension = [part.strip(" ") for part in "|".join(tail[1:]).split("<")]
    proxy_qid, sex_digit, insurance_number, phone = (extension + [""] * 4)[:4]
    birth_date = date_of_masked(birth)
    sex = _SEXES.get(sex_digit)
    warnings: tuple[Warning, ...] = id_number_warnings(number, birth_date, sex)
    if "*" not in birth and birth_date is None:
        warnings = (*warnings, "birth_date")
    return Evidence(
        family="pc_covid",
        status="claim",
        code="unsigned",
        identity=Identity(name, birth_date, number, sex, phone or None, None),
        subject={
            "type": "personal_code",
            "holder": _HOLDERS[holder],
            "qid": (tail[0] if tail else "") or None,
            "proxy_qid": proxy_qid or None,
            "insurance_number": insurance_number or None,
        },
        warnings=warnings,
    )


def _fields(text: str) -> list[str]:
    return [field.strip(" ") for field in text.split("|")]
