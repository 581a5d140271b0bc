"""What a data directory means to people, as plain JSON: compared from version to version."""

from __future__ import annotations

from typing import Any

from server.store.view_protocol import Write
from tests.sync.stateful.checks import crossings_of
from tests.sync.stateful.node import Node


def told_by(node: Node) -> dict[str, Any]:
    """Crossings with people, conflicts and reviews; devices and how far each is held."""
    store = node.store
    return {
        "crossings": {
            record: {
                "fields": whole.fields,
                "people": whole.people,
                "goods": whole.goods,
                "conflicts": {path: _sides(some) for path, some in whole.conflicts.items()},
                "flags": sorted(whole.row.flags),
                "review": whole.row.review,
                "history": [_side(one) for one in whole.history],
            }
            for record, whole in sorted(crossings_of(store).items())
        },
        "devices": {
            one.id: {
                "kind": one.kind,
                "checkpoint": one.checkpoint,
                "forked": one.forked_ms is not None,
                "through": store.held(one.id)[0],
                "head": store.held(one.id)[1].hex(),
            }
            for one in store.devices()
        },
        "events": [
            {"ref": f"{row.author}:{row.seq}", "state": row.state, "hash": row.hash.hex()}
            for row in node.rows()
        ],
    }


def _sides(writes: list[Write]) -> list[str]:
    return sorted(one.ref for one in writes)


def _side(one: Write) -> dict[str, Any]:
    return {"ref": one.ref, "fields": one.fields, "person": one.person}
