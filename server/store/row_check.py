"""One stored event by itself: hash, person part, envelope, order stamp, feed. SPEC H3, A3, C4."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from server.keys import KeyRing
from server.store.log_schema import ACCEPTED
from server.store.persons import DayKeys, PersonError, binding
from sync.batch import verify_es256
from sync.chain import commitment
from sync.clock import order_stamp, stamp_of
from sync.envelope import Envelope
from sync.errors import SyncError
from sync.events import parse_body


class Row(NamedTuple):
    """A row of `events`. The body comes as bytes: a damaged one may be no UTF-8."""

    seq: int
    branch: int
    state: int
    order: int
    received_ms: int
    envelope: int
    day_key: int | None
    hash: bytes
    previous: bytes
    commitment: bytes
    body: bytes
    person: bytes | None
    home: str | None


def rows_of(log: sqlite3.Connection, device_no: int) -> Iterator[Row]:
    """The events of a device by falling sequence number, streamed along the index."""
    rows = log.execute(
        "SELECT seq, branch, state, order_stamp, received_ms, envelope, day_key, hash, previous,"
        " commitment, CAST(body AS BLOB), person, homes.id"
        " FROM events LEFT JOIN homes ON homes.no = events.home"
        " WHERE device = ? ORDER BY seq DESC, branch DESC",
        (device_no,),
    )
    return map(Row._make, rows)


class RowCheck:
    """Says what is wrong with a row, as a code. `start` before the first row of each device."""

    def __init__(self, log: sqlite3.Connection, keys: KeyRing) -> None:
        self._log = log
        self._day_keys = DayKeys(keys)
        self._signing = keys.signing.public_key()
        (self._server,) = log.execute("SELECT value FROM meta WHERE key = 'server'").fetchone()
        self._servers: dict[str, ec.EllipticCurvePublicKey | None] = {}
        self._device = ""
        self._envelopes: dict[int, Envelope] = {}
        self.was_erased = False
        """Whether the last row had a person part whose day key was destroyed."""

    def server_key(self, server: str) -> ec.EllipticCurvePublicKey | None:
        """The key of a server: this one's from the key ring, not from the file under suspicion."""
        if server == self._server:
            return self._signing
        if server not in self._servers:
            row = self._log.execute(
                "SELECT jwk FROM devices WHERE id = ? AND kind = 'server'", (server,)
            ).fetchone()
            self._servers[server] = None if row is None else public_key_of_jwk(json.loads(row[0]))
        return self._servers[server]

    def start(self, device: str) -> None:
        """The rows that follow are this device's."""
        self._device = device
        self._envelopes = {}

    def problem(self, row: Row) -> str | None:
        """The code of the first thing that is wrong with this row; rows by falling number."""
        self.was_erased = False
        try:
            body = row.body.decode("utf-8")
            if hashlib.sha256(row.previous + row.body + row.commitment).digest() != row.hash:
                return "event.hash"
            return self._person(row) or self._envelope(row) or self._placed(row, body)
        except UnicodeDecodeError:
            return "event.hash"
        except (TypeError, AttributeError):  # SQLite stores any type in any column
            return "event.shape"

    def _person(self, row: Row) -> str | None:
        if row.day_key is None or row.person is None:
            return None if row.person is None else "person.key"
        try:
            self._day_keys.load(self._log, {row.day_key})
            aad = binding(self._device, row.seq, row.commitment)
            text = self._day_keys.decrypt(row.day_key, row.person, aad)
        except (PersonError, ValueError):
            return "person.closed"
        if text is None:
            self.was_erased = self._destroyed(row.day_key)
            return None if self.was_erased else "person.key"
        return None if commitment(text) == row.commitment else "person.commitment"

    def _destroyed(self, day_key: int) -> bool:
        """Whether this key was destroyed on purpose: its row stays and is empty."""
        row = self._log.execute(
            "SELECT wrapped IS NULL FROM day_keys WHERE no = ?", (day_key,)
        ).fetchone()
        return row is not None and bool(row[0])

    def _envelope(self, row: Row) -> str | None:
        envelope = self._envelopes.get(row.envelope)
        if envelope is None:
            found = self._read_envelope(row.envelope)
            if isinstance(found, str):
                return found
            envelope = found
            self._forget_envelopes(row.seq)
            self._envelopes[row.envelope] = envelope
            # The newest event of an envelope is met first: its head is this row's hash.
            if row.seq == envelope.last and row.hash != envelope.head:
                return "envelope.head"
        if not envelope.first <= row.seq <= envelope.last:
            return "envelope.range"
        return None if envelope.received_ms == row.received_ms else "envelope.received"

    def _read_envelope(self, no: int) -> Envelope | str:
        row = self._log.execute(
            "SELECT server, envelopes.received_ms, devices.id, first, last, head, signature"
            " FROM envelopes JOIN devices ON devices.no = envelopes.device"
            " WHERE envelopes.no = ?",
            (no,),
        ).fetchone()
        if row is None:
            return "envelope.missing"
        envelope = Envelope(*row[:6])
        if envelope.device != self._device:
            return "envelope.device"
        key = self.server_key(envelope.server)
        if key is None:
            return "envelope.server"
        good = verify_es256(key, row[6], envelope.signing_text())
        return envelope if good else "envelope.signature"

    def _forget_envelopes(self, seq: int) -> None:
        self._envelopes = {
            no: one for no, one in self._envelopes.items() if one.first <= seq <= one.last
        }

    def _placed(self, row: Row, text: str) -> str | None:
        """Order stamp and feed follow from the event and its receipt (C4, F1)."""
        try:
            body = parse_body(text)
        except SyncError:
            return None if row.order == stamp_of(row.received_ms) else "event.order"
        if row.order != order_stamp(body.stamp, row.received_ms):
            return "event.order"
        if row.state == ACCEPTED and row.home != body.home:
            return "event.home"
        return None
