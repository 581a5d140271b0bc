"""Vectors of vaccine passports (HC1): what they say and how they are signed."""

import base64
from typing import Any

from tests.credentials.expected import HOUR_S, ISSUED_S, NOW_MS, identity
from tests.credentials.health_expected import (
    DOSE_SEEN,
    END_MS,
    KEY_ID,
    TRUSTS,
    UNKNOWN_HC1,
    case,
    facts,
    passport_seen,
    refused,
    rsa_signer,
    sha,
    signer,
    withdrawn,
)
from tests.credentials.health_making import (
    DOSE,
    HOLDER,
    KID,
    P384_KEY,
    RECOVERY,
    TEST,
    VACCINATED,
    cwt,
    hc1,
    passport,
    rsa_key,
    sign1,
    signature_of,
)
from tests.credentials.signing import ISSUER_KEY, OTHER_KEY

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def passports() -> None:
    good = passport()
    verified = passport_seen()
    case("hc1", good, "vn", verified)
    case("hc1_line_end", good + "\r\n", "vn", verified)
    case("hc1_rsa", passport(key=rsa_key()), "rsa", verified)
    case("hc1_untrusted", good, "none", passport_seen("claim", "untrusted"))
    case("hc1_other_kid", good, "other_kid", passport_seen("claim", "untrusted"))
    case("hc1_third_key_of_kid", good, "two_of_one_kid", verified)
    case("hc1_rsa_key_of_kid", passport(key=rsa_key()), "two_of_one_kid", verified)
    case("hc1_key_usage", good, "tests_only", passport_seen("invalid", "key_usage"))
    key_for_others = passport_seen("invalid", "key_usage")
    case("hc1_key_of_own_documents", good, "own_documents_only", key_for_others)
    for trust in ("revoked_id", "revoked_country_and_id"):
        case(f"hc1_{trust}", good, trust, passport_seen("invalid", "revoked"))
    case("hc1_last_second", good, "vn", verified, now_ms=END_MS)
    expired = passport_seen("invalid", "expired")
    case("hc1_expired", good, "vn", expired, now_ms=END_MS + 1)
    case("hc1_expired_within_leeway", good, "vn", verified, now_ms=END_MS + 1, leeway_ms=1)
    future = passport_seen("invalid", "not_yet_valid")
    case("hc1_issued_in_the_future", good, "vn", future, now_ms=ISSUED_S * 1000 - 1)
    case("hc1_not_before", passport(nbf=ISSUED_S + 2 * HOUR_S), "vn", future)
    revocations(good)
    conditions(good)
    contents()
    headers()


def revocations(good: str) -> None:
    """The EU's three kinds of hash, and whom a list may speak of."""
    withdrawn_seen = passport_seen("invalid", "revoked")
    uci, country_uci = sha("URN:UVCI:01:VN:1#A"), sha("VNURN:UVCI:01:VN:1#A")
    rsa_good, r_half = passport(key=rsa_key()), sha(signature_of(good))
    lists: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("uci", good, withdrawn([signer()], KEY_ID, uci), withdrawn_seen),
        ("country_uci", good, withdrawn([signer()], KEY_ID, country_uci), withdrawn_seen),
        ("signature", good, withdrawn([signer()], KEY_ID, r_half), withdrawn_seen),
        (
            "rsa_signature",
            rsa_good,
            withdrawn([rsa_signer()], KEY_ID, sha(signature_of(rsa_good))),
            withdrawn_seen,
        ),
        ("any_key", good, withdrawn([signer()], None, uci), withdrawn_seen),
        ("other_key", good, withdrawn([signer()], "AAAAAAAAAAA=", uci), passport_seen()),
        (
            "other_id",
            good,
            withdrawn([signer()], KEY_ID, sha("URN:UVCI:01:VN:2#A")),
            passport_seen(),
        ),
        ("before", good, withdrawn([signer()], KEY_ID, uci, ISSUED_S * 1000), passport_seen()),
        (
            "until_its_issue",
            good,
            withdrawn([signer()], KEY_ID, uci, ISSUED_S * 1000 + 1),
            withdrawn_seen,
        ),
    ]
    for name, text, trust, expected in lists:
        TRUSTS[f"list_{name}"] = trust
        case(f"hc1_list_{name}", text, f"list_{name}", expected)
    # (R, S) and (R, -S) are both good signatures, so only R may count.
    one, other = (hc1(message) for message in with_both_signatures())
    TRUSTS["list_r"] = withdrawn([signer()], KEY_ID, sha(signature_of(one)))
    case("hc1_list_signature_with_other_s", other, "list_r", withdrawn_seen)


def with_both_signatures() -> tuple[bytes, bytes]:
    """One message under (R, S) and under (R, -S)."""
    message = sign1(cwt())
    s = int.from_bytes(message[-32:], "big")
    return message, message[:-32] + (P256_ORDER - s).to_bytes(32, "big")


