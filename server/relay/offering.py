"""What goes up: batches as they were signed, the own chain first, then in the order of arrival.

SPEC U2, U3, U5, U12. The cursors move only over what was answered; sending again does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from server.relay.contact import Contact, Line
from server.relay.enrolments import vouch_for
from server.relay.forwarded import forwarded_to_json
from server.relay.wire import UpstreamError
from server.store.relay_protocol import SignedBatch

PAGE_BATCHES = 128
FIRST_CHARS = 1024 * 1024
"""Of the texts in one request; halved when the upstream finds it too much or too slow (B2)."""

LEAST_CHARS = 8 * 1024
BATCH_CHARS = 500
EVENT_CHARS = 120
MAX_REFUSED = 1000


class Offer:
    """Sends what waits; one thread. It remembers only how much fits into a request."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._chars = FIRST_CHARS
        self._vouched: set[str] = set()

    def send(self) -> None:
        """All that waits. UpstreamError ends it where it stands."""
        line = self._line
        self._own_chain()
        while page := line.store.batches_after(line.upstream.batch_no, PAGE_BATCHES):
            self._send_all([one for one in page if not self._is_above(one)])
            last = page[-1].no
            offered = max(last, line.upstream.offered_no)
            line.keep(replace(line.upstream, batch_no=last, offered_no=offered))

    def send_refused(self) -> None:
        """Once more what the upstream did not take: it may know more now."""
        line = self._line
        self._vouched.clear()
        first = line.upstream.refused_from
        if first:
            # More than could be noted: all since then is offered by `send`, in its order.
            batch_no = min(line.upstream.batch_no, first - 1)
            line.keep(replace(line.upstream, batch_no=batch_no, refused=(), refused_from=0))
        for no, _ in line.upstream.refused:
            kept = [one for one in line.store.batches_after(no - 1, 1) if one.no == no]
            self._send_all(kept)
            if not kept:
                self._note(no, None)

    def _own_chain(self) -> None:
        line = self._line
        if line.upstream.own_chain != line.store.own_author:
            # A restored server writes as another device (P6).
            line.keep(replace(line.upstream, own_chain=line.store.own_author, own_seq=0))
        while page := line.store.own_batches(line.upstream.own_seq, PAGE_BATCHES):
            self._send_all(page)
            line.keep(replace(line.upstream, own_seq=page[-1].batch.last))

    def _is_above(self, one: SignedBatch) -> bool:
        """Whether the upstream holds it: it came from there, or a receipt reaches over it (U12)."""
        line = self._line
        if one.batch.device == line.store.own_author:
            return one.batch.last <= line.upstream.own_seq
        if one.no > line.upstream.offered_no:
            above = frozenset(line.upstream.path)
            return all(sent.envelope.server in above for sent in one.envelopes)
        device = line.store.device(one.batch.device)
        if device is None or device.forked_ms is not None:
            return False
        return one.batch.last <= line.through(one.batch.device)

    def _send_all(self, batches: Sequence[SignedBatch]) -> None:
        waiting = list(batches)
        while waiting:
            portion = list(self._portion(waiting))
            try:
                contact = self._line.contact([_json(one) for one in portion])
            except UpstreamError as error:
                if error.kind in ("too_large", "timeout"):
                    self._chars = max(LEAST_CHARS, self._chars // 2)
                if error.kind == "too_large" and len(portion) > 1:
                    continue
                raise
            self._chars = min(FIRST_CHARS, self._chars * 2)
            self._hear(portion, contact)
            waiting = waiting[len(portion) :]

    def _portion(self, waiting: Sequence[SignedBatch]) -> Iterator[SignedBatch]:
        chars = 0
        for one in waiting:
            chars += _size(one)
            if chars > self._chars and one is not waiting[0]:
                return
            yield one

    def _hear(self, portion: Sequence[SignedBatch], contact: Contact) -> None:
        for one, result in zip(portion, contact.results, strict=True):
            code = result.get("code")
            if code == "device.unknown" and self._vouch(one.batch.device):
                self._own_chain()
                self._send_all([one])
            else:
                # Noted until it is taken: a line that goes meanwhile must not make it forgotten.
                self._note(one.no, code)

    def _vouch(self, device: str) -> bool:
        """Enrol a device at the upstream by an event of the own chain; once, where we may (U5)."""
        if device in self._vouched:
            return False
        self._vouched.add(device)
        return vouch_for(self._line.store, device, self._line.clock())

    def _note(self, no: int, code: object) -> None:
        """Whether a batch was refused: by its code, or None where it was taken."""
        line = self._line
        known = [one for one in line.upstream.refused if one[0] != no]
        if code is not None:
            known.append((no, str(code)))
        first = line.upstream.refused_from
        if len(known) > MAX_REFUSED:
            dropped = min(one for one, _ in known[:-MAX_REFUSED])
            first = min(first or dropped, dropped)
        kept = tuple(known[-MAX_REFUSED:])
        line.keep(replace(line.upstream, refused=kept, refused_from=first))


def _json(one: SignedBatch) -> dict[str, Any]:
    return forwarded_to_json(one.batch, one.envelopes)


def _size(one: SignedBatch) -> int:
    texts = sum(
        len(event.body) + len(event.person or "") + len(event.sealed or "") + EVENT_CHARS
        for event in one.batch.events
    )
    return texts + BATCH_CHARS * (1 + len(one.envelopes))
