"""One report: what was counted, for when, from how much of the log, and what may be missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.config import Config
from server.exporting.words import style_of
from server.reporting.completeness import Completeness, Place, completeness, place_of
from server.reporting.figures import Counted, count
from server.reporting.goods import GoodsLine, goods_of
from server.reporting.periods import DAY_MS, Period, periods_of, previous_cut_ms
from server.store.protocol import Store


@dataclass(frozen=True, slots=True)
class Report:
    """A report for the cut-off `at_ms`.

    A draft before the cut: its data end at `until_ms`. `n` and `epoch` name the log it was counted
    from. `before`: the same figures for the cut before this one and for this cut a day earlier.
    """

    unit: str
    at_ms: int
    until_ms: int
    made_ms: int
    n: int
    epoch: int
    checkpoints: tuple[Place, ...]
    periods: tuple[Counted, ...]
    goods: tuple[GoodsLine, ...]
    before: Mapping[str, Counted]
    completeness: Completeness

    @property
    def is_draft(self) -> bool:
        return self.until_ms < self.at_ms


def make_report(
    store: Store,
    config: Config,
    at_ms: int,
    checkpoints: Sequence[str],
    now_ms: int,
    n: int | None = None,
) -> Report:
    """The report for a cut-off, as of log number `n` (None: as far as the view is)."""
    until_ms = min(at_ms, now_ms)
    known = tuple(
        place_of(one) for one in store.checkpoints() if not checkpoints or one.id in checkpoints
    )
    ids = tuple(one.id for one in known) if checkpoints else ()
    n = store.pin("crossings", (0, 0), (), n).n
    first = _first_ms(store, n)
    periods = tuple(
        Period(one.name, one.from_ms, until_ms)
        for one in periods_of(at_ms, config.report_hours, first)
    )
    cut = periods_of(at_ms, config.report_hours, first)[0]
    earlier_ms = previous_cut_ms(cut.from_ms, config.report_hours)
    return Report(
        config.unit,
        at_ms,
        until_ms,
        now_ms,
        n,
        store.epoch,
        known,
        tuple(count(store, one, ids, n) for one in periods),
        goods_of(store, periods[1], ids, n),
        {
            "previous_cut": count(store, Period("cut", earlier_ms, cut.from_ms), ids, n),
            "previous_day": count(
                store, Period("cut", cut.from_ms - DAY_MS, until_ms - DAY_MS), ids, n
            ),
        },
        completeness(store, ids, until_ms),
    )


def _first_ms(store: Store, n: int) -> int:
    """When the first crossing happened that is known: the day checkpoints were activated."""
    pinned = store.pin("crossings", (0, 1 << 46), (), n)
    if not pinned.ids:
        return 1 << 46
    [occurred] = [one for one in store.export_columns("crossings") if one.name == "occurred"]
    rows = store.export_page(
        "crossings", pinned, 0, [occurred], style_of("en", "ms", defused=False)
    )
    return int(rows[0][0] or 0)
