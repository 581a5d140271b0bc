"""One pass over what is due.

Server and timer may both be there: who holds the lock works, the other one finds it done.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.config import Config
from server.scheduling.due import Job, due
from server.scheduling.faults import ScheduleError
from server.scheduling.ledger import (
    Fault,
    Ledger,
    Mailed,
    Written,
    note_begun,
    note_fault,
    note_mailed,
    note_written,
    read_ledger,
)
from server.scheduling.settings import Schedule, load_schedule
from server.store.protocol import Store

VIEW_WAIT_S = 30.0
LOCK_FILE = "schedule.lock"
RETRY_MS = tuple(60_000 * minutes for minutes in (1, 2, 4, 8, 15))
"""Between attempts at one thing; the last of them again and again until it is a day old."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one pass did, for whoever started it."""

    written: tuple[Written, ...] = ()
    mailed: tuple[Mailed, ...] = ()
    faults: tuple[tuple[str, Job, ScheduleError], ...] = ()
    """What was tried, for which job, and why it could not be done."""


@dataclass(slots=True)
class Runner:
    """Makes passes. `ledger` is what was read last; only what it does not show is looked into."""

    config: Config
    ledger: Ledger | None = None
    attempts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """What failed → (how often, not before when)."""

    def run(self, open_store: Callable[[], Store], now_ms: int) -> Done:
        """Write and mail what is due now. Raises ScheduleError("settings")."""
        schedule = load_schedule(self.config.data_dir)
        if schedule is None:
            return Done()
        with locked(self.config.data_dir) as is_ours:
            if not is_ours:
                return Done()
            with contextlib.closing(open_store()) as store:
                return self._run(store, schedule, now_ms)

    def wants(self, now_ms: int) -> bool:
        """Whether a pass would try something. Raises ScheduleError("settings")."""
        schedule, known = load_schedule(self.config.data_dir), self.ledger
        if schedule is None:
            return False
        if known is None or known.begun_ms is None:
            return True
        jobs = self._due(schedule, known, now_ms)
        mails = known.to_mail(now_ms) if schedule.mail is not None else []
        return any(self.may(f"write {job}", now_ms) for job in jobs) or any(
            self.may(f"mail {one.job}", now_ms) for one in mails
        )

    def _run(self, store: Store, schedule: Schedule, now_ms: int) -> Done:
        # Not at the top: the server asks `wants` and makes no documents in its own process.
        from server.scheduling.mailing import message, send
        from server.scheduling.writing import write_job

        known = read_ledger(store)
        if known.begun_ms is None:
            note_begun(store, now_ms)
            known = read_ledger(store)
        written: list[Written] = []
        mailed: list[Mailed] = []
        faults: list[tuple[str, Job, ScheduleError]] = []

        def failed(what: str, job: Job, error: ScheduleError) -> None:
            self.put_off(what, now_ms)
            note_fault(store, Fault(job, error.code, now_ms), read_ledger(store).fault)
            faults.append((what, job, error))

        for job in self._due(schedule, known, now_ms):
            if not self.may(f"write {job}", now_ms):
                continue
            try:
                _wait_for_view(store)
                one = write_job(store, self.config, schedule, job, now_ms)
            except ScheduleError as error:
                failed(f"write {job}", job, error)
            else:
                note_written(store, one)
                written.append(one)
        mail = schedule.mail
        for one in read_ledger(store).to_mail(now_ms) if mail is not None else ():
            if mail is None or not self.may(f"mail {one.job}", now_ms):
                continue
            try:
                unit, server = self.config.unit, store.server_id
                made = message(mail, one, schedule.folder, unit, server, now_ms)
                refused = send(mail, made, self.config.data_dir)
            except ScheduleError as error:
                failed(f"mail {one.job}", one.job, error)
            else:
                sent = Mailed(one.job, now_ms, len(refused))
                note_mailed(store, sent, len(mail.to))
                mailed.append(sent)
        self.ledger = read_ledger(store)
        return Done(tuple(written), tuple(mailed), tuple(faults))

    def _due(self, schedule: Schedule, known: Ledger, now_ms: int) -> list[Job]:
        hours = self.config.report_hours
        begun_ms = known.begun_ms if known.begun_ms is not None else now_ms
        wait, draft = schedule.wait_minutes, schedule.draft_minutes
        return due(now_ms, hours, wait, draft, begun_ms, known.written.keys())

    def put_off(self, what: str, now_ms: int) -> None:
        """What failed now is tried again after a while, each time a longer one."""
        tries, _ = self.attempts.get(what, (0, 0))
        pause_ms = RETRY_MS[min(tries, len(RETRY_MS) - 1)]
        self.attempts[what] = (tries + 1, now_ms + pause_ms)

    def may(self, what: str, now_ms: int) -> bool:
        """Whether something may be tried now."""
        return self.attempts.get(what, (0, 0))[1] <= now_ms


def _wait_for_view(store: Store) -> None:
    """Until the view holds what the log holds now; a report must not miss what was received."""
    _, newest = store.projected()
    deadline = time.monotonic() + VIEW_WAIT_S
    while store.projected()[0] < newest:
        if time.monotonic() > deadline:
            raise ScheduleError("view", "Dữ liệu tra cứu chưa theo kịp nhật ký.")
        time.sleep(0.1)


@contextlib.contextmanager
def locked(data_dir: Path) -> Iterator[bool]:
    """Whether the block is the only one at work on these data; the lock ends with the process."""
    with (data_dir / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
