"""The events of a page as the JSON that goes out: stored texts, quoted once."""

from __future__ import annotations

import json
from typing import Any

from server.store.protocol import Page, PulledEvent
from sync.encoding import to_base64url


def page_text(page: Page) -> str:
    """The JSON array `events` of a sync answer (contract in `schemas.wire.SyncAnswer`)."""
    return json.dumps(
        [_event(event) for event in page.events], ensure_ascii=False, separators=(",", ":")
    )


def _event(event: PulledEvent) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "n": event.n,
        "device": event.device,
        "seq": event.seq,
        "previous": to_base64url(event.previous),
        "body": event.body,
        "server": event.server,
        "received": event.received_ms,
        "state": event.state,
    }
    if event.person is not None:
        sent["person"] = event.person
    elif any(event.commitment):
        sent["commitment"] = to_base64url(event.commitment)
    if event.branch:
        sent["branch"] = event.branch
    if event.authority:
        sent["authority"] = event.authority
    return sent
