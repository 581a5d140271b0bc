"""What every figure is compared with: rows of equal bytes into SQLite by `executemany`.

1,000 rows a transaction, synchronous=FULL, three indexes, nothing checked: the columns of the log
that hold more than a small number, in its sizes. The tuples are made before the clock starts.
Measured beside each figure, in the same second: the machine is shared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from server.store.log.log_file import open_log
from sync.batch import Batch

SCHEMA = """
CREATE TABLE raw (n INTEGER PRIMARY KEY, device INTEGER, seq INTEGER, home INTEGER,
    received_ms INTEGER, hash BLOB, previous BLOB, commitment BLOB, body TEXT, person BLOB);
CREATE UNIQUE INDEX raw_device ON raw (device, seq);
CREATE INDEX raw_home ON raw (home);
CREATE INDEX raw_time ON raw (received_ms);
"""
INSERT = (
    "INSERT INTO raw (device, seq, home, received_ms, hash, previous, commitment, body, person)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ENCRYPTED_BYTES = 28
"""What AES-GCM adds to a person part: nonce and tag."""

Row = tuple[int, int, int, int, bytes, bytes, bytes, str, bytes | None]


class Yardstick:
    """One table that grows with every call, as the log beside it does."""

    def __init__(self, path: Path) -> None:
        self._connection = open_log(path)
        self._connection.executescript(SCHEMA)
        self._seq = 0

    def seconds(self, batches: Sequence[Batch]) -> float:
        """How long the events of these batches take, a transaction for each batch."""
        portions = [self._rows(batch) for batch in batches]
        start = time.perf_counter()
        for rows in portions:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(INSERT, rows)
            self._connection.execute("COMMIT")
        return time.perf_counter() - start

    def close(self) -> None:
        self._connection.close()

    def _rows(self, batch: Batch) -> list[Row]:
        rows: list[Row] = []
        previous = batch.previous
        for one, hash_ in zip(batch.events, batch.hashes(), strict=True):
            self._seq += 1
            at_ms = 1_795_000_000_000 + self._seq
            person = None
            if one.person is not None:
                person = one.person.encode() + bytes(ENCRYPTED_BYTES)
            texts = (hash_, previous, one.commitment, one.body, person)
            rows.append((1, self._seq, 1, at_ms, *texts))
            previous = hash_
        return rows


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def median(values: Sequence[float], digits: int = 3) -> float:
    """The median, rounded for printing."""
    return round(statistics.median(values), digits)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 stay below."""
    return statistics.quantiles(values, n=20)[-1]
