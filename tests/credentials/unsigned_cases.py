"""Vectors of what nobody signed: ID cards, typed numbers, PC-Covid codes, other text."""

from typing import Any

from tests.credentials.expected import case, evidence, identity, shape


def id_cards() -> None:
    full = "001190012345|012345678|Nguyễn Thị Mẫu|15081990|Nữ|Số 1 Láng, Đống Đa, Hà Nội|19042021"
    person = identity(
        "Nguyễn Thị Mẫu",
        birth_date="1990-08-15",
        id_number="001190012345",
        sex="F",
        address="Số 1 Láng, Đống Đa, Hà Nội",
    )
    card = {"type": "id_card", "old_id_number": "012345678", "issued_on": "2021-04-19"}
    read = evidence("cccd", "claim", "unsigned", identity=person, subject=card)
    case("cccd", full, read)
    case("cccd_from_wedge_scanner", "\t" + full + "\r\n", read)
    case("can_cuoc_extra_fields", full + "||Nguyễn Văn Cha||", read | {"family": "can_cuoc"})
    case(
        "cccd_without_old_id",
        full.replace("012345678", "", 1),
        read | {"subject": card | {"old_id_number": None}},
    )
    case(
        "cccd_tail_cut_after_name",
        "001190012345||Nguyễn Thị Mẫu",
        evidence(
            "cccd",
            "claim",
            "unsigned",
            identity=identity("Nguyễn Thị Mẫu", id_number="001190012345"),
            subject={"type": "id_card", "old_id_number": None, "issued_on": None},
        ),
    )
    case(
        "cccd_tail_cut_inside_date",
        "001190012345||Nguyễn Thị Mẫu|1508",
        evidence(
            "cccd",
            "claim",
            "unsigned",
            identity=identity("Nguyễn Thị Mẫu", id_number="001190012345"),
            subject={"type": "id_card", "old_id_number": None, "issued_on": None},
            # "1508" reads like a year in which nobody now living was born.
            warnings=["birth_date"],
        ),
    )
    decomposed = full.replace("Nữ", "Nu\u031b\u0303")
    case("cccd_sex_in_combining_marks", decomposed, read)
    # What cannot be typed on a US keyboard is left out, whole syllables with it.
    lost = "".join(character for character in full if character.isascii())
    less = {"name": "Nguyn Th Mu", "address": "S 1 Lng, ng a, H Ni", "sex": None}
    case(
        "cccd_without_its_marks",
        lost,
        read | {"identity": person | less, "warnings": ["letters_lost"]},
    )
    case(
        "cccd_year_only",
        "001190012345||Nguyễn Thị Mẫu|00001990|Nữ",
        evidence(
            "cccd",
            "claim",
            "unsigned",
            identity=identity(
                "Nguyễn Thị Mẫu", birth_date="1990", id_number="001190012345", sex="F"
            ),
            subject={"type": "id_card", "old_id_number": None, "issued_on": None},
        ),
    )
    for name, number, birth, sex, expected in (
        ("province", "003190012345", "15081990", "Nữ", ["id_province"]),
        ("foreign_birth", "101190012345", "15081990", "Nữ", []),
        ("birth_year", "001190012345", "15081991", "Nữ", ["id_birth_year"]),
        ("century", "001390012345", "15081990", "Nữ", ["id_birth_year"]),
        ("sex", "001190012345", "15081990", "Nam", ["id_sex"]),
        ("all", "000990012345", "15081990", "Nam", ["id_province", "id_birth_year", "id_sex"]),
        ("calendar", "001190012345", "31021990", "Nữ", ["birth_date"]),
    ):
        iso = f"{birth[4:]}-{birth[2:4]}-{birth[:2]}" if name != "calendar" else None
        case(
            f"cccd_implausible_{name}",
            f"{number}||Nguyễn Thị Mẫu|{birth}|{sex}",
            evidence(
                "cccd",
                "claim",
                "unsigned",
                identity=identity(
                    "Nguyễn Thị Mẫu",
                    birth_date=iso,
                    id_number=number,
                    sex="M" if sex == "Nam" else "F",
                ),
                subject={"type": "id_card", "old_id_number": None, "issued_on": None},
                warnings=expected,
            ),
        )
    case("cccd_number_only_is_no_card", "001190012345|", shape("1-20", "ascii"))


