"""The short claims of our own documents, one table for issuing and reading.

claim  meaning                                                       in
iss    issuer id, the same as the trust key's                        all, required
iat    issued, epoch seconds                                         all, required
exp    expires, epoch seconds                                        all, required
nbf    not before, epoch seconds                                     all
jti    document id, 1-64 of [A-Za-z0-9_-]                            all, required
n      holder's name                                                 decl required; permit card pass
b      birth date, ISO, may be partial                               as n
s      sex "M"|"F"                                                   as n
i      id number                                                     as n
t      phone                                                         as n
a      address                                                       as n
o, d   origin, destination "2021/00268" (dataset/code)               decl permit pass manifest
v      plate as written                                              decl permit pass manifest
r      reason or purpose                                             decl permit pass manifest
y      symptoms, a list of codes [a-z0-9_]                           decl, required
x      exposure, true or false                                       decl, required
sub    officer id, 1-64 of [A-Za-z0-9_.-]                            badge, required
sec    base64url of 16 random bytes; never part of Evidence          badge, required
q      route                                                         permit pass manifest
h      hours, such as "05:00-20:00"                                  permit pass manifest
c      company                                                       permit pass manifest
w      number of workers, on all parts together                      manifest
l      workers of this part: [name] or [name, id number], at most 200  manifest
p      [number, of]: which part of how many (`credentials/parts.py`) manifest
k u z  doses, tests, recoveries (`credentials/card_claims.py`)       card

Unknown claims are ignored when read (a later version may add some) and refused when issued.
Lengths count code points. A declaration holds for at most 72 hours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from credentials.card_claims import FACT_CLAIMS, card_facts
from credentials.dates import MAX_EPOCH_S, is_partial_date
from credentials.evidence import NO_FACTS, Declaration, Facts, Identity, Place, Sex
from credentials.jws import base64url_decode

T = TypeVar("T")
Typ = Literal["decl", "badge", "permit", "pass", "manifest", "card"]

DECLARATION_VALIDITY_HOURS = 72
SECRET_BYTES = 16
MAX_SYMPTOMS = 16
MAX_WORKERS_A_PART = 200
MAX_PARTS = 20

SUBJECT_TYPES: dict[str, str] = {
    "decl": "declaration",
    "badge": "badge",
    "permit": "permit",
    "pass": "pass",
    "manifest": "manifest",
    "card": "card",
}

_ENVELOPE = ("iss", "iat", "exp", "nbf", "jti")
_HOLDER = ("n", "b", "s", "i", "t", "a")
_TRAVEL = ("o", "d", "v", "r", "q", "h", "c")
CLAIM_NAMES: dict[str, frozenset[str]] = {
    "decl": frozenset((*_ENVELOPE, *_HOLDER, "o", "d", "v", "r", "y", "x")),
    "badge": frozenset((*_ENVELOPE, "sub", "sec")),
    "permit": frozenset((*_ENVELOPE, *_HOLDER, *_TRAVEL)),
    "pass": frozenset((*_ENVELOPE, *_HOLDER, *_TRAVEL)),
    "manifest": frozenset((*_ENVELOPE, *_TRAVEL, "w", "l", "p")),
    "card": frozenset((*_ENVELOPE, *_HOLDER, *FACT_CLAIMS)),
}
# claim -> (name in Evidence.subject, longest text)
_SUBJECT_TEXTS = {
    "v": ("plate", 20),
    "r": ("reason", 200),
    "q": ("route", 200),
    "h": ("hours", 60),
    "c": ("company", 120),
}

_SURROGATE = re.compile("[\ud800-\udfff]")
_JTI = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OFFICER = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SYMPTOM = re.compile(r"[a-z0-9_]{1,32}")
_PLACE = re.compile(r"(2021|2025)/([0-9]{1,5})")


class ClaimError(ValueError):
    """A claim is missing or of another shape; `claim` is its short name."""

    def __init__(self, claim: str) -> None:
        super().__init__(f"claim {claim}")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class OwnClaims:
    """The claims of one document in the words of Evidence."""

    issuer: str
    issued_s: int
    expires_s: int
    not_before_s: int
    document_id: str
    identity: Identity | None
    facts: Facts
    subject: dict[str, Any]


def check_claims(typ: str, claims: Mapping[str, Any]) -> OwnClaims:
    """The claims of a document of a known typ. Raises ClaimError naming the first bad one."""
    names = CLAIM_NAMES[typ]
    issuer = _required(_text(claims, "iss", 64), "iss")
    issued_s = _required(_integer(claims, "iat", MAX_EPOCH_S), "iat")
    expires_s = _required(_integer(claims, "exp", MAX_EPOCH_S), "exp")
    not_before_s = _integer(claims, "nbf", MAX_EPOCH_S)
    if expires_s <= issued_s:
        raise ClaimError("exp")
    if typ == "decl" and expires_s - issued_s > DECLARATION_VALIDITY_HOURS * 3600:
        raise ClaimError("exp")
    document_id = _required(_matching(claims, "jti", _JTI), "jti")
    subject: dict[str, Any] = {"type": SUBJECT_TYPES[typ], "id": document_id}
    if typ == "badge":
        subject["officer"] = _required(_matching(claims, "sub", _OFFICER), "sub")
        badge_secret(claims)
    origin = _place(claims, "o") if "o" in names else None
    destination = _place(claims, "d") if "d" in names else None
    for claim, (name, limit) in _SUBJECT_TEXTS.items():
        if claim in names and (text := _text(claims, claim, limit)) is not None:
            subject[name] = text
    if "w" in names and (workers := _integer(claims, "w", 100_000)) is not None:
        subject["workers"] = workers
    if "l" in names:
        subject |= _listed(claims) | _part(claims)
    if typ != "decl":
        for name, place in (("origin", origin), ("destination", destination)):
            if place is not None:
                subject[name] = {"dataset": place.dataset, "code": place.code}
    identity = _identity(claims) if "n" in names else None
    facts = NO_FACTS
    if typ == "card":
        found = card_facts(claims)
        if isinstance(found, str):
            raise ClaimError(found)
        facts = found
    if typ == "decl":
        if identity is None:
            raise ClaimError("n")
        facts = Facts(
            declaration=Declaration(
                _symptoms(claims), _exposure(claims), origin, destination, subject.get("plate")
            )
        )
    return OwnClaims(
        issuer,
        issued_s,
        expires_s,
        issued_s if not_before_s is None else max(issued_s, not_before_s),
        document_id,
        identity,
        facts,
        subject,
    )


def badge_secret(claims: Mapping[str, Any]) -> bytes:
    """The 16 bytes of a badge's `sec`. Raises ClaimError."""
    text = claims.get("sec")
    try:
        secret = base64url_decode(text) if isinstance(text, str) and len(text) == 22 else b""
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise ClaimError("sec")
    return secret


