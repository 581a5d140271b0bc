"""The writer thread: one transaction for all that waits, one failure for one caller."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from server.store.log.log_file import open_log
from server.store.writer import Job, StoreClosedError, Writer


class Bench:
    """A writer on a table of numbers, with a count of commits and of forgotten memories."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.statements: list[str] = []
        self.forgotten = 0
        with open_log(path) as connection:
            connection.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
        connection.close()
        self.writer = Writer(self.connect, self.forget, lambda: None)

    def connect(self) -> sqlite3.Connection:
        connection = open_log(self.path)
        connection.set_trace_callback(self.statements.append)
        return connection

    def forget(self) -> None:
        self.forgotten += 1

    def numbers(self) -> list[int]:
        connection = open_log(self.path)
        try:
            return [n for (n,) in connection.execute("SELECT n FROM numbers ORDER BY n")]
        finally:
            connection.close()


def put(n: int) -> Job[int]:
    def job(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO numbers (n) VALUES (?)", (n,))
        return n

    return job


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "numbers.db")


def test_all_that_waits_is_one_transaction(bench: Bench) -> None:
    gate, inside = threading.Event(), threading.Event()

    def blocking(_: sqlite3.Connection) -> None:
        inside.set()
        assert gate.wait(30)

    first = bench.writer.submit(blocking)
    assert inside.wait(30)
    waiting = [bench.writer.submit(put(n)) for n in range(50)]
    gate.set()
    assert [one.result(30) for one in waiting] == list(range(50))
    first.result(30)
    bench.writer.close()
    assert bench.statements.count("COMMIT") == 2
    assert bench.numbers() == list(range(50))


def test_a_failing_job_is_undone_alone(bench: Bench) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO numbers (n) VALUES (100)")
        raise ValueError("not this one")

    jobs = [bench.writer.submit(job) for job in (put(1), half, put(1), put(2))]
    assert jobs[0].result(30) == 1
    with pytest.raises(ValueError, match="not this one"):
        jobs[1].result(30)
    with pytest.raises(sqlite3.IntegrityError):
        jobs[2].result(30)
    assert jobs[3].result(30) == 2
    bench.writer.close()
    assert bench.numbers() == [1, 2]
    assert bench.forgotten >= 2, "what a job remembered of an undone transaction is dropped"


def test_a_failed_commit_fails_its_group_and_not_the_thread(bench: Bench) -> None:
    bench.writer.run(put(1))
    full = bench.writer.submit(lambda connection: _limit(connection, 1))
    full.result(30)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        bench.writer.run(_many)
    bench.writer.run(lambda connection: _limit(connection, 1 << 30))
    assert bench.writer.run(put(2)) == 2
    bench.writer.close()
    assert bench.numbers() == [1, 2]


def _limit(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()


def _many(connection: sqlite3.Connection) -> None:
    connection.executemany("INSERT INTO numbers (n) VALUES (?)", ((n,) for n in range(10, 90_000)))


def test_a_dead_writer_answers_everybody_and_refuses_the_next(tmp_path: Path) -> None:
    def no_connection() -> sqlite3.Connection:
        raise sqlite3.OperationalError("unable to open database file")

    writer = Writer(no_connection, lambda: None, lambda: None)
    with pytest.raises(StoreClosedError):
        writer.run(put(1))
        writer.run(put(1))
    writer.close()
    with pytest.raises(StoreClosedError) as refused:
        writer.submit(put(2))
    assert isinstance(refused.value.__cause__, sqlite3.OperationalError)


def test_closing_finishes_what_is_queued(bench: Bench) -> None:
    futures = [bench.writer.submit(put(n)) for n in range(20)]
    bench.writer.close()
    assert [one.result(0) for one in futures] == list(range(20))
    with pytest.raises(StoreClosedError):
        bench.writer.submit(put(99))


def test_what_was_remembered_is_dropped_when_another_process_wrote(bench: Bench) -> None:
    bench.writer.run(put(1))
    before = bench.forgotten
    bench.writer.run(put(2))
    assert bench.forgotten == before
    other = open_log(bench.path)
    other.execute("INSERT INTO numbers (n) VALUES (3)")
    other.close()
    bench.writer.run(put(4))
    bench.writer.close()
    assert bench.forgotten == before + 1


def test_a1_a_commit_of_the_log_waits_for_the_disk(bench: Bench) -> None:
    def settings(connection: sqlite3.Connection) -> tuple[int, str]:
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        return synchronous, journal

    assert bench.writer.run(settings) == (2, "wal"), "2 is FULL: a power cut loses nothing"
    bench.writer.close()
