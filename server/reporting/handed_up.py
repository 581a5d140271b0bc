"""The file in which an issued report goes up to a superior, and what the superior makes of it.

JSON: `text` is exactly what was issued, `signature` is that of the unit's server over it, `key`
names the key. Who a unit is follows from the key that the superior noted for it, never from what
the file says of itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from credentials.jws import public_key_of_jwk
from server.keys import thumbprint
from server.reporting.completeness import Place
from server.reporting.document import Report
from server.reporting.frozen import from_json
from server.reporting.issued import PREFIX
from server.reporting.rolled_up import HandedUp, fits, starts_at, starts_of
from server.store.protocol import Store
from server.store.report_protocol import IssuedReport, ReceivedReport, ReportUnit
from sync.batch import SIGNATURE_BYTES, verify_es256
from sync.encoding import from_base64url, to_base64url

KIND = "chot-report"
VERSION = 1
MOST_BYTES = 8 << 20
BEFORE = {"previous_cut", "previous_day"}
CODES = ("format", "unknown_key", "signature", "draft", "periods")


class HandedUpError(ValueError):
    """A file that is not taken; the argument is one of `CODES`."""


def as_file(issued: IssuedReport, jwk: Mapping[str, str]) -> str:
    """What is handed up: one JSON object, the same bytes each time."""
    found = {
        "kind": KIND,
        "version": VERSION,
        "key": jwk["kid"],
        "sha256": issued.sha256.hex(),
        "signature": to_base64url(issued.signature),
        "text": issued.text,
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def received(
    data: bytes, units: Mapping[str, ReportUnit], hours: Sequence[int], now_ms: int
) -> ReceivedReport:
    """What a unit issued. `units` by the `kid` of their keys; `hours` are the cut-offs here.

    Raises HandedUpError.
    """
    if len(data) > MOST_BYTES:
        raise HandedUpError("format")
    try:
        found = json.loads(data)
        if found["kind"] != KIND or found["version"] != VERSION:
            raise HandedUpError("format")
        text, kid = str(found["text"]), str(found["key"])
        signature = from_base64url(str(found["signature"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise HandedUpError("format") from None
    if kid not in units:
        raise HandedUpError("unknown_key")
    unit = units[kid]
    digest = hashlib.sha256(text.encode()).digest()
    if not _is_signed(unit, digest, signature):
        raise HandedUpError("signature")
    number, report = _opened(text)
    if report.is_draft:
        raise HandedUpError("draft")
    if starts_of(report) != starts_at(report.at_ms, hours):
        raise HandedUpError("periods")
    return ReceivedReport(
        unit.id, report.at_ms, number, report.made_ms, now_ms, text, digest, signature
    )


def by_key(units: list[ReportUnit]) -> dict[str, ReportUnit]:
    """The units by the `kid` of their keys."""
    return {thumbprint(dict(one.jwk)): one for one in units}


def handed_up(store: Store, own: Report) -> tuple[list[HandedUp], list[Place]]:
    """By unit the last report for this cut that can be added, and the units without one.

    Signatures are checked again: the figures go under another signature than the unit's.
    """
    last = {one.unit: one for one in store.received_reports(own.at_ms)}
    found: list[HandedUp] = []
    missing: list[Place] = []
    for unit in store.report_units():
        place = Place(unit.id, unit.name, unit.hotline)
        kept = last.get(unit.id)
        if kept is None or not _is_signed(unit, kept.sha256, kept.signature):
            missing.append(place)
            continue
        number, report = _opened(kept.text)
        if hashlib.sha256(kept.text.encode()).digest() != kept.sha256 or not fits(report, own):
            missing.append(place)
            continue
        found.append(HandedUp(place, number, kept.sha256.hex(), report))
    return found, missing


def waited_for(store: Store, at_ms: int, hours: Sequence[int]) -> list[Place]:
    """The units that have handed up no report yet for a cut-off."""
    last = {one.unit: one for one in store.received_reports(at_ms)}
    return [
        Place(one.id, one.name, one.hotline)
        for one in store.report_units()
        if one.id not in last or starts_of(_opened(last[one.id].text)[1]) != starts_at(at_ms, hours)
    ]


def _is_signed(unit: ReportUnit, digest: bytes, signature: bytes) -> bool:
    key = public_key_of_jwk(unit.jwk)
    return len(signature) == SIGNATURE_BYTES and verify_es256(key, signature, PREFIX + digest)


def _opened(text: str) -> tuple[str, Report]:
    try:
        found: dict[str, Any] = json.loads(text)
        number, report = found["number"], from_json(found["report"])
        whole = all(
            type(value) is int and value >= 0
            for one in (*report.periods, *report.before.values())
            for value in one.total.values()
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise HandedUpError("format") from None
    names = tuple(one.period.name for one in report.periods)
    if names != ("cut", "day", "activation") or set(report.before) != BEFORE:
        raise HandedUpError("format")
    if not isinstance(number, str) or not whole:
        raise HandedUpError("format")
    return number, report
