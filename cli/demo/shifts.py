"""The demo's shifts: six hours each, handed over with figures; one checkpoint never takes any."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.demo.tablet import DemoTablet
from server.store.registered import Checkpoint
from sync.encoding import uuid7
from sync.events import ref

HOUR_MS = 3_600_000
LENGTH_MS = 6 * HOUR_MS
VIETNAM_OFFSET_MS = 7 * HOUR_MS
UNMANNED = "nt-ga-thap-cham"
"""So that the console has a checkpoint to show that nobody has taken."""

DUTIES = {"truong": "lead", "quet": "scan", "y-te": "health", "tn": "traffic"}
STEPS = ["taken_over", "site", "protection", "health_kit", "tablets", "briefing"]
STEPS_OUT = ["held", "waiting", "paper", "kit"]


@dataclass(slots=True)
class Shifts:
    """Which shift runs where, kept between runs of the demo, and what it has counted."""

    running: dict[str, dict[str, Any]]
    counted: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, place: Checkpoint, fields: Mapping[str, Any]) -> None:
        """One crossing of the shift that runs there."""
        counts = self.counted.setdefault(place.id, Counter())
        counts["crossings"] += 1
        counts["people"] += int(fields.get("headcount", 1))
        counts["vehicles"] += fields.get("vehicle_class") not in (None, "on_foot")
        counts[str(fields.get("action"))] += 1
        counts["green_lane"] += fields.get("mode") == "green_lane"
        counts["overrides"] += fields.get("override") is not None

    def turn(self, place: Checkpoint, tablet: DemoTablet, at_ms: int) -> None:
        """Hand over and take over where a shift ends at `at_ms`, the beginning of an hour."""
        if (at_ms + VIETNAM_OFFSET_MS) % LENGTH_MS or place.id == UNMANNED:
            return
        before = self.running.get(place.id)
        lead, salt = f"{place.id}-truong", hashlib.sha256(f"{place.id} {at_ms}".encode()).digest()
        if before is not None:
            self._hand_over(place, tablet, at_ms, before, salt)
        record = uuid7(at_ms, salt[:10])
        roster = {
            str(at): {"officer": f"{place.id}-{short}", "duty": duty}
            for at, (short, duty) in enumerate(DUTIES.items(), 1)
        }
        fields: dict[str, Any] = {"opened": at_ms, "due": at_ms + LENGTH_MS, "lead": lead}
        if before is not None:
            fields["previous"] = before["record"]
        tablet.write(
            record,
            at_ms,
            lead,
            {},
            fields | {"lane": tablet.device.lane, "checked": STEPS},
            {"roster": roster},
            {},
            b"",
            kind="shift",
        )
        self.running[place.id] = {"record": record, "opened": at_ms}
        self.counted[place.id] = Counter()

    def _hand_over(
        self,
        place: Checkpoint,
        tablet: DemoTablet,
        at_ms: int,
        before: Mapping[str, Any],
        salt: bytes,
    ) -> None:
        item = f"{ref(tablet.device.id, tablet.seq + len(tablet.pending) + 1)}:1"
        asked_ms = at_ms - 2 * HOUR_MS
        question = {
            "about": "papers",
            "of": "lead",
            "asked_by": f"{place.id}-quet",
            "asked": asked_ms,
            "decision": "referred",
            "decided_by": f"{place.id}-truong",
            "decided": asked_ms + 90_000,
        }
        end = {"closed": at_ms, "checked_out": STEPS_OUT, "handed_to": f"{place.id}-truong"}
        counts = {name: int(value) for name, value in self.counted.get(place.id, {}).items()}
        tablet.write(
            str(before["record"]),
            at_ms,
            f"{place.id}-truong",
            {},
            end | {"counts": counts},
            {"consults": {item: question}},
            {
                "set": {"note": "Đèn số 2 yếu, đã báo thay."},
                "items": {"consults": {item: {"question": "Giấy đi đường hết hạn hôm qua?"}}},
            },
            salt[:16],
            kind="shift",
        )
