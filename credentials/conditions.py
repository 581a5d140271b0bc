"""How sure a reader may be of its own clock and of its trust list, and what follows for a reading.

Setting a tablet's clock back revived expired codes elsewhere: nothing is judged at an instant
before one that is known to have passed. A trust list that expired hard once stopped every verifier
of a country: an old list is said to be old, and only after a stop that somebody chose does it prove
nothing more. A reading past it is a claim, so that rules refer it to a person.
"""

from dataclasses import dataclass, replace

from credentials.evidence import NO_FACTS, Evidence, Warning

HOUR_MS = 3_600_000
TRUST_AGING_HOURS = 24
TRUST_OLD_HOURS = 7 * 24
CLOCK_TOLERANCE_MS = 5 * 60_000

_SIGNED = ("hc1", "shc", "own")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known beside the clock; instants are epoch ms.

    high_water_ms     the latest instant that has passed: of syncs, own records, signed packs
    confirmed_ms      when the trust list was last known to be the newest one; None: not followed
    trust_stop_hours  from that age on the list proves nothing; None: however old
    """

    high_water_ms: int = 0
    confirmed_ms: int | None = None
    trust_stop_hours: int | None = None


IDEAL = Conditions()


def judged_ms(now_ms: int, conditions: Conditions) -> int:
    """The instant at which to judge: now, but never before what has passed already."""
    return max(now_ms, conditions.high_water_ms)


def under(evidence: Evidence, now_ms: int, conditions: Conditions) -> Evidence:
    """`evidence`, read at judged_ms, with what the conditions say against it."""
    if conditions == IDEAL or evidence.family not in _SIGNED or evidence.status == "unknown":
        return evidence
    warnings: list[Warning] = list(evidence.warnings)
    if now_ms < conditions.high_water_ms - CLOCK_TOLERANCE_MS:
        warnings.append("clock_behind")
    age_ms = 0
    if conditions.confirmed_ms is not None:
        age_ms = judged_ms(now_ms, conditions) - conditions.confirmed_ms
    stop_hours = conditions.trust_stop_hours
    stopped = stop_hours is not None and age_ms >= stop_hours * HOUR_MS and age_ms > 0
    if stopped:
        warnings.append("trust_stopped")
    elif age_ms >= TRUST_OLD_HOURS * HOUR_MS:
        warnings.append("trust_old")
    elif age_ms >= TRUST_AGING_HOURS * HOUR_MS:
        warnings.append("trust_aging")
    if stopped and evidence.status == "verified":
        return replace(
            evidence, status="claim", code="untrusted", facts=NO_FACTS, warnings=tuple(warnings)
        )
    return replace(evidence, warnings=tuple(warnings))
