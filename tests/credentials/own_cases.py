"""Vectors of our own documents: each way one can be right, partial or refused."""

import hashlib
import json
from typing import Any

from tests.credentials.expected import (
    CASES,
    EXPIRES_AT,
    HOUR_S,
    ISSUED_AT,
    ISSUED_S,
    case,
    evidence,
    identity,
)
from tests.credentials.signing import (
    ISSUER_KEY,
    OTHER_KEY,
    compact,
    own,
    public_jwk,
    public_spki,
    trust_key,
)

ENVELOPE: dict[str, Any] = {
    "iss": "ha-dong",
    "iat": ISSUED_S,
    "exp": ISSUED_S + 72 * HOUR_S,
    "jti": "d-1",
}
DECLARATION = ENVELOPE | {
    "n": "Nguyễn Thị Mẫu",
    "b": "1990-08-15",
    "s": "F",
    "i": "001190012345",
    "t": "0912345678",
    "a": "Số 1 Láng, Đống Đa, Hà Nội",
    "o": "2021/00268",
    "d": "2025/09556",
    "v": "29A-123.45",
    "r": "Về quê",
    "y": ["fever", "cough"],
    "x": True,
}
SHORT = ENVELOPE | {"n": "Lê Văn Thử", "y": [], "x": False}
BADGE = ENVELOPE | {"sub": "officer-7", "sec": "AAECAwQFBgcICQoLDA0ODw"}


def bulletin(**known: Any) -> dict[str, Any]:
    return {
        "type": "pass",
        "issuer": None,
        "expired_after_ms": (ISSUED_S + 72 * HOUR_S) * 1000,
        "counts_until_ms": (ISSUED_S + 240 * HOUR_S) * 1000,
        "reference": "Thông báo 12/TB-UBND ngày 08/08/2021",
    } | known


def revocation(kid: str, before_ms: int | None = None) -> dict[str, Any]:
    fingerprints = [hashlib.sha256(b"own:d-1").hexdigest()[:32]]
    ends_ms = (ISSUED_S + 96 * HOUR_S) * 1000  # of the server's, which readers leave alone
    said = {"kid": kid, "issued_before_ms": before_ms, "ends_ms": ends_ms}
    return said | {"fingerprints": fingerprints}


TRUSTS: dict[str, dict[str, Any]] = {
    "none": {"keys": [], "revoked": []},
    "district": {"keys": [trust_key()], "revoked": []},
    "spki": {"keys": [trust_key(jwk=None, spki=public_spki(ISSUER_KEY))], "revoked": []},
    "two_of_one_kid": {"keys": [trust_key(jwk=public_jwk(OTHER_KEY)), trust_key()], "revoked": []},
    "badges_only": {"keys": [trust_key(usage=["badge"])], "revoked": []},
    "other_issuer": {"keys": [trust_key(issuer="ninh-thuan")], "revoked": []},
    "retired": {"keys": [trust_key(not_after_ms=ISSUED_S * 1000)], "revoked": []},
    "retired_before": {"keys": [trust_key(not_after_ms=ISSUED_S * 1000 - 1)], "revoked": []},
    "starts_later": {"keys": [trust_key(not_before_ms=ISSUED_S * 1000 + 1)], "revoked": []},
    "extended": {
        "keys": [trust_key()],
        "revoked": [],
        "bulletins": [
            bulletin(counts_until_ms=(ISSUED_S + 100 * HOUR_S) * 1000),
            bulletin(),
            bulletin(type="permit", issuer="ninh-thuan"),
        ],
    },
    "revoked_under_its_key": {
        "keys": [trust_key()],
        "revoked": [],
        "revocations": [revocation("hd-1"), revocation("hd-2")],
    },
    "revoked_under_another_key": {
        "keys": [trust_key(), trust_key(kid="hd-2")],
        "revoked": [],
        "revocations": [revocation("hd-2"), revocation("hd-1", before_ms=ISSUED_S * 1000)],
    },
    "revoked": {
        "keys": [trust_key()],
        "revoked": [hashlib.sha256(b"own:d-1").hexdigest()[:32]],
    },
}


def signed(status: str, code: str, **known: Any) -> dict[str, Any]:
    """A document of our own whose claims were read."""
    return evidence(
        "own",
        status,
        code,
        **{
            "issuer": "ha-dong",
            "key_id": "hd-1",
            "issued_at": ISSUED_AT,
            "expires_at": EXPIRES_AT,
            "fingerprints": [hashlib.sha256(b"own:d-1").hexdigest()[:32]],
            "subject": {"type": "declaration", "id": "d-1"},
            "identity": identity("Lê Văn Thử"),
        }
        | known,
    )


