"""The pages of police and command (Jinja, no script needed): one page family a file.

`add_console(app, session_key)` attaches them under /console; `server.context` must be installed.
"""

from __future__ import annotations

import hashlib

from flask import Flask

from server.console import (
    alerts,
    audit,
    crossing,
    devices,
    documents,
    figures,
    holds,
    links,
    noted,
    pages,
    resolve,
    review,
    search,
    session,
    shifts,
    users,
    watchlist,
)
from server.console.memory import Memory
from server.console.visit import EXTENSION, ConsoleCookies

FAMILIES = (
    session,
    review,
    alerts,
    noted,
    crossing,
    resolve,
    links,
    search,
    watchlist,
    figures,
    shifts,
    documents,
    devices,
    users,
    holds,
    audit,
)


def add_console(app: Flask, session_key: bytes) -> None:
    """Attach the console to `app`; the key of its cookies is derived from `session_key`."""
    app.secret_key = hashlib.sha256(b"chot/1 console cookie\n" + session_key).digest()
    app.session_interface = ConsoleCookies()
    app.config.update(
        SESSION_COOKIE_NAME="chot_console",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
    )
    app.extensions[EXTENSION] = Memory()
    app.register_blueprint(pages.make_blueprint(*FAMILIES))
