"""What a step may do with a client: have it act, look at what it sends, decide what it gets."""

from __future__ import annotations

import contextlib
import json
import queue
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from cli.conformance.driver import Driver
from cli.conformance.findings import BrokenRuleError, Finding, UnseenError, breaks
from cli.conformance.neighbour import Neighbour
from cli.conformance.requests import Memory, judge_request
from cli.conformance.stage import SYNC, Exchange, Reply, Stage, problem, problem_code
from credentials.jws import public_key_of_jwk
from server.tokens import TokenError, read_access_token
from sync.batch import sign_es256
from sync.encoding import to_base64url
from sync.envelope import Receipt

Change = Callable[[dict[str, Any]], None]
Silence = tuple[str, str, str]
"""(rule, vi, en) of a client from which nothing comes any more."""

POLL_S = 0.03
QUIET_S = 0.6
STARTS = 4
"""How often a client's round is begun again before it counts as silent."""
GONE: Silence = (
    "T2",
    "Không còn gì được gửi: lỗi của đường truyền hay máy chủ không được làm mất hay chặn sự kiện.",
    "Nothing is sent any more: no failure of wire or server may drop or block an event.",
)
NO_PULL: Silence = (
    "F4",
    "Máy không hỏi tiếp luồng dữ liệu.",
    "It does not go on asking for its feeds.",
)
RULES = {
    "event.field": "E8",
    "event.missing": "E8",
    "event.scope": "A10",
    "event.author": "A11",
    "seal.key": "S2",
    "seal.text": "S1",
    "seal.body": "S4",
    "seal.body_key": "S4",
    "batch.device": "T1",
    "feed.forbidden": "T1",
    "feed.unknown": "F1",
    "cursor.shape": "F2",
    "batch.size": "B2",
    "batch.signature": "B3",
    "protocol.unknown": "T7",
    "device.forked": "A6",
}
"""What the real server says, as the rule that it is about."""


