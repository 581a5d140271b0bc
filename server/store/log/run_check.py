"""One stored run by itself: hashes, person parts, envelope, ranks, feeds and sums. SPEC H3, A3, F9.

A run whose bodies were dropped (G8) is checked by what is left of it: its ends and what was signed.
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, fields

from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import public_key_of_jwk
from schemas.feeds import FEED_FIELDS, checkpoint_feed, feed_of
from schemas.texts import texts_from_json
from server.keys import KeyRing
from server.store.log.branches import Links
from server.store.log.log_schema import ACCEPTED, MAX_RUN_EVENTS
from server.store.log.persons import RETENTION_CLASS, DayKeys, PersonError
from server.store.log.run_rows import (
    Run,
    binding,
    commitments_of,
    hashes_of,
    slice_ranks,
    sum_of,
    sum_to_bytes,
)
from sync.batch import MAX_SEQ, verify_es256
from sync.chain import HASH_BYTES, NO_PERSON, commitment
from sync.envelope import Envelope
from sync.errors import SyncError
from sync.events import parse_body
from sync.seal import is_sealed

# A damaged body may be no UTF-8: it comes as bytes.
COLUMNS = ", ".join(
    "CAST(runs.bodies AS BLOB)" if one.name == "bodies" else f"runs.{one.name}"
    for one in fields(Run)
)

# As all our tablets write a header; another order of names is read in full.
_HEADER = re.compile(
    r'\{"kind":"([a-z_]+)","version":[0-9]+,"record":"[0-9a-f-]+","home":"([a-z0-9-]+)",', re.ASCII
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A run looked at: its `links`, unless it has none, and the first thing wrong with it.

    `erased`, `withheld`, `compacted`: how many of its person parts and bodies are not there, and
    for which reason. A part is withheld where only its commitment ever came, or is gone unnoted.
    """

    links: Links | None
    problem: str | None = None
    at: int = 0
    last: int = 0
    erased: int = 0
    withheld: int = 0
    compacted: int = 0


