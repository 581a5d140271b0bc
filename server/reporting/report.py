"""Making a report: counting this server's log, and adding what units below handed up."""

from __future__ import annotations

from collections.abc import Sequence

from server.config import Config
from server.reporting.completeness import completeness, place_of
from server.reporting.document import Report
from server.reporting.figures import count, rows_of
from server.reporting.goods import goods_of
from server.reporting.handed_up import handed_up
from server.reporting.periods import DAY_MS, Period, periods_of, previous_cut_ms
from server.reporting.rolled_up import rolled_up
from server.store.protocol import Store

ALWAYS_MS = 1 << 46
"""After every time that a crossing may have."""


def make_report(
    store: Store,
    config: Config,
    at_ms: int,
    checkpoints: Sequence[str],
    now_ms: int,
    n: int | None = None,
    area: str = "",
) -> Report:
    """The report for a cut-off, as of log number `n` (None: as far as the view is).

    What units below handed up is in it unless only some `checkpoints`, or an earlier state of this
    log, are asked for. `area` is what these checkpoints are called. Raises CountedTwiceError.
    """
    own = own_report(store, config, at_ms, checkpoints, now_ms, n, area)
    if checkpoints or n is not None:
        return own
    found, missing = handed_up(store, own)
    return rolled_up(own, found, missing) if found or missing else own


def own_report(
    store: Store,
    config: Config,
    at_ms: int,
    checkpoints: Sequence[str],
    now_ms: int,
    n: int | None = None,
    area: str = "",
) -> Report:
    """The same of this server's log alone."""
    until_ms = min(at_ms, now_ms)
    known = tuple(
        place_of(one) for one in store.checkpoints() if not checkpoints or one.id in checkpoints
    )
    ids = tuple(one.id for one in known) if checkpoints else ()
    n = store.pin("crossings", (0, 0), (), n).n
    first = _first_ms(store, ids, n)
    cut_ms = previous_cut_ms(at_ms, config.report_hours)
    earlier_ms = previous_cut_ms(cut_ms, config.report_hours)
    # Asked for before its period begins, a draft has none yet; no period ends before it begins.
    periods = tuple(
        Period(one.name, min(one.from_ms, until_ms), until_ms)
        for one in periods_of(at_ms, config.report_hours, first)
    )
    cut = periods[0]
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
            "previous_cut": count(
                store, Period("cut", min(earlier_ms, until_ms), cut.from_ms), ids, n
            ),
            "previous_day": count(
                store, Period("cut", cut.from_ms - DAY_MS, until_ms - DAY_MS), ids, n
            ),
        },
        completeness(store, ids, until_ms),
        area,
    )


def _first_ms(store: Store, checkpoints: Sequence[str], n: int) -> int:
    """When the first crossing happened that counts: the day these checkpoints were activated.

    Of crossings that were compacted since, the day's begin.
    """
    kept_ms = store.first_kept_ms(checkpoints)
    earliest_ms = ALWAYS_MS if kept_ms is None else kept_ms
    always = Period("activation", 0, ALWAYS_MS)
    every = rows_of(store, "crossings", always, checkpoints, n, ("occurred", "flags"))
    first = next(every, None)
    return earliest_ms if first is None else min(int(first["occurred"]), earliest_ms)