def refused(code: str, **known: Any) -> dict[str, Any]:
    """A document of our own whose claims were not read; the type is what the header says."""
    said = {"key_id": "hd-1", "subject": {"type": "declaration"}}
    return evidence("own", "invalid", code, **said | known)


def answers(**known: Any) -> dict[str, Any]:
    declaration = {
        "symptoms": [],
        "exposure": False,
        "origin": None,
        "destination": None,
        "plate": None,
    } | known
    return {"doses": [], "tests": [], "recoveries": [], "declaration": declaration}


UNKNOWN_OWN = evidence("own", "unknown", "unrecognised")
VERIFIED_SHORT = signed("verified", "ok", facts=answers())


def own_documents() -> None:
    declared = signed(
        "verified",
        "ok",
        identity=identity(
            "Nguyễn Thị Mẫu",
            birth_date="1990-08-15",
            id_number="001190012345",
            sex="F",
            phone="0912345678",
            address="Số 1 Láng, Đống Đa, Hà Nội",
        ),
        facts=answers(
            symptoms=["fever", "cough"],
            exposure=True,
            origin={"dataset": "2021", "code": "00268"},
            destination={"dataset": "2025", "code": "09556"},
            plate="29A-123.45",
        ),
        subject={"type": "declaration", "id": "d-1", "plate": "29A-123.45", "reason": "Về quê"},
    )
    unproven = {"status": "claim", "code": "untrusted", "facts": evidence("", "", "")["facts"]}
    case("decl", own("decl", DECLARATION), declared, "district")
    case("decl_untrusted", own("decl", DECLARATION), declared | unproven)
    case("decl_short", own("decl", SHORT), VERIFIED_SHORT, "district")
    case("decl_line_end", own("decl", SHORT) + " \r\n", VERIFIED_SHORT, "district")
    case("decl_spki", own("decl", SHORT), VERIFIED_SHORT, "spki")
    case("decl_second_key_of_kid", own("decl", SHORT), VERIFIED_SHORT, "two_of_one_kid")
    case("decl_unknown_claim", own("decl", SHORT | {"zz": [1]}), VERIFIED_SHORT, "district")
    case(
        "decl_float_times",
        own("decl", SHORT | {"iat": float(ISSUED_S)}),
        VERIFIED_SHORT,
        "district",
    )
    case(
        "decl_null_claims", own("decl", SHORT | {"v": None, "s": None}), VERIFIED_SHORT, "district"
    )
    case("decl_retired_key", own("decl", SHORT), VERIFIED_SHORT, "retired")

    def said(code: str) -> dict[str, Any]:
        return signed("invalid", code)

    case("decl_key_usage", own("decl", SHORT), said("key_usage"), "badges_only")
    case("decl_other_issuer", own("decl", SHORT), said("key_usage"), "other_issuer")
    case("decl_after_key", own("decl", SHORT), said("key_usage"), "retired_before")
    case("decl_before_key", own("decl", SHORT), said("key_usage"), "starts_later")
    case("decl_revoked", own("decl", SHORT), said("revoked"), "revoked")
    text = own("decl", SHORT)
    case("decl_revoked_under_its_key", text, said("revoked"), "revoked_under_its_key")
    case("decl_revoked_under_another_key", text, VERIFIED_SHORT, "revoked_under_another_key")
    set_back = said("expired") | {"warnings": ["clock_behind"]}
    later = {"high_water_ms": (ISSUED_S + 72 * HOUR_S) * 1000}
    case("decl_clock_set_back", own("decl", SHORT), set_back, "district", conditions=later)
    stop = {"confirmed_ms": 0, "trust_stop_hours": 168}
    stopped = signed("claim", "untrusted") | {"warnings": ["trust_stopped"]}
    case("decl_trust_stopped", own("decl", SHORT), stopped, "district", conditions=stop)
    # What nobody signed depends on no trust list and on no clock.
    unsigned = next(one for one in CASES if one["evidence"]["code"] == "unsigned")
    CASES.append(unsigned | {"id": "unsigned_under_conditions", "conditions": stop | later})
    end_ms = (ISSUED_S + 72 * HOUR_S) * 1000
    for name, now_ms, leeway_ms, expected in (
        ("decl_last_millisecond", end_ms - 1, 0, VERIFIED_SHORT),
        ("decl_expired", end_ms, 0, said("expired")),
        ("decl_expired_within_leeway", end_ms + 999, 1000, VERIFIED_SHORT),
        ("decl_expired_past_leeway", end_ms + 1000, 1000, said("expired")),
        ("decl_first_millisecond", ISSUED_S * 1000, 0, VERIFIED_SHORT),
        ("decl_from_the_future", ISSUED_S * 1000 - 1, 0, said("not_yet_valid")),
        ("decl_future_within_leeway", ISSUED_S * 1000 - 1000, 1000, VERIFIED_SHORT),
        ("decl_future_past_leeway", ISSUED_S * 1000 - 1001, 1000, said("not_yet_valid")),
    ):
        case(name, own("decl", SHORT), expected, "district", now_ms=now_ms, leeway_ms=leeway_ms)
    later = SHORT | {"nbf": ISSUED_S + 2 * HOUR_S}
    case("decl_not_before", own("decl", later), said("not_yet_valid"), "district")

    case("decl_other_signer", own("decl", SHORT, OTHER_KEY), refused("signature"), "district")
    for name, change in (
        ("name_missing", {"n": None}),
        ("name_empty", {"n": ""}),
        ("name_too_long", {"n": "ẫ" * 121}),
        ("name_lone_surrogate", {"n": "\ud83d"}),
        ("birth_date", {"b": "1990-02-30"}),
        ("birth_date_no_leap_year", {"b": "1900-02-29"}),
        ("sex", {"s": "X"}),
        ("jti_missing", {"jti": None}),
        ("jti_letters", {"jti": "đ"}),
        ("iat_text", {"iat": str(ISSUED_S)}),
        ("iat_true", {"iat": True}),
        ("iat_fraction", {"iat": ISSUED_S + 0.5}),
        ("iat_negative", {"iat": -1}),
        ("exp_huge", {"exp": 10**30}),
        ("exp_before_iat", {"exp": ISSUED_S}),
        ("exp_past_72_hours", {"exp": ISSUED_S + 72 * HOUR_S + 1}),
        ("symptoms_missing", {"y": None}),
        ("symptoms_text", {"y": "fever"}),
        ("symptom_form", {"y": ["Sốt"]}),
        ("symptoms_too_many", {"y": ["a"] * 17}),
        ("exposure_missing", {"x": None}),
        ("exposure_number", {"x": 1}),
        ("origin_form", {"o": "2022/00268"}),
    ):
        case(f"decl_{name}", own("decl", SHORT | change), refused("malformed"), "district")
    for name, payload in (
        ("list", b"[]"),
        ("nan", json.dumps(SHORT | {"zz": float("nan")}).encode()),
        ("not_utf8", b'{"n":"\xff"}'),
        ("byte_order_mark", b"\xef\xbb\xbf{}"),
        ("deep", json.dumps(SHORT | {"zz": 0})[:-2].encode() + b"[" * 600 + b"]" * 600 + b"}"),
        ("empty", b""),
        ("inherited_claims", b'{"__proto__":{"iss":"ha-dong"}}'),
    ):
        case(f"decl_payload_{name}", own("decl", payload), refused("malformed"), "district")

    structure()
    badges()
    other_documents()