class RunError(Exception):
    """What is wrong with a run: a code, and which event where it is known (else 0)."""

    def __init__(self, code: str, at: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.at = at


class RunCheck:
    """Looks at runs. `start` before the first run of each device; runs by falling number."""

    def __init__(self, log: sqlite3.Connection, keys: KeyRing) -> None:
        self._log = log
        self._day_keys = DayKeys(keys)
        self._signing = keys.signing.public_key()
        (self._server,) = log.execute("SELECT value FROM meta WHERE key = 'server'").fetchone()
        self._servers: dict[str, ec.EllipticCurvePublicKey | None] = {}
        self._feeds = {int(no): str(name) for no, name in log.execute("SELECT no, id FROM feeds")}
        # The audit log is keyed: who only has the file cannot say that he compacted.
        (before_ms,) = log.execute(
            "SELECT max(json_extract(details, '$.before_ms')) FROM audit WHERE what = 'compact'"
        ).fetchone()
        self._compacted_ms = before_ms or 0
        self._device = ""
        self._envelopes: dict[int, Envelope] = {}
        self.sums = 0
        """How many rows of `sums` the runs so far account for."""

    def server_key(self, server: str) -> ec.EllipticCurvePublicKey | None:
        """The key of a server: this one's from the key ring, not from the file under suspicion."""
        if server == self._server:
            return self._signing
        if server not in self._servers:
            row = self._log.execute(
                "SELECT jwk FROM devices WHERE id = ? AND kind <> 'tablet'", (server,)
            ).fetchone()
            self._servers[server] = None if row is None else public_key_of_jwk(json.loads(row[0]))
        return self._servers[server]

    def start(self, device: str) -> None:
        """The runs that follow are this device's."""
        self._device = device
        self._envelopes = {}

    def look(self, run: Run) -> Checked:
        """Everything that can be said of this run without its neighbours."""
        if not _has_shape(run):
            first = run.first if isinstance(run.first, int) else 0
            return Checked(None, "run.shape", first, first)
        hashes: list[bytes] | None = None
        erased = withheld = 0
        problem: RunError | None = None
        try:
            bodies = self._bodies(run)
            if bodies is not None:
                hashes = _hashes(run, bodies)
            self._envelope(run)
            missing = self._persons(run)
            erased = self._erased(run, missing)
            withheld = len(missing) - erased
            self._placed(run, bodies, hashes)
        except RunError as error:
            problem = error
        links = Links(run.branch, run.first, run.last, run.previous, run.head, hashes)
        compacted = run.count if run.bodies is None else 0
        if problem is None:
            return Checked(links, None, 0, 0, erased, withheld, compacted)
        at, last = (problem.at, problem.at) if problem.at else (run.first, run.last)
        return Checked(links, problem.code, at, last, erased, withheld, compacted)

    def _bodies(self, run: Run) -> list[str] | None:
        """The body texts; None where they were dropped."""
        if run.bodies is None:
            if run.received_ms >= self._compacted_ms:
                raise RunError("run.dropped")
            return None
        try:
            bodies = texts_from_json(run.bodies, run.count)
        except ValueError:
            raise RunError("run.hash") from None
        if None in bodies:
            raise RunError("run.shape")
        return bodies

    def _persons(self, run: Run) -> list[int]:
        """The numbers of the events whose person part is missing; what is there is the committed.

        A part that a relay keeps sealed for its home server cannot be opened to be compared.
        """
        committed = commitments_of(run.commitments, run.count)
        texts = self._texts(run) or [None] * run.count
        missing = []
        for index, (text, expected) in enumerate(zip(texts, committed, strict=True)):
            if text is None:
                if expected != NO_PERSON:
                    missing.append(run.first + index)
            elif commitment(text) != expected and not is_sealed(text):
                raise RunError("person.commitment", run.first + index)
        return missing

    def _erased(self, run: Run, missing: list[int]) -> int:
        """How many of the missing person parts are missing for a reason that the log tells."""
        if not missing or self._is_purged(run):
            return len(missing)
        noted = {
            int(seq)
            for (seq,) in self._log.execute(
                "SELECT seq FROM erased WHERE device = ? AND feed = ? AND seq BETWEEN ? AND ?",
                (self._device, run.feed, run.first, run.last),
            )
        }
        return sum(seq in noted for seq in missing)

    def _is_purged(self, run: Run) -> bool:
        """Whether the key of the run's day was destroyed: its row stays and is empty.

        Parts that are kept for a case stand under another key of the same day.
        """
        row = self._log.execute(
            "SELECT 1 FROM day_keys JOIN day_keys AS own ON own.day = day_keys.day"
            " WHERE own.no = ? AND day_keys.class = ? AND day_keys.wrapped IS NULL",
            (run.day_key, RETENTION_CLASS),
        ).fetchone()
        return row is not None

    def _texts(self, run: Run) -> list[str | None] | None:
        """The person texts; None where their key was destroyed on purpose: its row is empty."""
        if run.day_key is None:
            if run.persons is not None:
                raise RunError("person.key")
            return [None] * run.count
        row = self._log.execute(
            "SELECT wrapped IS NULL FROM day_keys WHERE no = ?", (run.day_key,)
        ).fetchone()
        if row is None:
            raise RunError("person.key")
        if row[0]:
            return None
        if run.persons is None:
            return [None] * run.count
        try:
            self._day_keys.load(self._log, {run.day_key})
            aad = binding(self._device, run.branch, run.first, run.count, run.head)
            texts = self._day_keys.decrypt(run.day_key, run.persons, aad, run.count)
        except (PersonError, ValueError):
            raise RunError("person.closed") from None
        return [None] * run.count if texts is None else texts

    def _envelope(self, run: Run) -> None:
        envelope = self._envelopes.get(run.envelope)
        if envelope is None:
            envelope = self._read_envelope(run.envelope)
            self._envelopes = {
                no: one
                for no, one in self._envelopes.items()
                if one.first <= run.last and run.first <= one.last
            }
            self._envelopes[run.envelope] = envelope
        if not (envelope.first <= run.first and run.last <= envelope.last):
            raise RunError("envelope.range")
        if run.last == envelope.last and run.head != envelope.head:
            raise RunError("envelope.head")
        if envelope.received_ms != run.received_ms:
            raise RunError("envelope.received")
        at = run.first - envelope.first
        if slice_ranks(envelope.ranks, at, at + run.count) != run.ranks:
            raise RunError("envelope.ranks")

    def _read_envelope(self, no: int) -> Envelope:
        row = self._log.execute(
            "SELECT server, envelopes.received_ms, devices.id, first, last, head, ranks, signature"
            " FROM envelopes JOIN devices ON devices.no = envelopes.device"
            " WHERE envelopes.no = ?",
            (no,),
        ).fetchone()
        if row is None:
            raise RunError("envelope.missing")
        try:
            envelope = Envelope(*row[:7])
            text = envelope.signing_text()
        except (AttributeError, TypeError, UnicodeEncodeError):
            raise RunError("envelope.signature") from None
        if envelope.device != self._device:
            raise RunError("envelope.device")
        key = self.server_key(envelope.server)
        if key is None:
            raise RunError("envelope.server")
        if not verify_es256(key, row[7], text):
            raise RunError("envelope.signature")
        return envelope

    def _placed(self, run: Run, bodies: list[str] | None, hashes: list[bytes] | None) -> None:
        """An accepted event is in the feed that follows from it, and in the feed's sum (F1, F9)."""
        if run.state != ACCEPTED:
            return
        feed = self._feeds.get(run.feed)
        for index, text in enumerate(bodies or ()):
            if _feed(text) != feed:
                raise RunError("event.feed", run.first + index)
        self._summed(run, hashes)

    def _summed(self, run: Run, hashes: list[bytes] | None) -> None:
        """It counts where it was first announced: what the sum grew by there is this run."""
        rows = self._log.execute(
            "SELECT n, sum FROM sums WHERE feed = ?1 AND n IN (SELECT ?2 UNION ALL"
            " SELECT n FROM restated WHERE run = ?2 AND NOT moved)",
            (run.feed, run.n),
        ).fetchall()
        if len(rows) != 1:
            raise RunError("feed.sum")
        self.sums += 1
        n, after = rows[0]
        row = self._log.execute(
            "SELECT sum FROM sums WHERE feed = ? AND n < ? ORDER BY n DESC LIMIT 1", (run.feed, n)
        ).fetchone()
        before = 0 if row is None else int.from_bytes(row[0], "big")
        if hashes is not None and sum_to_bytes(before + sum_of(hashes)) != after:
            raise RunError("feed.sum")


def _has_shape(run: Run) -> bool:
    """Whether every column has its type and size: SQLite stores anything anywhere."""
    numbers = (run.count, run.first, run.branch, run.envelope, run.received_ms)
    blobs = (run.previous, run.head)
    return (
        all(type(one) is int and 0 <= one <= MAX_SEQ for one in numbers)
        and 1 <= run.count <= MAX_RUN_EVENTS
        and run.first >= 1
        and all(isinstance(one, bytes) and len(one) == HASH_BYTES for one in blobs)
        and (
            run.commitments is None
            or (isinstance(run.commitments, bytes) and len(run.commitments) == run.count * 32)
        )
        and isinstance(run.persons, bytes | None)
        and isinstance(run.bodies, bytes | None)
    )


def _hashes(run: Run, bodies: list[str]) -> list[bytes]:
    hashes = hashes_of(run.previous, bodies, commitments_of(run.commitments, run.count))
    if hashes[-1] != run.head:
        raise RunError("run.hash")
    return hashes


def _feed(body: str) -> str | None:
    """The feed that follows from an event (F1); None where it is not to be read."""
    found = _HEADER.match(body)
    if found is not None and found[1] not in FEED_FIELDS:
        return checkpoint_feed(found[2])
    try:
        parsed = parse_body(body)
    except SyncError:
        return None
    return feed_of(parsed.kind, parsed.home, parsed.fields)
