"""GET /packs/<name>: a signed pack, as it was signed."""

from __future__ import annotations

from flask import Response, jsonify, request

from schemas.wire import SignedPack
from server.access import device_only, the_device
from server.api.resource import DEVICE, PREFIX, Resource, operation, problems
from server.context import here
from server.problems import ProblemError
from server.store.published import Pack
from server.wipes import device_packs

resource = Resource("packs", __name__, url_prefix=PREFIX, description="Signed reference data")

NOT_MODIFIED = {"304": {"description": "The version named by If-None-Match is still the newest"}}


@resource.route("/packs/<string:name>")
@resource.response(200, SignedPack)
@resource.doc(
    **operation("pack"),
    security=DEVICE,
    responses=problems("pack.unknown", "device.revoked") | NOT_MODIFIED,
)
@device_only
def pack(name: str) -> Response:
    """The newest version in the device's scope. ETag "<name>-<version>"."""
    device = the_device()
    found = device_packs(here().store, device).get(name)
    if found is None and device.revoked_ms is not None:
        raise ProblemError("device.revoked")
    if found is None:
        raise ProblemError("pack.unknown")
    return pack_answer(found)


def pack_answer(found: Pack) -> Response:
    """The pack, or 304 where the caller holds this version."""
    response = jsonify({"name": found.name, "version": found.version, "jws": found.jws})
    response.set_etag(f"{found.name}-{found.version}")
    response.headers["Cache-Control"] = "private, no-cache"
    # One address and one number, and for each checkpoint another pack.
    response.vary.add("Authorization")
    response.make_conditional(request)
    return response
