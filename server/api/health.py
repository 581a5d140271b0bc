"""GET /health: liveness and readiness, for nobody in particular."""

from __future__ import annotations

from typing import Any

from schemas.wire import Health
from server.access import public
from server.api.resource import PREFIX, Resource, operation
from server.context import here
from server.relay.state import read_upstream
from server.version import VERSION

resource = Resource("health", __name__, url_prefix=PREFIX, description="Liveness and readiness")


@resource.route("/health")
@resource.response(200, Health)
@resource.doc(**operation("health"))
@public
def health() -> dict[str, Any]:
    """The server's name, epoch and version, and how far the view follows the log."""
    context = here()
    projected, log = context.store.projected()
    upstream = read_upstream(context.store)
    return {
        "status": "ok",
        "server": context.store.server_id,
        "epoch": context.store.epoch,
        "version": VERSION,
        "log": log,
        "projected": projected,
        "upstream": None if upstream is None else upstream.server,
        "behind": 0 if upstream is None else context.store.batches_waiting(upstream.batch_no),
        "server_time": context.clock(),
    }
