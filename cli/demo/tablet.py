"""A tablet in software: writes events, chains and signs them, and pushes them like a real one.

The demo's traffic takes the same road as an officer's: nothing is inserted behind the log's back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.store.answers import PushAnswer
from server.store.protocol import Store
from server.store.registered import Device
from sync.batch import WireEvent, make_batch, plain_event, sign_es256, verify_batch
from sync.clock import tick
from sync.encoding import to_base64url
from sync.events import Body, body_to_text, ref


@dataclass(slots=True)
class DemoTablet:
    """One enrolled software tablet; `seq` and `head` are where its chain stands."""

    device: Device
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    offset_ms: int
    seq: int
    head: bytes
    stamp: int = 0
    pending: list[WireEvent] = field(default_factory=list)

    def write(
        self,
        record: str,
        at_ms: int,
        officer: str,
        packs: dict[str, int],
        fields: dict[str, Any],
        items: dict[str, dict[str, Any]],
        person: dict[str, Any],
        salt: bytes,
        over: dict[str, tuple[str, ...]] | None = None,
        kind: str = "crossing",
    ) -> str:
        """Queue one event that happened at `at_ms` (true time); returns its "device:seq"."""
        self.stamp = tick(self.stamp, at_ms)
        home = self.device.checkpoint
        assert home is not None
        body = Body(
            kind=kind,
            version=1,
            record=record,
            home=home,
            stamp=self.stamp,
            time_ms=at_ms - self.offset_ms,
            offset_ms=self.offset_ms,
            officer=officer,
            packs=packs,
            fields=fields,
            items=items,
            over=over or {},
        )
        text = None
        if person:
            text = json.dumps(
                {"salt": to_base64url(salt), **person}, ensure_ascii=False, separators=(",", ":")
            )
        self.pending.append(plain_event(body_to_text(body), text))
        return ref(self.device.id, self.seq + len(self.pending))

    def push(self, store: Store, received_ms: int) -> Sequence[PushAnswer]:
        """Send what is pending, 500 events a batch."""
        answers = []
        while self.pending:
            events, self.pending = tuple(self.pending[:500]), self.pending[500:]
            batch = make_batch(
                self.device.id,
                self.seq + 1,
                self.head,
                events,
                lambda text: sign_es256(self.key, text),
            )
            chain = verify_batch(batch, self.key.public_key())
            answers.append(store.push(batch, chain, self.device, received_ms))
            self.seq, self.head = batch.last, chain[-1]
        return answers
