"""The HTTP API, /api/v1: one blueprint a resource, documented by the schemas it checks with."""

from __future__ import annotations

from server.api import (
    auth,
    crossings,
    devices,
    figures,
    health,
    named_files,
    overseen,
    packs,
    relay,
    searches,
    sync,
)

RESOURCES = tuple(
    module.resource
    for module in (
        health,
        devices,
        auth,
        sync,
        relay,
        packs,
        searches,
        crossings,
        figures,
        named_files,
        overseen,
    )
)
