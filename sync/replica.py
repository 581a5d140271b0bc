"""A tablet without a screen: the reference client of the protocol, as a value.

No clock, randomness, network or file: `now_ms` (the device's own clock), salts, the device key's
signature and the answers are parameters. `copy()` is what a copied disk is. The same rules as the
tablet in web/tablet/core: what is written stays written; what counts as sent is what a believed
receipt covers and whose answer was heard; the cursor moves with the page it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import InitVar, dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric import ec

from sync.answer import Answer, Heard, Result, read_answer
from sync.batch import PROTOCOL, batch_to_json, make_batch
from sync.clock import observe
from sync.errors import SyncError
from sync.fold import Known, PolicyTables, Seen, fold, known_event
from sync.own import OwnEvent, Request, Seal, known_own, next_run, outgoing
from sync.own_chain import OwnChain
from sync.reader import Reader
from sync.retry import Failure, halved, retry_delay_ms
from sync.runs import Given
from sync.standing import Standing, check_receipt, drained, handed_on

BATCH_EVENTS = 400
BATCH_CHARS = 512 * 1024
ALERTS = ("device.revoked", "device.forked", "seal.key", "seal.text")
"""Codes of an answered event that a person has to know of."""


@dataclass(slots=True)
class Replica(OwnChain):
    """One enrolled device: its chain, what others wrote, and where it stands with its servers."""

    server: str
    """The server it talks to now; at first the one that enrolled it."""
    receipt_key: InitVar[ec.EllipticCurvePublicKey]
    standings: dict[str, Standing] = field(default_factory=dict)
    reader: Reader = field(init=False)
    batch_events: int = BATCH_EVENTS
    failures: int = 0
    alerts: set[str] = field(default_factory=set)

    def __post_init__(self, receipt_key: ec.EllipticCurvePublicKey) -> None:
        self.standings[self.server] = Standing(self.server, receipt_key)
        self.reader = Reader(self.device, (f"checkpoint:{self.checkpoint}",))

    @property
    def through(self) -> int:
        """How far the last believed receipt of the server it talks to reaches."""
        return self.standings[self.server].through

    @property
    def safe_through(self) -> int:
        return self.standings[self.server].safe_through

    @property
    def answered(self) -> int:
        """Up to where the answer to each own event was heard from that server (SPEC P2)."""
        return self.standings[self.server].answered

    @property
    def unsent(self) -> int:
        """Own events that its receipts do not cover, or whose answer is outstanding."""
        return self.seq - self.standings[self.server].drained

    @property
    def drained(self) -> dict[str, int]:
        """Up to which own event is saved, at a relay, at home, and safe (SPEC P7)."""
        return drained(self.seq, self.standings.values())

    @property
    def pulled(self) -> dict[tuple[str, int], Given]:
        """What others wrote, by (author, seq)."""
        return self.reader.pulled

    @property
    def cursor(self) -> str | None:
        """Up to where the feeds were read."""
        return self.reader.cursor

    def copy(self) -> Replica:
        """The same state again, sharing nothing that changes."""
        same = copy(self)
        same.own, same.standings = dict(self.own), dict(self.standings)
        same.reader = self.reader.copy()
        same.packs, same.alerts = dict(self.packs), set(self.alerts)
        return same

    def meet(self, server: str, receipt_key: ec.EllipticCurvePublicKey) -> None:
        """Get to know a server that the pack `bases` names; a known one keeps its standing."""
        known = self.standings.get(server)
        if known is None:
            self.standings[server] = Standing(server, receipt_key)
        else:
            self.standings[server] = replace(known, receipt_key=receipt_key)

    def turn_to(self, server: str) -> None:
        """Talk to this server from now on: it has to be known. Its first page resets (SPEC F3)."""
        self.server = self.standings[server].server

    def problems(self) -> list[OwnEvent]:
        """Own events that the server holds or rejected, for a person to see (SPEC A2)."""
        return [one for one in self.own.values() if one.state != "kept"]

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
        standing = self.standings[self.server]
        first = standing.drained + 1
        chosen = next_run(self.own, first, self.batch_events, max_chars)
        batch = None
        if chosen:
            wire = tuple(outgoing(event, seal) for event in chosen)
            batch = batch_to_json(
                make_batch(self.device, first, self.hash_at(first - 1), wire, sign)
            )
        reader = self.reader
        body = {
            "protocol": PROTOCOL,
            "cursor": reader.cursor,
            "held_after": reader.held_after,
            "feeds": list(reader.feeds) if pulls else [],
            "batch": batch,
            "unsent": self.unsent,
            "device_time": now_ms,
        }
        last = first + len(chosen) - 1
        window = (reader.cursor, reader.held_after)
        return Request(body, self.server, standing, *window, pulls, first, last, now_ms)

    def answer(self, request: Request, data: object, now_ms: int) -> Heard:
        """Take in the answer to `request`.

        Raises SyncError "answer.shape" or "receipt.shape|signature|server|head": then nothing of
        it was taken in, and the code stands in `alerts` (SPEC P3, F4). A page that does not follow
        from what is held is left alone, the receipt with it counts: no feed stops an outbox (F6).
        An answer that another one of its server overtook counts as not heard (P2).
        """
        standing = self.standings[request.server]
        try:
            read = read_answer(data, standing.receipt_key)
            self._check_receipt(read, request.server)
        except SyncError as error:
            self.alerts.add(error.code)
            raise
        # An overtaken answer would pass for that of a restored server (F5): void is what its feed
        # gave, and the refusal in the next late answer stays for ever.
        if request.standing != standing:
            return Heard(False, {}, ())
        # The page of a window that is no longer ours would leave out what lies between.
        page = request.server == self.server and self.reader.asked(request)
        # What a server lost it will judge anew: what its feed said of it before is void (F5).
        for seq in range(read.receipt.through + 1, standing.through + 1):
            self.own[seq] = replace(self.own[seq], given=False)
        standing = standing.after(read.receipt)
        heard, alerts = self._take_results(request, read.results)
        self.standings[request.server] = standing.heard(heard)
        alerts |= self._take_upstream(read.upstream)
        feeds = self.reader.feeds
        if page:
            alerts |= self.reader.take(read, self.own, now_ms)
            # A page that was not taken moves no clock either.
            for given in read.events if "answer.chain" not in alerts else ():
                self.stamp = observe(self.stamp, given.order)
        self.alerts |= alerts
        self.offset_ms = round(read.server_ms - (request.sent_ms + now_ms) / 2)
        self.failures = 0
        self.batch_events = min(BATCH_EVENTS, self.batch_events * 2)
        # Mended or with other feeds, it has all of them to read again.
        anew = "feed.repaired" in alerts or self.reader.feeds != feeds
        more = (read.more and page and "answer.chain" not in alerts) or anew
        return Heard(more, self._newer_packs(read.packs), tuple(sorted(alerts)))

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
        """Drop what others wrote and the server received too long ago (SPEC F8)."""
        self.reader.forget(server_ms, self.own)

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

    def _check_receipt(self, read: Answer, server: str) -> None:
        check_receipt(read.receipt, self.device, server, self._own_hash)

    def _own_hash(self, seq: int) -> bytes | None:
        return self.hash_at(seq) if seq <= self.seq else None

    def _take_upstream(self, data: object) -> set[str]:
        """Take in what a relay hands on; one that is not right spoils nothing else (SPEC P8)."""
        others = [one for one in self.standings.values() if one.server != self.server]
        try:
            changed = handed_on(data, others, self.device, self._own_hash)
        except SyncError as error:
            return {error.code}
        if changed is not None:
            self.standings[changed.server] = changed
        return set()

    def _take_results(
        self, request: Request, results: Iterable[Result]
    ) -> tuple[set[int], set[str]]:
        """The numbers that were answered, and the alerts among the answers."""
        heard = set()
        alerts = set()
        for one in results:
            if not request.first <= one.seq <= request.last:
                continue
            heard.add(one.seq)
            event = self.own[one.seq]
            # What the feed announced is newer than any answer that may have been on the way.
            if not event.given:
                state = one.state if one.state in ("held", "rejected") else "kept"
                self.own[one.seq] = replace(event, state=state, code=one.code, field=one.field)
            if one.code in ALERTS:
                alerts.add(str(one.code))
        return heard, alerts

    def _newer_packs(self, announced: Mapping[str, int]) -> dict[str, int]:
        if any(version < self.packs.get(name, 0) for name, version in announced.items()):
            self.alerts.add("pack.rollback")
        return {name: new for name, new in announced.items() if new > self.packs.get(name, 0)}
