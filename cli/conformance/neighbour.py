"""Another tablet at the client's checkpoint, whose crossings come to it in the feed."""

from __future__ import annotations

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.stage import CHECKPOINT, LANE, Stage
from cli.simulate.tablet import SimTablet
from sync.encoding import uuid7

RANDOM_BYTES = 10


class Neighbour:
    """The reference client, enrolled at the same server."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        key = ec.generate_private_key(ec.SECP256R1())
        self.tablet = SimTablet.enrol(self._post, stage.code(), CHECKPOINT, key, ())

    def writes(self, count: int) -> None:
        """So many crossings, handed in at once."""
        for _ in range(count):
            now_ms = self._stage.context.clock()
            self.tablet.replica.write(
                now_ms,
                uuid7(now_ms, secrets.token_bytes(RANDOM_BYTES)),
                {"lane": LANE, "direction": "in", "mode": "checked", "action": "passed"},
            )
        self.tablet.exchange(self._stage.context.clock(), True, "fine")

    def _post(self, path: str, body: Any, token: str) -> tuple[int, Any]:
        headers = [("Content-Type", "application/json")]
        if token:
            headers.append(("Authorization", f"Bearer {token}"))
        data = json.dumps(body, ensure_ascii=False).encode()
        reply = self._stage.real("POST", f"/api/v1{path}", headers, data)
        return reply.status, json.loads(reply.data)
