"""Vectors of what we issue: cards with facts, manifests in parts, documents that were extended."""

from typing import Any

from tests.credentials.expected import EXPIRES_AT, HOUR_S, ISSUED_S, NOW_MS, case, identity
from tests.credentials.own_cases import ENVELOPE, refused, signed
from tests.credentials.signing import own

HOLDER = {"n": "Trần Thị Thẻ", "i": "001190012345"}
PLACES = {"v": "29B-123.45", "c": "Công ty Mẫu", "w": 3}
ROLL: list[list[Any]] = [["Lê Văn Một", "001090000001"], ["Đỗ Thị Hai"], ["Vũ Ba", None]]
NAMES = [
    {"name": "Lê Văn Một", "id_number": "001090000001"},
    {"name": "Đỗ Thị Hai", "id_number": None},
    {"name": "Vũ Ba", "id_number": None},
]
MANIFEST = {
    "type": "manifest",
    "id": "d-1",
    "plate": "29B-123.45",
    "company": "Công ty Mẫu",
    "workers": 3,
}


def issued_documents() -> None:
    cards()
    manifests()
    extended()


def cards() -> None:
    facts: dict[str, list[list[Any]]] = {
        "k": [[1, 2, "Vero Cell", "2021-08-01"], [2.0, 2, "Vero Cell", "2021-08-29"]],
        "u": [["p", "n", ISSUED_S, ISSUED_S + HOUR_S], ["r", "p", ISSUED_S, None]],
        "z": [["2021-07-01", "2021-12-28"], ["2021-01-01", None]],
    }
    card = {"type": "card", "id": "d-1"}
    holder = identity("Trần Thị Thẻ", id_number="001190012345")
    read = {
        "doses": [
            {"number": 1, "of": 2, "product": "Vero Cell", "date": "2021-08-01"},
            {"number": 2, "of": 2, "product": "Vero Cell", "date": "2021-08-29"},
        ],
        "tests": [
            {
                "type": "pcr",
                "result": "negative",
                "sampled_at": "2021-11-22T00:00:00Z",
                "resulted_at": "2021-11-22T01:00:00Z",
            },
            {
                "type": "rapid",
                "result": "positive",
                "sampled_at": "2021-11-22T00:00:00Z",
                "resulted_at": None,
            },
        ],
        "recoveries": [
            {"recovered_at": "2021-07-01", "valid_until": "2021-12-28"},
            {"recovered_at": "2021-01-01", "valid_until": None},
        ],
        "declaration": None,
    }
    good = own("card", ENVELOPE | HOLDER | facts)
    case("card_facts", good, signed("verified", "ok", subject=card, identity=holder, facts=read),
         "district")  # fmt: skip
    case("card_facts_untrusted", good, signed("claim", "untrusted", subject=card, identity=holder))
    dose, swab = facts["k"][0], facts["u"][0]
    for name, change in (
        ("doses_object", {"k": {}}),
        ("doses_too_many", {"k": [dose] * 9}),
        ("dose_zero", {"k": [[0, 2, "Vero Cell", "2021-08-01"]]}),
        ("dose_short", {"k": [dose[:3]]}),
        ("dose_long", {"k": [[*dose, 1]]}),
        ("dose_product_long", {"k": [[1, 2, "ẫ" * 61, "2021-08-01"]]}),
        ("dose_partial_date", {"k": [[1, 2, "Vero Cell", "2021-08"]]}),
        ("dose_no_such_date", {"k": [[1, 2, "Vero Cell", "2021-02-29"]]}),
        ("dose_true", {"k": [[True, 2, "Vero Cell", "2021-08-01"]]}),
        ("tests_too_many", {"u": [swab] * 5}),
        ("test_type", {"u": [["x", "n", ISSUED_S, None]]}),
        ("test_result", {"u": [["p", True, ISSUED_S, None]]}),
        ("test_time_text", {"u": [["p", "n", "2021-11-22", None]]}),
        ("test_short", {"u": [["p", "n", ISSUED_S]]}),
        ("recovery_short", {"z": [["2021-07-01"]]}),
        ("recovery_no_date", {"z": [[None, None]]}),
        ("recovery_until_number", {"z": [["2021-07-01", 1]]}),
    ):
        wrong = refused("malformed", subject={"type": "card"})
        case(f"card_{name}", own("card", ENVELOPE | HOLDER | change), wrong, "district")


def manifests() -> None:
    def said(**known: Any) -> dict[str, Any]:
        return signed("verified", "ok", subject=MANIFEST | known, identity=None)

    claims = ENVELOPE | PLACES
    case("manifest_listed", own("manifest", claims | {"l": ROLL}), said(people=NAMES), "district")
    part = {"l": ROLL[:1], "p": [1, 2]}
    first = said(people=NAMES[:1], part={"number": 1, "of": 2})
    case("manifest_part", own("manifest", claims | part), first, "district")
    case("manifest_nobody", own("manifest", claims | {"l": []}), said(people=[]), "district")
    for name, change in (
        ("list_text", {"l": "Lê Văn Một"}),
        ("list_of_texts", {"l": ["Lê Văn Một"]}),
        ("worker_nobody", {"l": [[]]}),
        ("worker_no_name", {"l": [[None, "001090000001"]]}),
        ("worker_too_much", {"l": [["Lê", "1", "2"]]}),
        ("worker_name_long", {"l": [["ẫ" * 121]]}),
        ("workers_too_many", {"l": [["Lê"]] * 201}),
        ("part_zero", {"p": [0, 2]}),
        ("part_past_the_last", {"p": [3, 2]}),
        ("part_of_too_many", {"p": [1, 21]}),
        ("part_short", {"p": [1]}),
        ("part_text", {"p": "1/2"}),
        ("part_fraction", {"p": [1.5, 2]}),
    ):
        wrong = refused("malformed", subject={"type": "manifest"})
        case(f"manifest_{name}", own("manifest", claims | change), wrong, "district")


