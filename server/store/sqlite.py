"""The Store on SQLite: `log.db` through one writer thread, both files through one reader thread."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Self

from server.accept import ContentKeys, examine
from server.config import Config
from server.keys import KeyRing
from server.store.answers import PushAnswer
from server.store.blind import BlindIndex
from server.store.feed_pages import Page, PulledEvent, RunPage
from server.store.forgetting import Forgetting
from server.store.linked import Linked
from server.store.log import audit, feed_runs, own_chain, pull, registry, restate
from server.store.log.append import append
from server.store.log.backups import SafeThrough
from server.store.log.log_file import open_log, prepare_log
from server.store.log.once import keep_done, read_done
from server.store.log.own_event import OwnEvent
from server.store.log.persons import DayKeys, local_day
from server.store.log.repeat import repeat
from server.store.log.rows import Arrival, Memory
from server.store.log.vouching import Signer
from server.store.noted import Noted
from server.store.once import Asked, Done
from server.store.published import AuditEntry, Pack
from server.store.reader import Reader
from server.store.referenced import Referenced
from server.store.registered import Checkpoint, Device, Enrolment, Officer, User
from server.store.relay_protocol import SignedEnvelope
from server.store.reported import Reported
from server.store.shifts import ShiftReads
from server.store.viewed import ViewReads
from server.store.watched import Watched
from server.store.writer import Job, Writer
from sync.batch import Batch, sign_es256
from sync.chain import genesis


def open_store(config: Config, keys: KeyRing | None = None) -> SqliteStore:
    """The store in `config.data_dir`, made where there is none, brought up to this version.

    Raises KeyRingError or StoreKeysError where the secrets are missing, open to others or not
    those of this log.
    """
    return SqliteStore(config, keys or KeyRing.load_or_create(config.data_dir))


class SqliteStore(ViewReads, Forgetting, Linked, Noted, Referenced, Reported, ShiftReads, Watched):
    """See `server.store.protocol.Store`. Close it: the writer finishes what is queued."""

    def __init__(self, config: Config, keys: KeyRing) -> None:
        self.config = config
        self.keys = keys
        identity = prepare_log(config.log_path, keys)
        self.server_id, self.epoch = identity.server, identity.epoch
        self.own_device = identity.own_device
        self.blind = BlindIndex(keys)
        self.day_keys = DayKeys(keys)
        self._content_keys = ContentKeys(keys.sealing)
        # What locked tablets seal is for the home server; a relay keeps it as it is (SPEC U9).
        self._keeps_sealed = config.level == "relay"
        self._audit_key = keys.derive("audit")
        self._memory = Memory()
        self._signer = Signer(self.server_id, lambda text: sign_es256(keys.signing, text))
        # How far each device was held after its last push: whether to look for a repeat at all.
        self._through: dict[int, int] = {}
        self._contacts: dict[str, tuple[int, int, int]] = {}
        self._contacts_lock = threading.Lock()
        self._writer = Writer(
            lambda: open_log(config.log_path), self._memory.forget, self._pending_contacts
        )
        self._reader = Reader(config.log_path, config.view_path)
        self._safe_through = SafeThrough(self._reader)
        self.take_up_known_kinds()

    @property
    def own_author(self) -> str:
        """The device that this server writes as."""
        return self.own_device.id

    @property
    def committed(self) -> threading.Event:
        """Set after each commit of this process; the projector clears it and waits for it."""
        return self._writer.committed

    # the log

    def push(
        self,
        batch: Batch,
        chain: Sequence[bytes],
        device: Device,
        received_ms: int,
        *,
        envelopes: Sequence[SignedEnvelope] = (),
    ) -> PushAnswer:
        """Append a verified batch; returns when it is on disk (SPEC A1)."""
        by_server = device.kind == "server"
        home = None if by_server else device.checkpoint
        relay = frozenset(device.checkpoints) if device.kind == "relay" else None
        if not envelopes and self._through.get(device.no, batch.last) >= batch.last:
            repeated = self._reader.run(lambda files: repeat(files.log, batch, chain, device))
            if repeated is not None:
                return repeated
        examined = examine(
            batch.events, home, received_ms, self._content_keys, relay, self._keeps_sealed
        )
        day_key: int | None = None
        if any(one is not None for one in examined.persons):
            day_key = self._day_key(local_day(received_ms))
        arrival = Arrival(
            batch, chain, examined, day_key, device.no, received_ms, by_server, envelopes
        )
        answer = self._writer.run(
            lambda log: append(log, arrival, self._memory, self.day_keys, self._signer)
        )
        self._through[device.no] = answer.through
        return answer

    def write(
        self,
        kind: str,
        record: str,
        home: str,
        user: str | None,
        fields: dict[str, Any],
        person: dict[str, Any] | None,
        now_ms: int,
        *,
        items: dict[str, dict[str, dict[str, Any]]] | None = None,
        person_items: dict[str, dict[str, dict[str, Any]]] | None = None,
        over: Mapping[str, Sequence[str]] | None = None,
        once: Asked | None = None,
    ) -> str:
        """Append one event of this server's own chain, in the name of `user` (SPEC A7)."""
        text = own_chain.person_text(person, person_items, secrets.token_bytes(16))
        event = OwnEvent(kind, record, home, user, fields, items or {}, over or {}, text, now_ms)
        return self.begin(event, once).result()

    def begin(self, event: OwnEvent, once: Asked | None = None) -> Future[str]:
        """Queue one event of this server's own chain; answered as `write` when it is on disk.

        What is begun together is committed together: two hundred cost hardly more than one.
        """
        day_key = None if event.person is None else self._day_key(local_day(event.now_ms))
        chain = self.own_chain()

        def job(log: sqlite3.Connection) -> str:
            made = chain.append(log, event, day_key)
            if once is not None:
                keep_done(log, once, made)
            return made

        return self._writer.submit(job)

    def take_up_known_kinds(self) -> int:
        """Replay what an older version held; done at every opening (SPEC A5). How many."""
        held = self._reader.run(
            lambda files: files.log.execute(
                "SELECT count(*) FROM runs WHERE state = 1 AND code = 'event.kind'"
            ).fetchone()[0]
        )
        if not held:
            return 0
        return self._writer.run(
            lambda log: restate.take_up_known_kinds(
                log, self._memory, self.day_keys, self._content_keys
            )
        )

    def take_up_revoked(self, numbers: Sequence[int]) -> int:
        """Accept held events of a revoked device, after a person judged them (SPEC A9)."""
        return self._writer.run(
            lambda log: restate.take_up_revoked(log, self._memory, self.day_keys, numbers)
        )

    def held_events(self, code: str, after: int, limit: int) -> list[PulledEvent]:
        """What waits for a person or an upgrade, by number; person parts stay closed."""
        return self._reader.run(lambda files: pull.read_held(files.log, code, after, limit))

    def pull(
        self, checkpoints: Sequence[str] | None, after: int, limit: int, persons: bool
    ) -> Page:
        """Accepted events of these checkpoints (None: of every feed) after `after` (SPEC F2)."""
        day_keys = self.day_keys if persons else None
        raw = self._reader.run(
            lambda files: pull.read_page(files.log, checkpoints, after, limit, day_keys)
        )
        return pull.open_page(raw, day_keys)

    def runs(self, feeds: Sequence[str], after: int, limit: int, persons: bool) -> RunPage:
        """Runs of these feeds ("kind:id") announced after `after`, oldest first (SPEC F2)."""
        day_keys = self.day_keys if persons else None
        raw = self._reader.run(
            lambda files: feed_runs.read_after(files.log, feeds, after, limit, day_keys)
        )
        return feed_runs.open_runs(raw, day_keys)

    def runs_before(
        self, feeds: Sequence[str], before: int, after: int, limit: int, persons: bool
    ) -> RunPage:
        """Runs that count at after < n ≤ before, newest first; `sequence`: how far down it got."""
        day_keys = self.day_keys if persons else None
        raw = self._reader.run(
            lambda files: feed_runs.read_before(files.log, feeds, before, after, limit, day_keys)
        )
        return feed_runs.open_runs(raw, day_keys)

    def digest(self, feeds: Sequence[str], after: int, through: int) -> bytes:
        """The hashes of all events that count at after < n ≤ through, added up (SPEC F9)."""
        return self._reader.run(lambda files: feed_runs.digest(files.log, feeds, after, through))

    def snapshot_start(self, checkpoints: Sequence[str], since_ms: int) -> int:
        """A sequence before everything received since then, at most ten minutes too early."""
        return self._reader.run(lambda files: pull.first_after(files.log, since_ms))

    def held(self, device: str) -> tuple[int, bytes]:
        """How far the log holds this device's own branch without a gap, and the head there."""
        row = self._reader.run(
            lambda files: files.log.execute(
                "SELECT through, head FROM chains JOIN devices ON no = device"
                " WHERE id = ? AND branch = 0",
                (device,),
            ).fetchone()
        )
        return (0, genesis(device)) if row is None else (int(row[0]), bytes(row[1]))

    def safe_through(self, device: str) -> int:
        """How far a verified backup off this machine holds a device's events (SPEC P4)."""
        return self._safe_through.of(device)

    # devices

    def add_enrolment(self, code_hash: bytes, enrolment: Enrolment, expires_ms: int) -> None:
        self._writer.run(lambda log: registry.add_enrolment(log, code_hash, enrolment, expires_ms))

    def enrol(
        self, code_hash: bytes, device: str, jwk: dict[str, str], now_ms: int
    ) -> Device | None:
        """Use up a code and add the device, in one transaction; None when it is not good."""
        return self._writer.run(lambda log: registry.enrol(log, code_hash, device, jwk, now_ms))

    def device(self, device: str) -> Device | None:
        found = self._reader.run(lambda files: registry.read_device(files.log, device))
        return None if found is None else self._with_contact(found)

    def devices(self) -> list[Device]:
        found = self._reader.run(lambda files: registry.read_devices(files.log))
        return [self._with_contact(one) for one in found]

    def revoke_device(self, device: str, now_ms: int) -> None:
        self._writer.run(lambda log: registry.revoke_device(log, device, now_ms))

    def contact(self, device: str, now_ms: int, unsent: int, offset_ms: int) -> None:
        """Note that a device was heard of: seen at once, on disk with the next commit."""
        with self._contacts_lock:
            self._contacts[device] = (now_ms, unsent, offset_ms)

    # people and places

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        self._writer.run(lambda log: registry.put_checkpoint(log, checkpoint, self.keys))

    def checkpoints(self) -> list[Checkpoint]:
        return self._reader.run(lambda files: registry.read_checkpoints(files.log))

    def renew_history_key(self, checkpoint: str) -> None:
        self._writer.run(lambda log: registry.renew_history_key(log, checkpoint, self.keys))

    def history_key(self, checkpoint: str) -> tuple[str, bytes] | None:
        """(id, 32 bytes) of the key that a checkpoint's roster wraps for each officer."""
        return self._reader.run(
            lambda files: registry.read_history_key(files.log, checkpoint, self.keys)
        )

    def put_user(self, user: User) -> None:
        self._writer.run(self._forgetting(lambda log: registry.put_user(log, user, self.keys)))

    def user(self, login: str) -> User | None:
        if not login:
            return None
        found = self._reader.run(lambda files: registry.read_users(files.log, self.keys, login))
        return found[0] if found else None

    def users(self) -> list[User]:
        return self._reader.run(lambda files: registry.read_users(files.log, self.keys))

    def put_officer(self, officer: Officer) -> None:
        self._writer.run(
            self._forgetting(lambda log: registry.put_officer(log, officer, self.keys))
        )

    def officers(self) -> list[Officer]:
        return self._reader.run(lambda files: registry.read_officers(files.log, self.keys))

    # packs

    def publish(self, pack: Pack) -> None:
        """Store a pack; raises PackVersionError when its version is not above the last one."""
        self._writer.run(lambda log: registry.publish(log, pack))

    def pack(self, name: str, scope: str, before: int | None = None) -> Pack | None:
        """The newest version; with `before` the newest below that version."""
        return self._reader.run(lambda files: registry.read_pack(files.log, name, scope, before))

    def packs(self, scopes: Sequence[str]) -> dict[str, Pack]:
        """The newest pack of each name; a later scope takes a name over from an earlier one."""
        return self._reader.run(lambda files: registry.read_packs(files.log, scopes))

    # audit

    def audit(self, entry: AuditEntry, *, once: Asked | None = None) -> int:
        """Add an entry; its number. What `once` asked for is then done: `subject` was made."""

        def job(log: sqlite3.Connection) -> int:
            n = audit.append_audit(log, entry, self._audit_key)
            if once is not None:
                keep_done(log, once, entry.subject)
            return n

        return self._writer.run(job)

    def done(self, key: bytes, now_ms: int) -> Done | None:
        """What was done under an Idempotency-Key in the last day."""
        return self._reader.run(lambda files: read_done(files.log, key, now_ms))

    def audited(self, after: int, limit: int) -> list[tuple[int, AuditEntry]]:
        return self._reader.run(lambda files: audit.read_audit(files.log, after, limit))

    def audited_of(self, what: str) -> list[AuditEntry]:
        """Every audit entry of one kind, oldest first."""
        return self._reader.run(lambda files: audit.read_audit_of(files.log, what))

    def verify_audit(self) -> int | None:
        """The number of the first entry that does not follow from those before it, or None."""
        return self._reader.run(lambda files: audit.first_broken(files.log, self._audit_key))

    def close(self) -> None:
        self._writer.close()
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _day_key(self, day: str) -> int:
        known = self.day_keys.open_no(day)
        if known is not None:
            return known
        no, wrapped = self._writer.run(lambda log: self.day_keys.make(log, day))
        return self.day_keys.use(day, no, wrapped)

    def _forgetting(self, job: Job[None]) -> Job[None]:
        """Authority ranks are remembered: they are read again after somebody changed."""

        def run(log: sqlite3.Connection) -> None:
            job(log)
            self._memory.forget()

        return run

    def _pending_contacts(self) -> Job[None] | None:
        with self._contacts_lock:
            if not self._contacts:
                return None
            contacts, self._contacts = self._contacts, {}

        def flush(log: sqlite3.Connection) -> None:
            log.executemany(
                "UPDATE devices SET last_contact_ms = ?, unsent = ?, clock_offset_ms = ?"
                " WHERE id = ?",
                [(*values, device) for device, values in contacts.items()],
            )

        return flush

    def _with_contact(self, device: Device) -> Device:
        with self._contacts_lock:
            heard = self._contacts.get(device.id)
        if heard is None:
            return device
        return replace(device, last_contact_ms=heard[0], unsent=heard[1], clock_offset_ms=heard[2])
