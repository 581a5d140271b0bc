"""Person parts that came sealed, once the home server's clear text comes down. SPEC U9.

Inside the writer of a relay. What was erased or purged since is not there any more to be opened.
"""

from __future__ import annotations

import sqlite3

from server.store.log.device_runs import hash_at, runs_near, with_bodies
from server.store.log.log_schema import ACCEPTED
from server.store.log.persons import DayKeys
from server.store.log.restate import announce
from server.store.log.rows import Arrival, Memory
from server.store.log.run_rows import COLUMNS, Run, binding
from sync.seal import is_sealed


def open_sealed(
    connection: sqlite3.Connection, arrival: Arrival, memory: Memory, day_keys: DayKeys
) -> int:
    """Put clear texts in the place of sealed ones and announce their runs again; how many."""
    batch, persons = arrival.batch, arrival.examined.persons
    if not any(text is not None and not is_sealed(text) for text in persons):
        return 0
    opened = 0
    for light in runs_near(connection, arrival.device_no, batch.first, batch.last):
        start, end = max(light.first, batch.first), min(light.last, batch.last)
        if with_bodies(connection, light).bodies is None:
            continue  # compacted: no feed gives it out any more
        if hash_at(connection, light, end) != arrival.chain[end - batch.first]:
            continue  # another branch
        clear = {
            seq - light.first: text
            for seq in range(start, end + 1)
            if (text := persons[seq - batch.first]) is not None and not is_sealed(text)
        }
        opened += _open(connection, memory, day_keys, batch.device, light.n, clear)
    return opened


def _open(
    connection: sqlite3.Connection,
    memory: Memory,
    day_keys: DayKeys,
    device: str,
    n: int,
    clear: dict[int, str],
) -> int:
    run = Run(*connection.execute(f"SELECT {COLUMNS} FROM runs WHERE n = ?", (n,)).fetchone())
    if run.day_key is None or run.persons is None:
        return 0
    day_keys.load(connection, {run.day_key})
    aad = binding(device, run.branch, run.first, run.count, run.head)
    texts = day_keys.decrypt(run.day_key, run.persons, aad, run.count)
    if texts is None:
        return 0
    wanted = [at for at in clear if (kept := texts[at]) is not None and is_sealed(kept)]
    if not wanted:
        return 0
    for at in wanted:
        texts[at] = clear[at]
    connection.execute(
        "UPDATE runs SET persons = ? WHERE n = ?",
        (day_keys.encrypt(run.day_key, texts, aad), run.n),
    )
    if run.state == ACCEPTED:
        announce(connection, memory, run, moved=True)
    return len(wanted)
