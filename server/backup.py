"""A backup while the server runs: the log as of one moment and the keys, encrypted. SPEC P4, P5.

The view is left out: it is made again. Nothing counts as backed up before the file was read back
from where it lies, opened with the passphrase, and its log walked (`server/store/log/verify.py`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from server.config import CONFIG_FILE, Config
from server.erasure_list import FILE
from server.keys import KeyRing
from server.levels.draft import FILE as LEVELS_FILE
from server.reporting.letterhead import LETTERHEAD_FILE
from server.scheduling.settings import SCHEDULE_FILE
from server.sealed_file import PREFIX_BYTES, SALT_BYTES, SealedReader, SealedWriter
from server.store.log.backups import Backup, record_backup
from server.store.log.log_file import open_log
from server.store.log.pull import newest_n
from server.store.log.verify import LogWalk
from server.store.reader import read_only
from server.webhooks.hooks import FILE as HOOKS_FILE
from server.webhooks.hooks import Hooks

LOG = "log.db"
SINGLE_FILES = (CONFIG_FILE, "demo.json", FILE, LETTERHEAD_FILE, LEVELS_FILE, SCHEDULE_FILE)
DATABASES = (HOOKS_FILE, LOG)
FOLDERS = ("keys", "tls")
COPY_PAGES = 4096
BLOCK_BYTES = 1 << 20

Walk = Callable[[sqlite3.Connection, KeyRing], LogWalk]


class BackupError(Exception):
    """No backup; `code` is backup.running or backup.unlike (what was read back is not the log)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that lies where it should; `verified`: its log is whole. Else nothing is noted."""

    path: Path
    backup: Backup
    walk: LogWalk

    @property
    def verified(self) -> bool:
        return self.walk.breaks == 0


def take_backup(
    config: Config,
    keys: KeyRing,
    target: Path,
    passphrase: str,
    now_ms: int,
    walk: Walk,
    off_machine: bool,
) -> Taken:
    """Write `target` and note it in the log; BackupError, SealedFileError or OSError.

    A log with a break is copied too, since it may be all there is, but makes nothing safe.
    """
    with _copying(config) as folder:
        copies = _copied(config, folder)
        partial = target.with_name(f".{target.name}.partial")
        try:
            _write_sealed(partial, passphrase, copies, config)
            _compare(partial, passphrase, copies)
            with contextlib.closing(read_only(folder / LOG)) as log:
                found = walk(log, keys)
                newest = newest_n(log)
            backup = Backup(now_ms, newest, partial.stat().st_size, _sha256(partial), off_machine)
            partial.replace(target)
            _sync_folder(target.parent)
        finally:
            partial.unlink(missing_ok=True)
    taken = Taken(target, backup, found)
    if taken.verified:
        _note(config, taken)
    return taken


def copy_log(source: Path, target: Path) -> None:
    """`source` as of one moment as a file of its own, while others write to it.

    The read transaction around the copy keeps it from starting again at each commit.
    """
    target.touch(mode=0o600)
    with (
        contextlib.closing(read_only(source)) as log,
        contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        log.execute("BEGIN")
        log.execute("SELECT 1 FROM meta").fetchone()
        log.backup(copy, pages=COPY_PAGES)
        # The copy says WAL of itself; it has to open where nobody may write beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def members(config: Config) -> Iterator[tuple[str, Path]]:
    """(name, file) of what is backed up besides the databases."""
    for name in SINGLE_FILES:
        if (config.data_dir / name).is_file():
            yield name, config.data_dir / name
    for folder in FOLDERS:
        for path in sorted((config.data_dir / folder).glob("*")):
            yield f"{folder}/{path.name}", path


@contextlib.contextmanager
def opened_archive(path: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    """The archive in a backup, as a stream. SealedFileError or tarfile.TarError.

    Read to the end when the block ends: what comes after the archive's own end is checked too.
    """
    with path.open("rb") as file:
        # What was written a moment ago would else come from memory and not from where it lies.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        sealed = SealedReader(file, passphrase)
        with tarfile.open(fileobj=sealed, mode="r|", bufsize=BLOCK_BYTES) as archive:
            yield archive
        while sealed.read(BLOCK_BYTES):
            pass


def _copied(config: Config, folder: Path) -> list[Path]:
    """The databases as of one moment each.

    Who is told before the log: a place beyond the log's end would pass over what a restored server
    says there for the first time.
    """
    hooks = Hooks(config.data_dir).copy(folder / HOOKS_FILE)
    copy_log(config.log_path, folder / LOG)
    return [folder / name for name in DATABASES if name == LOG or hooks]


def _write_sealed(path: Path, passphrase: str, copies: Sequence[Path], config: Config) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        random = secrets.token_bytes(SALT_BYTES + PREFIX_BYTES)
        with (
            SealedWriter(file, passphrase, random) as sealed,
            tarfile.open(fileobj=sealed, mode="w|", bufsize=BLOCK_BYTES) as archive,
        ):
            for name, member in [*members(config), *((one.name, one) for one in copies)]:
                archive.add(member, name, recursive=False)
        file.flush()
        os.fsync(file.fileno())


def _compare(path: Path, passphrase: str, copies: Sequence[Path]) -> None:
    """The databases in the file as it lies there have to be those that were copied."""
    found = {}
    with opened_archive(path, passphrase) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if member.name in DATABASES and content is not None:
                found[member.name] = _digest(content)
    if found != {one.name: _sha256(one) for one in copies}:
        raise BackupError("backup.unlike")


def _note(config: Config, taken: Taken) -> None:
    through = {one.device: one.through for one in taken.walk.devices}
    with contextlib.closing(open_log(config.log_path)) as log:
        log.execute("BEGIN IMMEDIATE")
        record_backup(log, taken.backup, through)
        log.execute("COMMIT")


@contextlib.contextmanager
def _copying(config: Config) -> Iterator[Path]:
    """A private folder on the data's own disk, one backup at a time; gone afterwards."""
    folder = config.data_dir / "backup.tmp"
    handle = os.open(config.data_dir / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError("backup.running") from None
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _digest(content: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    while block := content.read(BLOCK_BYTES):
        digest.update(block)
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
