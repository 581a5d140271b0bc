"""The chain that a device writes: an event is serialised once and hashed. E1, C2, H1–H4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sync.batch import MAX_BODY_CHARS, MAX_PERSON_CHARS
from sync.chain import commitment, event_hash, genesis
from sync.clock import tick
from sync.errors import SyncError
from sync.events import Body, body_to_text
from sync.own import Fields, Items, OwnEvent, person_text


@dataclass(slots=True)
class OwnChain:
    """The own events of one device, by number, and what their headers say."""

    device: str
    checkpoint: str
    stamp: int = field(default=0, init=False)
    own: dict[int, OwnEvent] = field(default_factory=dict, init=False)
    offset_ms: int | None = field(default=None, init=False)
    packs: dict[str, int] = field(default_factory=dict, init=False)

    @property
    def seq(self) -> int:
        """The number of the last own event."""
        return len(self.own)

    @property
    def head(self) -> bytes:
        """The hash of the last own event."""
        return self.hash_at(self.seq)

    def hash_at(self, seq: int) -> bytes:
        """The own hash at `seq`; the genesis at 0 (SPEC H1)."""
        return self.own[seq].hash if seq else genesis(self.device)

    def write(
        self,
        now_ms: int,
        record: str,
        fields: Fields,
        *,
        items: Items | None = None,
        person: Fields | None = None,
        person_items: Items | None = None,
        salt: bytes = b"",
        over: Mapping[str, Sequence[str]] | None = None,
        officer: str | None = None,
        kind: str = "crossing",
        version: int = 1,
        home: str | None = None,
    ) -> OwnEvent:
        """Append one event; `now_ms` is the device's clock, `salt` 16 random bytes (SPEC C2, E7).

        `over`: per path the writes that the author saw, as `Seen.over` gives them.
        """
        stamp = tick(self.stamp, now_ms)
        body = Body(
            kind=kind,
            version=version,
            record=record,
            home=self.checkpoint if home is None else home,
            stamp=stamp,
            time_ms=now_ms,
            offset_ms=self.offset_ms,
            officer=officer,
            packs=self.packs,
            fields=fields,
            items=items or {},
            over={path: tuple(refs) for path, refs in (over or {}).items()},
        )
        event = self.write_texts(
            body_to_text(body), person_text(person or {}, person_items or {}, salt)
        )
        self.stamp = stamp
        return event

    def write_texts(self, body: str, person: str | None) -> OwnEvent:
        """Append an event as it stands, whatever a server will say to it."""
        if len(body) > MAX_BODY_CHARS or len(person or "") > MAX_PERSON_CHARS:
            raise SyncError("event.size", "E1")
        committed = commitment(person)
        seq = self.seq + 1
        event = OwnEvent(seq, body, person, committed, event_hash(self.head, body, committed))
        self.own[seq] = event
        return event
