"""How the client under test is made to act: by its own commands, or by a person who is told."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

END_S = 5.0


class ClientFailedError(Exception):
    """A command of the client could not be run at all; the message says which."""


class Driver(Protocol):
    """What a step asks of the client. `sync` begins a round and does not wait for it.

    `lasting`: it syncs by itself, so no round of it ever has to be waited for, and `sync` only
    hastens the next.
    """

    lasting: bool

    def enrol(self, url: str, code: str) -> None: ...

    def write(self, count: int) -> None: ...

    def sync(self) -> None: ...

    @property
    def idle(self) -> bool:
        """No round is under way and none will begin by itself."""
        ...

    def close(self) -> None: ...


class Commands:
    """Three command lines; {url} {code} {plate} are filled in. Their output goes to `said`."""

    lasting = False

    def __init__(self, enrol: str, write: str, sync: str, said: Callable[[str], None]) -> None:
        self._lines = {"enrol": enrol, "write": write, "sync": sync}
        self._said = said
        self._round: subprocess.Popen[str] | None = None
        self._plates = 0

    def enrol(self, url: str, code: str) -> None:
        self._finish(self._start("enrol", {"url": url, "code": code}))

    def write(self, count: int) -> None:
        for _ in range(count):
            self._plates += 1
            self._finish(self._start("write", {"plate": f"29A{self._plates:05d}"}))

    def sync(self) -> None:
        if self.idle:
            self._round = self._start("sync", {})
            threading.Thread(target=self._round.communicate, daemon=True).start()

    @property
    def idle(self) -> bool:
        return self._round is None or self._round.poll() is not None

    def close(self) -> None:
        if not self.idle and self._round is not None:
            _end(self._round)

    def _start(self, what: str, values: Mapping[str, str]) -> subprocess.Popen[str]:
        line = [word.format_map(values) for word in shlex.split(self._lines[what])]
        self._said(shlex.join(line))
        try:
            return subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise ClientFailedError(f"{shlex.join(line)}: {error.strerror}") from None

    def _finish(self, process: subprocess.Popen[str]) -> None:
        output, _ = process.communicate(timeout=60)
        if process.returncode != 0:
            last = output.strip().splitlines()[-1:] or [""]
            self._said(f"→ {process.returncode} {last[0]}")


class Asked:
    """A person at the client, told what to do. It syncs by itself, as an application does."""

    lasting = True

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say

    def enrol(self, url: str, code: str) -> None:
        self._say(
            f"Đăng ký máy: {url}/tablet/#enrol={code} (hoặc địa chỉ {url} và mã {code})",
            f"Enrol the client: {url}/tablet/#enrol={code} (or the address {url}, code {code})",
        )

    def write(self, count: int) -> None:
        self._say(f"Hãy ghi {count} lượt qua chốt.", f"Write {count} crossing(s).")

    def sync(self) -> None:
        """It does so by itself."""

    @property
    def idle(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing was started."""


def _end(process: subprocess.Popen[str]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + END_S
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if process.poll() is not None:
            return
