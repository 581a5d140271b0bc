"""What a device holds of its feeds: one window of them, and how it knows that nothing is missing.

The window is (`held_after`, cursor]: older events were not given yet or are forgotten. SPEC F3–F11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sync.answer import Answer
from sync.cursor import parse_cursor
from sync.digest import NOTHING, plus
from sync.errors import SyncError
from sync.own import OwnEvent, Request
from sync.runs import Given, author, check_links

KEEP_PULLED_MS = 73 * 3_600_000
"""An hour more than a server gives a new reader, so that neither waits for the other."""
REPAIR_AFTER_MS = 10 * 60_000

Own = dict[int, OwnEvent]


@dataclass(slots=True)
class Reader:
    """The window of one device, and the events in it that others wrote."""

    device: str
    feeds: tuple[str, ...]
    cursor: str | None = None
    held_after: int | None = None
    pulled: dict[tuple[str, int], Given] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    """Events whose person part must not be held again, whoever offers it (SPEC F10)."""
    repaired_ms: int | None = None

    def copy(self) -> Reader:
        """The same again, sharing nothing that changes."""
        return replace(self, pulled=dict(self.pulled), erased=set(self.erased))

    def asked(self, request: Request) -> bool:
        """Whether the request was made of this very window: else its page leaves a gap (F4)."""
        return request.pulls and (request.cursor, request.held_after) == (
            self.cursor,
            self.held_after,
        )

    def take(self, read: Answer, own: Own, now_ms: int) -> set[str]:
        """Take a page in; what became of own events goes to `own`. The alerts it gives.

        One that does not follow from what is held is not taken ("answer.chain"): something here or
        there is wrong, and all is read anew as after a digest that differs (SPEC F6, F9).
        """
        try:
            check_links(read.events, {} if read.reset else self.pulled)
        except SyncError as error:
            return {error.code} | self._mended(own, now_ms)
        if read.reset:
            self._drop(own)
        self.cursor, self.held_after = read.cursor, read.held_after
        alerts = {alert for one in read.events if (alert := self._take(one, own))}
        if read.removals:
            self._erase(read.removals, own)
        if read.digest is not None and not read.more and read.digest != self.digest(own):
            alerts |= self._mended(own, now_ms)
        if read.feeds is not None:
            self.feeds = tuple(sorted(read.feeds))
        return alerts

    def digest(self, own: Own) -> bytes:
        """Of what is held of the window, own events included: derived, never adopted (SPEC F9)."""
        after = self.held_after or 0
        hashes = [one.hash for one in self.pulled.values() if one.n > after]
        hashes += [one.hash for one in own.values() if one.n is not None and one.n > after]
        return plus(NOTHING, hashes)

    def forget(self, server_ms: int, own: Own) -> None:
        """Raise `held_after` over what was received too long ago, and drop what others wrote of it.

        By the server's receipt time: the writer's clock may say anything (SPEC F8). Only from the
        old end of the window, so that it stays one window.
        """
        if self.held_after is None or self.cursor is None:
            return
        before = server_ms - KEEP_PULLED_MS
        young = [n for n, received_ms in self._received(own) if received_ms >= before]
        reached = min(young) - 1 if young else _sequence(self.cursor)
        self.held_after = max(self.held_after, reached)
        self.pulled = {key: one for key, one in self.pulled.items() if one.n > self.held_after}

    def _take(self, one: Given, own: Own) -> str | None:
        mine = own.get(one.seq) if one.device == self.device else None
        if mine is not None and mine.hash == one.hash:
            own[one.seq] = replace(
                mine,
                state="kept",
                code=None,
                field=None,
                n=one.n,
                branch=one.branch,
                received_ms=one.received_ms,
                authority=one.authority,
                given=True,
            )
            return None
        if one.n > (self.held_after or 0):
            known = one if one.ref not in self.erased else replace(one, person=None)
            self.pulled[one.author, one.seq] = known
        return "device.forked" if one.device == self.device else None

    def _erase(self, refs: frozenset[str], own: Own) -> None:
        self.erased |= refs
        for key, held in self.pulled.items():
            if held.person is not None and held.ref in refs:
                self.pulled[key] = replace(held, person=None)
        for seq, mine in own.items():
            if mine.person is not None and f"{author(self.device, mine.branch)}:{seq}" in refs:
                own[seq] = replace(mine, person=None)

    def _mended(self, own: Own, now_ms: int) -> set[str]:
        # A clock that was set back must not put a repair off for ever.
        if self.repaired_ms is not None and abs(now_ms - self.repaired_ms) < REPAIR_AFTER_MS:
            return set()
        self._drop(own)
        self.cursor = self.held_after = None
        self.repaired_ms = now_ms
        return {"feed.repaired"}

    def _drop(self, own: Own) -> None:
        self.pulled.clear()
        for seq, mine in own.items():
            own[seq] = replace(mine, n=None, given=False)

    def _received(self, own: Own) -> Iterator[tuple[int, int]]:
        after = self.held_after or 0
        for one in self.pulled.values():
            yield one.n, one.received_ms
        for mine in own.values():
            if mine.n is not None and mine.n > after and mine.received_ms is not None:
                yield mine.n, mine.received_ms


def _sequence(cursor: str) -> int:
    try:
        parsed = parse_cursor(cursor)
    except SyncError:
        return 0
    return 0 if parsed is None else parsed.sequence
