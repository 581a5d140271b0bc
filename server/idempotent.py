"""`@idempotent`: a view that writes answers a repeat of its request as it did the first time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, after_this_request, request

from server.access import the_user
from server.context import here
from server.problems import ProblemError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
ATTRIBUTE = "chot_idempotent"
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,128})"?')

View = TypeVar("View", bound=Callable[..., Any])


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
