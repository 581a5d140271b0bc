"""Values of a record as a sentence a person reads; unknown names and shapes stand as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from server.console import times
from server.console.texts import TEXTS, Language, text, word
from server.places.units import name_of
from server.purposes import NEEDED

MAX_RAW_CHARACTERS = 200
_REFERENCE = re.compile(
    "(?:^| )(" + "|".join(sorted({name for names in NEEDED.values() for name in names})) + ")="
)
VOCABULARIES = {
    "lane": "lane",
    "direction": "direction",
    "mode": "mode",
    "purpose": "purpose",
    "vehicle_class": "vehicle",
    "plate_colour": "plate_colour",
    "action": "action",
    "role": "person",
    "group": "goods",
    "unit": "unit",
    "sex": "sex",
    "identified_by": "identified_by",
    "symptoms": "symptom",
    "decision": "review",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Says values in one language, with the place names and reason texts it is given."""

    language: Language
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    reason: Callable[[str], str] = str

    def path(self, path: str) -> str:
        """ "people/1/evidence" is "Người 1 · Giấy tờ"."""
        parts = path.split("/")
        if len(parts) == 3:
            item = parts[1].rsplit(":", 1)[-1]
            return f"{self._field(parts[0])} {item} · {self._field(parts[2])}"
        return self._field(parts[-1])

    def value(self, path: str, value: Any) -> str:
        """The value written at `path`, in words."""
        name = path.rsplit("/", 1)[-1]
        if value is None:
            return text(self.language, "none")
        if isinstance(value, bool):
            return text(self.language, "yes" if value else "no")
        if isinstance(value, dict):
            return self._object(name, value)
        if isinstance(value, list | tuple):
            kind = VOCABULARIES.get(name, "")
            said = (word(self.language, kind, one) for one in value)
            return ", ".join(said)[:MAX_RAW_CHARACTERS]
        if name in VOCABULARIES:
            return word(self.language, VOCABULARIES[name], value)
        if name in ("occurred", "departed_ms") and isinstance(value, int):
            return times.long_time(value)
        if name == "wait_s":
            return text(self.language, "crossing.seconds", count=value)
        if name == "temperature_c":
            return f"{value} °C"
        if name == "birth_date":
            return times.date_text(str(value))
        return str(value)

    def place(self, place: dict[str, Any] | None) -> str:
        """A commune by its name, of a levels pack or of its data set; else by code and data set."""
        if not place:
            return "–"
        dataset, code = str(place.get("dataset", "?")), str(place.get("code", "?"))
        known = self.places.get((dataset, code)) or name_of(dataset, code)
        return known or text(self.language, "place", code=code, dataset=dataset)

    def evidence(self, evidence: dict[str, Any]) -> str:
        """Family, status and why, in words."""
        family = word(self.language, "family", evidence.get("family"))
        if evidence.get("family") == "none":
            return family
        status = word(self.language, "status", evidence.get("status"))
        why = word(self.language, "code", evidence.get("code"))
        said = f"{family}: {status} ({why})" if why else f"{family}: {status}"
        if evidence.get("issuer"):
            said += f", {text(self.language, 'crossing.issuer', issuer=evidence['issuer'])}"
        if evidence.get("expires_at"):
            date = times.date_text(str(evidence["expires_at"]))
            said += f", {text(self.language, 'crossing.expires', date=date)}"
        return said

    def card(self, card: dict[str, Any]) -> str:
        """The card's colour and how it is known."""
        colour = word(self.language, "card", card.get("colour"))
        return f"{colour} ({word(self.language, 'basis', card.get('basis'))})"

    def facts(self, facts: dict[str, Any]) -> list[str]:
        """Verified doses, tests, recoveries and what a declaration said."""
        said = [self._fact("dose", one, "date") for one in _dicts(facts.get("doses"))]
        for one in _dicts(facts.get("tests")):
            words = {
                name: word(self.language, "fact", one.get(name)) for name in ("type", "result")
            }
            said.append(self._fact("test", one | words, "sampled_at"))
        said += [
            self._fact("recovery", one, "recovered_at") for one in _dicts(facts.get("recoveries"))
        ]
        declared = facts.get("declaration")
        if isinstance(declared, dict):
            if declared.get("exposure"):
                said.append(text(self.language, "fact.exposure"))
            symptoms = [str(one) for one in declared.get("symptoms") or ()]
            if symptoms:
                said.append(text(self.language, "fact.symptoms", symptoms=", ".join(symptoms)))
        permit = facts.get("permit")
        if isinstance(permit, dict):
            said += self._permit(permit)
        return said

    def _permit(self, permit: dict[str, Any]) -> list[str]:
        """A permit, pass or manifest, and in what the journey was not the one it names."""
        kind = word(self.language, "fact.permit", permit.get("type"))
        named = text(self.language, "fact.permit", kind=kind, id=permit.get("id") or "?")
        company = permit.get("company")
        amiss = [
            text(self.language, f"fact.permit.{name}")
            for name in ("plate_ok", "hours_ok", "places_ok")
            if permit.get(name) is False
        ]
        return [f"{named}, {company}" if company else named, *amiss]

    def _fact(self, kind: str, fact: dict[str, Any], dated: str) -> str:
        known = dict.fromkeys(("number", "of", "product", "type", "result"), "?") | fact
        date = times.date_text(str(fact.get(dated) or ""))
        return text(self.language, f"fact.{kind}", **known | {"date": date or "?"})

    def lines(self, fields: dict[str, Any]) -> list[tuple[str, str]]:
        """What an event wrote, as (label, words), flat or nested by item group."""
        return [(self.path(path), self.value(path, value)) for path, value in _flat(fields)]

    def reference(self, reference: str) -> list[tuple[str, str]]:
        """A kept reference, "name=value name=value", as (label, value)."""
        parts = _REFERENCE.split(reference)
        return [
            (
                text(self.language, f"search.reference.{name}"),
                times.date_text(value) if name.endswith("_date") else value,
            )
            for name, value in zip(parts[1::2], parts[2::2], strict=True)
        ]

    def _field(self, name: str) -> str:
        return TEXTS[self.language].get(f"field.{name}", name)

    def _object(self, name: str, value: dict[str, Any]) -> str:
        if name in ("plate", "trailer_plate"):
            return str(value.get("read") or value.get("normal") or "")
        if name in ("origin", "destination"):
            return self.place(value)
        if name == "verdict":
            reasons = "; ".join(self.reason(str(one)) for one in value.get("reasons", ()))
            outcome = word(self.language, "outcome", value.get("outcome"))
            return f"{outcome} ({reasons})" if reasons else outcome
        if name == "override":
            return f"{word(self.language, 'override', value.get('reason'))} · {value.get('by', '')}"
        if name == "evidence":
            return self.evidence(value)
        if name == "card":
            return self.card(value)
        if name == "facts":
            return "; ".join(self.facts(value))
        return json.dumps(value, ensure_ascii=False)[:MAX_RAW_CHARACTERS]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _flat(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in fields.items():
        items = value if name in ("people", "goods") and isinstance(value, dict) else None
        if items is None:
            flat.append((name, value))
            continue
        for item, written in items.items():
            if isinstance(written, dict):
                flat += [(f"{name}/{item}/{one}", said) for one, said in written.items()]
    return flat
