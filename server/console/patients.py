"""What of alerts the health service sees: its own codes, and there whom to reach. SPEC W9.

Police and command see that somebody had a sign or a positive test; who it was and how to reach
them is for the health service alone, and each look is audited with the alert's.
"""

from __future__ import annotations

from typing import Any

from schemas.home_records import HEALTH_ALERTS
from server.context import here
from server.store.alert_protocol import AlertWhole
from server.store.registered import UserRole


def codes_for(role: UserRole) -> tuple[str, ...]:
    """The alerts that a role sees; empty is all of them."""
    return HEALTH_ALERTS if role == "health" else ()


def may_treat(found: AlertWhole, role: UserRole) -> bool:
    """Whether this role is told whom an alert is about."""
    return role == "health" and found.row.code in HEALTH_ALERTS


def patients_of(found: AlertWhole) -> list[dict[str, Any]]:
    """The people an alert is about, as their crossing or the test itself names them."""
    wanted = found.fields.get("persons") or ()
    people: list[dict[str, Any]] = []
    for subject in found.fields.get("subjects") or ():
        crossing = here().store.crossing(subject)
        if crossing is not None:
            people += [one for item, one in crossing.people.items() if item in wanted]
            continue
        test = here().store.noted_whole(subject, True)
        tested = None if test is None else test.person.get("person")
        if isinstance(tested, dict):
            people.append(tested)
    return [one for one in people if any(one.get(name) for name in _KNOWN)]


_KNOWN = ("name", "phone", "id_number", "address", "symptoms", "temperature_c")
