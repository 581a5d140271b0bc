"""A log that somebody changes, and the walk over it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from schemas.texts import texts_to_json
from server.store.log.run_rows import COLUMNS, Run, bodies_of, commitments_of, hashes_of
from server.store.log.verify import LogWalk, walk_log
from server.store.published import AuditEntry
from server.store.reader import read_only
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet


def walked(world: World) -> LogWalk:
    with closing(read_only(world.config.log_path)) as log:
        return walk_log(log, world.sqlite.keys, lambda _: None)


@dataclass
class Written:
    """A log of two tablets with three batches each, five events a batch, and three looks."""

    world: World
    first: Tablet
    second: Tablet

    def tamper(self, *statements: str) -> None:
        """Change the file as somebody with a copy of sqlite3 would."""
        with closing(sqlite3.connect(self.world.config.log_path, isolation_level=None)) as log:
            for (name,) in log.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
            ).fetchall():
                log.execute(f"DROP TRIGGER {name}")
            log.execute("PRAGMA recursive_triggers = 1")
            for statement in statements:
                assert log.execute(statement).rowcount != 0, statement

    def compact(self, condition: str) -> None:
        """Take the bodies of these runs away, as a compaction would, with its audit entry."""
        details = {"events": 0, "before_ms": NOON_MS + 86_400_000}
        self.world.store.audit(AuditEntry(NOON_MS, "cli", "compact", details=details))
        self.tamper(f"UPDATE runs SET bodies = NULL WHERE {condition}")

    def of(self, condition: str = "true") -> str:
        """The second tablet's rows, as an SQL condition."""
        return f"device = {self.second.device.no} AND {condition}"

    def at(self, seq: int) -> str:
        """The second tablet's run that holds event `seq`."""
        return self.of(f"{seq} BETWEEN first AND first + count - 1")

    def edit(self, seq: int, *, fits: bool = False) -> None:
        """Another plate in event `seq`; `fits`: with a head that goes with it."""
        with closing(sqlite3.connect(self.world.config.log_path, isolation_level=None)) as log:
            row = log.execute(f"SELECT {COLUMNS} FROM runs WHERE {self.at(seq)}").fetchone()
            run = Run(*row)
            bodies = bodies_of(run)
            bodies[seq - run.first] = bodies[seq - run.first].replace("30A12345", "30A99999")
            head = run.head
            if fits:
                commitments = commitments_of(run.commitments, run.count)
                head = hashes_of(run.previous, bodies, commitments)[-1]
            log.execute(
                "UPDATE runs SET bodies = ?, head = ? WHERE n = ?",
                (texts_to_json(bodies).decode(), head, run.n),
            )


def written_log(world: World) -> Written:
    first, second = world.tablet(), world.tablet("nt-ca-na")
    for _ in range(3):
        for tablet in (first, second):
            tablet.push(world.store, tablet.crossings(5))
        world.store.audit(AuditEntry(NOON_MS, "canhsat", "search"))
    return Written(world, first, second)
