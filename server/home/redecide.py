"""One crossing decided again: by what was in force then, by what the tablet had, by what is now.

The question is put together from the event alone, so whoever asks it twice gets one answer. What
cannot be put together any more (the person part is erased, withheld or sealed) is not decided.
SPEC W2–W4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from credentials.dates import epoch_ms_of_instant
from credentials.trust import Trust
from rules.dates import to_iso
from rules.decide import Verdict, combine, decide, severity
from rules.grace import external_levels
from rules.pack import LIST_CHECK, RULES_ERROR, RULES_MISSING, RULES_STALE, Outcome, RulePack
from rules.permit_lists import PermitLists
from rules.permits import NO_USES, goods_first, permit_again
from rules.signs import noted_health
from rules.watchlist import WatchFilter, watch_hit
from schemas.shapes import ACTIONS, OUTCOMES
from server.home.books import SAID, Book
from server.store.log.record import OpenEvent, merge_events, shown_values
from server.store.registered import Checkpoint
from server.store.view_protocol import CrossingRow

NO_COMMITMENT = bytes(32)
COULD_NOT = {reason.code for reason in (RULES_ERROR, RULES_MISSING, RULES_STALE)}
"""What a tablet says that could not decide."""

Items = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What there is to decide about one person; `item` "" is a crossing of nobody named.

    `identity` is also there without a code: what an officer typed. `document` is what the crossing
    keeps of the permit, pass or manifest that counts for this person, with its evidence's status.
    """

    item: str
    identity: dict[str, Any]
    evidence: dict[str, Any] | None
    journey: dict[str, Any]
    document: dict[str, Any] | None
    said: tuple[str, ...]
    shown: Outcome | None


@dataclass(frozen=True, slots=True)
class Question:
    """A crossing as rules see it, with what its tablet answered; `had` are that tablet's packs."""

    row: CrossingRow
    people: tuple[Asked, ...]
    shown: Outcome
    said: tuple[str, ...]
    had: Mapping[str, int]
    override: Mapping[str, Any] | None = None

    @property
    def done(self) -> int:
        """How strict what was done is, as the severity of an outcome."""
        return ACTIONS.index(self.row.action) if self.row.action in ACTIONS else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on a crossing, and on each of its people by item."""

    verdict: Verdict
    people: Mapping[str, Verdict]


def question_of(
    row: CrossingRow, events: Sequence[OpenEvent], place: Checkpoint | None
) -> Question | None:
    """None where nothing was decided, or where too little is left to decide it again."""
    if place is None or not is_whole(events):
        return None
    fields, items = shown_values(merge_events(events), "crossing")
    verdict = fields.get("verdict")
    if not isinstance(verdict, dict) or verdict.get("outcome") not in OUTCOMES:
        return None
    people = {item: one for item, one in items.get("people", {}).items() if not one.get("removed")}
    goods = [one for one in items.get("goods", {}).values() if not one.get("removed")]
    said = tuple(verdict.get("reasons") or ())
    documents = {item: one for item in people if (one := _document(people[item])) is not None}
    shared = next((one for item, one in sorted(documents.items()) if one["of_vehicle"]), None)
    asked = [
        Asked(
            item,
            _identity(one),
            _evidence(one),
            _journey(fields, one, goods, place),
            documents.get(item, shared),
            tuple((one.get("verdict") or {}).get("reasons") or said),
            (one.get("verdict") or {}).get("outcome"),
        )
        for item, one in sorted(people.items())
    ]
    if not asked:
        asked = [Asked("", {}, None, _journey(fields, {}, goods, place), None, said, None)]
    override = fields.get("override")
    said_why = override if isinstance(override, dict) else None
    return Question(row, tuple(asked), verdict["outcome"], said, _had(events), said_why)


def answer(question: Question, book: Book) -> Answer:
    """The question decided by these packs, at the moment of crossing."""
    at_ms = question.row.occurred_ms
    companies = {(one.document or {}).get("company") for one in question.people}
    suspended = any(book.permits.is_company_suspended(one, at_ms) for one in companies if one)
    found = {one.item: _decide(one, book, at_ms, suspended) for one in question.people}
    return Answer(combine(list(found.values())), found)


def differing(question: Question, found: Answer) -> list[str] | None:
    """The items whose outcome is another one; None where all is as it was shown.

    A tablet that said it could not decide, and asked for a closer look, was not wrong.
    """
    items = [
        one.item
        for one in question.people
        if one.shown is not None and one.shown != found.people[one.item].outcome
    ]
    if found.verdict.outcome == question.shown and not items:
        return None
    said = set(question.said)
    could_not = question.shown == "refer" and bool(said) and said <= COULD_NOT
    if could_not and severity(found.verdict.outcome) <= severity("refer"):
        return None
    return items


def revoked_items(question: Question, then: Trust, now: Trust) -> list[str]:
    """The items whose document counted at the crossing and is revoked since."""
    return [
        one.item
        for one in question.people
        if _counted(one) and _is_revoked(one, now) and not _is_revoked(one, then)
    ]


def ended_items(question: Question, now_ms: int) -> list[str]:
    """The items whose document counted at the crossing and has ended by now."""
    return [one.item for one in question.people if _counted(one) and _has_ended(one, now_ms)]


def is_watched(one: Asked, watchlist: WatchFilter | None) -> bool:
    """Whether the filter hits; a chip card's old number stays on the tablet, which said so."""
    return LIST_CHECK.code in one.said or watch_hit(watchlist, {"identity": one.identity})


