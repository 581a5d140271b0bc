"""Makes what this version leaves on disk and on the wire, for every later version to open.

    python -m tests.golden.make tests/golden/v1

A released folder is never made again: a new version adds its own beside it. All people in it are
made up, and the keys in it are for nothing else.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sync.encoding import uuid7
from tests.golden.reading import told_by
from tests.sync.stateful import checks
from tests.sync.stateful.drafts import EVIDENCE, amendment, crossing
from tests.sync.stateful.lives import PREFIX, Life
from tests.sync.stateful.machine import revived
from tests.sync.stateful.node import Node
from tests.sync.stateful.world import HERE, START_MS, USER, begin

KEPT = ("log.db", "config.json", "keys")


class Maker:
    """One short history of a checkpoint, with everything in it that a later version must know."""

    def __init__(self, room: Path) -> None:
        self.now_ms = START_MS + 60_000
        self.node, self.lives = begin(room, lambda: self.now_ms, 3)
        self.payloads: list[dict[str, Any]] = []
        self.rng = random.Random(1)

    def write(self) -> None:
        one, two, three, _ = self.lives
        records = [self.scan(life, plate) for life, plate in ((one, "29C12345"), (two, "30A99999"))]
        self.sync_all()
        self.scan(two, "29C12345")  # the same truck, seen by the next lane
        for life, who in ((one, 1), (two, 2)):  # neither knows of the other
            self.amend(life, records[0], 0, who)
        self.amend(three, records[1], 7, 3)
        self.sync_all()
        one.replica.write(
            self.now_ms, self.record(), {"subject": records[0], "decision": "seen"}, kind="later"
        )
        two.replica.write(self.now_ms, self.record(), crossing("1", "passed"), home="hd-to-huu")
        three.replica.write_texts('{"kind":"crossing"', None)
        self.sync_all()
        clone = revived(three, "clone")
        self.scan(three, "85B00001")
        self.scan(clone, "98A11111")
        self.lives.append(clone)
        self.sync_all()
        fields = {"subject": records[0], "decision": "needs_check"}
        note = {"note": "đã gọi chủ xe"}
        store = self.node.store
        store.write("review", self.record(), HERE, USER, fields, note, self.now_ms)
        erased = {"events": [f"{one.replica.device}:1"], "reason": "request", "basis": "số 7"}
        store.write("erasure", self.record(), HERE, USER, erased, None, self.now_ms)
        self.sync_all()

    def scan(self, life: Life, plate: str) -> str:
        record = self.record()
        life.replica.write(
            self.now_ms,
            record,
            crossing(plate, "passed"),
            items={"people": {"1": {"role": "driver", "evidence": EVIDENCE}}},
            person_items={"people": {"1": {"name": "Nguyễn Thị Đào Mẫu"}}},
            salt=self.rng.randbytes(16),
            officer="cb-1",
        )
        return record

    def amend(self, life: Life, record: str, what: int, who: int) -> None:
        fields, items, person_items = amendment(what, who)
        seen = life.replica.records(checks.policies)[record]
        life.replica.write(
            self.now_ms,
            record,
            fields,
            items={"people": {"1": items}} if items else None,
            person_items={"people": {"1": person_items}} if person_items else None,
            salt=self.rng.randbytes(16),
            over=seen.over(*fields),
            officer="cb-lead",
        )

    def record(self) -> str:
        self.now_ms += 1000
        return uuid7(self.now_ms, self.rng.randbytes(10))

    def sync_all(self) -> None:
        for life in self.lives:
            for _ in range(3):
                flight = life.depart(self.node, self.now_ms)
                assert flight is not None
                flight.reply = self.node.post(f"{PREFIX}/sync", flight.data, flight.headers)
                self.payloads.append(
                    {
                        "device": life.replica.device,
                        "request": json.loads(flight.data),
                        "status": flight.reply.status,
                        "answer": json.loads(flight.reply.data),
                    }
                )
                life.arrive(flight, self.now_ms)
        self.now_ms += 5000


def make(folder: Path) -> None:
    """Write `folder`: data/, payloads.json and what the two mean, told.json."""
    if folder.exists():
        raise SystemExit(f"{folder} is there already; a golden folder is never made again")
    with tempfile.TemporaryDirectory() as room:
        maker = Maker(Path(room))
        maker.write()
        node: Node = maker.node
        node.project()
        told = told_by(node)
        node.close()
        (folder / "data").mkdir(parents=True)
        for name in KEPT:
            source = node.data_dir / name
            if source.is_dir():
                shutil.copytree(source, folder / "data" / name)
            elif source.exists() and name != "log.db":
                shutil.copy(source, folder / "data" / name)
        with closing(sqlite3.connect(node.data_dir / "log.db")) as log:
            log.execute("VACUUM INTO ?", (str(folder / "data" / "log.db"),))
    save(folder / "payloads.json", maker.payloads)
    save(folder / "told.json", {"now_ms": maker.now_ms, **told})


def save(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
