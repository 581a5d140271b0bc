"""What a SMART Health Card says: a small FHIR bundle in a verifiable credential.

Patient gives the identity, Immunization the doses (CVX), Observation the tests (LOINC and SNOMED).
A card does not say how many doses make the series unless it names a protocol; then it is the
product's: one for Janssen's, two for the others, so that one dose of two is never a whole series.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from credentials.dates import date_of_loose
from credentials.evidence import Dose, Facts, Identity, Sex, Test
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

_CVX, _LOINC = "http://hl7.org/fhir/sid/cvx", "http://loinc.org"
_COVID_19_CVX = re.compile("2(?:0[78]|1[0-3789]|2[15-9]|30)|30[0-2]|50[0-9]|51[0-9]|52[01]")
_ONE_DOSE_CVX = frozenset(("212",))
_TEST_TYPES: dict[str, Literal["pcr", "rapid"]] = {
    **dict.fromkeys(("94500-6", "94309-2", "94845-5", "94531-1", "94759-8", "95406-5"), "pcr"),
    **dict.fromkeys(("94558-4", "97097-0", "95209-3", "96119-3"), "rapid"),
}
_TEST_RESULTS: dict[str, Literal["negative", "positive"]] = {
    "260415000": "negative",
    "260385009": "negative",
    "260373001": "positive",
    "10828004": "positive",
}
_SEXES: dict[str, Sex] = {"male": "M", "female": "F"}


@dataclass(frozen=True, slots=True)
class CardContent:
    document: HealthDocument
    revocation_id: str | None


def read_card(payload: Mapping[str, Any]) -> CardContent:
    """The claims of a card. Raises HealthError where it names nobody or says nothing."""
    credential = _map(payload.get("vc"))
    bundle = _map(_map(credential.get("credentialSubject")).get("fhirBundle"))
    resources = [_map(entry.get("resource")) for entry in loose_maps(bundle.get("entry"))]
    patients = _of_type(resources, "Patient")
    doses, tests = _of_type(resources, "Immunization"), _of_type(resources, "Observation")
    not_before_s = loose_epoch_s(payload.get("nbf"))
    expires_s = loose_epoch_s(payload.get("exp"))
    if not_before_s is None or (expires_s is None and payload.get("exp") is not None):
        raise HealthError("no validity")
    if len(patients) != 1 or not (doses or tests):
        raise HealthError("no person, several, or nothing about them")
    kinds: tuple[Kind, ...] = ()
    if tests:
        kinds += ("test",)
    if doses:
        kinds += ("vaccination",)
    identity = _identity(patients[0])
    written_birth = loose_text(patients[0].get("birthDate"))
    document = HealthDocument(
        kinds=kinds,
        identity=identity,
        facts=Facts(doses=_doses(doses), tests=tuple(filter(None, map(_test, tests)))),
        issuer=loose_text(payload.get("iss")),
        issued_s=not_before_s,
        not_before_s=not_before_s,
        expires_s=expires_s,
        warnings=("birth_date",) if written_birth and identity.birth_date is None else (),
    )
    return CardContent(document, loose_text(credential.get("rid")))


def _identity(patient: Mapping[Any, Any]) -> Identity:
    """Surname first, as Vietnamese papers have it."""
    for written in loose_maps(patient.get("name")):
        given = written.get("given")
        parts = [written.get("family"), *(given[:8] if isinstance(given, list) else [])]
        name = " ".join(part for part in map(loose_text, parts) if part) or loose_text(
            written.get("text")
        )
        if name:
            birth = loose_text(patient.get("birthDate"))
            sex = _SEXES.get(loose_text(patient.get("gender")) or "")
            return Identity(name, None if birth is None else date_of_loose(birth), None, sex)
    raise HealthError("no name")


def _doses(resources: list[Mapping[Any, Any]]) -> tuple[Dose, ...]:
    """In the order given by their dates; a dose without a number of its own has its place in it."""
    given: list[tuple[str, str, Mapping[Any, Any]]] = []
    for resource in resources:
        product = _code(resource.get("vaccineCode"), _CVX, _is_covid_19)
        date = loose_day(resource.get("occurrenceDateTime"))
        if resource.get("status") == "completed" and product is not None and date is not None:
            given.append((date, product, resource))
    given.sort(key=lambda dose: dose[:2])
    doses = []
    for place, (date, product, resource) in enumerate(given, 1):
        protocol = next(iter(loose_maps(resource.get("protocolApplied"))), {})
        number = loose_integer(protocol.get("doseNumberPositiveInt"), MAX_DOSES) or place
        of = loose_integer(protocol.get("seriesDosesPositiveInt"), MAX_DOSES)
        series = 1 if product in _ONE_DOSE_CVX else 2
        doses.append(Dose(number, of or series, f"cvx:{product}", date))
    return tuple(doses)


def _test(resource: Mapping[Any, Any]) -> Test | None:
    kind = _TEST_TYPES.get(_code(resource.get("code"), _LOINC, _TEST_TYPES.__contains__) or "")
    result = _TEST_RESULTS.get(
        _code(resource.get("valueCodeableConcept"), None, _TEST_RESULTS.__contains__) or ""
    )
    sampled_at = loose_instant(resource.get("effectiveDateTime"))
    final = resource.get("status") in ("final", "amended", "corrected")
    if not final or kind is None or result is None or sampled_at is None:
        return None
    return Test(kind, result, sampled_at, loose_instant(resource.get("issued")))


def _is_covid_19(cvx: str) -> bool:
    return _COVID_19_CVX.fullmatch(cvx) is not None


def _code(concept: object, system: str | None, is_known: Callable[[str], bool]) -> str | None:
    """The first code of a concept that we know, in one system or any."""
    for coding in loose_maps(_map(concept).get("coding")):
        code = loose_text(coding.get("code"))
        if code is not None and is_known(code) and system in (None, coding.get("system")):
            return code
    return None


def _of_type(resources: list[Mapping[Any, Any]], name: str) -> list[Mapping[Any, Any]]:
    return [resource for resource in resources if resource.get("resourceType") == name]


def _map(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
