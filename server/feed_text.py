"""The runs of a page as the JSON that goes out: stored texts, quoted once.

Written by hand: `json.dumps` of dicts takes twice as long as reading the rows, and only the texts
of events need quoting. Device and server ids and base64url need none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring as quoted

from server.store.protocol import PulledEvent
from sync.chain import NO_PERSON
from sync.encoding import to_base64url
from sync.runs import MAX_RUN_CHARS, MAX_RUN_EVENTS


def runs_text(events: Sequence[PulledEvent]) -> str:
    """The JSON array `runs` of a sync answer (contract in `schemas.wire.SyncAnswer`)."""
    return f"[{','.join(map(_run, _runs(events)))}]"


def _runs(events: Sequence[PulledEvent]) -> Iterator[list[PulledEvent]]:
    run: list[PulledEvent] = []
    chars = 0
    for one in events:
        full = len(run) == MAX_RUN_EVENTS or chars + len(one.body) > MAX_RUN_CHARS
        if run and (full or not _follows(one, run[-1])):
            yield run
            run, chars = [], 0
        run.append(one)
        chars += len(one.body)
    if run:
        yield run


def _follows(one: PulledEvent, last: PulledEvent) -> bool:
    return (one.n, one.device, one.seq, one.branch, one.server, one.received_ms) == (
        last.n + 1,
        last.device,
        last.seq + 1,
        last.branch,
        last.server,
        last.received_ms,
    )


def _run(run: list[PulledEvent]) -> str:
    first, last = run[0], run[-1]
    ranks = "".join(str(one.authority) for one in run)
    if len(set(ranks)) == 1:
        ranks = ranks[0]
    more = f',"branch":{first.branch}' if first.branch else ""
    if any(one.person is not None for one in run):
        persons = ("null" if one.person is None else quoted(one.person) for one in run)
        more += f',"persons":[{",".join(persons)}]'
    if any(one.person is None and one.commitment != NO_PERSON for one in run):
        more += f',"commitments":"{to_base64url(b"".join(one.commitment for one in run))}"'
    return (
        f'{{"n":{last.n},"device":"{first.device}","first":{first.seq},'
        f'"previous":"{to_base64url(first.previous)}","server":"{first.server}",'
        f'"received":{first.received_ms},"ranks":"{ranks}",'
        f'"bodies":[{",".join([quoted(one.body) for one in run])}]{more}}}'
    )