def structure() -> None:
    text = own("decl", SHORT)
    malformed = evidence("own", "invalid", "malformed")
    head, body, signature = text.removeprefix("CHOT1:").split(".")
    for name, broken in (
        ("prefix_only", "CHOT1:"),
        ("one_part", f"CHOT1:{head}"),
        ("two_parts", f"CHOT1:{head}.{body}"),
        ("signature_cut", text[:-1]),
        ("signature_missing", f"CHOT1:{head}.{body}."),
    ):
        case(f"partial_{name}", broken, UNKNOWN_OWN, "district")
    telex = text.replace("A", "Â")
    case("own_through_telex", telex, UNKNOWN_OWN | {"warnings": ["input_method"]}, "district")
    # 64 bytes leave four unused bits in the last character.
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = last[last.index(signature[-1]) | 1]
    for name, broken in (
        ("signature_not_canonical", text[:-1] + loose),
        ("signature_padded", text[:-2] + "=="),
        ("signature_over_long", text + "A"),
        ("fourth_part", text + ".A"),
        ("head_empty", f"CHOT1:.{body}.{signature}"),
        ("body_alphabet", f"CHOT1:{head}.{body}+.{signature}"),
        ("body_space", f"CHOT1:{head}. {body}.{signature}"),
        ("head_over_long", own("decl", SHORT, kid="k" * 400)),
        ("header_list", "CHOT1:" + compact(["ES256"], SHORT)),
        ("header_extra", own("decl", SHORT, crit=["exp"])),
        ("header_jwk", own("decl", SHORT, OTHER_KEY, jwk=public_jwk(OTHER_KEY))),
        ("header_without_kid", "CHOT1:" + compact({"alg": "ES256", "typ": "decl"}, SHORT)),
        ("kid_number", own("decl", SHORT, kid=1)),  # type: ignore[arg-type]
        ("kid_letters", own("decl", SHORT, kid="đ")),
        ("typ_list", "CHOT1:" + compact({"alg": "ES256", "kid": "hd-1", "typ": ["decl"]}, SHORT)),
    ):
        case(f"own_{name}", broken, malformed, "district")
    for alg in ("none", "HS256", "RS256", "es256", "EdDSA"):
        case(
            f"own_alg_{alg}",
            own("decl", SHORT, alg=alg),
            evidence("own", "invalid", "algorithm"),
            "district",
        )
    case("own_alg_null", own("decl", SHORT, alg=None), evidence("own", "invalid", "algorithm"))
    case("own_newer_typ", own("sticker", SHORT), UNKNOWN_OWN, "district")
    case("own_inherited_typ", own("constructor", SHORT), UNKNOWN_OWN, "district")
    case("own_pack_is_no_document", own("chot-pack", SHORT), UNKNOWN_OWN, "district")
    untrusted = signed("claim", "untrusted", key_id="constructor")
    case("own_inherited_kid", own("decl", SHORT, kid="constructor"), untrusted, "district")
    nobody = own("decl", SHORT | {"n": 1}, kid="elsewhere")
    case("own_untrusted_malformed", nobody, refused("malformed", key_id="elsewhere"), "district")


