"""What an erasure took from a crossing goes from its arrivals as well. SPEC L7.

An arrival repeats name, phone and address in an event of this server's own, which the erasure of
the crossing does not name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.home_records import MAX_ERASED
from server.home.draft import Draft, Sources, derived_id
from server.store.log.erase import KIND
from server.store.log.record import OpenEvent, merge_events, read_events, shown_values
from server.store.view_protocol import CrossingRow
from sync.chain import NO_PERSON
from sync.events import parse_body


def drafts(sources: Sources, row: CrossingRow, events: Sequence[OpenEvent]) -> Iterator[Draft]:
    """An erasure for each arrival that still tells what was erased of this crossing.

    `events` are the crossing's.
    """
    basis = _erasure(sources, events)
    if basis is None:
        return
    _, items = shown_values(merge_events(events), "crossing")
    known = items.get("people", {})
    for (record,) in sources.view.execute(
        "SELECT record FROM notices JOIN records USING (id) WHERE subject = ? AND kind = 'arrival'",
        (row.record,),
    ).fetchall():
        told = sources.events("arrival", record)
        refs = [one.ref for one in told if _tells_more(one, known)][:MAX_ERASED]
        if refs:
            place = next(one.body.fields["destination"] for one in told)
            fields = {**basis, "events": refs, "destination": place}
            yield Draft(KIND, derived_id(row.record, KIND, record, *refs), row.checkpoint, fields)


def _erasure(sources: Sources, events: Sequence[OpenEvent]) -> dict[str, Any] | None:
    """Reason and basis of the last erasure that names any of these events; None: there is none."""
    numbers = set()
    for one in events:
        if one.person is None and one.log.commitment != NO_PERSON:
            numbers |= {
                int(n)
                for (n,) in sources.log.execute(
                    "SELECT n FROM erased WHERE device = ? AND seq = ?",
                    (one.log.device, one.log.seq),
                )
            }
    found = read_events(sources.log, sorted(numbers)[-1:])
    if not found:
        return None
    fields = parse_body(found[0].body).fields
    return {name: fields[name] for name in ("reason", "basis") if name in fields}


def _tells_more(event: OpenEvent, known: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether its person part says of anybody what the crossing does not say any more."""
    people = {} if event.person is None else event.person.items.get("people", {})
    return any(
        value is not None and known.get(item, {}).get(name) != value
        for item, said in people.items()
        for name, value in said.items()
    )
