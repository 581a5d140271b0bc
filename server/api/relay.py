"""/relay: enrolment of relays, what they hand up, what they are handed down (sync/SPEC.md, U)."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from credentials.jws import jwk_of_public_key, public_key_of_jwk
from schemas.relay import (
    MAX_BATCHES,
    RelayAnswer,
    RelayEnrolled,
    RelayEnrolRequest,
    RelayFeed,
    RelayFeedRequest,
    RelayPackQuery,
    RelayRequest,
)
from schemas.wire import SignedPack
from server.access import public, relay_only, the_device
from server.api.packs import NOT_MODIFIED, pack_answer
from server.api.resource import DEVICE, PREFIX, Resource, operation, problems
from server.context import here
from server.enrolment import code_hash
from server.keys import public_jwk
from server.limits import BY_ADDRESS
from server.packs import EVERYBODY, checkpoint_scope
from server.problems import ProblemError
from server.rate_headers import limited_by
from server.relay.answering import exchange, feed
from server.relay.pins import home_pins
from server.relay.state import path_of
from server.store.published import AuditEntry
from sync.batch import PROTOCOL
from sync.encoding import is_uuid7

resource = Resource("relay", __name__, url_prefix=PREFIX, description="Servers below this one")


@resource.route("/relay/enrol", methods=["POST"])
@resource.arguments(RelayEnrolRequest)
@resource.response(201, RelayEnrolled)
@resource.doc(
    **operation("enrol_relay", rate=[BY_ADDRESS.told]),
    responses=problems("enrolment.code", "enrolment.key", "relay.loop", "request.rate"),
)
@public
def enrol(wanted: dict[str, Any]) -> dict[str, Any]:
    """Use up a code made for a relay. The same server may say it again and hears the same."""
    context = here()
    now_ms = context.clock()
    try:
        jwk = jwk_of_public_key(public_key_of_jwk(wanted["jwk"]))
    except ValueError:
        raise ProblemError("enrolment.key") from None
    if not is_uuid7(wanted["server"]):
        raise ProblemError("request.invalid", errors=(("server", "invalid"),))
    path = path_of(context.store)
    if wanted["server"] in path:
        raise ProblemError("relay.loop")
    address = request.remote_addr or ""
    limited_by(BY_ADDRESS, context.enrolments, address)
    wait_s = context.enrolments.wait_s(address, now_ms)
    if wait_s:
        raise ProblemError("request.rate", headers={"Retry-After": str(wait_s)})
    relay = context.store.enrol_relay(
        code_hash(wanted["code"]), wanted["server"], jwk, wanted["name"], now_ms
    )
    if relay is None:
        context.enrolments.failed(address, now_ms)
        raise ProblemError("enrolment.code")
    context.store.audit(AuditEntry(now_ms, relay.id, "relay.enrolled", ",".join(relay.checkpoints)))
    root_key, sealing_key = home_pins(context)
    return {
        "server": context.store.server_id,
        "epoch": context.store.epoch,
        "home": path[-1],
        "path": list(path),
        "checkpoints": sorted(relay.checkpoints),
        "root_key": root_key,
        "sealing_key": sealing_key,
        "receipt_key": public_jwk(context.keys.signing),
        "server_time": now_ms,
    }


@resource.route("/relay", methods=["POST"])
@resource.arguments(RelayRequest)
@resource.response(200, RelayAnswer)
@resource.doc(
    **operation("hand_up", batches=MAX_BATCHES),
    security=DEVICE,
    responses=problems("relay.loop", "batch.size", "protocol.unknown"),
)
@relay_only
def hand_up(wanted: dict[str, Any]) -> dict[str, Any]:
    """Take what a relay holds; each batch and each event is judged for itself."""
    context, relay = here(), the_device()
    if wanted["protocol"] != PROTOCOL:
        raise ProblemError("protocol.unknown")
    if relay.id in path_of(context.store):
        raise ProblemError("relay.loop")
    now_ms = context.clock()
    answer = exchange(context, relay, wanted, now_ms)
    context.store.contact(relay.id, now_ms, wanted["waiting"], now_ms - wanted["device_time"])
    return answer


@resource.route("/relay/feed", methods=["POST"])
@resource.arguments(RelayFeedRequest)
@resource.response(200, RelayFeed)
@resource.doc(
    **operation("hand_down"),
    security=DEVICE,
    responses=problems("cursor.shape", "protocol.unknown"),
)
@relay_only
def hand_down(wanted: dict[str, Any]) -> dict[str, Any]:
    """One page of what was written at the relay's checkpoints, as its authors signed it."""
    context = here()
    if wanted["protocol"] != PROTOCOL:
        raise ProblemError("protocol.unknown")
    return feed(context, the_device(), wanted, context.clock())


@resource.route("/relay/packs/<string:name>")
@resource.arguments(RelayPackQuery, location="query")
@resource.response(200, SignedPack)
@resource.doc(
    **operation("relay_pack"),
    security=DEVICE,
    responses=problems("pack.unknown") | NOT_MODIFIED,
)
@relay_only
def pack(query: dict[str, str], name: str) -> Response:
    """The newest version of a pack, of one scope of the relay's, as it was signed."""
    relay = the_device()
    if query["scope"] not in (EVERYBODY, *map(checkpoint_scope, relay.checkpoints)):
        raise ProblemError("pack.unknown")
    found = here().store.pack(name, query["scope"])
    if found is None:
        raise ProblemError("pack.unknown")
    return pack_answer(found)
