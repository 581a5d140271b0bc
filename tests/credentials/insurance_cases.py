"""Vectors of health-insurance cards (BHYT)."""

from tests.credentials.expected import evidence, identity
from tests.credentials.health_expected import case


def insurance_cards() -> None:
    name, address = "Nguyễn Thị Mẫu".encode().hex(), "Hà Đông, Hà Nội".encode().hex()
    full = (
        f"GD4010112345678|{name}|15/08/1990|2|{address}|01 - 001|01/01/2021|31/12/2021|01/01/2021|"
    )
    person = identity(
        "Nguyễn Thị Mẫu",
        birth_date="1990-08-15",
        id_number="GD4010112345678",
        sex="F",
        address="Hà Đông, Hà Nội",
    )
    subject = {
        "type": "insurance_card",
        "hospital": "01 - 001",
        "valid_from": "2021-01-01",
        "valid_to": "2021-12-31",
    }
    read = evidence("bhyt", "claim", "unsigned", identity=person, subject=subject)
    case("bhyt", full + "79121234567|-|4|$", "none", read)
    case("bhyt_upper_case_hex", full.replace(name, name.upper()), "none", read)
    number = read | {"identity": person | {"id_number": "0112345678"}}
    case("bhyt_ten_digits", full.replace("GD4010112345678", "0112345678"), "none", number)
    nothing = subject | dict.fromkeys(("hospital", "valid_from", "valid_to"))
    for label, text, who, warnings in (
        ("cut", f"GD4010112345678|{name}|1990", {"birth_date": "1990"}, []),
        ("no_birth", f"GD4010112345678|{name}|-", {"birth_date": None}, []),
        ("month", f"GD4010112345678|{name}|08/1990", {"birth_date": "1990-08"}, []),
        ("odd_birth", f"GD4010112345678|{name}|31/02/1990", {"birth_date": None}, ["birth_date"]),
    ):
        seen = read | {"identity": person | {"sex": None, "address": None} | who}
        case(f"bhyt_{label}", text, "none", seen | {"subject": nothing, "warnings": warnings})
    for label, text in (
        ("name_not_hex", full.replace(name, "Nguyen Thi Mau")),
        ("name_not_utf8", full.replace(name, "ff")),
        ("number_short", full.replace("GD4010112345678", "GD401011234567")),
    ):
        size = "81-300" if len(text) > 80 else "21-80"
        shape = {"type": "opaque", "length": size, "charset": "ascii"}
        opaque = evidence("opaque", "unknown", "unrecognised", subject=shape)
        case(f"bhyt_{label}", text, "none", opaque)
