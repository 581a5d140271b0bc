"""Serving: granian with one worker process, the projector beside it in the main process.

The worker's HTTP threads never touch SQLite themselves (`server/store`); sixteen of them only wait
for the one writer and the one reader. SIGTERM and SIGINT end both processes in order.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.server import Server

from server.api.files import drop_unfinished
from server.app import create_app
from server.config import Config
from server.context import system_clock
from server.erasure_list import ErasureListError, write_lists
from server.failures import log_failure
from server.home.look import HomeLook
from server.home.telling import telling_alerts
from server.keys import KeyRing
from server.memory import give_memory_back
from server.projector import Projector
from server.relay.follower import following
from server.retention.daily import letting_go_daily
from server.scheduling.on_time import reporting_on_time
from server.store.reader import read_only
from server.store.sqlite import open_store
from server.watch.daily import publishing_daily
from server.webhooks.delivery import delivering

if TYPE_CHECKING:
    from server.tls import LanCertificate

BLOCKING_THREADS = 16
BACKLOG = 256
RETRY_S = 5.0
STOP_S = 10
"""What requests in flight get to finish in, when the server is told to stop."""


StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class _Server(Server):  # type: ignore[misc, valid-type]
    """granian's server with a hook that runs in the main process once the worker was forked."""

    after_fork: Callable[[], None]

    def startup(self, *args: Any) -> None:
        super().startup(*args)
        try:
            self.after_fork()
        except BaseException:
            # Killed, not asked: a worker that has just been forked does not listen yet.
            for worker in self.wrks:
                worker.kill()
            raise


class ServeError(Exception):
    """The server cannot start or stopped by itself; the message says why."""


def serve(
    config: Config,
    host: str = "127.0.0.1",
    port: int = 8000,
    certificate: LanCertificate | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; over TLS where `certificate` is given, and then the page that
    installs its authority on `port` + 1.

    `on_ready` is called in the main process when the port is open and the worker was started.
    Raises KeyRingError, ProjectorRunningError (another server on these data) or ServeError.
    """
    set_up_logging()
    # Forked before this process has threads: the two share what they imported (30 MB less).
    multiprocessing.set_start_method("fork", force=True)
    _refuse_taken(host, port)
    keys = KeyRing.load_or_create(config.data_dir)
    # Migrates, and fails here rather than in the worker when the data cannot be used.
    open_store(config, keys).close()
    _bring_up_erasure_lists(config)
    drop_unfinished(config.data_dir)
    Projector(config, keys).close()
    server = _Server(
        "chot",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.auto if certificate else HTTPModes.http1,
        loop=Loops.asyncio,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        workers_kill_timeout=STOP_S,
        log_enabled=False,
        ssl_cert=None if certificate is None else certificate.chain,
        ssl_key=None if certificate is None else certificate.key,
    )
    with ExitStack() as stack:

        def after_fork() -> None:
            opened = partial(open_store, config, keys)
            stack.enter_context(projecting(config, keys))
            stack.enter_context(following(opened, keys, config, system_clock))
            stack.enter_context(publishing_daily(opened, keys, config, system_clock))
            stack.enter_context(telling_alerts(opened, keys, config, system_clock))
            stack.enter_context(letting_go_daily(opened, config, system_clock))
            stack.enter_context(reporting_on_time(opened, config, system_clock))
            stack.enter_context(delivering(opened, config, system_clock))
            if certificate is not None:
                from server.ca_page import ca_page

                stack.enter_context(ca_page(certificate, host, port + 1, port))
            if on_ready is not None:
                on_ready()

        server.after_fork = after_fork
        _settle()
        try:
            loader = partial(load_worker, config, *os.pipe())
            server.serve(target_loader=loader, wrap_loader=False)
        except SystemExit as ended:
            # granian leaves that way when its worker ends by itself.
            raise ServeError(f"the worker ended (exit code {ended.code})") from None


def load_worker(config: Config, lifeline: int, parents_end: int) -> Wsgi:
    """Called in the worker process: the application, its answers joined into one write each.

    `lifeline` is a pipe whose other end the main process alone keeps open.
    """
    os.close(parents_end)
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    set_up_logging()
    app = create_app(config)
    _settle()

    def joined(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    return joined


def _settle() -> None:
    """What starting left behind goes back to the machine; what stays is not looked at again."""
    gc.collect()
    gc.freeze()
    give_memory_back()


def _end_with_parent(lifeline: int) -> None:
    """A main process that was killed leaves nobody to stop its worker, which holds the port."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def set_up_logging() -> None:
    """Lines to standard error, one a request and one a failure (`server/requestlog.py`)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root = logging.getLogger("chot")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False


def _bring_up_erasure_lists(config: Config) -> None:
    """What was erased just before a crash, or came from another server, is listed too (SPEC G5).

    A list that cannot be written stops no checkpoint: `chot erase` and `chot purge` insist on it.
    """
    with closing(read_only(config.log_path)) as log:
        try:
            write_lists(config, log)
        except (OSError, ErasureListError) as error:
            log_failure("erasure-list", error)


def _refuse_taken(host: str, port: int) -> None:
    """ServeError where somebody listens already: granian would share the port with them."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeError(f"port {port}: {error.strerror}") from None


@contextmanager
def projecting(config: Config, keys: KeyRing) -> Iterator[None]:
    """Follow the log in a thread of this process while the block runs.

    A view that cannot be written must not stop events from being taken in: the failure is logged,
    `/health` shows the lag, and the next attempt comes after a pause. Raises
    ProjectorRunningError at once where another process holds these data.
    """
    stop, started = threading.Event(), Future[None]()

    def run() -> None:
        while not stop.is_set():
            try:
                with Projector(config, keys) as projector, HomeLook(config, keys) as look:
                    if not started.done():
                        started.set_result(None)
                    projector.follow(stop, looker=look if config.level == "home" else None)
            except Exception as error:
                if not started.done():
                    started.set_exception(error)
                    return
                log_failure("projector", error)
                stop.wait(RETRY_S)

    thread = threading.Thread(target=run, name="projector", daemon=True)
    thread.start()
    started.result()
    try:
        yield
    finally:
        stop.set()
        thread.join()
