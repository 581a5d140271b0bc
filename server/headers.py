"""Security headers and compression of every answer. A view may set its own; these fill the gaps."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from flask import Flask, Response, request

from server.problems import RETRY_S

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_TABLET_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src {connect}; "
    "img-src 'self' blob: data:; media-src blob:; style-src 'self'; worker-src 'self'; "
    "object-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_GZIP_LEVEL = 6
_GZIP_FROM_BYTES = 1024
_GZIP_TYPES = ("application/json", "application/problem+json", "text/html", "text/csv")


def tablet_policy(origins: Sequence[str]) -> str:
    """The tablet page's policy; it may call its own server and `origins`, nobody else."""
    return _TABLET_POLICY.format(connect=" ".join(("'self'", *origins)))


def add_headers(app: Flask) -> None:
    """Set the headers that are missing, and compress what is worth it."""

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in _COMMON.items():
            response.headers.setdefault(name, value)
        policy = PAGE_POLICY if response.mimetype == "text/html" else API_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        if response.status_code in (429, 503):
            response.headers.setdefault("Retry-After", RETRY_S)
        return _compressed(response)


def _compressed(response: Response) -> Response:
    if response.mimetype not in _GZIP_TYPES or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or request.accept_encodings["gzip"] <= 0:
        return response
    data = response.get_data()
    if len(data) > _GZIP_FROM_BYTES:
        response.set_data(gzip.compress(data, _GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
