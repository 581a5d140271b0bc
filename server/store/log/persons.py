"""Person parts at rest: AES-256-GCM under a key per day of receipt and retention class.

The day keys are wrapped by the master key, which is not in the database: destroying a day key
erases that day's persons for good, also in every backup made after it. All parts of a run are one
ciphertext over a JSON array; the associated data binds it to its run, so that two rows cannot be
exchanged.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.texts import texts_from_json, texts_to_json
from server.keys import KEY_BYTES, NONCE_BYTES, KeyRing

RETENTION_CLASS = "person"
ON_HOLD = "on_hold"
"""The class of what outlives its day for a case: each purge of a day draws another such key."""
LOCAL = timedelta(hours=7)


class PersonError(Exception):
    """A stored person part does not open: the database was changed, or the keys are not its own."""


def local_day(received_ms: int) -> str:
    """The day people at a checkpoint (+07:00) call it: "2026-11-22"."""
    return (datetime.fromtimestamp(received_ms / 1000, UTC) + LOCAL).date().isoformat()


class DayKeys:
    """Open day keys by number (one a day); any thread. A purged key is null in the table."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._open: dict[int, AESGCM] = {}
        self._latest: tuple[str, int] = ("", 0)

    def open_no(self, day: str) -> int | None:
        """The number of `day`'s key where it is the one in use, so that a push need not ask."""
        known, no = self._latest
        return no if known == day else None

    def apart(self) -> DayKeys:
        """The same master and none of these keys: for a transaction that may be rolled back."""
        return DayKeys(self._keys)

    def make(self, connection: sqlite3.Connection, day: str) -> tuple[int, bytes]:
        """(number, wrapped key) of `day`, made where there is none. Runs inside the writer.

        The caller hands it to `use` after the commit and never before: what is encrypted under a
        key whose row was rolled back is lost.
        """
        row = connection.execute(
            "SELECT no, wrapped FROM day_keys WHERE day = ? AND class = ?", (day, RETENTION_CLASS)
        ).fetchone()
        if row is not None and row[1] is None:
            raise PersonError(f"the key of {day} was destroyed; nothing more is stored under it")
        if row is not None:
            return int(row[0]), bytes(row[1])
        return self._draw(connection, day, RETENTION_CLASS)

    def make_on_hold(self, connection: sqlite3.Connection, day: str) -> int:
        """The number of one more key for what of `day` is kept for a case, open here at once.

        Only on keys that are `apart`: they are dropped with the transaction.
        """
        (before,) = connection.execute(
            "SELECT count(*) FROM day_keys WHERE day = ? AND class <> ?", (day, RETENTION_CLASS)
        ).fetchone()
        klass = f"{ON_HOLD}-{before + 1}"
        no, wrapped = self._draw(connection, day, klass)
        self.remember(no, day, wrapped, klass)
        return no

    def _draw(self, connection: sqlite3.Connection, day: str, klass: str) -> tuple[int, bytes]:
        wrapped = self._keys.wrap(secrets.token_bytes(KEY_BYTES), _what(day, klass))
        cursor = connection.execute(
            "INSERT INTO day_keys (day, class, wrapped) VALUES (?, ?, ?)", (day, klass, wrapped)
        )
        return int(cursor.lastrowid or 0), wrapped

    def use(self, day: str, no: int, wrapped: bytes) -> int:
        """Encrypt with this committed key from now on."""
        self.remember(no, day, wrapped)
        self._latest = (day, no)
        return no

    def remember(
        self, no: int, day: str, wrapped: bytes | None, klass: str = RETENTION_CLASS
    ) -> None:
        """Open a key that was read from the table."""
        if wrapped is None:
            return
        key = AESGCM(self._keys.unwrap(wrapped, _what(day, klass)))
        self._open[no] = key

    def forget(self) -> None:
        """Close all keys: some were destroyed."""
        self._open.clear()
        self._latest = ("", 0)

    def lacks(self, no: int) -> bool:
        return no not in self._open

    def encrypt(self, no: int, texts: Sequence[str | None], aad: bytes) -> bytes:
        """nonce ‖ AES-256-GCM over the JSON array of a run's person texts.

        2^32 random nonces a key are far from a day's runs.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._open[no].encrypt(nonce, texts_to_json(texts), aad)

    def decrypt(self, no: int, stored: bytes, aad: bytes, count: int) -> list[str | None] | None:
        """The `count` person texts of a run; None where its day key was destroyed.

        PersonError where it is damaged.
        """
        text = self.decrypt_text(no, stored, aad)
        try:
            return None if text is None else texts_from_json(text, count)
        except ValueError:
            raise PersonError(f"person parts under day key {no} are no array") from None

    def decrypt_text(self, no: int, stored: bytes, aad: bytes) -> str | None:
        """The same as the JSON array that was encrypted."""
        key = self._open.get(no)
        if key is None:
            return None
        try:
            return key.decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], aad).decode("utf-8")
        except (InvalidTag, ValueError):
            raise PersonError(f"person parts under day key {no} do not open") from None

    def load(self, connection: sqlite3.Connection, numbers: set[int]) -> None:
        """Open all of these keys that are not open yet."""
        for no in numbers:
            if self.lacks(no):
                row = connection.execute(
                    "SELECT day, wrapped, class FROM day_keys WHERE no = ?", (no,)
                ).fetchone()
                if row is not None:
                    self.remember(no, *row)


def _what(day: str, klass: str) -> str:
    return f"day key {day} {klass}"
