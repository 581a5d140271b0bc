"""The events of a page as the JSON that goes out: stored texts, quoted once.

Written by hand: `json.dumps` of dicts takes twice as long as reading the rows, and only four
members are texts that need quoting. Device and server ids, states and base64url need none.
"""

from __future__ import annotations

from json.encoder import encode_basestring as quoted

from server.store.protocol import Page, PulledEvent
from sync.chain import NO_PERSON
from sync.encoding import to_base64url


def page_text(page: Page) -> str:
    """The JSON array `events` of a sync answer (contract in `schemas.wire.SyncAnswer`)."""
    return f"[{','.join(map(_event, page.events))}]"


def _event(event: PulledEvent) -> str:
    n, device, seq, previous, body, person, committed, server, received_ms, *rest = event
    state, branch, authority = rest
    more = ""
    if person is not None:
        more = f',"person":{quoted(person)}'
    elif committed != NO_PERSON:
        more = f',"commitment":"{to_base64url(committed)}"'
    if branch:
        more += f',"branch":{branch}'
    if authority:
        more += f',"authority":{authority}'
    return (
        f'{{"n":{n},"device":"{device}","seq":{seq},"previous":"{to_base64url(previous)}",'
        f'"body":{quoted(body)},"server":"{server}","received":{received_ms},"state":"{state}"'
        f"{more}}}"
    )
