"""The watchlist in `log.db`: the part of the SQLite store that keeps who is watched.

Everything about a person is one AES-GCM under a key of its own, bound to the entry's id; what lies
open are the window and the blind index. A removed entry is gone with its bytes (`secure_delete`).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import fields

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.keys import NONCE_BYTES, KeyRing
from server.store.blind import BlindIndex
from server.store.log import audit
from server.store.log.persons import PersonError
from server.store.published import AuditEntry
from server.store.reader import Reader
from server.store.watch_protocol import WatchEntry
from server.store.writer import Writer

_OPEN = ("id", "from_ms", "until_ms", "added_ms")
_SEALED = tuple(one.name for one in fields(WatchEntry) if one.name not in _OPEN)
_SELECT = "SELECT id, from_ms, until_ms, added_ms, sealed FROM watch WHERE {} ORDER BY n"


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

    def watch_entries(self) -> list[WatchEntry]:
        """All entries, in the order of their last change."""
        return self._opened("1", ())

    def watch_covering(self, id_number: str, at_ms: int) -> list[WatchEntry]:
        """The entries of the person with this ID number, new or old, that cover a moment."""
        id_index = self.blind.whole_id(id_number)
        if not id_index:
            return []
        return self._opened(
            "(id_index = ? OR old_id_index = ?) AND from_ms <= ? AND until_ms > ?",
            (id_index, id_index, at_ms, at_ms),
        )

    def _opened(self, which: str, values: tuple[object, ...]) -> list[WatchEntry]:
        found = self._reader.run(
            lambda files: files.log.execute(_SELECT.format(which), values).fetchall()
        )
        box = self._watch_box()
        return [_entry(box, *row) for row in found]

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


def _entry(
    box: AESGCM, id_: str, from_ms: int, until_ms: int, added_ms: int, sealed: bytes
) -> WatchEntry:
    try:
        text = box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], id_.encode("utf-8"))
    except (InvalidTag, ValueError):
        raise PersonError(f"watch entry {id_} does not open") from None
    values = json.loads(text)
    values["sample_dates"] = tuple(values["sample_dates"])
    return WatchEntry(id=id_, from_ms=from_ms, until_ms=until_ms, added_ms=added_ms, **values)
