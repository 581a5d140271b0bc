"""What storage offers to relays and to servers that have some: a part of `Store`. SPEC U."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.store.registered import Device
from sync.batch import Batch
from sync.envelope import Envelope, Level


@dataclass(frozen=True, slots=True)
class UpstreamReceipt:
    """What a server above said it holds of a device; `text` is the signed receipt as it came."""

    device: str
    server: str
    level: Level
    through: int
    text: str


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """An envelope and its server's ES256 over it."""

    envelope: Envelope
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """A batch of the log as its author signed it, by number, with the envelopes of its events."""

    no: int
    batch: Batch
    envelopes: tuple[SignedEnvelope, ...]


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Batches of feeds after a sequence, the sequence reached, and whether there are more."""

    batches: tuple[SignedBatch, ...]
    sequence: int
    more: bool


class RelayStore(Protocol):
    """Devices of other servers, the upstream, and batches as they were signed."""

    def adopt_device(self, device: Device) -> None:
        """Know a device that another server enrolled; a second time, as it is described then."""

    def enrol_relay(
        self, code_hash: bytes, server: str, jwk: dict[str, str], name: str, now_ms: int
    ) -> Device | None:
        """Use up a code made for a relay; None when it is not good. Its repeat changes nothing."""

    def relay_state(self) -> dict[str, Any]:
        """What this server, as a relay, keeps of its upstream; empty where it has none."""

    def put_relay_state(self, values: Mapping[str, Any]) -> None:
        """Set these names, each to a JSON value; the others stay."""

    def put_upstream_receipts(self, receipts: Sequence[UpstreamReceipt]) -> None:
        """Keep the newest receipt of each device and server."""

    def upstream_receipts(self, server: str) -> list[UpstreamReceipt]: ...

    def upstream_receipt(self, device: str, server: str) -> UpstreamReceipt | None: ...

    def batches_after(self, no: int, limit: int) -> list[SignedBatch]:
        """The batches that arrived after number `no`, as signed, in the order of arrival."""

    def own_batches(self, after_seq: int, limit: int) -> list[SignedBatch]:
        """The batches of this server's own chain beyond `after_seq`."""

    def batches_waiting(self, no: int) -> int:
        """How many batches arrived after number `no`."""

    def batch_at(
        self, device: str, last: int, head: bytes, feeds: Sequence[str]
    ) -> SignedBatch | None:
        """The batch that ends with this event; person parts of these feeds only."""

    def batches_of(self, device: str, seq: int) -> list[SignedBatch]:
        """The batches that cover an event, as signed, person parts opened; none: compacted."""

    def feed_batches(self, feeds: Sequence[str], after: int, limit: int) -> BatchPage:
        """Whole batches that have an event announced in these feeds after `after`.

        At most about `limit` events. Person parts only of events in these feeds (SPEC U6).
        """

    def drop_packs(self) -> None:
        """Forget all packs: a server that becomes a relay signs none (SPEC U7)."""
