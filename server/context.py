"""What a request may reach: configuration, storage, keys and the clock, handed in once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app

from server.bases import AllowedOrigins
from server.config import Config
from server.entitled import Entitled
from server.keys import KeyRing
from server.limits import FailureLimit, SignInLimits
from server.repeats import Repeats
from server.searches import OpenSearches
from server.store.protocol import Store
from server.token_limits import TokenLimits
from server.tokens import ReplayCache
from server.window import Starts

EXTENSION = "chot"

Clock = Callable[[], int]
"""Unix milliseconds."""


def system_clock() -> int:
    """Now, in Unix milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a view needs that is not in its request.

    `started_ms`: when this process began; `nonce_key`: by which it knows the nonces it gave.
    """

    config: Config
    store: Store
    keys: KeyRing
    clock: Clock
    started_ms: int
    nonce_key: bytes
    assertions: ReplayCache
    sign_ins: SignInLimits
    searches: OpenSearches
    enrolments: FailureLimit
    origins: AllowedOrigins
    entitled: Entitled
    starts: Starts
    repeats: Repeats
    requests: TokenLimits

    def install(self, app: Flask) -> None:
        app.extensions[EXTENSION] = self


def here() -> Context:
    """The context of the running request's application."""
    context = current_app.extensions[EXTENSION]
    assert isinstance(context, Context)
    return context
