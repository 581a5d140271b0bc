"""What officers write in the stateful test: few values, so that they collide."""

from __future__ import annotations

from typing import Any

from schemas.records import Kind, Review, ReviewPersonPart
from tests.sync.stateful.world import OFFICERS

BAD = ("unknown_kind", "bad_field", "not_json", "other_home", "bad_person", "early_review")
PLATES = ("29C12345", "30A99999", "85B00001")
ACTIONS = ("passed", "referred", "turned_back")
LATER = Kind("inspection", 1, Review(), ReviewPersonPart(), ())
"""What a later version of the server knows besides."""

EVIDENCE = {"family": "cccd", "status": "claim", "code": "unsigned"}


def crossing(plate: str, action: str) -> dict[str, Any]:
    """The fields of a new crossing."""
    return {
        "lane": "1",
        "direction": "in",
        "mode": "checked",
        "purpose": "goods",
        "plate": {"read": plate, "normal": plate},
        "vehicle_class": "truck",
        "verdict": {"outcome": "refer", "reasons": ["card.missing"], "rules": []},
        "action": action,
    }


def amendment(what: int, who: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """(fields, fields of person 1, person part of person 1): one of each policy."""
    plate = PLATES[who % 3]
    return (
        ({"plate": {"read": plate, "normal": plate}}, {}, {}),
        ({"action": ACTIONS[who % 3]}, {}, {}),
        ({"override": {"reason": "emergency", "by": OFFICERS[who % 3][0]}}, {}, {}),
        ({"override": None}, {}, {}),
        ({"wait_s": who % 100, "complaint_code": f"k{who % 3}"}, {}, {}),
        ({"voided": "undone"}, {}, {}),
        ({}, {"role": "passenger", "removed": bool(who % 2)}, {}),
        ({}, {}, {"name": f"Mẫu {who % 5}", "symptoms": ["ho", "sốt"][: who % 3]}),
    )[what % 8]
