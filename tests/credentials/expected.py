"""What the vectors say, spelled by hand: nothing here comes from the code under test."""

from typing import Any

ISSUED_S = 1_637_539_200  # 2021-11-22T00:00:00Z
HOUR_S = 3600
NOW_MS = (ISSUED_S + HOUR_S) * 1000
ISSUED_AT, EXPIRES_AT = "2021-11-22T00:00:00Z", "2021-11-25T00:00:00Z"


def evidence(family: str, status: str, code: str, **known: Any) -> dict[str, Any]:
    return {
        "family": family,
        "status": status,
        "code": code,
        "identity": None,
        "facts": {"doses": [], "tests": [], "recoveries": [], "declaration": None},
        "issuer": None,
        "key_id": None,
        "issued_at": None,
        "expires_at": None,
        "fingerprints": [],
        "subject": None,
        "warnings": [],
    } | known


def identity(name: str, **known: Any) -> dict[str, Any]:
    rest = ("birth_date", "id_number", "sex", "phone", "address")
    return {"name": name} | dict.fromkeys(rest) | known


def shape(length: str, charset: str) -> dict[str, Any]:
    subject = {"type": "opaque", "length": length, "charset": charset}
    return evidence("opaque", "unknown", "unrecognised", subject=subject)


CASES: list[dict[str, Any]] = []


def case(name: str, text: str, expected: dict[str, Any], trust: str = "none", **known: Any) -> None:
    """One more case of reading.json, at NOW_MS and without leeway unless `known` says other."""
    CASES.append(
        {"id": name, "text": text, "trust": trust, "now_ms": NOW_MS, "leeway_ms": 0}
        | known
        | {"evidence": expected}
    )
