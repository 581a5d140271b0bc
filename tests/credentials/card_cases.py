"""Vectors of SMART Health Cards."""

import zlib
from typing import Any

from tests.credentials.expected import HOUR_S, ISSUED_AT, ISSUED_S, NOW_MS, evidence, identity
from tests.credentials.health_expected import (
    END_MS,
    EXPIRES_AT,
    HOLDER_SEEN,
    TRUSTS,
    card_signer,
    case,
    facts,
    sha,
    withdrawn,
)
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
    signature_of,
)
from tests.credentials.signing import OTHER_KEY, b64


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
    case("shc_third_key_of_kid", good, "card_two_of_one_kid", card_seen())
    case("shc_es256_under_an_rsa_key", good, "card_rsa", card_refused("algorithm"))
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
    for name, before_ms, seen in (
        ("list_rid", None, revoked),
        ("list_rid_until_its_issue", ISSUED_S * 1000 + 1, revoked),
        ("list_rid_before", ISSUED_S * 1000, card_seen(fingerprints=rid)),
    ):
        TRUSTS[name] = withdrawn([card_signer()], CARD_KID, rid[0], before_ms)
        case(f"shc_{name}", shc(card_jws(payload)), name, seen)
    TRUSTS["card_list_signature"] = withdrawn([card_signer()], CARD_KID, sha(signature_of(good)))
    case("shc_list_signature", good, "card_list_signature", card_seen("invalid", "revoked"))
    old = {"confirmed_ms": NOW_MS - 8 * 24 * HOUR_S * 1000, "high_water_ms": NOW_MS + 600_000}
    said = card_seen(warnings=["clock_behind", "trust_old"])
    case("shc_under_conditions", good, "card", said, conditions=old)
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


def deflated(data: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


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
    for name, content in (
        ("deep", b'{"vc":' + b"[" * 600 + b"]" * 600 + b"}"),
        ("not_utf8", b'{"iss":"\xff"}'),
        ("nan", b'{"nbf":NaN}'),
        ("list", b"[]"),
    ):
        text = shc(card_jws(deflated(content)))
        case(f"shc_content_{name}", text, "card", card_refused("malformed"))
    case("shc_untrusted_malformed", card(bundle()), "none", card_refused("malformed"))
    case("shc_other_signer", card(key=OTHER_KEY), "card", card_refused("signature"))
    flipped = card_jws(card_payload(), change=lambda one: bytes([one[0] ^ 1]) + one[1:])
    case("shc_signature_flipped", shc(flipped), "card", card_refused("signature"))
    zero = card_jws(card_payload(), change=lambda one: bytes(len(one)))
    case("shc_signature_zero", shc(zero), "card", card_refused("signature"))
    other_kid = shc(card_jws(card_payload(), kid="a"))
    nobody = card_seen("claim", "untrusted", key_id="a")
    case("shc_kid_of_one_character", other_kid, "card", nobody)
    huge = deflated(bytes(1_000_000))
    for name, payload in (
        ("bomb", huge),
        ("not_deflated", b'{"iss":"x"}'),
        ("deflate_cut", huge[:20]),
        ("wrapped_in_zlib", zlib.compress(b"{}")),
        ("empty", b""),
        ("bytes_after_the_end", deflated(b"{}") + b"\0\0"),
    ):
        case(f"shc_{name}", shc(card_jws(payload)), "card", card_refused("zlib"))
    jws = card_jws(card_payload())
    head, body, signature = jws.split(".")
    deep = b64(b"[" * 290)
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
        ("kid_too_long", shc(card_jws(card_payload(), kid="k" * 65)), "malformed"),
        ("kid_odd", shc(card_jws(card_payload(), kid="a b")), "malformed"),
        ("kid_number", shc(card_jws(card_payload(), kid=7)), "malformed"),
        ("head_too_long", shc(card_jws(card_payload(), x="x" * 400)), "malformed"),
        ("head_deep", shc(f"{deep}.{body}.{signature}"), "malformed"),
        ("kid_missing", shc(card_jws(card_payload(), kid=None)), "malformed"),
        ("alg_none", shc(card_jws(card_payload(), alg="none")), "algorithm"),
        ("alg_es384", shc(card_jws(card_payload(), alg="ES384")), "algorithm"),
        ("alg_ps256", shc(card_jws(card_payload(), alg="PS256")), "algorithm"),
        ("alg_missing", shc(card_jws(card_payload(), alg=None)), "algorithm"),
        ("alg_hs256", shc(card_jws(card_payload(), alg="HS256")), "algorithm"),
    ):
        case(f"shc_{name}", text, "card", card_refused(code, None))
