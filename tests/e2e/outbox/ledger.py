"""What came of all that the tablets wrote: from the stopped server's log and the pages' word."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields

from server.config import Config
from server.keys import KeyRing
from server.store.log.log_schema import ACCEPTED, HELD, REJECTED
from server.store.log.persons import DayKeys
from server.store.log.record import load_day_keys, open_person_text, read_range
from server.store.log.verify import walk_log
from server.store.reader import read_only
from sync.chain import event_hash, genesis
from tests.e2e.outbox.story import Day

NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Ledger:
    """Events `written` to tablets' chains, `acknowledged` by a receipt the tablet holds, `stored`
    by the server; crossings `shown` as saved; `lost`: shown, acknowledged or written, and not in
    the log; `doubled`: there twice; `altered`: a text that is not word for word what was written.
    """

    written: int
    shown: int
    acknowledged: int
    stored: int
    lost: int
    doubled: int
    altered: int

    def __add__(self, other: Ledger) -> Ledger:
        return Ledger(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.altered)


@dataclass(frozen=True, slots=True)
class Stored:
    """One event of the log, opened."""

    seq: int
    state: int
    body: str
    commitment: bytes
    person: str | None


def stored_events(config: Config) -> dict[str, list[Stored]]:
    """Every event of the log by device, once the log was walked and holds together."""
    keys = KeyRing.load_or_create(config.data_dir)
    day_keys = DayKeys(keys)
    found: dict[str, list[Stored]] = {}
    with contextlib.closing(read_only(config.log_path)) as log:
        walk = walk_log(log, keys, lambda _: None)
        assert walk.first_break is None, f"the log's chains: {walk.first_break}"
        for state in (ACCEPTED, HELD, REJECTED):
            events = read_range(log, 0, NEWEST, state)
            load_day_keys(log, events, day_keys)
            for one in events:
                text = open_person_text(one, day_keys)
                row = Stored(one.seq, state, one.body, one.commitment, text)
                found.setdefault(one.author, []).append(row)
    return found


def compare(day: Day, log: dict[str, list[Stored]]) -> tuple[Ledger, list[str]]:
    """The ledger of one tablet, and a line for each thing that is wrong."""
    device = str(day.tablet["device"])
    rows = log.get(device, [])
    branches = [name for name in log if name.startswith(f"{device}-b")]
    wrong = [f"a second branch: {name}" for name in branches]
    lost = _lost(day, rows)
    doubled = [*_doubled(rows), *branches]
    altered = _altered(day, rows)
    wrong += [f"lost: {one}" for one in lost] + [f"doubled: {one}" for one in doubled]
    wrong += [f"altered: {one}" for one in altered]
    ledger = Ledger(
        written=int(day.tablet["head"]),
        shown=len(day.shown),
        acknowledged=max(int(day.tablet["acked"]), day.receipted),
        stored=len(rows),
        lost=len(lost),
        doubled=len(doubled),
        altered=len(altered),
    )
    return ledger, [f"{day.seed}: {one}" for one in wrong]


def _lost(day: Day, rows: list[Stored]) -> list[str]:
    plates = {plate for one in rows if one.state == ACCEPTED for plate in _plate(one)}
    voided = {_record(one) for one in rows if "voided" in _set(one)}
    records = {_plate(one)[0]: _record(one) for one in rows if _plate(one)}
    seqs = {one.seq for one in rows}
    acked = max(int(day.tablet["acked"]), day.receipted)
    own = {int(one["seq"]) for one in day.tablet["events"]}
    return [
        *(f"shown as saved {plate}" for plate in day.shown if plate not in plates),
        *(f"shown as undone {plate}" for plate in day.undone if records.get(plate) not in voided),
        *(f"acknowledged {seq}" for seq in range(1, acked + 1) if seq not in seqs),
        *(f"written {seq}" for seq in range(1, int(day.tablet["head"]) + 1) if seq not in seqs),
        *(f"on the tablet {seq}" for seq in sorted(seqs - own)),
    ]


def _doubled(rows: list[Stored]) -> list[str]:
    seqs = [one.seq for one in rows]
    plates = [plate for one in rows for plate in _plate(one)]
    return [
        *(f"event {seq}" for seq in _repeated(seqs)),
        *(f"crossing {plate}" for plate in _repeated(plates)),
    ]


def _altered(day: Day, rows: list[Stored]) -> list[str]:
    own = {int(one["seq"]): one for one in day.tablet["events"]}
    wrong = []
    begun = genesis(str(day.tablet["device"]))
    for row in rows:
        mine = own.get(row.seq)
        before = own[row.seq - 1]["hash"] if row.seq - 1 in own else begun.hex()
        made = event_hash(bytes.fromhex(before), row.body, row.commitment)
        if mine is not None and mine["hash"] != made.hex():
            wrong.append(f"event {row.seq}")
        if (
            row.person is not None
            and hashlib.sha256(row.person.encode()).digest() != row.commitment
        ):
            wrong.append(f"person part of event {row.seq}")
        for plate in _plate(row):
            people = json.loads(row.person or "{}").get("items", {}).get("people", {})
            name = people.get("1", {}).get("name")
            if name != day.names[plate]:
                wrong.append(f"name of {plate}: {name!r}, typed {day.names[plate]!r}")
    return wrong


def _set(row: Stored) -> dict[str, object]:
    fields_: dict[str, object] = json.loads(row.body)["set"]
    return fields_


def _record(row: Stored) -> str:
    return str(json.loads(row.body)["record"])


def _plate(row: Stored) -> list[str]:
    plate = _set(row).get("plate")
    return [str(plate["normal"])] if isinstance(plate, dict) else []


def _repeated(values: Iterable[object]) -> list[object]:
    listed = list(values)
    return sorted({one for one in listed if listed.count(one) > 1}, key=str)
