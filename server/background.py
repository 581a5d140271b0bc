"""Work beside the requests: a thread that does one thing again and again while a block runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from server.failures import log_failure

Round = Callable[[threading.Event], None]
"""Given the event that is set when the block ends: what waits in a round waits on it."""


@contextlib.contextmanager
def repeating(
    name: str, one_round: Round, pause_s: float | Callable[[], float], *, at_once: bool = True
) -> Iterator[None]:
    """Do `one_round` in a thread called `name`, with `pause_s` after each, while the block runs.

    A round that raises is told in the log under `name` and comes again like any other. The end of
    the block cuts a pause short and waits for a round to end. `at_once`: no pause comes first.
    """
    stop = threading.Event()

    def pause() -> None:
        stop.wait(pause_s() if callable(pause_s) else pause_s)

    def run() -> None:
        if not at_once:
            pause()
        while not stop.is_set():
            try:
                one_round(stop)
            except Exception as error:
                log_failure(name, error)
            pause()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