def _identity(claims: Mapping[str, Any]) -> Identity | None:
    name = _text(claims, "n", 120)
    birth_date = _text(claims, "b", 10)
    if birth_date is not None and not is_partial_date(birth_date):
        raise ClaimError("b")
    sex: Sex | None = claims.get("s")
    if sex is not None and not (isinstance(sex, str) and sex in ("M", "F")):
        raise ClaimError("s")
    id_number = _text(claims, "i", 32)
    phone = _text(claims, "t", 20)
    address = _text(claims, "a", 300)
    if name is None:
        if (birth_date, sex, id_number, phone, address) != (None, None, None, None, None):
            raise ClaimError("n")
        return None
    return Identity(name, birth_date, id_number, sex, phone, address)


def _listed(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The workers that a manifest names, as a member of the subject; none when it names none."""
    items = claims.get("l")
    if items is None:
        return {}
    if not isinstance(items, list | tuple) or len(items) > MAX_WORKERS_A_PART:
        raise ClaimError("l")
    people = []
    for item in items:
        if not isinstance(item, list | tuple) or not 1 <= len(item) <= 2:
            raise ClaimError("l")
        worker = dict(zip("ni", item, strict=False))
        try:
            name, id_number = _text(worker, "n", 120), _text(worker, "i", 32)
        except ClaimError:
            raise ClaimError("l") from None
        people.append({"name": _required(name, "l"), "id_number": id_number})
    return {"people": people}


def _part(claims: Mapping[str, Any]) -> dict[str, Any]:
    items = claims.get("p")
    if items is None:
        return {}
    if not isinstance(items, list | tuple) or len(items) != 2:
        raise ClaimError("p")
    try:
        number, of = (_integer({"p": item}, "p", MAX_PARTS) for item in items)
    except ClaimError:
        raise ClaimError("p") from None
    if not number or not of or number > of:
        raise ClaimError("p")
    return {"part": {"number": number, "of": of}}


def _symptoms(claims: Mapping[str, Any]) -> tuple[str, ...]:
    items = claims.get("y")
    if not isinstance(items, list | tuple) or len(items) > MAX_SYMPTOMS:
        raise ClaimError("y")
    if not all(isinstance(item, str) and _SYMPTOM.fullmatch(item) for item in items):
        raise ClaimError("y")
    return tuple(items)


def _exposure(claims: Mapping[str, Any]) -> bool:
    value = claims.get("x")
    if not isinstance(value, bool):
        raise ClaimError("x")
    return value


def _place(claims: Mapping[str, Any], claim: str) -> Place | None:
    text = _text(claims, claim, 10)
    if text is None:
        return None
    match = _PLACE.fullmatch(text)
    if match is None:
        raise ClaimError(claim)
    return Place("2021" if match[1] == "2021" else "2025", match[2])


def _text(claims: Mapping[str, Any], claim: str, limit: int) -> str | None:
    value = claims.get(claim)
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= limit or _SURROGATE.search(value):
        raise ClaimError(claim)
    return value


def _matching(claims: Mapping[str, Any], claim: str, pattern: re.Pattern[str]) -> str | None:
    value = _text(claims, claim, 64)
    if value is not None and not pattern.fullmatch(value):
        raise ClaimError(claim)
    return value


def _integer(claims: Mapping[str, Any], claim: str, limit: int) -> int | None:
    """JSON has one kind of number: 1.0 and 1 are the same, as they are for JavaScript."""
    value = claims.get(claim)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= limit:
        raise ClaimError(claim)
    return value


def _required(value: T | None, claim: str) -> T:
    if value is None:
        raise ClaimError(claim)
    return value
