"""What people look at: crossings as lists and pages show them, a part of `Store`. SPEC V."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from server.store.answers import State
from server.store.view.waves import WaveThrough
from sync.complaint import complaint_code, shown_code
from sync.events import ref


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a search asks for; empty means any. `name` is matched by whole syllables, no marks."""

    from_ms: int | None = None
    to_ms: int | None = None
    checkpoints: tuple[str, ...] = ()
    plate: str = ""
    name: str = ""
    id_number: str = ""
    phone: str = ""
    outcomes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    direction: str = ""
    complaint: int | None = None
    """The number of a complaint code (SPEC E9)."""
    review: Literal["", "open", "seen", "needs_check"] = ""
    flags: tuple[str, ...] = ()
    """Crossings that carry any of these."""


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """One crossing as a list shows it: no person data in clear."""

    record: str
    occurred_ms: int
    received_ms: int
    checkpoint: str
    lane: str
    direction: str
    mode: str
    purpose: str
    plate: str
    plate_read: str
    vehicle_class: str
    people: int
    goods: int
    outcome: str
    action: str
    reasons: tuple[str, ...]
    families: tuple[str, ...]
    officer: str
    device: str
    flags: tuple[str, ...]
    """Why it needs a look, and what else marks it: `view_schema.FLAGS`."""
    review: Literal["", "open", "seen", "needs_check"]
    destination: str
    """ "<dataset>-<code>" of the place that was named, else ""."""
    counted_as: str
    """The record that counts for this passage where it is a duplicate, else ""."""
    override: str
    """Why something else was done than the verdict says, else ""."""
    first_n: int
    """The log number from which this crossing is there."""
    since_n: int
    """The log number from which this row is as it stands."""

    @property
    def complaint_code(self) -> str:
        """What the traveller was given to complain with (SPEC E9)."""
        return shown_code(complaint_code(self.record))


@dataclass(frozen=True, slots=True)
class Write:
    """One event in the history of a record, with the person part opened."""

    n: int
    device: str
    seq: int
    kind: str
    officer: str | None
    occurred_ms: int
    received_ms: int
    state: State
    fields: dict[str, Any]
    person: dict[str, Any] | None

    @property
    def ref(self) -> str:
        """How other events name it (SPEC E6)."""
        return ref(self.device, self.seq)


@dataclass(frozen=True, slots=True)
class Twin:
    """Another crossing that is, was or may be the same passage (SPEC L2–L4).

    `tie`: "linked" or "split" by the record `link`, whose surviving `writes` say so; "through" a
    third one; "near": nobody linked it, but it looks alike. `by_person`: somebody decided it.
    """

    row: CrossingRow
    tie: Literal["linked", "split", "through", "near"]
    link: str
    writes: tuple[Write, ...]
    by_person: bool


@dataclass(frozen=True, slots=True)
class CrossingWhole:
    """One crossing, merged, with its person parts, conflicts, reviews and history.

    `conflicts` wait for a person; in `settled` a policy chose what is shown (SPEC R7). Both hold,
    by register path, the surviving writes. `notices`: (kind, withdrawn) of what others were told.
    """

    row: CrossingRow
    fields: dict[str, Any]
    people: dict[str, dict[str, Any]]
    goods: dict[str, dict[str, Any]]
    conflicts: dict[str, list[Write]]
    settled: dict[str, list[Write]]
    reviews: tuple[Write, ...]
    history: tuple[Write, ...]
    twins: tuple[Twin, ...] = ()
    notices: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """One person's document at one crossing; `issued_ms` is null where the tablet did not say."""

    crossing: int
    record: str
    item: str
    fingerprint: str
    key_id: str | None
    issuer: str | None
    issued_ms: int | None
    occurred_ms: int
    checkpoint: str


class ViewStore(Protocol):
    """Reads of the view; every caller writes the audit entry first."""

    def search(self, criteria: Criteria, after: str, limit: int) -> tuple[list[CrossingRow], str]:
        """Rows, newest first, and the key to continue after ("" at the end)."""

    def crossing(self, record: str, as_of: int | None = None) -> CrossingWhole | None:
        """One crossing from all that is stored; only its row waits for the projector.

        `as_of`: as it stood when the log had that many numbers, without twins (SPEC V5).
        """

    def said(self, record: str) -> list[tuple[str, str]]:
        """(reference, body text) of each event of a record that the view has, in order (C4)."""

    def wave(self, record: str) -> WaveThrough | None:
        """The wave-through that a crossing of mode `waved` names."""

    def shown_documents(self, fingerprints: Iterable[str]) -> list[ShownDocument]:
        """Crossings that showed a document with one of these fingerprints, oldest first."""

    def counts(self, from_ms: int, to_ms: int, checkpoints: Sequence[str]) -> dict[str, int]:
        """Crossings, people, vehicles, by direction, action and flag, open reviews."""

    def open_reviews(self) -> dict[str, int]:
        """Crossings that wait for a review: by flag, and "all"."""

    def each_crossing(
        self,
        from_ms: int,
        to_ms: int,
        checkpoints: Sequence[str],
        persons: bool,
        *,
        as_of: int | None = None,
        came_after: int = 0,
    ) -> Iterator[CrossingWhole]:
        """Merged crossings by (occurred, record), paged by key: constant memory, no long read.

        `as_of`: those that lay in the window when the log had that many numbers, as they stood
        (SPEC V5). `came_after`: only those that came after that number.
        """

    def number_at(self, at_ms: int) -> int:
        """The log number up to which everything was received by then: a report's cut-off."""

    def projected(self) -> tuple[int, int]:
        """(watermark of the view, newest sequence of the log)."""
