"""Calls of a tablet page that another server gave out: exactly the origins of the pack `bases`.

No credentials: a tablet proves itself by its token. Only what a tablet calls is open, and to every
other origin the API answers as if this module were not there.
"""

from __future__ import annotations

from flask import Flask, Response, request

from server.context import here

METHODS = {
    "/api/v1/auth/device-token": "POST",
    "/api/v1/devices/enrol": "POST",
    "/api/v1/devices/wiped": "POST",
    "/api/v1/health": "GET",
    "/api/v1/sync": "POST",
}
PACKS = "/api/v1/packs/"
HEADERS = "Authorization, Content-Type, Content-Encoding, If-None-Match"
EXPOSED = "ETag, Retry-After"
MAX_AGE_S = 600


def add_cors(app: Flask) -> None:
    """Answer preflights and name the origin; before the access rules, which need a token."""

    @app.before_request
    def preflight() -> Response | None:
        method = _method()
        if request.method != "OPTIONS" or method is None or not _is_allowed():
            return None
        if request.headers.get("Access-Control-Request-Method") != method:
            return None
        response = Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = method
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = str(MAX_AGE_S)
        if request.headers.get("Access-Control-Request-Private-Network") == "true":
            # A page of the home server may well turn to the mini-PC beside it.
            response.headers["Access-Control-Allow-Private-Network"] = "true"
        return response

    @app.after_request
    def name_origin(response: Response) -> Response:
        if _method() is None:
            return response
        response.vary.add("Origin")
        if _is_allowed():
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        return response


def _method() -> str | None:
    """The method that a tablet of another origin may use here; None where it may not call."""
    return "GET" if request.path.startswith(PACKS) else METHODS.get(request.path)


def _is_allowed() -> bool:
    origin = request.headers.get("Origin")
    context = here()
    return origin is not None and origin in context.origins.at(context.clock())
