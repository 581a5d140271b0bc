"""Devices that a relay enrolled: events of its own chain that make them known above (U5)."""

from __future__ import annotations

from server.accept import ENROLMENT
from server.relay.scope import Scope
from server.store.answers import PushAnswer
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.registered import Device
from sync.batch import Batch
from sync.events import Body, parse_body


def vouch_for(store: Store, device: str, now_ms: int) -> bool:
    """Write the event that makes a device known to the servers above; False where there is none."""
    known = store.device(device)
    if known is None or known.kind == "server" or known.id == store.server_id:
        return False
    home = known.checkpoint or next(iter(sorted(known.checkpoints)), None)
    if home is None:
        return False
    fields: dict[str, object] = {
        "x": known.jwk["x"],
        "y": known.jwk["y"],
        "checkpoint": home,
        "device_kind": known.kind,
        "name": known.name,
        "enrolled": known.enrolled_ms,
    }
    if known.lane:
        fields["lane"] = known.lane
    if known.checkpoints:
        fields["checkpoints"] = sorted(known.checkpoints)
    store.write(ENROLMENT, known.id, home, None, fields, None, now_ms)
    return True


def take_up(store: Store, batch: Batch, pushed: PushAnswer, scope: Scope, now_ms: int) -> None:
    """Know the devices that accepted `enrolment` events of this batch name.

    Runs after the push and again with every repeat, so a crash in between costs nothing. `scope`
    decides once more: an event is judged when it comes, and the relay's checkpoints may have been
    fewer then.
    """
    for event, answer in zip(batch.events, pushed.results, strict=True):
        if answer.state not in ("accepted", "duplicate") or f'"{ENROLMENT}"' not in event.body:
            continue
        body = parse_body(event.body)
        if body.kind != ENROLMENT:
            continue
        device = _enrolled(body)
        held = store.device(device.id)
        if held is None and scope(device):
            store.adopt_device(device)
            store.audit(AuditEntry(now_ms, batch.device, "device.enrolled", device.id))


def _enrolled(body: Body) -> Device:
    fields = body.fields
    kind = fields.get("device_kind", "tablet")
    return Device(
        no=0,
        id=body.record,
        kind=kind,
        checkpoint=fields["checkpoint"] if kind == "tablet" else None,
        checkpoints=tuple(fields.get("checkpoints", ())),
        lane=fields.get("lane"),
        name=fields.get("name", ""),
        jwk={"kty": "EC", "crv": "P-256", "x": fields["x"], "y": fields["y"]},
        enrolled_ms=fields["enrolled"],
        revoked_ms=None,
        forked_ms=None,
        last_contact_ms=None,
        unsent=None,
        clock_offset_ms=None,
    )