def extended() -> None:
    """The bulletins of the trust "extended" are about passes that end at 72 h or later."""
    end_ms, until_ms = (ISSUED_S + 72 * HOUR_S) * 1000, (ISSUED_S + 240 * HOUR_S) * 1000
    subject = {"type": "pass", "id": "d-1", "plate": "29C-123.45"}

    def said(status: str, code: str, **known: Any) -> dict[str, Any]:
        return signed(status, code, **{"subject": subject, "identity": None} | known)

    text = own("pass", ENVELOPE | {"v": "29C-123.45"})
    longer = said("verified", "ok", warnings=["extended"])
    for name, now_ms, leeway_ms, expected in (
        ("before_its_end", end_ms - 1, 0, said("verified", "ok")),
        ("after_its_end", end_ms, 0, longer),
        ("last_millisecond", until_ms - 1, 0, longer),
        ("over", until_ms, 0, said("invalid", "expired")),
        ("over_within_leeway", until_ms + 999, 1000, longer),
    ):
        case(f"extended_{name}", text, expected, "extended", now_ms=now_ms, leeway_ms=leeway_ms)
    case("extended_elsewhere", text, said("invalid", "expired"), "district", now_ms=end_ms)
    early = own("pass", ENVELOPE | {"v": "29C-123.45", "exp": ISSUED_S + 72 * HOUR_S - 1})
    gone = said("invalid", "expired", expires_at="2021-11-24T23:59:59Z")
    case("extended_expired_before_it", early, gone, "extended", now_ms=end_ms)
    permit = own("permit", ENVELOPE | {"v": "29C-123.45"})
    other = said("invalid", "expired", subject=subject | {"type": "permit"})
    case("extended_another_issuer", permit, other, "extended", now_ms=end_ms)


def parts() -> list[dict[str, Any]]:
    """How parts join: texts read under the trust "district", or claims under "none"."""
    claims = ENVELOPE | PLACES

    def part(number: int, of: int = 3, **change: Any) -> str:
        return own("manifest", claims | {"l": [ROLL[number - 1]], "p": [number, of]} | change)

    def joined(*numbers: int) -> dict[str, Any]:
        subject = MANIFEST | {"people": [NAMES[number - 1] for number in numbers]}
        missing = [number for number in (1, 2, 3) if number not in numbers]
        if missing:
            subject["part"] = {"number": min(numbers), "of": 3}
        return {
            "evidence": signed("verified", "ok", subject=subject, identity=None),
            "missing": missing,
        }

    one, two, three = part(1), part(2), part(3)
    claimed = joined(1, 2, 3)
    claimed["evidence"] |= {"status": "claim", "code": "untrusted"}
    later = {"exp": ISSUED_S + 71 * HOUR_S}
    cases: list[tuple[str, list[str], dict[str, Any] | None, str | None]] = [
        ("all", [one, two, three], joined(1, 2, 3), None),
        ("in_any_order", [three, one, two], joined(1, 2, 3), None),
        ("with_repeats", [two, two, one, three, two], joined(1, 2, 3), None),
        ("first_missing", [three, two], joined(2, 3), None),
        ("only_the_last", [three], joined(3), None),
        ("none", [], None, "not_a_part"),
        ("no_part", [one, own("manifest", claims)], None, "not_a_part"),
        ("another_id", [one, part(2, jti="d-2")], None, "another_document"),
        ("another_plate", [one, part(2, v="29B-999.99")], None, "another_document"),
        ("another_end", [one, part(2, **later)], None, "another_document"),
        ("another_count", [one, part(2, of=4)], None, "another_document"),
        ("same_number_other_names", [one, part(1, l=[["Ai Đó"]])], None, "another_document"),
        ("forged", [one, two[:-1] + ("A" if two[-1] != "A" else "Q")], None, "not_readable"),
        ("cut", [one, two[:-4]], None, "not_readable"),
        ("not_a_code_of_ours", [one, "https://a.example/"], None, "not_readable"),
    ]  # fmt: skip
    found = [
        {"id": name, "texts": texts, "trust": "district", "joined": whole, "code": code}
        for name, texts, whole, code in cases
    ]
    found.append(
        {
            "id": "claims",
            "texts": [one, two, three],
            "trust": "none",
            "joined": claimed,
            "code": None,
        }
    )
    assert EXPIRES_AT == "2021-11-25T00:00:00Z"
    return [{"now_ms": NOW_MS} | entry for entry in found]
