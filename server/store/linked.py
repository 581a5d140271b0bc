"""What of the log goes between servers: the part of the SQLite store that relays use. SPEC U."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.store.log import relays, signed
from server.store.log.persons import DayKeys
from server.store.reader import Reader
from server.store.registered import Device
from server.store.relay_protocol import BatchPage, SignedBatch, UpstreamReceipt
from server.store.writer import Writer


class Linked:
    """A base of `SqliteStore`, which sets what is named here."""

    day_keys: DayKeys
    _reader: Reader
    _writer: Writer

    def adopt_device(self, device: Device) -> None:
        self._writer.run(lambda log: relays.adopt_device(log, device))

    def enrol_relay(
        self, code_hash: bytes, server: str, jwk: dict[str, str], name: str, now_ms: int
    ) -> Device | None:
        """Use up a code made for a relay; None when it is not good. Its repeat changes nothing."""
        return self._writer.run(
            lambda log: relays.enrol_relay(log, code_hash, server, jwk, name, now_ms)
        )

    def relay_state(self) -> dict[str, Any]:
        return self._reader.run(lambda files: relays.read_state(files.log))

    def put_relay_state(self, values: Mapping[str, Any]) -> None:
        self._writer.run(lambda log: relays.put_state(log, values))

    def put_upstream_receipts(self, receipts: Sequence[UpstreamReceipt]) -> None:
        if receipts:
            self._writer.run(lambda log: relays.put_receipts(log, receipts))

    def upstream_receipts(self, server: str) -> list[UpstreamReceipt]:
        return self._reader.run(lambda files: relays.read_receipts(files.log, server))

    def upstream_receipt(self, device: str, server: str) -> UpstreamReceipt | None:
        return self._reader.run(lambda files: relays.read_receipt(files.log, device, server))

    def batches_after(self, no: int, limit: int) -> list[SignedBatch]:
        """The batches that arrived after number `no`, as signed, in the order of arrival."""
        found = self._reader.run(
            lambda files: signed.batches_after(files.log, no, limit, self.day_keys)
        )
        return [one.opened(self.day_keys, None) for one in found]

    def own_batches(self, after_seq: int, limit: int) -> list[SignedBatch]:
        """The batches of this server's own chain beyond `after_seq`."""
        found = self._reader.run(
            lambda files: signed.own_batches(files.log, after_seq, limit, self.day_keys)
        )
        return [one.opened(self.day_keys, None) for one in found]

    def batches_waiting(self, no: int) -> int:
        return self._reader.run(lambda files: signed.count_after(files.log, no))

    def batch_at(
        self, device: str, last: int, head: bytes, feeds: Sequence[str]
    ) -> SignedBatch | None:
        """The batch that ends with this event; person parts of these feeds only."""
        found = self._reader.run(
            lambda files: signed.batch_at(files.log, device, last, head, feeds, self.day_keys)
        )
        return None if found is None else found[0].opened(self.day_keys, found[1])

    def batches_of(self, device: str, seq: int) -> list[SignedBatch]:
        """The batches that cover an event, as signed, person parts opened."""
        found = self._reader.run(
            lambda files: signed.batches_of(files.log, device, seq, self.day_keys)
        )
        return [one.opened(self.day_keys, None) for one in found]

    def feed_batches(self, feeds: Sequence[str], after: int, limit: int) -> BatchPage:
        """Whole batches with events announced in these feeds; persons of these feeds only."""
        found = self._reader.run(
            lambda files: signed.feed_batches(files.log, feeds, after, limit, self.day_keys)
        )
        return found.opened(self.day_keys)

    def drop_packs(self) -> None:
        self._writer.run(relays.drop_packs)
