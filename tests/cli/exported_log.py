"""A noon at one checkpoint of which the log itself is exported: alerts, the book, events, audit.

Times come from NOON_MS and random bytes from one seed. What no seed reaches is the identity that a
server makes for itself, and with it the hashes of what it writes: `steady` names both.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from server.config import load_config, save_config
from server.store.published import AuditEntry
from server.store.sqlite import open_store
from sync.batch import WireEvent, plain_event
from sync.encoding import to_base64url
from sync.events import parse_body
from tests.server.home.deciding import (
    HOUR_MS,
    alerts,
    cross,
    open_checkpoint,
    publish_levels,
    publish_rules,
    rule,
)
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet

LOG_WINDOW = ("--from", "2026-11-22 12:00", "--to", "2026-11-22 13:00")
AUDIT_WINDOW = ("--from", "2021-10-12 08:00", "--to", "2021-10-12 09:00")
"""Of entries that were given their times: none that a clock makes while a test runs lies there."""
AUDITED_MS = 1_634_000_400_000
"""2021-10-12 08:00 +07:00."""
MINUTE_MS = 60_000
WHO = {"name": "=Trần Thị Thử", "id_number": "001190009999", "phone": "0912345678"}


def make_log(data: Path) -> None:
    """The same rows whenever and wherever, but for what `steady` names."""
    world = World.fresh(data, random.Random(7))
    save_config(world.config)
    with closing(world.store):
        tablet = open_checkpoint(world)
        publish_levels(world, NOON_MS - HOUR_MS, 4)
        for plate in ("30A-123.45", "29C-678.90", "51D-111.11"):
            tablet.now_ms += 10 * MINUTE_MS
            passes(world, tablet, plate)
        twin = world.tablet()
        twin.now_ms = tablet.now_ms
        passes(world, twin, "51D-111.11")
        publish_rules(world, NOON_MS - HOUR_MS, rule("late-rule", "refer", True))
        world.look(tablet.now_ms)
        note(world, tablet)
        first, second, *_ = dict.fromkeys(one["record"] for one in alerts(world))
        act(world, first, "taken", None)
        act(world, second, "taken", None)
        act(world, second, "closed", '+Đã gọi lại, "đúng người"\nxong')
        world.project()
        for entry in audited():
            world.store.audit(entry)


def passes(world: World, tablet: Tablet, plate: str) -> None:
    """A car that the tablet let through by old levels, looked at when it came in."""
    normal = plate.replace("-", "").replace(".", "")
    tablet.push(world.store, tablet.batch(cross(tablet, plate={"read": plate, "normal": normal})))
    world.look(tablet.now_ms)


def act(world: World, record: str, state: str, said: str | None) -> None:
    """What a page of the console writes where somebody takes or closes an alert."""
    world.project()
    found = world.store.alert(record)
    assert found is not None
    world.store.write(
        kind="alert",
        record=record,
        home="hd-ql6",
        user="canhsat",
        fields={"state": state},
        person=None if said is None else {"note": said},
        now_ms=NOON_MS + 50 * MINUTE_MS,
        over={path: list(refs) for path, refs in found.over.items()},
    )


def note(world: World, tablet: Tablet) -> None:
    """A violation, one that was taken back, an incident, a quick test and a queue."""
    fined = {"what": "no_mask", "action": "fined", "amount_vnd": 2_000_000, "lane": "=1+1"}
    test = {"crossing": tablet.records[0], "item": "1", "type": "rapid", "result": "negative"}
    mistaken = noted(tablet, "violation", fined)
    record = parse_body(mistaken.body).record
    kept = [
        noted(tablet, "violation", fined, {"who": WHO, "note": "-Đã nhắc\nhai lần"}),
        mistaken,
        plain_event(tablet.body(record, kind="violation", fields={"voided": "undone"}), None),
        noted(tablet, "incident", {"what": "fire", "severity": "high"}),
        noted(tablet, "quick_test", test, {"person": WHO}),
        noted(tablet, "queue", {"lane": "o-to", "length_vehicles": 14, "wait_s": 1200}),
    ]
    answer = tablet.push(world.store, tablet.batch(*kept))
    assert {one.state for one in answer.results} == {"accepted"}, answer.results
    world.project()


def noted(
    tablet: Tablet, kind: str, fields: dict[str, Any], person: dict[str, Any] | None = None
) -> WireEvent:
    body = tablet.body(tablet.new_record(), kind=kind, fields=fields)
    salt = to_base64url(tablet.rng.randbytes(16))
    text = json.dumps({"salt": salt, "set": person, "items": {}}, ensure_ascii=False)
    return plain_event(body, text if person else None)


def audited() -> Iterator[AuditEntry]:
    """Each way an entry may look: with a subject, with a purpose, in words that would run."""
    yield AuditEntry(AUDITED_MS, "cli", "export.goods", details={"checkpoints": ["hd-ql6"]})
    yield AuditEntry(
        AUDITED_MS + MINUTE_MS, "canhsat", "search", subject="30A12345", purpose="truy vết",
        reference="=12/CV",
    )  # fmt: skip
    yield AuditEntry(AUDITED_MS + 2 * MINUTE_MS, '@hệ thống "A", B', "alert.act",
                     details={"state": "closed", "nested": {"số": 1.5}})  # fmt: skip


def steady(text: str, data: Path) -> str:
    """The text with the server's own identity, hashes, commitments and salts as names."""
    with open_store(load_config(data)) as store:
        own = store.own_author
        events = store.pull(None, 0, 500, True).events
    text = text.replace(own, "own-server")
    for event in events:
        if event.device == own:
            text = text.replace(event.previous.hex(), f"previous-{event.n}")
            if any(event.commitment):
                text = text.replace(event.commitment.hex(), f"commitment-{event.n}")
            if event.person is not None:
                text = text.replace(json.loads(event.person)["salt"], f"salt-{event.n}")
    return text
