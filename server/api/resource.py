"""The blueprint and the OpenAPI extension that every resource of this API uses."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

from schemas.problems import ProblemSchema
from server.problems import MEDIA_TYPE
from server.reading import BodyParser

PREFIX = "/api/v1"
API_VERSION = "1"
DESCRIPTION = (
    "Offline-first checkpoint system. Every error is application/problem+json with a stable "
    "`code` (`docs/errors.md`). v1 only adds: ignore names you do not know. What holds for all "
    "operations alike is said in `docs/how-to/api.md`, the rules of `sync` (F9, …) in "
    "`sync/SPEC.md`; a server has these pages too, at /api/v1/docs."
)
SECURITY = {
    "device": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "From POST /auth/device-token: a JWT assertion by the device key.",
    },
    "user": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "From POST /auth/login.",
    },
}
DEVICE: list[dict[str, list[str]]] = [{"device": []}]
USER: list[dict[str, list[str]]] = [{"user": []}]


class Resource(Blueprint):  # type: ignore[misc]
    """A blueprint whose bodies are read within bounds and refused as problem+json."""

    ARGUMENTS_PARSER = BodyParser()


class ChotApi(Api):  # type: ignore[misc]
    """The OpenAPI side only: errors are answered by `server.problems`."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Nothing: flask-smorest's own error shape is not ours."""


def make_api(app: Flask, version: str) -> ChotApi:
    """The API extension of `app`, without resources yet."""
    app.config |= {
        "API_TITLE": "chot",
        "API_VERSION": version,
        "OPENAPI_VERSION": "3.0.3",
        "API_SPEC_OPTIONS": {
            "info": {"description": DESCRIPTION, "license": {"name": "Apache-2.0"}},
            "components": {"securitySchemes": SECURITY},
        },
    }
    return ChotApi(app)


def operation(name: str, **limits: Any) -> dict[str, Any]:
    """For `Resource.doc`: the name that generated clients call, and limits beside that of the body.

    Limits are JSON, named with their units: `page_rows=50`, `lifetime_s=1800`, `rate=[…]`.
    """
    return {"operationId": name, "x-limits": limits}


def problems(*codes: str) -> dict[str, Any]:
    """OpenAPI responses of these problem codes, for `Resource.doc(responses=…)`."""
    from schemas.problems import PROBLEMS

    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return {
        str(status): {
            "description": ", ".join(f"`{code}`" for code in names),
            "x-codes": names,
            "content": {MEDIA_TYPE: {"schema": ProblemSchema}},
        }
        for status, names in sorted(by_status.items())
    }
