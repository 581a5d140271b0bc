"""One exchange with the upstream, and what has to hold before anything of its answer counts.

SPEC U1, U10, U11, U12.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from credentials.jws import public_key_of_jwk
from server.relay.joining import MAX_PATH
from server.relay.state import LOOP, Upstream, put_upstream
from server.relay.wire import UpstreamError, Wire
from server.store.protocol import Store
from server.store.relay_protocol import UpstreamReceipt
from sync.batch import PROTOCOL
from sync.encoding import is_uuid7
from sync.envelope import Receipt, read_receipt
from sync.errors import SyncError

CHAINS_AT_ONCE = 200
MAX_ALERTS = 20


@dataclass(frozen=True, slots=True)
class Contact:
    """What one answer said: each batch's result, and the reference where it has changed."""

    results: tuple[dict[str, Any], ...]
    reference: object
    reference_name: str


@dataclass(slots=True)
class Line:
    """This server's side of one upstream: what it holds, whom it talks to, how far they are."""

    store: Store
    wire: Wire
    clock: Callable[[], int]
    upstream: Upstream
    _through: dict[str, int] = field(default_factory=dict)
    _chains: list[str] = field(default_factory=list)

    def keep(self, after: Upstream) -> None:
        """Go on with a changed state, written first."""
        put_upstream(self.store, self.upstream, after)
        self.upstream = after

    def warn(self, alert: str) -> None:
        """Keep what was not believed, for people: the newest few."""
        known = [one for one in self.upstream.alerts if one != alert]
        self.keep(replace(self.upstream, alerts=(*known, alert)[-MAX_ALERTS:]))

    def contact(
        self, batches: Sequence[dict[str, Any]] = (), chains: Sequence[str] | None = None
    ) -> Contact:
        """Hand batches up and hear. UpstreamError, also where the answer must not be believed."""
        asked = list(self._next_chains() if chains is None else chains)
        waiting = self.store.batches_waiting(self.upstream.batch_no)
        answer = self.wire.post(
            "/relay",
            {
                "protocol": PROTOCOL,
                "own_chain": self.store.own_author,
                "batches": list(batches),
                "chains": asked,
                "reference": self.upstream.reference,
                "waiting": waiting,
                "device_time": self.clock(),
            },
        )
        self._check(answer)
        results = answer.get("results")
        if not isinstance(results, list) or len(results) != len(batches):
            raise UpstreamError("refused", "upstream.answer")
        self._take_receipts(answer)
        return Contact(
            tuple(one if isinstance(one, dict) else {} for one in results),
            answer.get("reference"),
            str(answer.get("reference_name", "")),
        )

    def through(self, device: str) -> int:
        """How far the upstream says it holds a device's chain; asked where it has not said yet."""
        if device not in self._through:
            self.contact(chains=[device])
        return self._through.get(device, 0)

    def _check(self, answer: dict[str, Any]) -> None:
        """Who answers, in which epoch, and that this server is not above itself (U11)."""
        server, epoch, path = answer.get("server"), answer.get("epoch"), answer.get("path")
        if server != self.upstream.server:
            raise UpstreamError("refused", "upstream.server")
        if (
            type(epoch) is not int
            or not isinstance(path, list)
            or not 1 <= len(path) <= MAX_PATH
            or not all(is_uuid7(one) for one in path)
        ):
            raise UpstreamError("refused", "upstream.answer")
        if self.store.server_id in path:
            raise UpstreamError("refused", LOOP)
        after = replace(self.upstream, path=tuple(path))
        if epoch != self.upstream.epoch:
            self._through.clear()
            after = replace(after.restarted(), epoch=epoch)
        self.keep(after)

    def _take_receipts(self, answer: dict[str, Any]) -> None:
        upstream = self.upstream
        own = self._receipts(answer, "receipts", upstream.server, upstream.receipt_key)
        root = self.store.device(upstream.home)
        above = [] if root is None else self._receipts(
            answer, "home_receipts", upstream.home, root.jwk
        )  # fmt: skip
        held = {one.device: one.through for one in self.store.upstream_receipts(upstream.server)}
        if any(receipt.through < held.get(receipt.device, 0) for receipt, _ in own):
            # It lost something without saying so: the receipts show from where on (U12).
            self.keep(upstream.restarted())
        for receipt, _ in own:
            self._through[receipt.device] = receipt.through
        self.store.put_upstream_receipts(
            [
                UpstreamReceipt(one.device, one.server, one.level, one.through, text)
                for one, text in (*own, *above)
            ]
        )

    def _receipts(
        self, answer: dict[str, Any], name: str, server: str, jwk: Any
    ) -> list[tuple[Receipt, str]]:
        values = answer.get(name)
        if not isinstance(values, list) or len(values) > 2 * CHAINS_AT_ONCE:
            raise UpstreamError("refused", "upstream.answer")
        key = public_key_of_jwk(jwk)
        found = []
        for value in values:
            try:
                receipt = read_receipt(value, key)
            except SyncError as error:
                raise UpstreamError("refused", error.code) from None
            if receipt.server != server:
                raise UpstreamError("refused", "receipt.server")
            found.append((receipt, json.dumps(value, separators=(",", ":"))))
        return found

    def _next_chains(self) -> list[str]:
        """The devices whose receipts are asked for in turn; all of them in a few contacts."""
        if not self._chains:
            self._chains = [
                one.id for one in self.store.devices() if one.kind in ("tablet", "relay")
            ]
            self._chains.append(self.store.own_author)
        asked, self._chains = self._chains[:CHAINS_AT_ONCE], self._chains[CHAINS_AT_ONCE:]
        return asked
