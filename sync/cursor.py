"""Where a reader stands in a server's feeds. SPEC F1–F4."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sync.errors import SyncError

MAX_FEEDS = 32
FEED_KINDS = ("checkpoint", "turn_backs", "arrivals")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Feed:
    """A stream of events: a checkpoint's, a district's turn-backs, a commune's arrivals."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def is_feed_id(text: str) -> bool:
    """Whether it can name a feed of some kind."""
    return _ID.fullmatch(text) is not None


def parse_feed(text: object) -> Feed:
    """The feed in "kind:id"; raises SyncError("feed.unknown") (SPEC F1)."""
    if isinstance(text, str) and len(text) <= 96:
        kind, _, identifier = text.partition(":")
        if kind in FEED_KINDS and is_feed_id(identifier):
            return Feed(kind, identifier)
    raise SyncError("feed.unknown", "F1", text if isinstance(text, str) else None)


def feed_set(feeds: frozenset[Feed]) -> str:
    """A short name of a set of feeds, the same in every order (SPEC F2)."""
    joined = "\n".join(sorted(str(feed) for feed in feeds))
    return hashlib.sha256(joined.encode("ascii")).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Cursor:
    """(server, epoch, feed set, sequence): all events up to `sequence` have been given (F2)."""

    server: str
    epoch: int
    feeds: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.server}.{self.epoch}.{self.feeds}.{self.sequence}"


def parse_cursor(text: object) -> Cursor | None:
    """The cursor in its text, or None for none; SyncError("cursor.shape") otherwise."""
    if text is None:
        return None
    if isinstance(text, str) and len(text) <= 160 and text.isascii():
        parts = text.split(".")
        if (
            len(parts) == 4
            and parts[1].isdigit()
            and parts[3].isdigit()
            and len(parts[1]) <= 15
            and len(parts[3]) <= 15
        ):
            return Cursor(parts[0], int(parts[1]), parts[2], int(parts[3]))
    raise SyncError("cursor.shape", "F2")
