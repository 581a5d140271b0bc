"""What belongs to a case: the crossing, what was noted and told of it, who looked, the proofs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.keys import public_jwk
from server.store.alert_protocol import AlertWhole
from server.store.noted_protocol import NotedQuery, NotedWhole
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.relay_protocol import SignedBatch
from server.store.sqlite import SqliteStore
from server.store.view_protocol import CrossingWhole
from sync.batch import Batch
from sync.events import ref

DAY_MS = 86_400_000
NOTED_WITHIN_DAYS = 31
"""A violation is noted with its crossing; a paper log of it may follow weeks later."""

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about `record`; `lacking`: events whose texts were compacted away.

    `batches` carry person parts of the case's own events only.
    """

    record: str
    n: int
    crossing: CrossingWhole | None
    notes: tuple[NotedWhole, ...]
    alerts: tuple[AlertWhole, ...]
    events: tuple[tuple[str, int], ...]
    batches: tuple[SignedBatch, ...]
    lacking: tuple[str, ...]
    devices: dict[str, dict[str, str]]
    looks: tuple[tuple[int, AuditEntry], ...]


def gather(store: SqliteStore, record: str) -> Case | None:
    """The case of a crossing, or of a noted record and its crossing; None where there is neither.

    The caller has audited it.
    """
    noted = store.noted_whole(record, persons=True)
    about = noted.row.crossing if noted is not None and noted.row.crossing else record
    crossing = store.crossing(about)
    if crossing is None and noted is None:
        return None
    notes = {} if noted is None else {noted.row.record: noted}
    if crossing is not None:
        notes |= {one.row.record: one for one in _notes(store, crossing)}
    alerts = [] if crossing is None else store.alerts_about(crossing.row.record)
    events = sorted(set(_events(crossing, tuple(notes.values()))))
    batches, lacking = _proofs(store, events)
    subjects = {record, about, *notes, *(one.record for one in alerts)}
    return Case(
        record=about,
        n=store.projected()[1],
        crossing=crossing,
        notes=tuple(notes.values()),
        alerts=tuple(one for row in alerts if (one := store.alert(row.record)) is not None),
        events=tuple(events),
        batches=tuple(batches),
        lacking=tuple(lacking),
        devices=_devices(store, batches),
        looks=tuple(_looks(store, subjects)),
    )


def _notes(store: Store, crossing: CrossingWhole) -> Iterator[NotedWhole]:
    at = crossing.row.occurred_ms
    query = NotedQuery(
        from_ms=at - DAY_MS,
        to_ms=at + NOTED_WITHIN_DAYS * DAY_MS,
        checkpoints=(crossing.row.checkpoint,),
    )
    after = ""
    while True:
        rows, after = store.noted(query, after, PAGE)
        for row in rows:
            whole = (
                store.noted_whole(row.record, persons=True)
                if row.crossing == crossing.row.record
                else None
            )
            if whole is not None:
                yield whole
        if not after:
            return


def _events(
    crossing: CrossingWhole | None, notes: tuple[NotedWhole, ...]
) -> Iterator[tuple[str, int]]:
    writes = [write for one in notes for write in one.history]
    if crossing is not None:
        writes += [*crossing.history, *crossing.reviews]
        writes += [write for one in crossing.twins for write in one.writes]
    yield from ((one.device, one.seq) for one in writes)


def _proofs(store: Store, events: list[tuple[str, int]]) -> tuple[list[SignedBatch], list[str]]:
    """The signed batches around these events, other people's parts withheld."""
    own = set(events)
    found: dict[int, SignedBatch] = {}
    lacking = []
    for device, seq in events:
        if any(one.batch.device == device and _covers(one, seq) for one in found.values()):
            continue
        covering = store.batches_of(device, seq)
        found |= {one.no: one for one in covering}
        if not covering:
            lacking.append(ref(device, seq))
    return [_withheld(one, own) for _, one in sorted(found.items())], lacking


def _covers(one: SignedBatch, seq: int) -> bool:
    return one.batch.first <= seq <= one.batch.last


def _withheld(signed: SignedBatch, own: set[tuple[str, int]]) -> SignedBatch:
    batch = signed.batch
    events = tuple(
        event if (batch.device, seq) in own else event._replace(person=None, sealed=None)
        for seq, event in enumerate(batch.events, batch.first)
    )
    kept = Batch(batch.device, batch.first, batch.previous, events, batch.signature)
    return SignedBatch(signed.no, kept, signed.envelopes)


def _devices(store: SqliteStore, batches: list[SignedBatch]) -> dict[str, dict[str, str]]:
    """Whoever signed something here → their public key."""
    wanted = {one.batch.device for one in batches}
    wanted |= {sealed.envelope.server for one in batches for sealed in one.envelopes}
    found = {one: device.jwk for one in wanted if (device := store.device(one)) is not None}
    return found | {store.server_id: public_jwk(store.keys.signing)}


def _looks(store: Store, subjects: set[str]) -> Iterator[tuple[int, AuditEntry]]:
    after = 0
    while some := store.audited(after, PAGE):
        yield from ((n, one) for n, one in some if one.subject in subjects)
        after = some[-1][0]