def conditions(good: str) -> None:
    """A clock set back, and a trust list that grows old."""
    day_ms = 24 * HOUR_S * 1000
    claimed = passport_seen("claim", "untrusted", warnings=["trust_stopped"])
    seen: dict[str, Any]
    for name, given, seen in (
        ("clock_right", {"high_water_ms": NOW_MS}, passport_seen()),
        ("clock_a_little_behind", {"high_water_ms": NOW_MS + 300_000}, passport_seen()),
        (
            "clock_behind",
            {"high_water_ms": NOW_MS + 300_001},
            passport_seen(warnings=["clock_behind"]),
        ),
        (
            "clock_set_back",
            {"high_water_ms": END_MS + 1},
            passport_seen("invalid", "expired", warnings=["clock_behind"]),
        ),
        ("trust_fresh", {"confirmed_ms": NOW_MS - day_ms + 1}, passport_seen()),
        (
            "trust_aging",
            {"confirmed_ms": NOW_MS - day_ms},
            passport_seen(warnings=["trust_aging"]),
        ),
        (
            "trust_old",
            {"confirmed_ms": NOW_MS - 7 * day_ms},
            passport_seen(warnings=["trust_old"]),
        ),
        (
            "trust_old_by_the_mark",
            {"confirmed_ms": NOW_MS - 7 * day_ms + 60_000, "high_water_ms": NOW_MS + 60_000},
            passport_seen(warnings=["trust_old"]),
        ),
        (
            "trust_before_the_stop",
            {"confirmed_ms": NOW_MS - 2 * day_ms + 1, "trust_stop_hours": 48},
            passport_seen(warnings=["trust_aging"]),
        ),
        ("trust_stopped", {"confirmed_ms": NOW_MS - 2 * day_ms, "trust_stop_hours": 48}, claimed),
        ("trust_confirmed_now", {"confirmed_ms": NOW_MS, "trust_stop_hours": 0}, passport_seen()),
        ("trust_not_followed", {"trust_stop_hours": 1}, passport_seen()),
    ):
        case(f"hc1_{name}", good, "vn", seen, conditions=given)
    stopped = {"confirmed_ms": NOW_MS - 2 * day_ms, "trust_stop_hours": 48}
    late = passport_seen("invalid", "expired", warnings=["trust_stopped"])
    case("hc1_expired_and_trust_stopped", good, "vn", late, now_ms=END_MS + 1, conditions=stopped)
    case("hc1_partial_under_conditions", good[:40], "vn", UNKNOWN_HC1, conditions=stopped)


def contents() -> None:
    """Lenient in what was signed."""
    change: dict[str, Any]
    ids = ["URN:UVCI:01:VN:2#B", "VNURN:UVCI:01:VN:2#B"]
    tested = {"type": "health_certificate", "kinds": ["test"]}
    seen = {"type": "pcr", "result": "negative", "sampled_at": "2021-11-21T00:00:00Z"}
    for name, change, expected in (
        ("pcr", {}, [seen | {"resulted_at": None}]),
        (
            "rapid_positive",
            {"tt": "LP217198-3", "tr": "260373001", "dr": "2021-11-21T00:30:00.123Z"},
            [seen | {"type": "rapid", "result": "positive", "resulted_at": "2021-11-21T00:30:00Z"}],
        ),
        ("unknown_type", {"tt": "COVID-19 test"}, []),
        ("unknown_result", {"tr": "419984006"}, []),
        ("no_time", {"sc": "yesterday"}, []),
        ("other_disease", {"tg": "1"}, []),
    ):
        case(
            f"hc1_test_{name}",
            passport(HOLDER | {"t": [TEST | change], "v": None}),
            "vn",
            passport_seen(
                subject=tested, facts=facts(tests=expected), fingerprints=[sha(i) for i in ids]
            ),
        )
    ids = ["URN:UVCI:01:VN:3#C", "VNURN:UVCI:01:VN:3#C"]
    for name, change, recovered in (
        ("", {}, [{"recovered_at": "2021-08-12", "valid_until": "2022-01-28"}]),
        (
            "_instants",
            {"fr": "2021-08-01T00:00:00", "df": None, "du": None},
            [{"recovered_at": "2021-08-01", "valid_until": None}],
        ),
        ("_unreadable_end", {"du": "soon"}, []),
    ):
        case(
            f"hc1_recovery{name}",
            passport(HOLDER | {"r": [RECOVERY | change]}),
            "vn",
            passport_seen(
                subject={"type": "health_certificate", "kinds": ["recovery"]},
                facts=facts(recoveries=recovered),
                fingerprints=[sha(i) for i in ids],
            ),
        )
    for name, change, doses in (
        ("floats", {"dn": 2.0, "sd": 2.0}, [DOSE_SEEN]),
        ("instant_and_spaces", {"dt": " 2021-08-15T00:00:00 ", "mp": " EU/1/20/1528"}, [DOSE_SEEN]),
        ("fraction", {"dn": 1.5}, []),
        ("zero", {"dn": 0}, []),
        ("negative", {"sd": -2}, []),
        ("true", {"dn": True}, []),
        ("no_product", {"mp": None}, []),
        ("month_only", {"dt": "2021-08"}, []),
        ("impossible_day", {"dt": "2021-02-30"}, []),
    ):
        entry = passport(HOLDER | {"v": [DOSE | change]})
        case(f"hc1_dose_{name}", entry, "vn", passport_seen(facts=facts(doses=doses)))
    for name, change, who, warnings in (
        ("partial_birth", {"dob": "1990"}, identity("Nguyễn Thị Mẫu", birth_date="1990"), []),
        ("no_birth", {"dob": ""}, identity("Nguyễn Thị Mẫu"), []),
        ("odd_birth", {"dob": "15/08/1990"}, identity("Nguyễn Thị Mẫu"), ["birth_date"]),
        (
            "transliterated",
            {"nam": {"fn": " ", "fnt": "NGUYEN<THI", "gnt": "MAU"}},
            identity("NGUYEN THI MAU", birth_date="1990-08-15"),
            [],
        ),
    ):
        seen_so = passport_seen(identity=who, warnings=warnings)
        case(f"hc1_{name}", passport(VACCINATED | change), "vn", seen_so)
    float_times = passport(iat=ISSUED_S + 0.5, exp=float(ISSUED_S + 72 * HOUR_S))
    case("hc1_float_times", float_times, "vn", passport_seen())
    for name, text in (
        ("no_name", passport(VACCINATED | {"nam": {}})),
        ("name_list", passport(VACCINATED | {"nam": ["a"]})),
        ("nothing_certified", passport(HOLDER | {"v": [], "t": None})),
        ("no_expiry", passport(exp=None)),
        ("expiry_text", passport(exp="2022-01-01")),
        ("expiry_nan", passport(exp=float("nan"))),
    ):
        case(f"hc1_{name}", text, "vn", refused("malformed"))
    case("hc1_untrusted_malformed", passport(exp=None), "none", refused("malformed"))


