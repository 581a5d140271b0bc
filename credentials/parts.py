"""A manifest on several codes: issued in parts, joined again by the reader.

Every part is a document of its own, signed, with the same id, times, vehicle and route, and says
which part of how many it is. So one part alone already proves whose vehicle it is and how many
workers it carries; the names of the rest come with the rest, in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from credentials.evidence import Evidence

PartsCode = Literal["not_a_part", "not_readable", "another_document", "another_standing"]


class PartsError(ValueError):
    """Two codes do not belong together.

    not_a_part        no part of anything
    not_readable      unknown or invalid, so it says nothing that could be joined
    another_document  a part of another document, or of the same id with other content
    another_standing  one is verified and the other only a claim, or one was extended
    """

    def __init__(self, code: PartsCode) -> None:
        super().__init__(code)
        self.code: PartsCode = code


@dataclass(frozen=True, slots=True)
class Joined:
    """What the parts say together; `missing` are the numbers still to be scanned.

    `evidence` has the people of the parts that are there, in order, and keeps `subject.part` out
    only when nothing is missing.
    """

    evidence: Evidence
    missing: tuple[int, ...]


def is_part(evidence: Evidence) -> bool:
    """Whether this code is one part of several."""
    return evidence.subject is not None and "part" in evidence.subject


def join_parts(parts: Sequence[Evidence]) -> Joined:
    """Join what was scanned of one document: at least one part, in any order, repeats allowed.

    Raises PartsError for a code that does not belong with the first one.
    """
    by_number: dict[int, Evidence] = {}
    for part in parts:
        if part.status not in ("verified", "claim"):
            raise PartsError("not_readable")
        if part.subject is None or "part" not in part.subject:
            raise PartsError("not_a_part")
        first = next(iter(by_number.values()), part)
        if _document(part) != _document(first):
            raise PartsError("another_document")
        if (part.status, part.code, part.warnings) != (first.status, first.code, first.warnings):
            raise PartsError("another_standing")
        number = part.subject["part"]["number"]
        if by_number.setdefault(number, part).subject != part.subject:
            raise PartsError("another_document")
    if not by_number:
        raise PartsError("not_a_part")
    found = [by_number[number] for number in sorted(by_number)]
    subject = dict(found[0].subject or {})
    part_of = subject.pop("part")
    people = [one for part in found for one in (part.subject or {}).get("people", ())]
    missing = tuple(n for n in range(1, part_of["of"] + 1) if n not in by_number)
    if people:
        subject["people"] = people
    if missing:
        subject["part"] = part_of
    return Joined(replace(found[0], subject=subject), missing)


def _document(part: Evidence) -> tuple[object, ...]:
    subject = dict(part.subject or {})
    of = subject.pop("part")["of"]
    subject.pop("people", None)
    return (part.family, part.issuer, part.key_id, part.issued_at, part.expires_at, of, subject)