def typed_numbers() -> None:
    for name, text, family, number in (
        ("cmnd", "012345678", "cmnd", "012345678"),
        ("cmnd_spaced", "012 345 678", "cmnd", "012345678"),
        ("cccd_typed", "001190012345", "cccd", "001190012345"),
        ("cccd_typed_dotted", "001.190.012345", "cccd", "001190012345"),
    ):
        who = identity("", id_number=number)
        case(name, text, evidence(family, "claim", "unsigned", identity=who))
    unborn = identity("", id_number="001490012345")
    read = evidence("cccd", "claim", "unsigned", identity=unborn, warnings=["id_birth_year"])
    case("cccd_typed_of_the_next_century", "001490012345", read)
    case("phone_is_no_id", "0912345678", shape("1-20", "digits"))
    case(
        "other_digits",
        "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        shape("1-20", "text"),
    )


def personal_codes() -> None:
    def code(who: dict[str, Any], warnings: tuple[str, ...] = (), **subject: Any) -> Any:
        said = {"type": "personal_code", "holder": "self", "qid": "QA1B2", "proxy_qid": None}
        return evidence(
            "pc_covid",
            "claim",
            "unsigned",
            identity=who,
            subject=said | {"insurance_number": None} | subject,
            warnings=list(warnings),
        )

    mau = identity(
        "NGUYEN THI MAU",
        birth_date="1990-08-15",
        id_number="001190012345",
        sex="F",
        phone="0912345678",
    )
    case(
        "pc_covid",
        "001190012345|NGUYEN THI MAU|1990-08-15|0|QA1B2|<2<GD4010123456789<0912345678<c2ln",
        code(mau, insurance_number="GD4010123456789"),
    )
    case(
        "pc_covid_masked",
        "******012345|NGUYEN THI MAU|1990-**-**|0|QA1B2|<2<<0912345678<",
        code(mau | {"id_number": "******012345", "birth_date": "1990"}),
    )
    case(
        "pc_covid_all_masked",
        "******012345|NGUYEN THI MAU|****-**-**|0|QA1B2|",
        code(identity("NGUYEN THI MAU", id_number="******012345")),
    )
    case(
        "pc_covid_proxy",
        "B1234567|TRAN VAN BE|2015-01-31|1|QA1B2|QX9<1",
        code(
            identity("TRAN VAN BE", birth_date="2015-01-31", id_number="B1234567", sex="M"),
            holder="proxy",
            proxy_qid="QX9",
        ),
    )
    case(
        "pc_covid_tail_cut",
        "012345678|TRAN VAN BE|2015-02-30|0",
        code(identity("TRAN VAN BE", id_number="012345678"), ("birth_date",), qid=None),
    )
    case(
        "pc_covid_sex_not_said",
        "012345678|TRAN VAN BE|2015-02-28|0|QA1B2|<0",
        code(identity("TRAN VAN BE", birth_date="2015-02-28", id_number="012345678")),
    )


def unlisted() -> None:
    def url(host: str) -> dict[str, Any]:
        subject = {"type": "url", "host": host}
        return evidence("url", "unknown", "unrecognised", subject=subject)

    case("url", "https://Tokhaiyte.VN/kb?id=0912345678#x", url("tokhaiyte.vn"))
    case("url_port", "HTTP://example.org:8080", url("example.org"))
    case("url_user_part", "https://vneid.gov.vn@evil.example/x", url("evil.example"))
    forged = "https://evil.example\\@vneid.gov.vn/x"
    case("url_forged_with_backslash", forged, shape("21-80", "ascii"))
    case("url_other_scheme", "javascript://x.example/%0aalert(1)", shape("21-80", "ascii"))
    case("opaque_empty", "", shape("0", "ascii"))
    case("opaque_line_ends_only", "\r\n", shape("0", "ascii"))
    case("opaque_digits", "12345", shape("1-20", "digits"))
    case("opaque_capitals", "LUONG XANH 29", shape("1-20", "qr_alphanumeric"))
    case("opaque_base64url", "aGVsbG8_" * 12, shape("81-300", "base64url"))
    case("opaque_text", "Giấy đi đường của Lê Văn Thử", shape("21-80", "text"))
    case("opaque_astral", "\U0001f697" * 1000, shape("301-1000", "text"))
    case("opaque_lone_surrogate", "CHOT1:\ud83d", shape("1-20", "text"))
    case("opaque_at_the_cap", "x" * 4296, shape("1001-4296", "base64url"))
    case("opaque_over_the_cap", "CHOT1:" + "x" * 4291, shape("over", "unread"))
    case("opaque_astral_at_the_cap", "\U0001f697" * 4296, shape("1001-4296", "text"))
    case("opaque_astral_over_the_cap", "\U0001f697" * 4297, shape("over", "unread"))
