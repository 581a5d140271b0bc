"""The server's own chain: what people do in the console and on the command line. SPEC A7.

Sequence number, stamp, hash and signature are made inside the writer's transaction, so that two
processes cannot take the same number.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.accept import ContentKeys, examine
from server.store.log.append import append
from server.store.log.log_file import OwnDevice
from server.store.log.own_event import Items, OwnEvent
from server.store.log.persons import DayKeys
from server.store.log.rows import Arrival, Memory
from server.store.log.run_rows import COLUMNS, Run, bodies_of
from server.store.log.vouching import Signer
from sync.batch import make_batch, plain_event
from sync.chain import genesis
from sync.clock import tick
from sync.encoding import to_base64url
from sync.errors import SyncError
from sync.events import Body, body_to_text, parse_body, ref


@dataclass(frozen=True, slots=True)
class OwnChain:
    """Appends to this server's chain; used inside the writer only."""

    own: OwnDevice
    day_keys: DayKeys
    content_keys: ContentKeys
    memory: Memory
    signer: Signer

    def append(self, connection: sqlite3.Connection, event: OwnEvent, day_key: int | None) -> str:
        """Store one event; "device:seq". SyncError where acceptance would not accept it."""
        seq, previous, last_stamp = self._head(connection)
        stamp = tick(max(last_stamp, self.memory.newest_order), event.now_ms)
        wire = plain_event(_body_text(event, stamp), event.person)
        batch = make_batch(self.own.id, seq, previous, (wire,), self.signer.sign)
        examined = examine((wire,), None, event.now_ms, self.content_keys)
        answer = append(
            connection,
            Arrival(
                batch,
                tuple(batch.hashes()),
                examined,
                day_key,
                self.own.no,
                event.now_ms,
                True,
            ),
            self.memory,
            self.day_keys,
            self.signer,
        ).results[0]
        if answer.state != "accepted":
            raise SyncError(answer.code or "event.field", "A7", answer.field)
        return ref(self.own.id, seq)

    def _head(self, connection: sqlite3.Connection) -> tuple[int, bytes, int]:
        """(next seq, hash before it, last stamp)."""
        row = connection.execute(
            f"SELECT {COLUMNS} FROM runs WHERE device = ? AND branch = 0"
            " ORDER BY first DESC LIMIT 1",
            (self.own.no,),
        ).fetchone()
        if row is None:
            return 1, genesis(self.own.id), 0
        run = Run(*row)
        return run.last + 1, run.head, parse_body(bodies_of(run)[-1]).stamp


def person_text(fields: Mapping[str, Any] | None, items: Items | None, salt: bytes) -> str | None:
    """The text of a person part with a fresh salt (SPEC E7); None where there is nothing in it."""
    if not fields and not items:
        return None
    data: dict[str, Any] = {"salt": to_base64url(salt), "set": dict(fields or {})}
    if items:
        data["items"] = items
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _body_text(event: OwnEvent, stamp: int) -> str:
    return body_to_text(
        Body(
            kind=event.kind,
            version=1,
            record=event.record,
            home=event.home,
            stamp=stamp,
            time_ms=event.now_ms,
            offset_ms=0,
            officer=event.user,
            packs={},
            fields=event.fields,
            items=event.items,
            over={path: tuple(refs) for path, refs in event.over.items()},
        )
    )