class Play:
    """One client, one stage. Steps run one after the other, in one thread."""

    def __init__(self, stage: Stage, driver: Driver, url: str, patience_s: float) -> None:
        self.stage = stage
        self.driver = driver
        self.url = url
        self.patience_s = patience_s
        self.memory: Memory
        self.restarts = 0
        self.cursor: str | None = None
        """Of the last page that was given whole."""
        self.requests = 0
        self.last_request = ""
        """Which it was, how long after the one before, and what it asked and sent."""
        self._last_s = 0.0
        self._open: Exchange | None = None
        self._not_before_s = 0.0

    @cached_property
    def neighbour(self) -> Neighbour:
        """Another tablet at the same checkpoint."""
        return Neighbour(self.stage)

    # --- enrolling ---------------------------------------------------------------------------

    def enrol(self) -> None:
        """Have it enrol, and remember which device it became."""
        stage = self.stage
        stage.judge(False)
        self.driver.enrol(self.url, stage.code())
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            try:
                made = stage.enrolled.get(timeout=POLL_S)
            except queue.Empty:
                if stage.refusals:
                    path, status, code = stage.refusals[0]
                    raise breaks(
                        "E3" if code == "enrolment.key" else "T7",
                        f"Đăng ký bị từ chối: {status} {code}. Khóa là JWK P-256 (kty, crv, x, y).",
                        f"Enrolling was refused: {status} {code}. The key is a P-256 JWK.",
                        path,
                    ) from None
                if self.driver.idle and time.monotonic() > deadline - self.patience_s + 5:
                    break
                continue
            device = stage.context.store.device(made["device"])
            assert device is not None
            key = public_key_of_jwk(device.jwk)
            checkpoint = str(device.checkpoint)
            self.memory = Memory(device.id, checkpoint, key, stage.context.keys.sealing)
            self.memory.feeds = {f"checkpoint:{checkpoint}"}
            for exchange, reply in stage.judge(True):
                self._passed(exchange, reply)
            return
        raise UnseenError(
            "Máy không đăng ký: không có yêu cầu POST /api/v1/devices/enrol.",
            "The client did not enrol: no POST /api/v1/devices/enrol came.",
        )

    # --- what comes --------------------------------------------------------------------------

    def next(self, gone: Silence = GONE) -> Exchange:
        """Its next sync request. BrokenRuleError where it breaks a rule by itself."""
        deadline = time.monotonic() + self.patience_s
        starts = 0
        while True:
            try:
                exchange = self.stage.exchanges.get(timeout=POLL_S)
            except queue.Empty:
                now = time.monotonic()
                if now > deadline or (starts == STARTS and self.driver.idle):
                    raise breaks(*gone) from None
                if self.driver.idle and now >= self._not_before_s:
                    self.driver.sync()
                    starts += 1
                    self.restarts += 1
                continue
            if self._let_in(exchange):
                return self._judged(exchange)

    def push(self, gone: Silence = GONE) -> Exchange:
        """Its next sync request with a batch; those that only ask are answered."""
        starts = self.restarts
        while True:
            exchange = self.next(gone)
            if exchange.batch is not None:
                return exchange
            self.answer(exchange)
            if self.restarts - starts >= STARTS:
                raise breaks(*gone)

    def pull(self) -> Exchange:
        """The next request of whoever is made to ask for its feeds now."""
        if self.driver.lasting:
            self.driver.sync()
        return self.next(NO_PULL)

    def write(self, count: int) -> None:
        """Have it write so many crossings; a round that is under way by command ends before."""
        deadline = time.monotonic() + self.patience_s
        while not (self.driver.lasting or self.driver.idle) and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                exchange = self.stage.exchanges.get(timeout=POLL_S)
                if self._let_in(exchange):
                    self.answer(self._judged(exchange))
        self.driver.write(count)

    def gather(self, count: int) -> Exchange:
        """Have it write, and its first request that counts so many events as unsent."""
        self.write(count)
        exchange = self.push()
        deadline = time.monotonic() + self.patience_s
        while len(exchange.batch["events"]) < count and time.monotonic() < deadline:  # type: ignore[index]
            self.refuse(exchange, problem(503, "server.busy"))
            exchange = self.push()
        return exchange

    def settle(self) -> None:
        """Let it go on until all it wrote is answered and its round has ended.

        Who syncs by itself has no end that is seen: it is quiet, or only asks.
        """
        quiet_from = time.monotonic()
        deadline = quiet_from + self.patience_s
        while time.monotonic() < deadline:
            try:
                exchange = self.stage.exchanges.get(timeout=POLL_S)
            except queue.Empty:
                quiet = self.driver.lasting and time.monotonic() - quiet_from > QUIET_S
                if self._is_drained and (self.driver.idle or quiet):
                    return
                if self.driver.idle:
                    self.driver.sync()
                continue
            if self._let_in(exchange):
                more = self.answer(self._judged(exchange))["more"]
                asks_only = exchange.batch is None and self.driver.lasting
                if asks_only and not more and self._is_drained:
                    return
            quiet_from = time.monotonic()
        # A round that goes on though there is nothing to send is waiting, for hours perhaps.
        if not self._is_drained:
            raise breaks(*GONE)

    @property
    def _is_drained(self) -> bool:
        return self.memory.drained >= self.memory.seq

    # --- what it gets ------------------------------------------------------------------------

    def answer(
        self,
        exchange: Exchange,
        change: Change | None = None,
        *,
        instead: dict[str, Any] | None = None,
        believed: bool = True,
        page: bool = True,
    ) -> dict[str, Any]:
        """What the real server says to it, after `change`; `instead` of its request if given.

        `believed`: the receipt is one that a client believes, and `page` one that it may take.
        """
        reply = self._real(exchange, instead)
        if reply.status != 200:
            self._send(exchange, reply)
            code = problem_code(reply.data)
            raise breaks(
                RULES.get(code, "B6"),
                f"Máy chủ từ chối: {reply.status} {code}.",
                f"The server refuses it: {reply.status} {code}.",
            )
        value: dict[str, Any] = json.loads(reply.data)
        refused = _refused(value)
        if change is not None:
            change(value)
            reply.data = json.dumps(value, ensure_ascii=False).encode()
        self._note(value, believed, page)
        self._send(exchange, reply)
        if refused is not None:
            raise BrokenRuleError(refused)
        return value

    def lose(self, exchange: Exchange) -> None:
        """The server takes it in; the answer never arrives."""
        self._real(exchange, None)
        self._send(exchange, Reply(cut=True))

    def refuse(self, exchange: Exchange, reply: Reply) -> None:
        """The server never sees it. A `Retry-After` also binds who begins rounds for a client."""
        waits = [value for name, value in reply.headers if name == "Retry-After"]
        if waits:
            self._not_before_s = time.monotonic() + float(waits[0])
        self._send(exchange, reply)

    def close_open(self) -> None:
        """Whoever still waits for a decision gets the real server's."""
        if self._open is not None:
            self._hand_on(self._open)

    def receipt(self, value: dict[str, Any], through: int, head: bytes, key: Any = None) -> None:
        """Put another receipt into an answer, signed by the server's key or by `key`."""
        old = value["receipt"]
        keys = self.stage.context.keys
        receipt = Receipt(
            old["server"], old["level"], old["device"], through, head, 0, old["server_time"]
        )
        signature = sign_es256(keys.signing if key is None else key, receipt.signing_text())
        value["receipt"] = old | {
            "through": through,
            "head": to_base64url(head),
            "safe_through": 0,
            "signature": to_base64url(signature),
        }

    def _passed(self, exchange: Exchange, reply: Reply) -> None:
        """What was answered before the judge looked, looked at now."""
        if reply.status == 200:
            found = judge_request(exchange.body, self.memory)
            self._note(json.loads(reply.data), True, True)
            if found:
                raise BrokenRuleError(found[0])

    # --- inside ------------------------------------------------------------------------------

    def _let_in(self, exchange: Exchange) -> bool:
        """Whether its token is good; else it hears so, as from any server."""
        context = self.stage.context
        headers = {name.lower(): value for name, value in exchange.headers}
        token = headers.get("authorization", "").removeprefix("Bearer ")
        try:
            read_access_token(token, context.keys.session, context.store.epoch, context.clock())
        except TokenError:
            self._send(exchange, self._real(exchange, None))
            return False
        return True

    def _judged(self, exchange: Exchange) -> Exchange:
        self._open = exchange
        self.requests += 1
        self.last_request = in_short(self.requests, exchange, self._last_s)
        self._last_s = exchange.at_s
        found = judge_request(exchange.body, self.memory)
        if found:
            self._hand_on(exchange)
            raise BrokenRuleError(found[0])
        return exchange

    def _hand_on(self, exchange: Exchange) -> None:
        """The real server's answer as it is."""
        reply = self._real(exchange, None)
        if reply.status == 200:
            self._note(json.loads(reply.data), True, True)
        self._send(exchange, reply)

    def _note(self, value: dict[str, Any], believed: bool, page: bool) -> None:
        memory = self.memory
        if page:
            memory.given.add(value["cursor"])
            memory.spoilt.discard(value["cursor"])
            self.cursor = value["cursor"]
            memory.feeds |= set(value["feeds"])
        elif value["cursor"] not in memory.given:
            memory.spoilt.add(value["cursor"])
        if believed:
            answered = {one["seq"] for one in value["results"]}
            through = value["receipt"]["through"]
            memory.drained = min(memory.drained, through)
            while memory.drained + 1 in answered and memory.drained < through:
                memory.drained += 1

    def _real(self, exchange: Exchange, instead: dict[str, Any] | None) -> Reply:
        data = exchange.data if instead is None else json.dumps(instead).encode()
        return self.stage.real("POST", SYNC, exchange.headers, data)

    def _send(self, exchange: Exchange, reply: Reply) -> None:
        exchange.reply = reply
        if exchange is self._open:
            self._open = None
        exchange.decided.set()


def in_short(number: int, exchange: Exchange, before_s: float) -> str:
    """A sync request as an author finds it in the client's own log."""
    since = f" (+{exchange.at_s - before_s:.1f} s)" if number > 1 else ""
    body = exchange.body if isinstance(exchange.body, dict) else {}
    said = [f"{name} {json.dumps(body.get(name))}" for name in ("cursor", "held_after", "unsent")]
    batch = exchange.batch
    if batch is None:
        return f"POST /sync #{number}{since}: {', '.join(said)}, batch null"
    events, first = batch.get("events"), batch.get("first")
    count = len(events) if isinstance(events, list) else "?"
    return f"POST /sync #{number}{since}: {', '.join(said)}, batch {first} +{count}"


def _refused(value: dict[str, Any]) -> Finding | None:
    """The first event that the real server did not simply accept, as a finding."""
    for one in value["results"]:
        code = one.get("code", "")
        if one["state"] == "rejected" or code in RULES:
            return Finding(
                RULES.get(code, "E8"),
                f"Máy chủ {'từ chối' if one['state'] == 'rejected' else 'báo'} sự kiện: {code}.",
                f"The server says {one['state']}, {code}.",
                f"{one['seq']}: {one.get('field', '')}".rstrip(": "),
            )
    return None