def _decide(one: Asked, book: Book, at_ms: int, suspended: bool) -> Verdict:
    evidence, document = one.evidence, one.document
    if _counted(one) and _is_revoked(one, book.trust):
        assert evidence is not None
        document = None if document is None else document | {"status": "invalid"}
        evidence = evidence | {"status": "invalid", "code": "revoked", "facts": NO_FACTS}
    external = external_levels(book.levels, one.journey, at_ms) | {
        "watch_hit": is_watched(one, book.watchlist),
        "permit": permit_again(document or {}, at_ms, NO_USES, book.permits),
        "company_suspended": suspended,
        "priority": _goes_first(one.journey, book.permits),
        SAID: list(one.said),
    }
    return decide(evidence, one.journey, external, at_ms, _fresh(book, at_ms))


def _goes_first(journey: Mapping[str, Any], lists: PermitLists) -> bool:
    return bool(goods_first(journey["goods"], journey["checkpoint"]["province"], lists))


def _fresh(book: Book, at_ms: int) -> RulePack | None:
    """How old a pack was on the tablet is the tablet's to say; here it is the one that held."""
    return None if book.rules is None else replace(book.rules, confirmed_at_ms=at_ms)


def _has_ended(one: Asked, now_ms: int) -> bool:
    expires_at = (one.evidence or {}).get("expires_at")
    ends_ms = epoch_ms_of_instant(expires_at) if isinstance(expires_at, str) else None
    return ends_ms is not None and ends_ms <= now_ms


def _counted(one: Asked) -> bool:
    return one.evidence is not None and one.evidence["status"] == "verified"


def _is_revoked(one: Asked, trust: Trust) -> bool:
    evidence = one.evidence or {}
    issued_at = evidence.get("issued_at")
    # Where the tablet did not say when it was issued, it was before anything was withdrawn.
    issued_ms = epoch_ms_of_instant(issued_at) if isinstance(issued_at, str) else None
    return trust.revokes(evidence.get("fingerprints") or (), evidence.get("key_id"), issued_ms or 0)


def is_whole(events: Sequence[OpenEvent]) -> bool:
    return all(one.person is not None or one.log.commitment == NO_COMMITMENT for one in events)


def _had(events: Sequence[OpenEvent]) -> Mapping[str, int]:
    """The packs of the newest event that says what the verdict is."""
    saying = [one for one in events if "verdict" in one.body.fields]
    if not saying:
        return {}
    return max(saying, key=lambda one: (one.log.order, one.ref)).body.packs


NO_FACTS: dict[str, Any] = {"doses": [], "tests": [], "recoveries": [], "declaration": None}
_IDENTITY = ("name", "birth_date", "id_number", "sex", "phone", "address")


def _identity(person: dict[str, Any]) -> dict[str, Any]:
    return {name: person.get(name) for name in _IDENTITY}


def _evidence(person: dict[str, Any]) -> dict[str, Any] | None:
    """Evidence in its JSON shape, as far as the event holds it."""
    summary = person.get("evidence")
    if not isinstance(summary, dict) or summary.get("family") == "none":
        return None
    return {
        "issuer": None,
        "key_id": None,
        "issued_at": None,
        "expires_at": None,
        **summary,
        "identity": _identity(person),
        "facts": NO_FACTS | _facts(person),
        "fingerprints": person.get("fingerprints") or [],
        "subject": _subject(summary, person),
    }


def _facts(person: dict[str, Any]) -> dict[str, Any]:
    facts = person.get("facts") or {}
    return {name: value for name, value in facts.items() if name != "permit"}


def _document(person: dict[str, Any]) -> dict[str, Any] | None:
    """What the crossing keeps of a permit, pass or manifest; `of_vehicle`: it names nobody."""
    said = (person.get("facts") or {}).get("permit")
    if not isinstance(said, dict):
        return None
    status = (person.get("evidence") or {}).get("status")
    of_vehicle = said.get("type") in ("pass", "manifest") or not person.get("name")
    return said | {"status": status, "of_vehicle": of_vehicle}


def _subject(summary: dict[str, Any], person: dict[str, Any]) -> dict[str, Any] | None:
    """Its type, of a document of our own: as it was kept, else by the facts that it proved."""
    if summary.get("family") != "own":
        return None
    facts = person.get("facts") or {}
    if isinstance(facts.get("permit"), dict):
        return {"type": facts["permit"].get("type")}
    return {"type": "declaration" if facts.get("declaration") else "card"}


def _journey(
    fields: dict[str, Any], person: dict[str, Any], goods: list[dict[str, Any]], place: Checkpoint
) -> dict[str, Any]:
    """What rules see of the journey: as `journeyOf` of web/tablet/core/verdict.ts makes it."""
    klass, departed_ms = fields.get("vehicle_class"), fields.get("departed_ms")
    plate = fields.get("plate") or {}
    return {
        "direction": fields.get("direction"),
        "mode": fields.get("mode"),
        "purpose": fields.get("purpose"),
        "origin": fields.get("origin"),
        "destination": fields.get("destination"),
        "departed_at": None if departed_ms is None else to_iso(departed_ms),
        "checkpoint": {"id": place.id, "province": place.province, "class": place.klass},
        "role": person.get("role"),
        "card": person.get("card"),
        "health": noted_health(
            person.get("symptoms"), person.get("temperature_c"), person.get("exposure")
        ),
        "vehicle": None
        if klass in (None, "on_foot")
        else {"class": klass, "plate": plate.get("normal")},
        "goods": [
            {"group": one.get("group"), "perishable": bool(one.get("perishable"))} for one in goods
        ],
    }
