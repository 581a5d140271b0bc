"""What one reading of a code proves.

`Evidence` is the only thing that leaves this room. Its JSON names are its attribute names and the
TypeScript twin's property names. Instants are ISO 8601 UTC text with `Z`; birth dates are ISO dates
that may be partial ("1990", "1990-08").

status     code                                       meaning
verified   ok                                         a trusted key signed it and it holds now
claim      unsigned, untrusted                        says who or what, proves no facts
unknown    unrecognised                               not a code we know, or only part of one
invalid    prefix base45 zlib cbor cose algorithm     complete, and refused for that reason
           signature key_usage not_yet_valid expired
           revoked malformed

`facts` is filled only when the status is verified. `identity` and `subject` (except `subject.type`)
are personal data and belong to the person part of an event.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Family = Literal[
    "cccd", "can_cuoc", "cmnd", "pc_covid", "bhyt", "hc1", "shc", "own", "url", "opaque"
]
Status = Literal["verified", "claim", "unknown", "invalid"]
Code = Literal[
    "ok", "unsigned", "untrusted", "unrecognised",
    "prefix", "base45", "zlib", "cbor", "cose", "algorithm", "signature", "key_usage",
    "not_yet_valid", "expired", "revoked", "malformed",
]  # fmt: skip
Warning = Literal[
    "id_province", "id_birth_year", "id_sex", "birth_date", "input_method", "letters_lost",
    "extended",
    "clock_behind", "trust_aging", "trust_old", "trust_stopped",
]  # fmt: skip
Sex = Literal["M", "F"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the code names, as read; masked characters stay masked."""

    name: str
    birth_date: str | None = None
    id_number: str | None = None
    sex: Sex | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative unit; codes were reused, so the data set is part of the key."""

    dataset: Literal["2021", "2025"]
    code: str


@dataclass(frozen=True, slots=True)
class Dose:
    number: int
    of: int
    product: str
    date: str


@dataclass(frozen=True, slots=True)
class Test:
    type: Literal["pcr", "rapid"]
    result: Literal["negative", "positive"]
    sampled_at: str
    resulted_at: str | None


@dataclass(frozen=True, slots=True)
class Recovery:
    recovered_at: str
    valid_until: str | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """The answers of a health declaration."""

    symptoms: tuple[str, ...]
    exposure: bool
    origin: Place | None = None
    destination: Place | None = None
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    doses: tuple[Dose, ...] = ()
    tests: tuple[Test, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    declaration: Declaration | None = None


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reading; `warnings` are oddities that never refuse (a 12-digit number that cannot be)."""

    family: Family
    status: Status
    code: Code
    identity: Identity | None = None
    facts: Facts = NO_FACTS
    issuer: str | None = None
    key_id: str | None = None
    issued_at: str | None = None
    expires_at: str | None = None
    fingerprints: tuple[str, ...] = ()
    subject: dict[str, Any] | None = None
    warnings: tuple[Warning, ...] = field(default=())


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """The wire shape: plain dicts, lists, strings, numbers, booleans and None."""
    plain: dict[str, Any] = _lists(asdict(evidence))
    return plain


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value
