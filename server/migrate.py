"""What this version has to change in a data directory before it can serve it, and the change.

Opening the log changes it in one transaction anyway (`store/log/log_file.py`). Here it is foretold,
done while nothing serves, after a copy, and looked at afterwards.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from server.backup import copy_log
from server.config import Config
from server.keys import KeyRing
from server.projector import locked
from server.store.log.log_file import prepare_log, unknown_steps
from server.store.log.log_schema import log_migrations
from server.store.reader import read_only
from server.store.view.view_file import described
from server.store.view.view_schema import VIEW_SCHEMA

ViewState = Literal["fits", "older", "missing"]
SPARE_BYTES = 64 << 20


class MigrationError(Exception):
    """Nothing was changed; `code`: migrate.newer, migrate.disk or migrate.damaged."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Plan:
    """`applied`: (name, when) in order; `unknown`: steps of a newer version than this one."""

    applied: tuple[tuple[str, str], ...]
    pending: tuple[tuple[str, str], ...]
    """(name, what it is for)."""

    unknown: tuple[str, ...]
    view: ViewState
    events: int

    @property
    def is_current(self) -> bool:
        return not self.pending and not self.unknown and self.view == "fits"


def plan(config: Config) -> Plan:
    """What there is to do. Writes nothing; sqlite3.DatabaseError where the log is none."""
    with contextlib.closing(read_only(config.log_path)) as log:
        database = Database(log)
        applied = [(one.name, one.applied_at) for one in log_migrations.applied(database)]
        pending = [
            (one.name, (one.fn.__doc__ or "").strip().splitlines()[0])
            for one in log_migrations.pending(database)
        ]
        (events,) = log.execute("SELECT coalesce(sum(count), 0) FROM runs").fetchone()
        unknown = unknown_steps(database)
    return Plan(tuple(applied), tuple(pending), unknown, _view(config), int(events))


def migrate(config: Config, keys: KeyRing, copy: Path | None) -> Plan:
    """Bring the log up to this version; how it stands then. The view is made anew by whoever asks.

    Raises MigrationError, ProjectorRunningError (a server runs), sqlite3.DatabaseError. The log is
    then as it was. `copy`: where it is copied to first.
    """
    with locked(config.data_dir):
        before = plan(config)
        if before.unknown:
            raise MigrationError("migrate.newer", ", ".join(before.unknown))
        if before.pending:
            if copy is not None:
                _copy(config, copy)
            prepare_log(config.log_path, keys)
        after = plan(config)
        with contextlib.closing(read_only(config.log_path)) as log:
            (answer,) = log.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok" or after.pending or after.events != before.events:
        raise MigrationError("migrate.damaged", str(answer))
    return after


def _copy(config: Config, target: Path) -> None:
    size = sum(one.stat().st_size for one in _files(config.log_path))
    if shutil.disk_usage(target.parent).free < size + SPARE_BYTES:
        raise MigrationError("migrate.disk", f"{size / (1 << 20):.0f} MB")
    if target.exists():
        raise FileExistsError(17, "File exists", str(target))
    copy_log(config.log_path, target)


def _files(path: Path) -> Iterator[Path]:
    for suffix in ("", "-wal"):
        one = path.with_name(path.name + suffix)
        if one.exists():
            yield one


def _view(config: Config) -> ViewState:
    if not config.view_path.exists():
        return "missing"
    try:
        said = described(config.view_path) or {}
    except sqlite3.DatabaseError:
        said = {}
    return "fits" if said.get("schema") == str(VIEW_SCHEMA) else "older"
