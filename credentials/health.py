"""What a signed health document says, whichever way it was written (HC1 or SMART Health Card)."""

from dataclasses import dataclass
from typing import Literal

from credentials.dates import instant_of_epoch_s
from credentials.evidence import NO_FACTS, Code, Evidence, Facts, Family, Identity, Status, Warning
from credentials.trust import Trust, TrustKey

Kind = Literal["test", "vaccination", "recovery"]


class HealthError(ValueError):
    """The signed content names nobody or has no validity."""


@dataclass(frozen=True, slots=True)
class HealthDocument:
    """`kinds`: what it is about, also where an entry could not be read as a fact.

    `issuer` is who the document says issued it. Instants are epoch seconds; a document of which
    `expires_s` is None does not expire.
    """

    kinds: tuple[Kind, ...]
    identity: Identity
    facts: Facts
    issuer: str | None
    issued_s: int | None
    not_before_s: int | None
    expires_s: int | None
    warnings: tuple[Warning, ...] = ()


def health_standing(
    document: HealthDocument,
    usage: tuple[str, ...],
    fingerprints: tuple[str, ...],
    signer: TrustKey,
    trust: Trust,
    now_ms: int,
    leeway_ms: int,
) -> Code:
    """Whether a document that `signer` signed holds at `now_ms`; `usage` is what it asks of it."""
    if not all(kind in signer.usage for kind in usage):
        return "key_usage"
    if not signer.covers((document.issued_s or 0) * 1000):
        return "key_usage"
    if trust.revokes(fingerprints, signer.kid, (document.issued_s or 0) * 1000):
        return "revoked"
    begins_s = max(document.issued_s or 0, document.not_before_s or 0)
    if begins_s * 1000 > now_ms + leeway_ms:
        return "not_yet_valid"
    # The last second counts, as in the public test set (our own documents end before it).
    if document.expires_s is not None and document.expires_s * 1000 < now_ms - leeway_ms:
        return "expired"
    return "ok"


def health_evidence(
    family: Family,
    status: Status,
    code: Code,
    document: HealthDocument,
    key_id: str | None,
    fingerprints: tuple[str, ...],
) -> Evidence:
    """Evidence of a document whose content was read; its facts only when it is verified."""
    issued_s, expires_s = document.issued_s, document.expires_s
    return Evidence(
        family=family,
        status=status,
        code=code,
        identity=document.identity,
        facts=document.facts if status == "verified" else NO_FACTS,
        issuer=document.issuer,
        key_id=key_id,
        issued_at=None if issued_s is None else instant_of_epoch_s(issued_s),
        expires_at=None if expires_s is None else instant_of_epoch_s(expires_s),
        fingerprints=fingerprints,
        subject={"type": "health_certificate", "kinds": list(document.kinds)},
        warnings=document.warnings,
    )
