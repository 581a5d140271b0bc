"""RateLimit-Policy and RateLimit where something is limited (draft-ietf-httpapi-ratelimit-headers).

A view names the limits that it asks; what is left of them is read when its answer is done, so that
the failure it may have counted is in it.
"""

from __future__ import annotations

from typing import Protocol

from flask import Flask, Response, g

from server.context import here
from server.limits import Quota


class Limit(Protocol):
    """What counts."""

    def left(self, key: str, now_ms: int) -> tuple[int, int]:
        """How many more, and the seconds until more are."""


def limited_by(quota: Quota, limit: Limit, key: str) -> None:
    """Say in this request's answer what `limit` leaves to `key`."""
    g.setdefault("rate_limits", []).append((quota, limit, key))


def add_rate_headers(app: Flask) -> None:
    """Write both headers where a view named a limit."""

    @app.after_request
    def tell(response: Response) -> Response:
        named: list[tuple[Quota, Limit, str]] = g.get("rate_limits", [])
        if named:
            now_ms = here().clock()
            left = [(quota.name, *limit.left(key, now_ms)) for quota, limit, key in named]
            response.headers["RateLimit-Policy"] = ", ".join(
                f'"{quota.name}";q={quota.most};w={quota.window_s}' for quota, _, _ in named
            )
            response.headers["RateLimit"] = ", ".join(
                f'"{name}";r={more};t={reset_s}' for name, more, reset_s in left
            )
        return response
