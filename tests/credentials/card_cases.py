"""Vectors of SMART Health Cards."""

import zlib
from typing import Any

from tests.credentials.expected import HOUR_S, ISSUED_AT, ISSUED_S, evidence, identity
from tests.credentials.health_expected import END_MS, EXPIRES_AT, HOLDER_SEEN, case, facts, sha
from tests.credentials.health_making import (
    CARD_ISSUER,
    CARD_KID,
    PATIENT,
    bundle,
    card,
    card_jws,
    card_payload,
    immunization,
    observation,
    shc,
)
from tests.credentials.signing import OTHER_KEY


def card_seen(status: str = "verified", code: str = "ok", **known: Any) -> dict[str, Any]:
    doses = [
        {"number": 1, "of": 2, "product": "cvx:208", "date": "2021-07-18"},
        {"number": 2, "of": 2, "product": "cvx:208", "date": "2021-08-15"},
    ]
    said = {
        "identity": HOLDER_SEEN,
        "facts": facts(doses=doses) if status == "verified" else facts(),
        "issuer": CARD_ISSUER,
        "key_id": CARD_KID,
        "issued_at": ISSUED_AT,
        "subject": {"type": "health_certificate", "kinds": ["vaccination"]},
    }
    return evidence("shc", status, code, **said | known)


def card_refused(code: str, key_id: str | None = CARD_KID) -> dict[str, Any]:
    return evidence("shc", "invalid", code, key_id=key_id)


UNKNOWN_SHC = evidence("shc", "unknown", "unrecognised")


def cards() -> None:
    good = card()
    case("shc", good, "card", card_seen())
    case("shc_line_end", good + " \r\n", "card", card_seen())
    case("shc_unnamed_issuer", good, "card_unnamed_issuer", card_seen())
    case("shc_untrusted", good, "none", card_seen("claim", "untrusted"))
    for trust in ("card_other_issuer", "card_wrong_usage"):
        case(f"shc_{trust}", good, trust, card_seen("invalid", "key_usage"))
    case("shc_refused_key", good, "refused_key", card_refused("algorithm"))
    expiry = card(exp=ISSUED_S + 72 * HOUR_S)
    case("shc_expiry", expiry, "card", card_seen(expires_at=EXPIRES_AT))
    expired = card_seen("invalid", "expired", expires_at=EXPIRES_AT)
    case("shc_expired", expiry, "card", expired, now_ms=END_MS + 1)
    future = card_seen("invalid", "not_yet_valid")
    case("shc_from_the_future", good, "card", future, now_ms=ISSUED_S * 1000 - 1)
    payload = card_payload()
    payload["vc"] = payload["vc"] | {"rid": "r1"}
    rid = [sha(f"shc:{CARD_KID}:r1")]
    case("shc_revocable", shc(card_jws(payload)), "card", card_seen(fingerprints=rid))
    revoked = card_seen("invalid", "revoked", fingerprints=rid)
    case("shc_revoked", shc(card_jws(payload)), "card_revoked", revoked)
    one = {"number": 1, "of": 1, "product": "cvx:212", "date": "2021-08-15"}
    for name, change, expected in (
        ("one_dose_product", immunization("2021-08-15", "212"), [one]),
        (
            "protocol",
            immunization(
                "2021-08-15T08:00:00+07:00",
                protocolApplied=[{"doseNumberPositiveInt": 3, "seriesDosesPositiveInt": 3}],
            ),
            [{"number": 3, "of": 3, "product": "cvx:208", "date": "2021-08-15"}],
        ),
        ("not_done", immunization("2021-08-15", status="not-done"), []),
        ("influenza", immunization("2021-08-15", "140"), []),
        ("no_date", immunization("2021"), []),
    ):
        said = card_seen(facts=facts(doses=expected))
        case(f"shc_dose_{name}", card(bundle(PATIENT, change)), "card", said)
    negative = {
        "type": "pcr", "result": "negative", "sampled_at": "2021-11-21T00:00:00Z",
        "resulted_at": None,
    }  # fmt: skip
    for name, resource, tests in (
        ("pcr", observation("94500-6", "260415000"), [negative]),
        (
            "rapid",
            observation("94558-4", "10828004"),
            [negative | {"type": "rapid", "result": "positive"}],
        ),
        ("preliminary", observation("94500-6", "260415000", status="preliminary"), []),
        ("other_test", observation("1-8", "260415000"), []),
    ):
        subject = {"type": "health_certificate", "kinds": ["test"]}
        said = card_seen(facts=facts(tests=tests), subject=subject)
        case(f"shc_test_{name}", card(bundle(PATIENT, resource)), "card", said)
    woman = PATIENT | {"name": [{"text": "Lê Thị Thử"}], "gender": "female", "birthDate": "1990"}
    who = identity("Lê Thị Thử", birth_date="1990", sex="F")
    odd_patient = card(bundle(woman, immunization("2021-08-15", "212")))
    said = card_seen(facts=facts(doses=[one]), identity=who)
    case("shc_name_as_text", odd_patient, "card", said)
    broken_cards()


