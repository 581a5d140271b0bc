"""Serving: granian with one worker process, the projector beside it in the main process.

The worker's HTTP threads never touch SQLite themselves (`server/store`); sixteen of them only wait
for the one writer and the one reader. SIGTERM and SIGINT end both processes in order.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.server import Server

from server.config import Config

BLOCKING_THREADS = 16
BACKLOG = 256
HEADER_BYTES = 16 * 1024

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def serve(
    config: Config,
    host: str = "127.0.0.1",
    port: int = 8000,
    certificate: tuple[Path, Path] | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. `certificate`: (chain, key) PEM files for TLS.

    `on_ready` is called in the main process once the worker was started.
    """
    set_up_logging()
    chain, key = certificate or (None, None)
    server = Server(
        "chot",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.auto if certificate else HTTPModes.http1,
        loop=Loops.asyncio,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        http1_settings=HTTP1Settings(max_buffer_size=256 * 1024),
        log_enabled=False,
        ssl_cert=chain,
        ssl_key=key,
    )
    projector = _start_projector(config)
    try:
        if on_ready is not None:
            server.on_startup(on_ready)
        server.serve(target_loader=partial(load_worker, config), wrap_loader=False)
    finally:
        projector()


def load_worker(config: Config) -> Wsgi:
    """Called in the worker process: the application, its answers joined into one write each."""
    from server.app import create_app

    set_up_logging()
    app = create_app(config)

    def joined(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    return joined


def set_up_logging() -> None:
    """Lines to standard error, one a request and one a failure (`server/requestlog.py`)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root = logging.getLogger("chot")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False


def _start_projector(config: Config) -> Callable[[], None]:
    """Follow the log in a thread of this process; returns what stops it."""
    raise NotImplementedError
