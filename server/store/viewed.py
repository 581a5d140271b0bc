"""What people look at: the part of the Store that reads the view."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from server.config import Config
from server.store.alert_protocol import AlertRow, AlertState, AlertWhole
from server.store.blind import BlindIndex
from server.store.export_protocol import Column, Pinned, Style, Value
from server.store.log import pull
from server.store.log.arrived import number_at
from server.store.log.persons import DayKeys
from server.store.reader import Files, Reader, ViewMissingError
from server.store.view import alerts, exported, search, whole
from server.store.view.as_of import Past, each_found
from server.store.view.crossing_row import Cutoffs
from server.store.view.export_tables import SOURCES
from server.store.view.shown_documents import crossings_with_fingerprints
from server.store.view.view_schema import FLAGS
from server.store.view.waves import WaveThrough, read_wave
from server.store.view_protocol import Criteria, CrossingRow, CrossingWhole, ShownDocument


class ViewReads:
    """See `server.store.protocol.Store`; what it reads with is set by whoever inherits it."""

    config: Config
    blind: BlindIndex
    day_keys: DayKeys
    _reader: Reader

    def search(self, criteria: Criteria, after: str, limit: int) -> tuple[list[CrossingRow], str]:
        """Rows, newest first, and the key to continue after ("" at the end)."""
        try:
            return self._reader.run(
                lambda files: search.search(files.view, self.blind, criteria, after, limit)
            )
        except ViewMissingError:
            return [], ""

    def crossing(self, record: str, as_of: int | None = None) -> CrossingWhole | None:
        """One crossing with conflicts, reviews and history; as it stood at a log number (V5)."""
        try:
            if as_of is not None:
                found = self._reader.run(lambda files: self._past(files, as_of).found(record))
            else:
                found = self._reader.run(
                    lambda files: whole.read_record(files.log, files.view, record, self.day_keys)
                )
        except ViewMissingError:
            return None
        return None if found is None else whole.assemble(found, self.day_keys)

    def said(self, record: str) -> list[tuple[str, str]]:
        """(reference, body text) of each event of a record that the view has, in order (C4)."""
        try:
            return self._reader.run(lambda files: whole.read_said(files.log, files.view, record))
        except ViewMissingError:
            return []

    def wave(self, record: str) -> WaveThrough | None:
        """A wave-through, from what the projector has seen of it."""
        try:
            return self._reader.run(lambda files: read_wave(files.log, files.view, record))
        except ViewMissingError:
            return None

    def shown_documents(self, fingerprints: Iterable[str]) -> list[ShownDocument]:
        """Crossings that showed a document with one of these fingerprints, oldest first."""
        asked = list(fingerprints)
        try:
            return self._reader.run(
                lambda files: crossings_with_fingerprints(files.view, self.blind, asked)
            )
        except ViewMissingError:
            return []

    def alerts(
        self, state: AlertState, codes: Collection[str], after: str, limit: int
    ) -> tuple[list[AlertRow], str]:
        """Alerts in one state, newest first, and the key to continue after ("" at the end)."""
        try:
            return self._reader.run(
                lambda files: alerts.read_alerts(files.view, state, codes, after, limit)
            )
        except ViewMissingError:
            return [], ""

    def alerts_by_place(self, code: str, from_ms: int, to_ms: int, through: int) -> dict[str, int]:
        """How many of a code stood as of log number `through`, by checkpoint."""
        try:
            return self._reader.run(
                lambda files: alerts.alerts_by_place(files.view, code, from_ms, to_ms, through)
            )
        except ViewMissingError:
            return {}

    def alert(self, record: str) -> AlertWhole | None:
        """One alert with who did what about it, also what the projector has not seen yet."""
        try:
            return self._reader.run(
                lambda files: alerts.read_alert(files.log, files.view, record, self.day_keys)
            )
        except ViewMissingError:
            return None

    def alert_counts(self, codes: Collection[str] = ()) -> dict[str, int]:
        """How many of these codes (of any, without) stand in each list: new, taken, closed."""
        try:
            return self._reader.run(lambda files: alerts.count_alerts(files.view, codes))
        except ViewMissingError:
            return alerts.no_alerts()

    def alerts_about(self, record: str) -> list[AlertRow]:
        """The alerts that name a crossing, newest first."""
        try:
            return self._reader.run(lambda files: alerts.alerts_about(files.view, record))
        except ViewMissingError:
            return []

    def counts(self, from_ms: int, to_ms: int, checkpoints: Sequence[str]) -> dict[str, int]:
        """Sums over from_ms ≤ occurred < to_ms; see `search.counts` for the names."""
        try:
            return self._reader.run(
                lambda files: search.counts(files.view, from_ms, to_ms, checkpoints)
            )
        except ViewMissingError:
            return search.no_counts()

    def open_reviews(self) -> dict[str, int]:
        """Crossings that wait for a review: by flag, and "all"."""
        try:
            return self._reader.run(lambda files: search.open_reviews(files.view))
        except ViewMissingError:
            return dict.fromkeys(["all", *FLAGS], 0)

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
        """Merged crossings by (occurred, record), a hundred at a time: no long read.

        Raises ViewMissingError where nothing was projected: an empty export would be believed.
        """
        day_keys = self.day_keys if persons else None
        if as_of is not None:
            window = (from_ms, to_ms)
            for one in each_found(
                self._reader, lambda files: self._past(files, as_of), window, checkpoints
            ):
                yield whole.assemble(one, day_keys)
            return
        after = (from_ms, "")
        while found := self._crossings_after(after, to_ms, checkpoints, day_keys, came_after):
            for one in found:
                yield whole.assemble(one, day_keys)
            after = (found[-1].row.occurred_ms, found[-1].row.record)

    def export_columns(self, table: str) -> Sequence[Column]:
        """The columns of "crossings", "turn-backs", "goods" or "passengers"."""
        return tuple(SOURCES[table].columns)

    def pin(
        self,
        table: str,
        window: tuple[int, int],
        checkpoints: Sequence[str],
        n: int | None,
        came_after: int = 0,
    ) -> Pinned:
        """The crossings of the window as of log number `n`, None: as far as projected."""
        asked = exported.Asked(SOURCES[table], window, checkpoints, came_after)
        return self._reader.run(lambda files: exported.pin(files, self._past, asked, n))

    def export_page(
        self, table: str, pinned: Pinned, position: int, columns: Sequence[Column], style: Style
    ) -> list[tuple[Value, ...]]:
        """The rows of the next crossings from `position` on, as they stood at the pin."""
        source = SOURCES[table]
        return self._reader.run(
            lambda files: exported.page(files, self._past, source, pinned, position, columns, style)
        )

    def export_persons(self, pinned: Pinned, position: int) -> list[CrossingWhole]:
        """The same crossings with their person parts opened."""
        found = self._reader.run(
            lambda files: exported.persons(files, self._past, pinned, position)
        )
        return [whole.assemble(one, self.day_keys) for one in found]

    def export_done(self) -> None:
        """What was read to make rows is not needed any more: 16 MB of pages of each file."""

        def shrink(files: Files) -> None:
            for one in (files.log, files.view):
                one.execute("PRAGMA shrink_memory")

        self._reader.run(shrink)

    def number_at(self, at_ms: int) -> int:
        """The log number up to which everything was received by then: a report's cut-off."""
        return self._reader.run(lambda files: number_at(files.log, at_ms))

    def projected(self) -> tuple[int, int]:
        """(watermark of the view, newest sequence of the log)."""
        newest = self._reader.run(lambda files: pull.newest_n(files.log))
        try:
            return self._reader.run(lambda files: search.watermark(files.view)), newest
        except ViewMissingError:
            return 0, newest

    def _crossings_after(
        self,
        after: tuple[int, str],
        to_ms: int,
        checkpoints: Sequence[str],
        day_keys: DayKeys | None,
        came_after: int,
    ) -> list[whole.Found]:
        return self._reader.run(
            lambda files: whole.read_page(
                files.log, files.view, after, to_ms, checkpoints, day_keys, came_after
            )
        )

    def _past(self, files: Files, n: int) -> Past:
        cutoffs = Cutoffs(self.config.report_hours, self.config.late_grace_minutes)
        return Past(files.log, files.view, self.day_keys, cutoffs, n)