def broken_cards() -> None:
    good = card()
    for name, fhir, known in (
        ("two_patients", bundle(PATIENT, PATIENT, immunization("2021-08-15")), {}),
        ("no_patient", bundle(immunization("2021-08-15")), {}),
        ("nameless", bundle({"resourceType": "Patient"}, immunization("2021-08-15")), {}),
        ("nothing_said", bundle(PATIENT), {}),
        ("no_not_before", bundle(PATIENT, immunization("2021-08-15")), {"nbf": None}),
        ("expiry_text", bundle(PATIENT, immunization("2021-08-15")), {"exp": "never"}),
        ("bundle_list", [], {}),
        ("too_many_brackets", bundle(PATIENT, *[[[]]] * 300), {}),
    ):
        case(f"shc_{name}", card(fhir, **known), "card", card_refused("malformed"))
    case("shc_untrusted_malformed", card(bundle()), "none", card_refused("malformed"))
    case("shc_other_signer", card(key=OTHER_KEY), "card", card_refused("signature"))
    flipped = card_jws(card_payload(), change=lambda one: bytes([one[0] ^ 1]) + one[1:])
    case("shc_signature_flipped", shc(flipped), "card", card_refused("signature"))
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    huge = bomb.compress(bytes(1_000_000)) + bomb.flush()
    for name, payload in (
        ("bomb", huge),
        ("not_deflated", b'{"iss":"x"}'),
        ("deflate_cut", huge[:20]),
        ("wrapped_in_zlib", zlib.compress(b"{}")),
        ("empty", b""),
    ):
        case(f"shc_{name}", shc(card_jws(payload)), "card", card_refused("zlib"))
    jws = card_jws(card_payload())
    head, body, signature = jws.split(".")
    for name, text in (
        ("prefix_only", "shc:/"),
        ("odd_digits", good[:-1]),
        ("half", good[: len(good) // 4 * 2 + 1]),
        ("signature_cut", good[:-2]),
        ("part_of_several", "shc:/1/3/" + good.removeprefix("shc:/")),
    ):
        case(f"shc_partial_{name}", text, "card", UNKNOWN_SHC)
    telex = UNKNOWN_SHC | {"warnings": ["input_method"]}
    case("shc_through_telex", good[:40] + "ơ" + good[41:], "card", telex)
    for name, text, code in (
        ("signature_over_long", shc(jws + "A"), "malformed"),
        ("fourth_part", shc(jws + ".A"), "malformed"),
        ("letters", good[:40] + "x" + good[41:], "malformed"),
        ("pair_too_high", good[:40] + "99" + good[42:], "malformed"),
        ("head_empty", shc(f".{body}.{signature}"), "malformed"),
        ("body_not_canonical", shc(f"{head}.{body}/.{signature}"), "malformed"),
        ("zip_missing", shc(card_jws(card_payload(), zip=None)), "malformed"),
        ("critical", shc(card_jws(card_payload(), crit=["exp"])), "malformed"),
        ("kid_missing", shc(card_jws(card_payload(), kid=None)), "malformed"),
        ("alg_none", shc(card_jws(card_payload(), alg="none")), "algorithm"),
        ("alg_hs256", shc(card_jws(card_payload(), alg="HS256")), "algorithm"),
    ):
        case(f"shc_{name}", text, "card", card_refused(code, None))
