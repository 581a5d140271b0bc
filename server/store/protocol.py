"""What storage offers to the rest of the server: one protocol, one contract suite per backend.

Two things are kept apart. The **log** (events, devices, users, packs, audit) is the truth. The
**view** (what people search) is a projection of it, at most a second behind, and disposable.
All calls are safe from any thread; none may be called from inside a backend's own thread.
Times are Unix milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from server.store.alert_protocol import AlertStore
from server.store.answers import PushAnswer
from server.store.export_protocol import ExportStore
from server.store.feed_pages import Page, PulledEvent, RunPage
from server.store.forgotten import Compacted, Purged, Target
from server.store.hold_protocol import HoldStore
from server.store.noted_protocol import NotedStore
from server.store.once import Asked, OnceStore
from server.store.published import AuditEntry, Pack
from server.store.reference_protocol import ReferenceStore
from server.store.registered import Checkpoint, Device, Enrolment, Officer, User
from server.store.relay_protocol import RelayStore, SignedEnvelope
from server.store.report_protocol import ReportStore
from server.store.shift_protocol import ShiftStore
from server.store.view_protocol import ViewStore
from server.store.watch_protocol import WatchStore
from sync.batch import Batch


class Store(
    ViewStore,
    ExportStore,
    AlertStore,
    NotedStore,
    ReferenceStore,
    ReportStore,
    ShiftStore,
    RelayStore,
    WatchStore,
    HoldStore,
    OnceStore,
    Protocol,
):
    """All that the server asks of storage."""

    server_id: str
    epoch: int

    @property
    def own_author(self) -> str:
        """The device that this server writes as: after a restore another than `server_id`."""

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
        """Append a verified batch; returns when it is on disk (SPEC A1, A2, A4, A6, A10).

        `chain` is the hash of each event, as `verify_batch` returned it.
        """

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
        """Append one event of this server's own chain, in the name of `user` (SPEC A7).

        `user` is None for what this server concludes by itself (SPEC L1).

        `fields` and `person` are the `set` of the body and of the person part, `items` and
        `person_items` their items; `over` lists the writes that `user` saw, per path (R2).
        What `once` asked for is done with it or not at all; DoneBeforeError where it was already.
        Returns "device:seq". Raises SyncError with the code and field that acceptance refuses.
        """

    def pull(
        self, checkpoints: Sequence[str] | None, after: int, limit: int, persons: bool
    ) -> Page:
        """Events of these checkpoints (None: of every feed) after `after`, oldest first (F2)."""

    def runs(self, feeds: Sequence[str], after: int, limit: int, persons: bool) -> RunPage:
        """Runs of these feeds ("kind:id") announced after `after`, oldest first (SPEC F2).

        Whole runs but for the first, which may have been given in part: `limit` events make a page
        full, and a run more than that is on it.
        """

    def runs_before(
        self, feeds: Sequence[str], before: int, after: int, limit: int, persons: bool
    ) -> RunPage:
        """Runs that count at after < n ≤ before, newest first; `sequence` is how far down it got.

        That is a reader's new `held_after`; `more`: there is some left above `after`.
        """

    def digest(self, feeds: Sequence[str], after: int, through: int) -> bytes:
        """The hashes of all events that count at after < n ≤ through, added up mod 2^256 (F9)."""

    def held_events(self, code: str, after: int, limit: int) -> list[PulledEvent]:
        """Held events with this code (`event.kind`, `device.revoked`), by number; no persons."""

    def take_up_revoked(self, numbers: Sequence[int]) -> int:
        """Accept held events of a revoked device, after a person judged them (SPEC A9)."""

    def snapshot_start(self, checkpoints: Sequence[str], since_ms: int) -> int:
        """The sequence from which a new reader has to read to hold all received since then."""

    def held(self, device: str) -> tuple[int, bytes]:
        """How far the log holds this device's chain without a gap, and the head there."""

    def safe_through(self, device: str) -> int:
        """How far a verified backup off this machine holds it; a second late (SPEC P4)."""

    # what is to be forgotten
    def erase(
        self,
        targets: Sequence[Target],
        reason: str,
        basis: str,
        user: str | None,
        now_ms: int,
        *,
        again: bool = False,
    ) -> list[str]:
        """Forget the person parts of these events for good, everywhere (SPEC G1).

        Raises OnHoldError where a hold keeps one of them, ViewBehindError where that cannot be
        told; `again`, after a restore, asks no hold.

        The events and the audit entry are one transaction. Returns what was written, one
        "device:seq" for each erasure. Raises SyncError as `write` does.
        """

    def targets_of_refs(self, refs: Sequence[str]) -> tuple[list[Target], list[str]]:
        """(the events that are here, the references of which nothing is here)."""

    def targets_of_record(self, record: str) -> list[Target]:
        """The events of a record, and of reviews about it, that have a person part."""

    def removals(self, feeds: Sequence[str], after: int, through: int) -> list[str]:
        """What was erased in these feeds under after < number ≤ through (SPEC F10, G4)."""

    def days_before(self, day: str) -> list[str]:
        """The days before `day` ("2026-10-01") of which a key is left, one for a case too."""

    def look_at_purge(self, days: Sequence[str]) -> Purged:
        """What `purge` would destroy and keep now. Raises ViewBehindError."""

    def purge(self, days: Sequence[str], now_ms: int, who: str = "cli") -> Purged:
        """Destroy the keys of these days, and the person parts under them (SPEC G6).

        What holds keep is written again under a key of its own (G10). Raises ViewBehindError where
        there are holds and the view does not reach as far as these days.
        """

    def day_parts(self, day: str) -> tuple[int, str]:
        """(person parts that the events of a day had, the SHA-256 that names them): the proof."""

    def look_at_compaction(self, before_ms: int) -> Compacted:
        """What `compact` would drop and keep now."""

    def compact(self, before_ms: int, now_ms: int, who: str = "cli") -> Compacted:
        """Drop the bodies of what was received before then and is finished (SPEC G7–G9)."""

    # devices
    def add_enrolment(self, code_hash: bytes, enrolment: Enrolment, expires_ms: int) -> None: ...

    def enrol(
        self, code_hash: bytes, device: str, jwk: dict[str, str], now_ms: int
    ) -> Device | None:
        """Use up a code and add the device in one transaction; None when the code is not good."""

    def device(self, device: str) -> Device | None: ...

    def devices(self) -> list[Device]: ...

    def revoke_device(self, device: str, now_ms: int) -> None: ...

    def contact(self, device: str, now_ms: int, unsent: int, offset_ms: int) -> None:
        """Note that a device was heard of; may be written lazily."""

    # people and places
    def put_checkpoint(self, checkpoint: Checkpoint) -> None: ...

    def checkpoints(self) -> list[Checkpoint]: ...

    def renew_history_key(self, checkpoint: str) -> None:
        """From the next roster on, tablets close what they keep under another key (SPEC Q2)."""

    def history_key(self, checkpoint: str) -> tuple[str, bytes] | None:
        """(id, 32 bytes) of the key that a checkpoint's roster wraps for each officer."""

    def put_user(self, user: User) -> None: ...

    def user(self, login: str) -> User | None: ...

    def users(self) -> list[User]: ...

    def put_officer(self, officer: Officer) -> None: ...

    def officers(self) -> list[Officer]: ...

    # packs
    def publish(self, pack: Pack) -> None:
        """Store a pack; raises PackVersionError when its version is not above the last one."""

    def pack(self, name: str, scope: str, before: int | None = None) -> Pack | None:
        """The newest version; with `before` the newest below that version."""

    def packs(self, scopes: Sequence[str]) -> dict[str, Pack]:
        """The newest pack of each name; a later scope takes a name over from an earlier one."""

    # audit
    def audit(self, entry: AuditEntry, *, once: Asked | None = None) -> int:
        """Add an entry; its number. What `once` asked for is done with it: `subject` was made."""

    def audited(self, after: int, limit: int) -> list[tuple[int, AuditEntry]]: ...

    def audited_of(self, what: str) -> list[AuditEntry]:
        """Every audit entry of one kind, oldest first."""

    def verify_audit(self) -> int | None:
        """The number of the first audit entry that does not follow from those before, or None."""

    def close(self) -> None: ...
