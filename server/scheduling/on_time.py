"""The server's own timer: a thread that looks every few seconds, and a process for each pass.

A process of its own, because documents need 75 MB that a small server wants back, and counting
would hold up the projector, which shares its interpreter.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from server.background import repeating
from server.config import Config
from server.context import Clock
from server.failures import log_failure
from server.scheduling.faults import ScheduleError
from server.scheduling.ledger import read_ledger
from server.scheduling.running import Runner
from server.store.protocol import Store

LOOK_S = 10.0
POLL_S = 0.2
PASS = "pass"
"""A pass that fails as a whole is put off like anything else."""


class PassFailedError(Exception):
    """The process of a pass ended otherwise than by saying what it did."""


def reporting_on_time(
    open_store: Callable[[], Store], config: Config, clock: Clock
) -> AbstractContextManager[None]:
    """Write and mail what is due while the block runs."""
    runner, said = Runner(config), ""

    def look(stop: threading.Event) -> None:
        nonlocal said
        now_ms = clock()
        try:
            if runner.may(PASS, now_ms) and runner.wants(now_ms):
                for what, code in _pass(config, now_ms, stop):
                    runner.put_off(what, now_ms)
                    log_failure(f"schedule.{code}", ScheduleError(code, ""))
                with contextlib.closing(open_store()) as store:
                    runner.ledger = read_ledger(store)
                runner.attempts.pop(PASS, None)
            said = ""
        except ScheduleError as error:
            # The same mistake in the settings is told once, not every ten seconds.
            if str(error) != said:
                log_failure(f"schedule.{error.code}", error)
            said = str(error)
        except Exception:
            runner.put_off(PASS, now_ms)
            raise

    return repeating("schedule", look, LOOK_S)


def _pass(config: Config, now_ms: int, stop: threading.Event) -> list[tuple[str, str]]:
    """(what, code) of each thing that could not be done. A server that stops does not wait."""
    command = [sys.executable, "-m", "server.scheduling", str(config.data_dir), str(now_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            if stop.wait(POLL_S):
                process.terminate()
                break
        answer = "" if process.stdout is None else process.stdout.read()
    if stop.is_set():
        return []
    if process.returncode:
        raise PassFailedError
    return [(str(what), str(code)) for what, code in json.loads(answer)]
