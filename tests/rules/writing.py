"""Small packs and journeys as an author would write them, and what is found wrong with them."""

from __future__ import annotations

from typing import Any

from rules.authoring import Samples, check_pack, parse_samples
from rules.pack import PackContent, parse_pack_content
from tests.rules.journeys import ISSUED_AT

NOW_MS = 1_795_320_000_000
BASIS = {"document": "16/CT-TTg", "date": "2020-03-31", "issuer": "Thủ tướng", "clause": "1"}
PURPOSE = {"var": "journey.purpose"}
LEVEL = {"var": "external.origin_level"}


def rule(id_: str, condition: Any, **members: Any) -> dict[str, Any]:
    text = members.pop("text", id_)
    return {
        "id": id_,
        "effective_from": ISSUED_AT,
        "condition": condition,
        "outcome": "pass",
        "reason": {"code": id_.replace("-", "_"), "vi": text, "en": text},
        "basis": BASIS,
        **members,
    }


def pack(*rules: Any, **members: Any) -> dict[str, Any]:
    otherwise = {"outcome": "refer", "reason": {"code": "ask", "vi": "Hỏi", "en": "Ask"}}
    return {"rules": list(rules), "otherwise": otherwise, **members}


def journeys(*cases: dict[str, Any]) -> Samples:
    base = {
        "direction": "in",
        "purpose": "work",
        "checkpoint": {"id": "c", "province": "01", "class": "border"},
    }
    file = {"now": "2026-11-22T05:00:00Z", "journey": base, "cases": list(cases)}
    return parse_samples(file, {}, NOW_MS)


def found(content: Any, *cases: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(code, place, detail) of what refuses a pack."""
    _, findings = check_pack(content, journeys(*cases).cases, NOW_MS)
    return [(one.code, one.at, one.detail) for one in findings if one.severity == "error"]


def codes(content: Any, *cases: dict[str, Any]) -> list[str]:
    return [code for code, _, _ in found(content, *cases)]


def eq(path: str, value: Any) -> Any:
    return {"===": [{"var": path}, value]}


WORK = eq("journey.purpose", "work")
BORDER = eq("journey.checkpoint.class", "border")


def parsed(content: Any) -> PackContent:
    return parse_pack_content(content)
