"""A data directory from a backup: the same server with a new epoch. SPEC P6, P10, F5, G5."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from server.backup import (
    BLOCK_BYTES,
    DATABASES,
    FOLDERS,
    LOG,
    SINGLE_FILES,
    Walk,
    opened_archive,
)
from server.config import Config
from server.erasure_list import FILE, Listed, add_to_list
from server.keys import KeyRing
from server.projector import Projector
from server.store.forgotten import Target
from server.store.hold_protocol import Hold
from server.store.log.log_file import begin_epoch, open_log, shred_leftovers
from server.store.log.pull import newest_n
from server.store.log.standing import Standing, read_standing
from server.store.log.verify import LogWalk
from server.store.reader import read_only
from server.store.sqlite import SqliteStore
from server.webhooks.hooks import Hooks

STAGING = ".restoring"
_MEMBER = re.compile(rf"(?:{'|'.join(FOLDERS)})/[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}", re.ASCII)


class RestoreError(Exception):
    """Nothing was restored; `code` is restore.occupied, restore.content or restore.broken.

    `walk` says what is broken.
    """

    def __init__(self, code: str, walk: LogWalk | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.walk = walk


@dataclass(frozen=True, slots=True)
class Restored:
    """What is served from now on; events the server accepted after the backup are not in it.

    `erased`: person parts and days that the erasure list took away again. `standing`: what the
    backup knows to be withdrawn, and until when it knows.
    """

    epoch: int
    walk: LogWalk
    erased: int
    standing: Standing


def restore_backup(
    source: Path,
    data_dir: Path,
    passphrase: str,
    now_ms: int,
    walk: Walk,
    accept_broken: bool,
    listed: Sequence[Listed] = (),
) -> Restored:
    """Make `data_dir`, which must be empty or not there, from a backup.

    What is `listed` as erased is erased again before the log lies where it could be served from.
    Raises RestoreError, SealedFileError, KeyRingError or OSError; then `data_dir` is as it was.
    """
    _refuse_occupied(data_dir)
    made = not data_dir.exists()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Inside, and not beside: the directory may be a mounted disk of its own.
    staging = data_dir / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        _unpack(source, staging, passphrase)
        keys = KeyRing.load_or_create(staging)
        with contextlib.closing(read_only(staging / LOG)) as log:
            found, newest, standing = walk(log, keys), newest_n(log), read_standing(log)
        if found.breaks and not accept_broken:
            raise RestoreError("restore.broken", found)
        epoch = _new_epoch(staging / LOG, now_ms)
        Hooks(staging).keep_within(epoch, newest)
        erased = _erase_again(staging, keys, listed, now_ms)
        # The log last: where it lies, everything else does too.
        for path in sorted(staging.iterdir(), key=lambda one: one.name == LOG):
            path.replace(data_dir / path.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made and not any(data_dir.iterdir()):
            data_dir.rmdir()
    return Restored(epoch, found, erased, standing)


def _refuse_occupied(data_dir: Path) -> None:
    if not data_dir.exists():
        return
    if not data_dir.is_dir() or any(one.name != STAGING for one in data_dir.iterdir()):
        raise RestoreError("restore.occupied")


def _unpack(source: Path, staging: Path, passphrase: str) -> None:
    try:
        with opened_archive(source, passphrase) as archive:
            for member in archive:
                _write_member(archive, member, staging)
    except tarfile.TarError:
        raise RestoreError("restore.content") from None
    if not (staging / LOG).exists():
        raise RestoreError("restore.content")


def _write_member(archive: tarfile.TarFile, member: tarfile.TarInfo, staging: Path) -> None:
    """Only names that a backup holds, only files, never over another."""
    known = member.name in (*DATABASES, *SINGLE_FILES) or _MEMBER.fullmatch(member.name) is not None
    content = archive.extractfile(member) if known and member.isreg() else None
    if content is None:
        raise RestoreError("restore.content")
    path = staging / member.name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, BLOCK_BYTES)
        file.flush()
        os.fsync(file.fileno())


def _new_epoch(log_path: Path, now_ms: int) -> int:
    """The second of the restore, but above the old epoch whatever this clock says (SPEC F5).

    With it begins a fresh chain of the server's own (P10).
    """
    with contextlib.closing(open_log(log_path)) as log:
        log.execute("BEGIN IMMEDIATE")
        (old,) = log.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        epoch = max(int(old) + 1, now_ms // 1000)
        begin_epoch(log, epoch, now_ms)
        log.execute("COMMIT")
    return epoch


def _erase_again(staging: Path, keys: KeyRing, listed: Sequence[Listed], now_ms: int) -> int:
    """Erase what was erased after the backup; how many person parts and days that are.

    In the order of the list: a hold keeps what is purged after it, and nothing that went before.
    """
    erased = 0
    with SqliteStore(Config(staging), keys) as store:
        for is_day, lines in groupby(listed, lambda one: bool(one.day)):
            if is_day:
                _project_for_holds(store, staging, keys)
                erased += store.purge([one.day for one in lines], now_ms).days
                continue
            for one in lines:
                if one.hold is not None:
                    _hold_again(store, one.hold)
                else:
                    erased += _erase_one_again(store, one, now_ms)
    for path in (*staging.glob("view.*"), *staging.glob("projector.*")):
        path.unlink()
    add_to_list(staging / FILE, list(listed))
    with contextlib.closing(open_log(staging / LOG)) as log:
        shred_leftovers(log)
    return erased


def _erase_one_again(store: SqliteStore, one: Listed, now_ms: int) -> int:
    targets = [
        Target(ref, one.home, one.destination)
        for ref in store.not_erased(one.home, one.events, one.destination)
    ]
    if targets:
        store.erase(targets, one.reason, one.basis, None, now_ms, again=True)
    return len(targets)


def _hold_again(store: SqliteStore, hold: Hold) -> None:
    placed = replace(hold, released_ms=None, released_by="", basis="")
    store.place_holds([placed], None)
    if hold.released_ms is not None:
        store.release_holds([hold.id], hold.released_ms, hold.released_by, hold.basis, None)


def _project_for_holds(store: SqliteStore, staging: Path, keys: KeyRing) -> None:
    """What a hold keeps is found in a view; a restored log has none yet."""
    if any(one.released_ms is None for one in store.holds()):
        with Projector(Config(staging), keys) as projector:
            projector.catch_up()
