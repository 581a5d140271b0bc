"""The claims of an HC1 certificate: a CWT (RFC 8392) around the EU's certificate, 1.0 to 1.3.

CWT 1 issuer, 4 expires, 5 not before, 6 issued, -260 -> 1 the certificate {nam, dob, v, t, r}.
Codes: EU value sets. Dates of doses and recoveries are ISO dates, of tests instants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from credentials.cbor import CborError, decode_cbor
from credentials.dates import date_of_loose
from credentials.evidence import Dose, Facts, Identity, Recovery, Test
from credentials.health import HealthDocument, HealthError, Kind
from credentials.loose import (
    loose_day,
    loose_epoch_s,
    loose_instant,
    loose_integer,
    loose_maps,
    loose_text,
)

MAX_DOSES = 99
# One certificate has one entry and three ids; the event that carries them takes eight in all.
MAX_IDS = 7

_ISSUER, _EXPIRES, _NOT_BEFORE, _ISSUED, _HCERT = 1, 4, 5, 6, -260
_COVID_19 = "840539006"
_KINDS: tuple[tuple[str, Kind], ...] = (("t", "test"), ("v", "vaccination"), ("r", "recovery"))
_TEST_TYPES: dict[str, Literal["pcr", "rapid"]] = {"LP6464-4": "pcr", "LP217198-3": "rapid"}
_TEST_RESULTS: dict[str, Literal["negative", "positive"]] = {
    "260415000": "negative",
    "260373001": "positive",
}


@dataclass(frozen=True, slots=True)
class Hcert:
    """A certificate and what a list may name of it: certificate ids, a country before some."""

    document: HealthDocument
    ids: tuple[str, ...]


def read_hcert(payload: bytes) -> Hcert:
    """The claims of a CWT. Raises CborError for another structure, HealthError for no content."""
    claims = decode_cbor(payload)
    if not isinstance(claims, dict) or not isinstance(claims.get(_HCERT), dict):
        raise CborError("no CWT with a certificate")
    certificate = claims[_HCERT].get(1)
    if not isinstance(certificate, dict):
        raise CborError("no CWT with a certificate")
    entries = {name: loose_maps(certificate.get(name)) for name, _ in _KINDS}
    kinds = tuple(kind for name, kind in _KINDS if entries[name])
    expires_s = loose_epoch_s(claims.get(_EXPIRES))
    if not kinds or expires_s is None:
        raise HealthError("nothing certified, or for no time")
    identity = _identity(certificate)
    issuer = loose_text(claims.get(_ISSUER))
    document = HealthDocument(
        kinds=kinds,
        identity=identity,
        facts=Facts(
            doses=tuple(filter(None, map(_dose, _covid_19(entries["v"])))),
            tests=tuple(filter(None, map(_test, _covid_19(entries["t"])))),
            recoveries=tuple(filter(None, map(_recovery, _covid_19(entries["r"])))),
        ),
        issuer=issuer,
        issued_s=loose_epoch_s(claims.get(_ISSUED)),
        not_before_s=loose_epoch_s(claims.get(_NOT_BEFORE)),
        expires_s=expires_s,
        warnings=("birth_date",)
        if identity.birth_date is None and loose_text(certificate.get("dob"))
        else (),
    )
    return Hcert(document, _ids(issuer, [entry for name, _ in _KINDS for entry in entries[name]]))


def _identity(certificate: Mapping[Any, Any]) -> Identity:
    """Surname first, as Vietnamese papers have it; the transliteration where there is no name."""
    names = certificate.get("nam")
    if not isinstance(names, dict):
        raise HealthError("no name")
    written = [loose_text(names.get(part)) for part in ("fn", "gn")]
    if written == [None, None]:
        spelled = [loose_text(names.get(part)) for part in ("fnt", "gnt")]
        written = [None if text is None else text.replace("<", " ") for text in spelled]
    name = " ".join(part for part in written if part is not None)
    if not name:
        raise HealthError("no name")
    birth = loose_text(certificate.get("dob"))
    return Identity(name, None if birth is None else date_of_loose(birth))


def _covid_19(entries: list[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    return [entry for entry in entries if loose_text(entry.get("tg")) == _COVID_19]


def _dose(entry: Mapping[Any, Any]) -> Dose | None:
    number = loose_integer(entry.get("dn"), MAX_DOSES)
    of = loose_integer(entry.get("sd"), MAX_DOSES)
    product, date = loose_text(entry.get("mp")), loose_day(entry.get("dt"))
    if not number or not of or product is None or date is None:
        return None
    return Dose(number, of, product, date)


def _test(entry: Mapping[Any, Any]) -> Test | None:
    kind = _TEST_TYPES.get(loose_text(entry.get("tt")) or "")
    result = _TEST_RESULTS.get(loose_text(entry.get("tr")) or "")
    sampled_at = loose_instant(entry.get("sc"))
    if kind is None or result is None or sampled_at is None:
        return None
    return Test(kind, result, sampled_at, loose_instant(entry.get("dr")))


def _recovery(entry: Mapping[Any, Any]) -> Recovery | None:
    """Recovered from the day the certificate says (df), which is later than the positive test."""
    recovered_at = loose_day(entry.get("df")) or loose_day(entry.get("fr"))
    valid_until = loose_day(entry.get("du"))
    if recovered_at is None or (valid_until is None and loose_text(entry.get("du"))):
        return None
    return Recovery(recovered_at, valid_until)


def _ids(issuer: str | None, entries: list[Mapping[Any, Any]]) -> tuple[str, ...]:
    """Lists hash the id alone and after a country, which is the issuer's or the entry's."""
    found: dict[str, None] = {}
    for entry in entries:
        certificate_id = loose_text(entry.get("ci"))
        if certificate_id is None:
            continue
        found[certificate_id] = None
        for country in (issuer, loose_text(entry.get("co"))):
            if country is not None:
                found[country + certificate_id] = None
    return tuple(found)[:MAX_IDS]
