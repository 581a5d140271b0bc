"""Events that change after they were answered: taken up (SPEC A5, A9), or with a smaller envelope.

A run of which only a part changes is cut. Its events keep their numbers; a row in `restated` with
numbers of its own tells readers and the projector, which are past them already. Inside the writer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from schemas.records import KINDS
from schemas.texts import texts_to_json
from server.accept import ContentKeys, examine
from server.store.log.log_schema import ACCEPTED, HELD, STATES
from server.store.log.persons import DayKeys
from server.store.log.record import sealed_persons
from server.store.log.rows import (
    INSERT,
    Judged,
    Memory,
    count_in,
    erase_what_is_asked,
    feed_no,
    take_numbers,
)
from server.store.log.run_rows import (
    COLUMNS,
    Run,
    binding,
    bodies_of,
    commitments_of,
    run_hashes,
    slice_ranks,
    sum_of,
    sum_to_bytes,
)
from sync.batch import WireEvent
from sync.chain import HASH_BYTES
from sync.seal import is_sealed

_HELD = f"SELECT {COLUMNS} FROM runs WHERE state = {HELD} AND code = ? ORDER BY n"
_HOLDING = f"SELECT {COLUMNS} FROM runs WHERE n >= ? ORDER BY n LIMIT 1"


@dataclass(frozen=True, slots=True)
class Part:
    """The events start ≤ place < end of a run, and what they are from now on."""

    start: int
    end: int
    judged: Judged


def take_up_known_kinds(
    connection: sqlite3.Connection, memory: Memory, day_keys: DayKeys, content_keys: ContentKeys
) -> int:
    """Examine held events whose kind this version knows; how many were examined (A5)."""
    examined = 0
    for row in connection.execute(_HELD, ("event.kind",)).fetchall():
        run = Run(*row)
        bodies, feed = bodies_of(run), _feed_name(connection, run.feed)
        known = {at for at, body in enumerate(bodies) if _kind(body) in KINDS}
        if not known:
            continue
        device, by_server = _author(connection, run)
        persons = _person_texts(connection, run, device, day_keys)
        commitments = commitments_of(run.commitments, run.count)
        judged = [Judged(HELD, run.code, run.field, feed)] * run.count
        for at in known:
            text = persons[at]
            person = None if text is None or is_sealed(text) else text
            wire = WireEvent(bodies[at], person, None, commitments[at])
            home = None if by_server else json.loads(bodies[at])["home"]
            (one,) = examine((wire,), home, run.received_ms, content_keys).events
            judged[at] = Judged(STATES.index(one.state), one.code, one.field, one.feed)
        restate(connection, memory, day_keys, run, _parts(judged))
        examined += len(known)
    return examined


def take_up_revoked(
    connection: sqlite3.Connection, memory: Memory, day_keys: DayKeys, numbers: Sequence[int]
) -> int:
    """Accept these events of a revoked device, as a person decided; how many there were (A9)."""
    wanted: dict[int, tuple[Run, set[int]]] = {}
    for n in numbers:
        row = connection.execute(_HOLDING, (n,)).fetchone()
        run = None if row is None else Run(*row)
        if run is None or n <= run.n - run.count:
            continue
        if (run.state, run.code) == (HELD, "device.revoked"):
            wanted.setdefault(run.n, (run, set()))[1].add(n - (run.n - run.count) - 1)
    for run, places in wanted.values():
        feed = _feed_name(connection, run.feed)
        states = [ACCEPTED if at in places else HELD for at in range(run.count)]
        judged = [Judged(state, run.code, run.field, feed) for state in states]
        restate(connection, memory, day_keys, run, _parts(judged))
    return sum(len(places) for _, places in wanted.values())


def restate(
    connection: sqlite3.Connection,
    memory: Memory,
    day_keys: DayKeys,
    run: Run,
    parts: Sequence[Part],
) -> None:
    """Give the parts of a run their states, and announce those that are accepted by it."""
    pieces = split(connection, day_keys, run, [(part.start, part.end) for part in parts])
    for piece, part in zip(pieces, parts, strict=True):
        state, code, field, feed = part.judged
        no = feed_no(connection, memory, feed)
        connection.execute(
            "UPDATE runs SET state = ?, code = ?, field = ?, feed = ? WHERE n = ?",
            (state, code, field, no, piece.n),
        )
        if state == ACCEPTED and run.state != ACCEPTED:
            n = announce(connection, memory, replace(piece, feed=no), moved=False)
            count_in(connection, memory, no, n, sum_of(run_hashes(piece)))
            if _author(connection, run)[1]:
                bodies = bodies_of(piece)
                erase_what_is_asked(connection, memory, day_keys, piece.n, n, no, bodies)


def announce(connection: sqlite3.Connection, memory: Memory, run: Run, *, moved: bool) -> int:
    """Number a run once more; the last number. `moved`: it was given out before (A3)."""
    n = take_numbers(connection, memory, run.count)
    connection.execute(
        "INSERT INTO restated (n, count, run, feed, moved) VALUES (?, ?, ?, ?, ?)",
        (n, run.count, run.n, run.feed, moved),
    )
    return n


def split(
    connection: sqlite3.Connection,
    day_keys: DayKeys,
    run: Run,
    bounds: Sequence[tuple[int, int]],
) -> list[Run]:
    """Cut a run at these (start, end), which cover it; its restatements are cut with it.

    Those of a run whose day key was destroyed have no persons: none could be opened. A run that
    counts in `sums` still has one row there for each of its parts.
    """
    if len(bounds) == 1:
        return [run]
    device, _ = _author(connection, run)
    bodies, hashes = bodies_of(run), [run.previous, *run_hashes(run)]
    persons = _person_texts(connection, run, device, day_keys)
    pieces = []
    for start, end in bounds:
        texts, commitments, sealed = persons[start:end], run.commitments, None
        if commitments is not None:
            commitments = commitments[start * HASH_BYTES : end * HASH_BYTES]
        if run.day_key is not None and any(one is not None for one in texts):
            aad = binding(device, run.branch, run.first + start, end - start, hashes[end])
            sealed = day_keys.encrypt(run.day_key, texts, aad)
        pieces.append(
            replace(
                run,
                n=run.n - run.count + end,
                count=end - start,
                first=run.first + start,
                ranks=slice_ranks(run.ranks, start, end),
                previous=hashes[start],
                head=hashes[end],
                commitments=commitments,
                bodies=texts_to_json(bodies[start:end]).decode("utf-8"),
                persons=sealed,
            )
        )
    again = connection.execute("SELECT n, moved FROM restated WHERE run = ?", (run.n,)).fetchall()
    connection.execute("DELETE FROM restated WHERE run = ?", (run.n,))
    connection.execute("DELETE FROM runs WHERE n = ?", (run.n,))
    for piece in pieces:
        connection.execute(INSERT, tuple(getattr(piece, name) for name in Run.__slots__))
        connection.executemany(
            "INSERT INTO restated (n, count, run, feed, moved) VALUES (?, ?, ?, ?, ?)",
            [(n - run.n + piece.n, piece.count, piece.n, piece.feed, moved) for n, moved in again],
        )
    if run.state == ACCEPTED:
        counted = next((n for n, moved in again if not moved), run.n)
        _count_parts(connection, run, pieces, hashes, counted)
    return pieces


def _count_parts(
    connection: sqlite3.Connection, run: Run, pieces: Sequence[Run], hashes: list[bytes], at: int
) -> None:
    """Rows in `sums` for all parts but the last of a run that counts at number `at`."""
    (whole,) = connection.execute(
        "SELECT sum FROM sums WHERE feed = ? AND n = ?", (run.feed, at)
    ).fetchone()
    total = int.from_bytes(whole, "big")
    connection.executemany(
        "INSERT INTO sums (feed, n, sum) VALUES (?, ?, ?)",
        [
            (
                run.feed,
                at - run.n + piece.n,
                sum_to_bytes(total - sum_of(hashes[piece.last - run.first + 2 :])),
            )
            for piece in pieces[:-1]
        ],
    )


def _parts(judged: Sequence[Judged]) -> list[Part]:
    parts: list[Part] = []
    for one, group in groupby(judged):
        start = parts[-1].end if parts else 0
        parts.append(Part(start, start + len(list(group)), one))
    return parts


def _person_texts(
    connection: sqlite3.Connection, run: Run, device: str, day_keys: DayKeys
) -> list[str | None]:
    sealed = sealed_persons(device, run)
    if sealed is None:
        return [None] * run.count
    day_keys.load(connection, {sealed.day_key})
    return [sealed.kept(at, day_keys) for at in range(run.count)]


def _author(connection: sqlite3.Connection, run: Run) -> tuple[str, bool]:
    """(the device's id, whether it is a server)."""
    identifier, kind = connection.execute(
        "SELECT id, kind FROM devices WHERE no = ?", (run.device,)
    ).fetchone()
    return str(identifier), kind == "server"


def _feed_name(connection: sqlite3.Connection, feed: int) -> str:
    (name,) = connection.execute("SELECT id FROM feeds WHERE no = ?", (feed,)).fetchone()
    return str(name)


def _kind(body: str) -> tuple[str, int]:
    """(kind, version) of a body that passed `parse_body` when it was held."""
    data = json.loads(body)
    return data["kind"], data["version"]