def headers() -> None:
    """Strict in the signature."""
    known: dict[str, Any]
    payload = cwt()

    def made(**known: Any) -> str:
        return hc1(sign1(payload, **known))

    for name, known in (
        ("alg_in_unprotected", {"protected": {4: KID}, "unprotected": {1: -7}}),
        ("kid_in_unprotected", {"protected": {1: -7}, "unprotected": {4: KID}}),
        ("protected_kid_wins", {"unprotected": {4: b"other"}}),
        ("protected_alg_wins", {"unprotected": {1: -37}}),
        ("content_type", {"protected": {1: -7, 3: 0, 4: KID}}),
    ):
        case(f"hc1_{name}", made(**known), "vn", passport_seen())
    other = {"key_id": base64.b64encode(b"other").decode()}
    wrong_kid = made(protected={1: -7, 4: b"other"}, unprotected={4: KID})
    case("hc1_wrong_protected_kid", wrong_kid, "vn", passport_seen("claim", "untrusted", **other))
    nobody = passport_seen("claim", "untrusted", key_id=None)
    case("hc1_no_kid", made(protected={1: -7}), "vn", nobody)
    long = {"key_id": base64.b64encode(KID + b"\x88").decode()}
    nine = made(protected={1: -7, 4: KID + b"\x88"})
    case("hc1_kid_of_nine_bytes", nine, "long_kid", passport_seen(**long))
    for name, head in (
        ("none", {4: KID}),
        ("eddsa", {1: -8, 4: KID}),
        ("es384", {1: -35, 4: KID}),
        ("rs256", {1: -257, 4: KID}),
        ("text", {1: "ES256", 4: KID}),
        ("list", {1: [-7], 4: KID}),
    ):
        case(f"hc1_alg_{name}", made(protected=head), "vn", refused("algorithm", None))
    confused = made(key=rsa_key(), protected={1: -7, 4: KID})
    case("hc1_es256_under_an_rsa_key", confused, "rsa", refused("algorithm"))
    confused = made(key=ISSUER_KEY, protected={1: -37, 4: KID})
    case("hc1_ps256_under_a_p256_key", confused, "vn", refused("algorithm"))
    p384 = made(key=P384_KEY)
    case("hc1_es256_with_p384", p384, "refused_key", refused("algorithm"))
    case("hc1_es256_with_p384_signature", p384, "vn", refused("signature"))
    case("hc1_other_signer", made(key=OTHER_KEY), "vn", refused("signature"))
    for name, change in (
        ("over_long", lambda signature: signature + b"\0"),
        ("truncated", lambda signature: signature[:-1]),
        ("empty", lambda _: b""),
        ("zero", lambda _: bytes(64)),
        ("flipped", lambda signature: bytes([signature[0] ^ 1]) + signature[1:]),
    ):
        case(f"hc1_signature_{name}", made(change=change), "vn", refused("signature"))
        if name != "zero":
            rsa_made = made(key=rsa_key(), change=change)
            case(f"hc1_rsa_signature_{name}", rsa_made, "rsa", refused("signature"))
    for name, known in (
        ("kid_text", {"protected": {1: -7, 4: "kid"}}),
        ("kid_too_long", {"protected": {1: -7, 4: bytes(65)}}),
        ("critical", {"protected": {1: -7, 2: [99], 4: KID, 99: 1}}),
        ("protected_list", {"protected": [1]}),
    ):
        case(f"hc1_{name}", made(**known), "vn", refused("cose", None))
