"""POST /devices/enrol: a one-time code and a public key become a device."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, request

from credentials.jws import jwk_of_public_key, public_key_of_jwk
from schemas.tablets import Enrolled, EnrolRequest, WipedRequest
from server.access import device_only, public, the_device
from server.api.resource import DEVICE, PREFIX, Resource, operation, problems
from server.context import here
from server.enrolment import code_hash
from server.keys import public_jwk
from server.limits import BY_ADDRESS
from server.problems import ProblemError
from server.rate_headers import limited_by
from server.relay.enrolments import vouch_for
from server.relay.pins import home_pins
from server.relay.state import read_upstream
from server.store.published import AuditEntry
from server.store.registered import Checkpoint, Device
from server.wipes import note_wiped
from sync.encoding import uuid7

resource = Resource("devices", __name__, url_prefix=PREFIX, description="Enrolment of tablets")


@resource.route("/devices/enrol", methods=["POST"])
@resource.arguments(EnrolRequest)
@resource.response(201, Enrolled)
@resource.doc(
    **operation("enrol_device", rate=[BY_ADDRESS.told]),
    responses=problems("enrolment.code", "enrolment.key", "request.rate"),
)
@public
def enrol(wanted: dict[str, Any]) -> dict[str, Any]:
    """Use up a code. The device pins what the answer names: these keys sign packs and receipts.

    Said again with the same key while the code is good, it is answered with the same device.
    """
    context = here()
    now_ms = context.clock()
    try:
        jwk = jwk_of_public_key(public_key_of_jwk(wanted["jwk"]))
    except ValueError:
        raise ProblemError("enrolment.key") from None
    address = request.remote_addr or ""
    limited_by(BY_ADDRESS, context.enrolments, address)
    wait_s = context.enrolments.wait_s(address, now_ms)
    if wait_s:
        raise ProblemError("request.rate", headers={"Retry-After": str(wait_s)})
    device_id = uuid7(now_ms, secrets.token_bytes(10))
    device = context.store.enrol(code_hash(wanted["code"]), device_id, jwk, now_ms)
    if device is None:
        context.enrolments.failed(address, now_ms)
        raise ProblemError("enrolment.code")
    root_key, sealing_key = home_pins(context)
    if device.id == device_id:
        entry = AuditEntry(now_ms, device.id, "device.enrolled", device.checkpoint or "")
        context.store.audit(entry)
    if read_upstream(context.store) is not None:
        # Before the tablet hears of it: its first batch comes after this event (SPEC U5). With a
        # repeat once more: the first time may have ended in between.
        vouch_for(context.store, device.id, now_ms)
    return {
        "device": device.id,
        "checkpoint": _checkpoint(device),
        "server": context.store.server_id,
        "root_key": root_key,
        "sealing_key": sealing_key,
        "receipt_key": public_jwk(context.keys.signing),
        "server_time": now_ms,
    }


@resource.route("/devices/wiped", methods=["POST"])
@resource.arguments(WipedRequest)
@resource.response(204)
@resource.doc(**operation("device_wiped"), security=DEVICE)
@device_only
def wiped(told: dict[str, Any]) -> Response:
    """The device's last word (SPEC Q5): it is revoked, and the browser drops what its page left.

    Clear-Site-Data (W3C) deletes files, where a page can only mark rows as deleted.
    """
    context, device = here(), the_device()
    now_ms = context.clock()
    details = {"dropped": told["dropped"]}
    context.store.audit(
        AuditEntry(now_ms, device.id, "device.wiped", device.checkpoint or "", details=details)
    )
    note_wiped(context.store, context.keys, device, now_ms)
    return Response(status=204, headers={"Clear-Site-Data": '"cache", "storage"'})


def _checkpoint(device: Device) -> dict[str, Any]:
    places: dict[str, Checkpoint] = {one.id: one for one in here().store.checkpoints()}
    place = places[device.checkpoint or ""]
    return {
        "id": place.id,
        "name": place.name,
        "province": place.province,
        "klass": place.klass,
        "lane": device.lane or "",
        "lanes": list(place.lanes),
        "road": place.road,
        "hotline": place.hotline,
    }
