"""The relay's thread: up, down, wait; whatever happens to it, it goes on where it stood. SPEC U.

It runs beside the projector in the main process, so once per data directory. All it knows is in
the log; a round may be cut off anywhere and is said again.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from schemas.relay import MAX_LACKING
from server.background import repeating
from server.config import Config
from server.context import Clock
from server.keys import KeyRing
from server.relay.adopting import take
from server.relay.contact import Contact, Line
from server.relay.offering import Offer
from server.relay.packs import copy_packs
from server.relay.reference import (
    ReferenceShapeError,
    adopt_devices,
    apply_reference,
    read_devices,
    read_reference,
)
from server.relay.scope import anything
from server.relay.state import Upstream, read_upstream
from server.relay.wire import UpstreamError, UpstreamWire, Wire
from server.store.protocol import Store
from sync.batch import PROTOCOL
from sync.chain import HASH_BYTES
from sync.encoding import from_base64url
from sync.errors import SyncError
from sync.retry import retry_delay_ms

LOOK_S = 0.5
"""How often a waiting follower looks whether something new has come to the log."""

MAX_PAGE_BATCHES = 1000


class Follower:
    """Talks to one upstream on behalf of `store`. Use it from one thread, then `close` it."""

    def __init__(
        self, store: Store, keys: KeyRing, upstream: Upstream, wire: Wire, clock: Clock
    ) -> None:
        self._keys = keys
        self._line = Line(store, wire, clock, upstream)
        self._offer = Offer(self._line)
        self._tried_refused = False

    @property
    def upstream(self) -> Upstream:
        """The state as it stands."""
        return self._line.upstream

    def round(self) -> None:
        """One round: contact, what changed above, up, down. UpstreamError says where it ended."""
        try:
            self._round()
        except UpstreamError as error:
            if error.kind != "auth":
                raise
            line = self._line
            line.wire.authenticate(line.store.server_id, self._keys.signing, line.clock)
            self._round()

    def note(self, failure: str) -> None:
        """Keep how the last round ended ("" = well), for people and for `path_of`."""
        line = self._line
        contact_ms = line.clock() if failure == "" else line.upstream.contact_ms
        line.keep(replace(line.upstream, failure=failure, contact_ms=contact_ms))

    def close(self) -> None:
        self._line.wire.close()

    def _round(self) -> None:
        refresh = self._take_reference(self._line.contact())
        if self._line.upstream.refused and (refresh or not self._tried_refused):
            try:
                self._offer.send_refused()
            except UpstreamError as error:
                # What was said of a batch itself is not asked for again until more is known.
                self._tried_refused = error.kind in ("refused", "too_large")
                raise
        self._tried_refused = True
        self._offer.send()
        while self._pull():
            pass

    def _take_reference(self, contact: Contact) -> bool:
        """Apply a reference that is new; kept by name only once all its packs are here."""
        if contact.reference is None:
            return False
        line, now_ms = self._line, self._line.clock()
        try:
            reference = read_reference(contact.reference)
        except ReferenceShapeError:
            raise UpstreamError("refused", "upstream.reference") from None
        apply_reference(line.store, reference, now_ms)
        refused = copy_packs(
            line.store, reference["packs"], self._fetch_pack, line.upstream.root_key, now_ms
        )
        line.keep(
            replace(
                line.upstream,
                checkpoints=tuple(sorted(one["checkpoint"] for one in reference["checkpoints"])),
                reference="" if refused else contact.reference_name,
                alerts=tuple(refused),
            )
        )
        return True

    def _fetch_pack(self, name: str, scope: str) -> dict[str, Any]:
        return self._line.wire.get(f"/relay/packs/{name}?scope={scope}")

    def _pull(self) -> bool:
        """One page of the feeds; whether there is more. The cursor moves with what was stored."""
        line = self._line
        answer = self._feed({})
        lacking = [one for one in answer["held"] if not self._holds(one)]
        for start in range(0, len(lacking), MAX_LACKING):
            self._take(self._feed({"lacking": lacking[start : start + MAX_LACKING]}))
        self._take(answer)
        line.keep(replace(line.upstream, cursor=answer["cursor"]))
        return bool(answer["more"])

    def _feed(self, more: dict[str, Any]) -> dict[str, Any]:
        """A page of the feeds, its shape checked; UpstreamError."""
        line = self._line
        sent = {"protocol": PROTOCOL, "cursor": line.upstream.cursor, **more}
        answer = line.wire.post("/relay/feed", sent)
        lists = [answer.get("batches"), answer.get("held")]
        if (
            not all(isinstance(one, list) and len(one) <= MAX_PAGE_BATCHES for one in lists)
            or not isinstance(answer.get("cursor"), str)
            or type(answer.get("more")) is not bool
        ):
            raise UpstreamError("refused", "upstream.answer")
        return answer

    def _holds(self, name: object) -> bool:
        """Whether a batch that was only named is here, and can be read.

        Before this log was restored it was; what a locked tablet sealed the home server has opened.
        """
        item = name if isinstance(name, dict) else {}
        device, last = item.get("device"), item.get("last")
        try:
            head = from_base64url(item.get("head"), HASH_BYTES)
        except SyncError:
            raise UpstreamError("refused", "upstream.answer") from None
        if not isinstance(device, str) or type(last) is not int:
            raise UpstreamError("refused", "upstream.answer")
        feeds = [f"checkpoint:{one}" for one in self._line.upstream.checkpoints]
        here = self._line.store.batch_at(device, last, head, feeds)
        return here is not None and all(one.sealed is None for one in here.batch.events)

    def _take(self, answer: dict[str, Any]) -> None:
        line, now_ms = self._line, self._line.clock()
        try:
            adopt_devices(line.store, read_devices(answer.get("devices")), now_ms)
        except ReferenceShapeError:
            raise UpstreamError("refused", "upstream.answer") from None
        for item in answer["batches"]:
            taken = take(line.store, item, anything, now_ms)
            if taken.code is not None:
                # It never will verify; what is behind it must not wait for it.
                line.warn(f"{taken.code} {taken.device}:{taken.first}")


def follow(
    store: Store,
    keys: KeyRing,
    config: Config,
    clock: Clock,
    stop: threading.Event,
    uniform: Callable[[], float] = random.random,
) -> None:
    """Round after round until `stop`; after a failure with growing pauses (T3)."""
    upstream = read_upstream(store)
    if upstream is None:
        return
    wire = UpstreamWire(config.upstream, config.upstream_ca)
    follower = Follower(store, keys, replace(upstream, url=config.upstream), wire, clock)
    failures = 0
    try:
        while not stop.is_set():
            newest = store.projected()[1]
            try:
                follower.round()
            except UpstreamError as error:
                failures += 1
                follower.note(error.code)
                stop.wait(retry_delay_ms(failures, uniform(), error.retry_after_ms) / 1000)
                continue
            failures = 0
            follower.note("")
            _wait(store, newest, config.upstream_seconds, stop)
    finally:
        follower.close()


def _wait(store: Store, newest: int, seconds: float, stop: threading.Event) -> None:
    """Until there is something new in the log, or it is time to ask what came from above."""
    waited = 0.0
    while waited < seconds and not stop.wait(LOOK_S):
        waited += LOOK_S
        if store.projected()[1] > newest:
            return


def following(
    open_store: Callable[[], Store], keys: KeyRing, config: Config, clock: Clock
) -> AbstractContextManager[None]:
    """Follow the upstream in a thread of this process while the block runs; nothing without one.

    What is not a failure of the line is logged and tried again: a relay takes events in meanwhile.
    """
    if not config.upstream:
        return contextlib.nullcontext()
    tries = itertools.count(1)

    def follow_upstream(stop: threading.Event) -> None:
        with contextlib.closing(open_store()) as store:
            follow(store, keys, config, clock, stop)

    return repeating(
        "relay", follow_upstream, lambda: retry_delay_ms(next(tries), random.random()) / 1000
    )
