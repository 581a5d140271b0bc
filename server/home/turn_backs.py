"""What the neighbours learn of a refusal: which vehicle, where, when and why; nobody's name. L5."""

from __future__ import annotations

from server.home.draft import Draft, Sources, derived_id
from server.store.view_protocol import CrossingRow

MAX_PLATE = 24
MAX_REASONS = 16


def wanted(sources: Sources, row: CrossingRow) -> Draft | None:
    """The turn-back to tell of this crossing, if any: it was sent away, and it counts."""
    district = sources.districts.get(row.checkpoint, "")
    is_told = row.action == "turned_back" and not {"voided", "duplicate"} & set(row.flags)
    if not is_told or not district:
        return None
    fields = {
        "subject": row.record,
        "checkpoint": row.checkpoint,
        "district": district,
        "occurred": row.occurred_ms,
        "direction": row.direction,
        "plate": row.plate[:MAX_PLATE] or None,
        "reasons": list(row.reasons[:MAX_REASONS]),
        "withdrawn": False,
    }
    record = derived_id(row.record, "turn_back", row.record, district)
    return Draft("turn_back", record, row.checkpoint, fields)
