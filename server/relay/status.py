"""How far a relay and the servers above it have come, in figures for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from server.relay.state import Upstream
from server.store.protocol import Store


@dataclass(frozen=True, slots=True)
class RelayStatus:
    """Batches that have not gone up; events that no receipt of the upstream, of the root covers.

    `refused`: batches that the upstream did not take, by code. `failure` is "" while it answers.
    """

    upstream: str
    home: str
    contact_ms: int
    failure: str
    batches_waiting: int
    events_unreceipted: int
    events_not_home: int
    refused: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Its JSON value."""
        return asdict(self)


def relay_status(store: Store, upstream: Upstream) -> RelayStatus:
    """The figures as of now."""
    return RelayStatus(
        upstream=upstream.server,
        home=upstream.home,
        contact_ms=upstream.contact_ms,
        failure=upstream.failure,
        batches_waiting=store.batches_waiting(upstream.batch_no),
        events_unreceipted=_lag(store, upstream.server),
        events_not_home=_lag(store, upstream.home),
        refused=dict(Counter(code for _, code in upstream.refused)),
    )


def _lag(store: Store, server: str) -> int:
    told = {one.device: one.through for one in store.upstream_receipts(server)}
    own = [one for one in store.devices() if one.kind == "tablet" or one.id == store.own_author]
    return sum(max(0, store.held(one.id)[0] - told.get(one.id, 0)) for one in own)
