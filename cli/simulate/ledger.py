"""What came of everything that was written, from the server's own files after it was stopped."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cli.simulate.tablet import SimTablet
from schemas.feeds import checkpoint_feed
from server.config import Config
from server.home.look import HomeLook
from server.keys import KeyRing
from server.projector import Projector
from server.store.log.log_schema import ACCEPTED
from server.store.log.persons import DayKeys
from server.store.log.record import (
    LogEvent,
    load_day_keys,
    merge_events,
    open_event,
    policies,
    read_range,
)
from server.store.log.run_rows import COLUMNS, Run, run_hashes
from server.store.log.verify import walk_log
from server.store.reader import read_only
from server.store.view.derive import component
from sync.registers import differing, path_policy

PORTION = 5000
_RECORD = re.compile(r'"record":"([0-9a-f-]{36})"')


@dataclass(frozen=True, slots=True)
class Ledger:
    """Events `written`, `acknowledged` to a tablet, `stored`; crossings with a conflict that is
    closed by policy (`auto`) or waits for a person (`asked`); events that came again
    (`duplicates`); events or crossings that are not there (`lost`) or there twice (`doubled`)."""

    written: int
    acknowledged: int
    stored: int
    conflicts: int
    auto: int
    asked: int
    duplicates: int
    lost: int
    doubled: int


@dataclass(frozen=True, slots=True)
class Findings:
    """The ledger, and what must hold besides: all three are empty texts when it does."""

    ledger: Ledger
    first_break: str
    unseen: str
    unlinked: str

    @property
    def good(self) -> bool:
        ledger = self.ledger
        return not (
            ledger.lost or ledger.doubled or self.first_break or self.unseen or self.unlinked
        )


def find(
    config: Config,
    tablets: Sequence[SimTablet],
    watched: Collection[str],
    records: int,
    twice: Sequence[tuple[str, str]],
) -> Findings:
    """Compare the log, the view and every tablet with what the tablets wrote.

    `records`: the crossings that were begun; `watched`: those that were written to again;
    `twice`: pairs of them that are one passage.
    """
    keys = KeyRing.load_or_create(config.data_dir)
    with Projector(config, keys) as projector, HomeLook(config, keys) as look:
        # The server may have been stopped between a portion and what it concludes from it.
        projector.catch_up()
        while projector.look(look):
            pass
        projector.catch_up()
    with contextlib.closing(read_only(config.view_path)) as view:
        (shown,) = view.execute("SELECT count(*) FROM crossings").fetchone()
        unlinked = _unlinked(view, twice)
    with contextlib.closing(read_only(config.log_path)) as log:
        walk = walk_log(log, keys, lambda _: None)
        stored, doubled = _stored(log, tablets)
        auto, asked = _conflicts(log, keys, watched)
        unseen = _unseen(log, tablets)
    written = sum(one.replica.seq for one in tablets)
    ledger = Ledger(
        written=written,
        acknowledged=sum(one.acknowledged for one in tablets),
        stored=stored,
        conflicts=auto + asked,
        auto=auto,
        asked=asked,
        duplicates=sum(one.duplicates for one in tablets),
        lost=written - stored + max(0, records - shown),
        doubled=doubled + max(0, shown - records),
    )
    broken = walk.first_break
    break_ = "" if broken is None else f"{broken} {broken.code}"
    return Findings(ledger, break_, unseen, unlinked)


def _unlinked(view: sqlite3.Connection, twice: Sequence[tuple[str, str]]) -> str:
    """The first two records of one passage that the home server did not link; "" for none."""
    for one, other in twice:
        if other not in component(view, one):
            return f"{one} and {other} are one passage and were not linked"
    return ""


def _stored(log: sqlite3.Connection, tablets: Sequence[SimTablet]) -> tuple[int, int]:
    """(own events that stand in the log as they were written, and accepted; rows too many)."""
    stored = doubled = 0
    for tablet in tablets:
        found: set[int] = set()
        own = tablet.replica.own
        for _, seq, hash_, state in _hashes(log, "devices.id = ?", tablet.replica.device):
            if seq in found:
                doubled += 1
            elif seq in own and own[seq].hash == hash_ and state == ACCEPTED:
                found.add(seq)
        stored += len(found)
    return stored, doubled


def _conflicts(log: sqlite3.Connection, keys: KeyRing, watched: Collection[str]) -> tuple[int, int]:
    """(crossings whose conflicts a policy closed, crossings of which a person is asked)."""
    day_keys = DayKeys(keys)
    events: dict[str, list[LogEvent]] = {}
    for one in _each(log):
        record = _RECORD.search(one.body)
        if record is not None and record[1] in watched:
            events.setdefault(record[1], []).append(one)
    auto = asked = 0
    table = policies("crossing")
    for some in events.values():
        load_day_keys(log, some, day_keys)
        merged = merge_events(open_event(one, day_keys) for one in some)
        closes = {
            path_policy(table, path).closes
            for path, register in merged.items()
            if differing(register)
        }
        asked += "ask" in closes
        auto += closes == {"auto"}
    return auto, asked


def _each(log: sqlite3.Connection) -> Iterator[LogEvent]:
    (newest,) = log.execute("SELECT ifnull(max(n), 0) FROM runs").fetchone()
    for after in range(0, newest, PORTION):
        yield from read_range(log, after, after + PORTION, ACCEPTED)


def _hashes(
    log: sqlite3.Connection, where: str, value: str
) -> Iterator[tuple[str, int, bytes, int]]:
    """(device, seq, hash, state) of each event there, its hash made again from the texts."""
    rows = log.execute(
        f"SELECT devices.id, {COLUMNS} FROM runs JOIN devices ON devices.no = runs.device"
        f" JOIN feeds ON feeds.no = runs.feed WHERE {where}",
        (value,),
    )
    for device, *row in rows:
        run = Run(*row)
        for seq, hash_ in enumerate(run_hashes(run), run.first):
            yield device, seq, hash_, run.state


def _unseen(log: sqlite3.Connection, tablets: Sequence[SimTablet]) -> str:
    """The first tablet that does not hold exactly what tablets wrote at its checkpoint, or "".

    Nor may a digest ever have differed (SPEC F9): then a page had a gap, and was mended.

    The server's own events are left out: it links crossings for as long as it runs.
    """
    for tablet in tablets:
        replica = tablet.replica
        if "feed.repaired" in replica.alerts:
            return f"{replica.device} missed something that its server had counted"
        held = {key: one.hash for key, one in replica.pulled.items() if key[0] != replica.server}
        held |= {(replica.device, seq): one.hash for seq, one in replica.own.items()}
        count = 0
        feed = checkpoint_feed(replica.checkpoint)
        for device, seq, hash_, _ in _hashes(log, "devices.kind = 'tablet' AND feeds.id = ?", feed):
            count += 1
            if held.get((device, seq)) != hash_:
                return f"{replica.device} has not seen {device}:{seq}"
        if count != len(held):
            return f"{replica.device} holds {len(held)} events, the log {count}"
    return ""
