"""A real `chot serve` on loopback that may be killed at any moment and is started again."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

HOST = "127.0.0.1"
START_S = 60.0
STOP_S = 30.0
POLL_S = 0.02


class ServerFailedError(Exception):
    """The server did not start or did not stop; the message holds the end of what it logged."""


class ServerProcess:
    """The server of one simulation. `wait_up` from any thread, the rest from one at a time."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._log = data.with_name(f"{data.name}.serve.log")
        self._process: subprocess.Popen[bytes] | None = None
        self._up = threading.Event()
        self._failure = ""
        self.port = _free_port()

    def start(self, *arguments: str) -> None:
        """Start it, with further arguments of `chot serve`, and wait until it answers."""
        command = [sys.executable, "-c", "from cli.main import main; main()", "serve"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data", str(self._data), "--port", str(self.port), *arguments],
                stdout=log,
                stderr=log,
                start_new_session=True,  # one group: the worker dies with the main process
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._failure = self._log.read_text("utf-8", "replace")[-2000:]
                self._up.set()  # whoever waits has to hear of it
                raise ServerFailedError(self._failure)
            time.sleep(POLL_S)
        self._up.set()

    def kill(self) -> None:
        """SIGKILL to all its processes, whatever they are doing."""
        self._up.clear()
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end."""
        self._up.clear()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(STOP_S)

    def wait_up(self) -> None:
        """Return when a server is there, or was a moment ago."""
        if not self._up.wait(2 * START_S) or self._failure:
            raise ServerFailedError(self._failure or "the server did not come back")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/api/v1/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
