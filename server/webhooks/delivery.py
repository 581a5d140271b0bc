"""Handing messages to their receivers, in order, until they are taken.

A message is taken by a 2xx. Anything else is waited for and said again, with waits that double as
for tablets (SPEC T3), never shorter than the receiver asked for; nothing is dropped. 410 ends it.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlsplit

from server.background import repeating
from server.config import Config
from server.context import Clock
from server.store.protocol import Store
from server.webhooks.hooks import Hook, Hooks
from server.webhooks.messages import Message, messages_of
from server.webhooks.signing import headers
from sync.retry import retry_delay_ms

LOOK_S = 1.0
TIMEOUT_S = 10.0
"""For each step: to connect, and each time something is read."""

WHOLE_S = 30.0
"""From the connection to the end of the answer: one that comes byte by byte is none."""

AT_ONCE = 8
PAGE_EVENTS = 100
GONE = 410


class Answer(NamedTuple):
    """What a receiver said; `status` 0 where nobody did."""

    status: int
    said: str
    retry_after_ms: int

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


Send = Callable[[str, Mapping[str, str], bytes], Answer]


def send(url: str, fields: Mapping[str, str], body: bytes) -> Answer:
    """One POST. No redirect is followed: what is signed for one address is for no other."""
    parts = urlsplit(url)
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    host, port = parts.hostname or "", parts.port
    try:
        connection = (
            http.client.HTTPSConnection(
                host, port, timeout=TIMEOUT_S, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        )
        with contextlib.closing(connection):
            connection.connect()
            with _cut_off_after(connection.sock, WHOLE_S) as is_cut:
                connection.request("POST", target, body, dict(fields))
                answer = connection.getresponse()
            if is_cut.is_set():
                # What was read until then may look like an answer.
                raise TimeoutError
            after = answer.headers.get("Retry-After", "")
            wait_ms = int(after) * 1000 if after.isdigit() and len(after) < 7 else 0
            return Answer(answer.status, str(answer.status), wait_ms)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, type(error).__name__, 0)


@contextlib.contextmanager
def _cut_off_after(connected: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """End the connection if the block takes longer; the event says that it did."""
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        # Below TLS, whose own words the other end would have to be waited for.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_cut
    finally:
        timer.cancel()


def deliver(
    hooks: Hooks,
    hook: Hook,
    store: Store,
    now_ms: int,
    post: Send = send,
    chance: Callable[[], float] = random.random,
) -> bool:
    """Hand over one page of what is new, as far as it is taken; whether to go on at once."""
    projected, _ = store.projected()
    page = store.runs(hook.feeds, hook.cursor, PAGE_EVENTS, persons=False)
    # One that only got a smaller envelope was said under the number at which it counts (A3).
    for run in (one for one in page.runs if one.n == one.counted):
        if run.n > projected:
            # What was said of a record before is known once the view has it.
            return False
        for message in messages_of(run, store.epoch, store.said):
            # A run is given whole where it had been given in part.
            if message.n <= hook.cursor:
                continue
            answer = _post(hook, message, now_ms, post)
            if not answer.is_taken:
                wait_ms = retry_delay_ms(hook.failures + 1, chance(), answer.retry_after_ms)
                is_over = answer.status == GONE
                hooks.failed(hook, answer.said, now_ms, now_ms + wait_ms, is_over)
                return False
            if not hooks.moved(hook, message.n, answer.said, now_ms):
                return True
            hook = replace(hook, cursor=message.n, failures=0)
    if page.sequence > hook.cursor:
        # What says nothing to this receiver is passed over for good.
        hooks.moved(hook, page.sequence, "", now_ms)
    return page.more


def ring(hook: Hook, message: Message, now_ms: int, post: Send = send) -> Answer:
    """Send one message that is no event, for a person who looks at the answer."""
    return _post(hook, message, now_ms, post)


def delivering(
    open_store: Callable[[], Store], config: Config, clock: Clock
) -> AbstractContextManager[None]:
    """Deliver to every hook, in threads of this process, while the block runs; a relay never.

    A receiver that is slow to answer holds up nobody else, as long as they are not many.
    """
    if config.level != "home":
        return contextlib.nullcontext()
    hooks = Hooks(config.data_dir)

    def deliver_all(stop: threading.Event) -> None:
        # Without receivers there is no store to hold open: 1 MB on every server.
        if not hooks.all():
            return
        with (
            contextlib.closing(open_store()) as store,
            ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool,
        ):
            _, newest = store.projected()
            hooks.keep_within(store.epoch, newest)
            under_way: dict[str, Future[None]] = {}
            while not stop.is_set():
                for name in _due(hooks, clock()):
                    before = under_way.get(name)
                    if before is None or before.done():
                        if before is not None:
                            before.result()
                        under_way[name] = pool.submit(deliver_to, name, store, stop)
                stop.wait(LOOK_S)

    def deliver_to(name: str, store: Store, stop: threading.Event) -> None:
        while not stop.is_set():
            hook = _due(hooks, clock()).get(name)
            if hook is None or not deliver(hooks, hook, store, clock()):
                return

    return repeating("webhooks", deliver_all, LOOK_S)


def _due(hooks: Hooks, now_ms: int) -> dict[str, Hook]:
    """Whom to try now, by name. A clock that was set back makes nobody wait for the old time."""
    return {
        one.id: one
        for one in hooks.all()
        if not one.ended and (one.next_ms <= now_ms or now_ms < one.said_ms)
    }


def _post(hook: Hook, message: Message, now_ms: int, post: Send) -> Answer:
    fields = headers(message, hook.secrets(now_ms), now_ms // 1000)
    return post(hook.url, fields, message.body.encode("utf-8"))
