"""The watchlist in `log.db`: the part of the SQLite store that keeps who is watched.

Everything about a person is one AES-GCM under a key of its own, bound to the entry's id; what lies
open are the window and the blind index. A removed entry is gone with its bytes (`secure_delete`).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import fields

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.keys import NONCE_BYTES, KeyRing
from server.store import audit
from server.store.blind import BlindIndex
from server.store.persons import PersonError
from server.store.published import AuditEntry
from server.store.reader import Reader
from server.store.watch_protocol import WatchEntry
from server.store.writer import Writer

_OPEN = ("id", "from_ms", "until_ms", "added_ms", "number", "id_indexes")
_SEALED = tuple(one.name for one in fields(WatchEntry) if one.name not in _OPEN)
_SELECT = (
    "SELECT n, id, from_ms, until_ms, added_ms, id_index, old_id_index, sealed FROM watch"
    " WHERE {} ORDER BY n"
)


class Watched:
    """A base of `SqliteStore`, which sets what is named here."""

    keys: KeyRing
    blind: BlindIndex
    _audit_key: bytes
    _reader: Reader
    _writer: Writer

    def change_watch(
        self, put: Sequence[WatchEntry], removed: Sequence[str], entry: AuditEntry
    ) -> None:
        """Add or replace entries by id and forget others, with the audit entry: all or nothing."""
        box = self._watch_box()
        rows = [_row(one, box, self.blind) for one in put]

        def job(log: sqlite3.Connection) -> None:
            log.executemany("DELETE FROM watch WHERE id = ?", [(one,) for one in removed])
            # REPLACE deletes first, so that a changed entry gets a new number.
            log.executemany(
                "INSERT OR REPLACE INTO watch (id, from_ms, until_ms, added_ms, id_index,"
                " old_id_index, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            audit.append_audit(log, entry, self._audit_key)

        self._writer.run(job)

    def watch_entries(self, after: int = 0) -> list[WatchEntry]:
        """The entries whose last change has a greater number, in the order of change."""
        return self._opened("n > ?", (after,))

    def watch_covering(self, id_index: bytes, at_ms: int) -> list[WatchEntry]:
        """The entries of the person with this blind index that cover a moment."""
        return self._opened(
            "(id_index = ? OR old_id_index = ?) AND from_ms <= ? AND until_ms > ?",
            (id_index, id_index, at_ms, at_ms),
        )

    def _opened(self, which: str, values: tuple[object, ...]) -> list[WatchEntry]:
        found = self._reader.run(
            lambda files: files.log.execute(_SELECT.format(which), values).fetchall()
        )
        return _entries(found, self._watch_box())

    def _watch_box(self) -> AESGCM:
        return AESGCM(self.keys.derive("watch entries"))


def _row(one: WatchEntry, box: AESGCM, blind: BlindIndex) -> tuple[object, ...]:
    sealed = json.dumps({name: getattr(one, name) for name in _SEALED}, ensure_ascii=False)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return (
        one.id,
        one.from_ms,
        one.until_ms,
        one.added_ms,
        blind.whole_id(one.id_number),
        blind.whole_id(one.old_id_number) or None,
        nonce + box.encrypt(nonce, sealed.encode("utf-8"), one.id.encode("utf-8")),
    )


def _entries(rows: Iterable[tuple[object, ...]], box: AESGCM) -> list[WatchEntry]:
    return [_entry(*row, box=box) for row in rows]  # type: ignore[arg-type]


def _entry(
    n: int,
    id_: str,
    from_ms: int,
    until_ms: int,
    added_ms: int,
    id_index: bytes,
    old_id_index: bytes | None,
    sealed: bytes,
    *,
    box: AESGCM,
) -> WatchEntry:
    try:
        text = box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], id_.encode("utf-8"))
    except (InvalidTag, ValueError):
        raise PersonError(f"watch entry {id_} does not open") from None
    values = json.loads(text)
    values["sample_dates"] = tuple(values["sample_dates"])
    indexes = (id_index,) if old_id_index is None else (id_index, old_id_index)
    return WatchEntry(
        id=id_,
        from_ms=from_ms,
        until_ms=until_ms,
        added_ms=added_ms,
        number=n,
        id_indexes=indexes,
        **values,
    )
