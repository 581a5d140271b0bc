"""One line per request: method, route template, status, milliseconds, device or user id.

Never the URL, the query, a body, a header or an address: they may name people or hold tokens.
"""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

_log = logging.getLogger("chot.request")


def log_requests(app: Flask) -> None:
    """Write the line of every request to the logger "chot.request"."""

    @app.before_request
    def start() -> None:
        g.started_ns = time.perf_counter_ns()

    @app.after_request
    def line(response: Response) -> Response:
        route = "-" if request.url_rule is None else request.url_rule.rule
        started_ns = g.get("started_ns", time.perf_counter_ns())
        who = "-"
        if (device := g.get("device")) is not None:
            who = f"device={device.id}"
        elif (user := g.get("user")) is not None:
            who = f"user={user.id}"
        _log.info(
            "%s %s %d %.1fms %s",
            request.method,
            route,
            response.status_code,
            (time.perf_counter_ns() - started_ns) / 1e6,
            who,
        )
        return response
