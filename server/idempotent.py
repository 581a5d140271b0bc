"""`@idempotent`: a view that writes answers a repeat of its request as it did the first time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, after_this_request, g, request

from server.access import the_user
from server.context import here
from server.problems import ProblemError
from server.store.once import Asked, DoneBeforeError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
ATTRIBUTE = "chot_idempotent"
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,128})"?')

View = TypeVar("View", bound=Callable[..., Any])
Again = Callable[..., Any]
"""(Done, then what the view is given) → the answer that the view gave."""


def idempotent(again: Again) -> Callable[[View], View]:
    """Answer a repeat under the same Idempotency-Key as the first time; doing it once.

    The view hands `the_asked()` to the write that is its effect: both are one transaction, so a
    server that is killed has done the request and knows it, or neither.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def once(*args: Any, **kwargs: Any) -> Any:
            given = request.headers.get(HEADER)
            if given is None:
                return view(*args, **kwargs)
            match = _KEY.fullmatch(given)
            if match is None:
                raise ProblemError("request.invalid", errors=((HEADER, "invalid"),))
            context = here()
            text = json.dumps([request.path, args, kwargs], sort_keys=True, default=str)
            asked = context.repeats.asked(the_user().id, match[1], text, context.clock())
            with context.repeats.running(asked):
                done = context.store.done(asked.key, asked.at_ms)
                if done is None:
                    g.asked = asked
                    try:
                        return view(*args, **kwargs)
                    except DoneBeforeError:
                        done = context.store.done(asked.key, asked.at_ms)
            if done is None:
                raise ProblemError("request.running", headers={"Retry-After": "1"})
            if done.request != asked.request:
                raise ProblemError("request.reused")
            after_this_request(_replayed)
            return again(done, *args, **kwargs)

        setattr(once, ATTRIBUTE, True)
        return once  # type: ignore[return-value]

    return mark


def the_asked() -> Asked | None:
    """For the write that is the effect of an `@idempotent` view; None without the header."""
    asked = g.get("asked")
    assert asked is None or isinstance(asked, Asked)
    return asked


def _replayed(response: Response) -> Response:
    response.headers[REPLAYED] = "true"
    return response
