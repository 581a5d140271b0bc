"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a lost answer is asked for again.

What writes and has no number of its own by which a repeat is known (as events have theirs) takes
the header. The answer is kept in memory for a day, with what was asked; after a restart the same
request counts as new.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Response, after_this_request, request

from server.access import the_user
from server.context import here
from server.problems import ProblemError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LIFETIME_MS = 24 * 3_600_000
MAX_KEPT = 10_000
ATTRIBUTE = "chot_idempotent"
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,128})"?')

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(slots=True)
class Kept:
    """One request under a key; `answer` is None while it runs."""

    asked: bytes
    at_ms: int
    answer: Any = None


class Repeats:
    """Answers by (user, key); the oldest make room. Safe from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, user: str, key: str, asked: bytes, now_ms: int) -> Any:
        """The answer that was given; None: this one runs first, and ends with `done` or `failed`.

        ProblemError "request.reused" where the key stood with another request, and
        "request.running" while that one runs.
        """
        with self._lock:
            kept = self._kept.get((user, key))
            if kept is None or now_ms - kept.at_ms > LIFETIME_MS:
                self._kept[user, key] = Kept(asked, now_ms)
                self._kept.move_to_end((user, key))
                while len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
                return None
        if kept.asked != asked:
            raise ProblemError("request.reused")
        if kept.answer is None:
            raise ProblemError("request.running", headers={"Retry-After": "1"})
        return kept.answer

    def done(self, user: str, key: str, answer: Any) -> None:
        """Keep what a repeat is told."""
        with self._lock:
            kept = self._kept.get((user, key))
            if kept is not None:
                kept.answer = answer

    def failed(self, user: str, key: str) -> None:
        """Nothing was done: the same key may try again."""
        with self._lock:
            self._kept.pop((user, key), None)


def idempotent(view: View) -> View:
    """Answer a repeat under the same Idempotency-Key as the first time; doing it once."""

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Any:
        given = request.headers.get(HEADER)
        if given is None:
            return view(*args, **kwargs)
        match = _KEY.fullmatch(given)
        if match is None:
            raise ProblemError("request.invalid", errors=((HEADER, "invalid"),))
        context, user, key = here(), the_user().id, match[1]
        text = json.dumps([request.path, args, kwargs], sort_keys=True, default=str)
        answer = context.repeats.begin(
            user, key, hashlib.sha256(text.encode()).digest(), context.clock()
        )
        if answer is not None:
            after_this_request(_replayed)
            return answer
        try:
            answer = view(*args, **kwargs)
        except BaseException:
            context.repeats.failed(user, key)
            raise
        context.repeats.done(user, key, answer)
        return answer

    setattr(once, ATTRIBUTE, True)
    return once  # type: ignore[return-value]


def _replayed(response: Response) -> Response:
    response.headers[REPLAYED] = "true"
    return response
