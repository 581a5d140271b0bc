"""A tablet without a screen: the reference client of the protocol, as a value.

No clock, randomness, network or file: `now_ms` (the device's own clock), salts, the device key's
signature and the answers are parameters. `copy()` is what a copied disk is. The same rules as the
tablet in web/tablet/core: what is written stays written; what counts as sent is what a believed
receipt covers and whose answer was heard; the cursor moves with the page it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric import ec

from sync.answer import Answer, Given, Heard, Result, check_links, read_answer, removed
from sync.batch import MAX_BODY_CHARS, MAX_PERSON_CHARS, PROTOCOL, batch_to_json, make_batch
from sync.chain import commitment, event_hash, genesis
from sync.clock import observe, tick
from sync.errors import SyncError
from sync.events import Body, body_to_text
from sync.fold import Known, PolicyTables, Seen, fold, known_event
from sync.own import (
    Fields,
    Items,
    OwnEvent,
    Request,
    Seal,
    known_own,
    next_run,
    outgoing,
    person_text,
)
from sync.retry import Failure, halved, retry_delay_ms

BATCH_EVENTS = 200
BATCH_CHARS = 512 * 1024
KEEP_PULLED_MS = 72 * 3_600_000
ALERTS = ("device.revoked", "device.forked", "seal.key", "seal.text")
"""Codes of an answered event that a person has to know of."""


@dataclass(slots=True)
class Replica:
    """One enrolled device: its chain, what others wrote, and where it stands with its server."""

    device: str
    checkpoint: str
    server: str
    receipt_key: ec.EllipticCurvePublicKey
    stamp: int = 0
    own: dict[int, OwnEvent] = field(default_factory=dict)
    through: int = 0
    """How far the last believed receipt reaches."""
    safe_through: int = 0
    answered: int = 0
    """Up to where each own event's answer was heard: a receipt alone does not tell of refusals."""
    pulled: dict[tuple[str, int], Given] = field(default_factory=dict)
    cursor: str | None = None
    offset_ms: int | None = None
    packs: dict[str, int] = field(default_factory=dict)
    batch_events: int = BATCH_EVENTS
    failures: int = 0
    alerts: set[str] = field(default_factory=set)

    @property
    def seq(self) -> int:
        """The number of the last own event."""
        return len(self.own)

    @property
    def head(self) -> bytes:
        """The hash of the last own event."""
        return self.hash_at(self.seq)

    @property
    def unsent(self) -> int:
        """Own events that no believed receipt covers, or whose answer is outstanding."""
        return self.seq - min(self.through, self.answered)

    def copy(self) -> Replica:
        """The same state again, sharing nothing that changes."""
        return replace(
            self,
            own=dict(self.own),
            pulled=dict(self.pulled),
            packs=dict(self.packs),
            alerts=set(self.alerts),
        )

    def hash_at(self, seq: int) -> bytes:
        """The own hash at `seq`; the genesis at 0 (SPEC H1)."""
        return self.own[seq].hash if seq else genesis(self.device)

    def problems(self) -> list[OwnEvent]:
        """Own events that the server holds or rejected, for a person to see (SPEC A2)."""
        return [one for one in self.own.values() if one.state != "kept"]

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

    def request(
        self,
        now_ms: int,
        sign: Callable[[bytes], bytes],
        *,
        seal: Seal | None = None,
        pulls: bool = True,
        max_chars: int = BATCH_CHARS,
    ) -> Request:
        """The next request: what is unsent, as far as a batch reaches, and the own feed.

        `sign` is the device key's ES256. `seal` stands for a locked tablet: person parts go sealed.
        """
        first = min(self.through, self.answered) + 1
        chosen = next_run(self.own, first, self.batch_events, max_chars)
        batch = None
        if chosen:
            wire = tuple(outgoing(event, seal) for event in chosen)
            batch = batch_to_json(
                make_batch(self.device, first, self.hash_at(first - 1), wire, sign)
            )
        body = {
            "protocol": PROTOCOL,
            "cursor": self.cursor,
            "feeds": [f"checkpoint:{self.checkpoint}"] if pulls else [],
            "batch": batch,
            "unsent": self.unsent,
            "device_time": now_ms,
        }
        return Request(body, self.cursor, pulls, first, first + len(chosen) - 1, now_ms)

    def answer(self, request: Request, data: object, now_ms: int) -> Heard:
        """Take in the answer to `request`, whole or not at all.

        Raises SyncError "answer.shape", "receipt.shape|signature|server|head" or "answer.chain":
        then nothing of it was taken in, and the code stands in `alerts` (SPEC P3, F4).
        """
        try:
            read = read_answer(data, self.receipt_key)
            self._check_receipt(read)
            # An answer that was overtaken belongs to a cursor that is no longer ours: its page
            # would leave out what lies between.
            page = request.pulls and request.cursor == self.cursor
            if page:
                check_links(read.events, {} if read.reset else self.pulled)
        except SyncError as error:
            self.alerts.add(error.code)
            raise
        # What a server lost it will judge anew: what its feed said of it before is void (F5).
        for seq in range(read.receipt.through + 1, self.through + 1):
            self.own[seq] = replace(self.own[seq], n=None)
        self.through, self.safe_through = read.receipt.through, read.receipt.safe_through
        alerts = self._take_results(request, read.results)
        if page:
            alerts |= self._take_page(read)
        self.alerts |= alerts
        self.offset_ms = round(read.server_ms - (request.sent_ms + now_ms) / 2)
        self.failures = 0
        self.batch_events = min(BATCH_EVENTS, self.batch_events * 2)
        return Heard(read.more and page, self._newer_packs(read.packs), tuple(sorted(alerts)))

    def failed(self, failure: Failure, uniform: float, retry_after_ms: int = 0) -> int:
        """A round that failed: nothing is dropped; the wait in ms before the next (SPEC B2)."""
        shrinks = failure in ("too_large", "timeout") and self.batch_events > 1
        if failure in ("too_large", "timeout"):
            self.batch_events = halved(min(self.batch_events, max(1, self.unsent)))
        if failure == "too_large" and shrinks:
            return 0
        self.failures += 1
        return retry_delay_ms(self.failures, uniform, retry_after_ms)

    def forget(self, server_ms: int) -> None:
        """Drop what others wrote and the server received more than KEEP_PULLED_MS ago."""
        before = server_ms - KEEP_PULLED_MS
        self.pulled = {key: one for key, one in self.pulled.items() if one.received_ms >= before}

    def records(self, policies: PolicyTables) -> dict[str, Seen]:
        """Every record as a person at this device sees it; refused own events are left out."""
        return fold(self.known(), policies)

    def known(self) -> Iterator[Known]:
        """Every event that counts here: own ones not refused, and what was pulled."""
        for one in self.own.values():
            event = known_own(self.device, one) if one.state == "kept" else None
            if event is not None:
                yield event
        for given in self.pulled.values():
            event = known_event(
                given.author, given.seq, given.order, given.authority, given.body, given.person
            )
            if event is not None:
                yield event

    def _check_receipt(self, read: Answer) -> None:
        receipt = read.receipt
        if (receipt.device, receipt.server) != (self.device, self.server):
            raise SyncError("receipt.server", "P1")
        if receipt.through > self.seq or receipt.head != self.hash_at(receipt.through):
            raise SyncError("receipt.head", "P3", receipt.through)

    def _take_results(self, request: Request, results: Iterable[Result]) -> set[str]:
        heard = set()
        alerts = set()
        for one in results:
            if not request.first <= one.seq <= request.last:
                continue
            heard.add(one.seq)
            event = self.own[one.seq]
            # What the feed announced is newer than any answer that may have been on the way.
            if event.n is None:
                state = one.state if one.state in ("held", "rejected") else "kept"
                self.own[one.seq] = replace(event, state=state, code=one.code, field=one.field)
            if one.code in ALERTS:
                alerts.add(str(one.code))
        while self.answered + 1 in heard:
            self.answered += 1
        # A server restored from a backup judges again what it gets again (SPEC F5).
        self.answered = min(self.answered, self.through)
        return alerts

    def _take_page(self, read: Answer) -> set[str]:
        alerts = set()
        if read.reset:
            self.pulled.clear()
            self.own = {seq: replace(one, n=None) for seq, one in self.own.items()}
        for one in read.events:
            mine = self.own.get(one.seq) if one.device == self.device else None
            if mine is not None and mine.hash == one.hash:
                self.own[one.seq] = replace(
                    mine,
                    state="kept",
                    code=None,
                    field=None,
                    n=one.n,
                    branch=one.branch,
                    received_ms=one.received_ms,
                    authority=one.authority,
                )
            else:
                if one.device == self.device:
                    alerts.add("device.forked")
                self.pulled[one.author, one.seq] = one
        # Most pages remove nothing; then what is held is not walked.
        for key, held in self.pulled.items() if read.removals else ():
            if held.person is not None and removed(held, read.removals):
                self.pulled[key] = replace(held, person=None)
        for given in read.events:
            self.stamp = observe(self.stamp, given.order)
        self.cursor = read.cursor
        return alerts

    def _newer_packs(self, announced: Mapping[str, int]) -> dict[str, int]:
        if any(version < self.packs.get(name, 0) for name, version in announced.items()):
            self.alerts.add("pack.rollback")
        return {name: new for name, new in announced.items() if new > self.packs.get(name, 0)}