def badges() -> None:
    badge = {"type": "badge", "id": "d-1", "officer": "officer-7"}
    verified = signed("verified", "ok", subject=badge, identity=None)
    case("badge", own("badge", BADGE), verified, "district")
    case(
        "badge_untrusted_is_unknown",
        own("badge", BADGE),
        UNKNOWN_OWN | {"key_id": "hd-1", "subject": {"type": "badge"}},
    )
    for name, change in (
        ("secret_missing", {"sec": None}),
        ("secret_short", {"sec": BADGE["sec"][:-1]}),
        ("secret_not_canonical", {"sec": str(BADGE["sec"])[:-1] + "x"}),
        ("officer_missing", {"sub": None}),
    ):
        expected = refused("malformed", subject={"type": "badge"})
        case(f"badge_{name}", own("badge", BADGE | change), expected, "district")


def other_documents() -> None:
    place = {"dataset": "2021", "code": "268"}
    travel = ENVELOPE | {
        "o": "2021/268", "v": "29C-123.45", "r": "Chở rau", "q": "QL6", "h": "05:00-20:00",
        "c": "Công ty Mẫu",
    }  # fmt: skip
    said = {
        "id": "d-1", "plate": "29C-123.45", "reason": "Chở rau", "route": "QL6",
        "hours": "05:00-20:00", "company": "Công ty Mẫu", "origin": place,
    }  # fmt: skip
    holder = identity("Lê Văn Thử", id_number="012345678")
    claimed = {"n": "Lê Văn Thử", "i": "012345678"}
    for typ, claims, subject, who in (
        ("permit", travel | claimed, said, holder),
        ("pass", travel, said, None),
        ("manifest", travel | {"w": 45}, said | {"workers": 45}, None),
        ("card", ENVELOPE | claimed, {"id": "d-1"}, holder),
    ):
        expected = signed("verified", "ok", subject={"type": typ} | subject, identity=who)
        case(typ, own(typ, claims), expected, "district")
    case(
        "permit_person_without_name",
        own("permit", ENVELOPE | {"i": "012345678"}),
        refused("malformed", subject={"type": "permit"}),
        "district",
    )
    case(
        "manifest_workers_fraction",
        own("manifest", ENVELOPE | {"w": 4.5}),
        refused("malformed", subject={"type": "manifest"}),
        "district",
    )
