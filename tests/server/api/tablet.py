"""A minimal tablet for tests: a key, a chain, assertions; what a third-party client would write."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from credentials.jws import jwk_of_public_key
from sync.batch import WireEvent, batch_to_json, make_batch, plain_event, sign_es256
from sync.chain import event_hash, genesis
from sync.clock import tick
from sync.encoding import to_base64url, uuid7
from sync.events import Body, body_to_text


@dataclass(slots=True)
class Tablet:
    """One enrolled device: `events` are all it ever wrote, in order, each with its hash."""

    device: str
    checkpoint: str
    key: ec.EllipticCurvePrivateKey
    now_ms: int
    stamp: int = 0
    head: bytes = b""
    events: list[tuple[WireEvent, bytes]] = field(default_factory=list)

    def assertion(self, at_ms: int, **claims: Any) -> str:
        """A fresh proof of the key; `claims` override what it says."""
        issued = at_ms // 1000
        standard = {
            "iss": self.device,
            "sub": self.device,
            "aud": "chot",
            "iat": issued,
            "exp": issued + 120,
            "jti": secrets.token_urlsafe(12),
        }
        header = {"typ": "JWT", "kid": self.device}
        return jwt.encode(standard | claims, self.key, algorithm="ES256", headers=header)

    def crossing(self, plate: str = "29C12345", name: str = "Nguyễn Thị Mẫu", **over: Any) -> str:
        """Write one crossing; returns its record. `over` replaces members of the body's header."""
        record = uuid7(self.now_ms, secrets.token_bytes(10))
        self.stamp = tick(self.stamp, self.now_ms)
        body = Body(
            kind=over.get("kind", "crossing"),
            version=1,
            record=record,
            home=over.get("home", self.checkpoint),
            stamp=self.stamp,
            time_ms=self.now_ms,
            offset_ms=0,
            officer=over.get("officer"),
            packs={},
            fields=over.get(
                "fields",
                {
                    "lane": "1",
                    "direction": "in",
                    "mode": "checked",
                    "purpose": "goods",
                    "plate": {"read": plate, "normal": plate},
                    "vehicle_class": "truck",
                    "verdict": {"outcome": "refer", "reasons": ["card.missing"], "rules": []},
                    "action": "turned_back",
                    "occurred": self.now_ms,
                },
            ),
            items={
                "people": {
                    "1": {
                        "role": "driver",
                        "evidence": {"family": "cccd", "status": "claim", "code": "unsigned"},
                    }
                }
            },
            over={},
        )
        salt = to_base64url(secrets.token_bytes(16))
        person = (
            f'{{"salt":"{salt}","set":{{}},"items":{{"people":{{"1":{{"name":"{name}",'
            '"id_number":"001190012345"}}}}'
        )
        self.write(plain_event(body_to_text(body), person))
        return record

    def write(self, event: WireEvent) -> None:
        """Append any event, also one that no server accepts."""
        before = self.head or genesis(self.device)
        self.head = event_hash(before, event.body, event.commitment)
        self.events.append((event, self.head))

    def batch(self, first: int = 1, last: int | None = None) -> dict[str, Any]:
        """Events `first`…`last` as a signed batch on the wire."""
        chosen = self.events[first - 1 : last]
        previous = genesis(self.device) if first == 1 else self.events[first - 2][1]
        batch = make_batch(
            self.device,
            first,
            previous,
            tuple(event for event, _ in chosen),
            lambda text: sign_es256(self.key, text),
        )
        return batch_to_json(batch)

    def request(self, **members: Any) -> dict[str, Any]:
        """A sync request for the own checkpoint's feed."""
        batch = members.get("batch")
        return {
            "protocol": 1,
            "cursor": None,
            "feeds": [f"checkpoint:{self.checkpoint}"],
            "batch": None,
            "unsent": len(batch["events"]) if isinstance(batch, dict) else 0,
            "device_time": self.now_ms,
        } | members


def events_of(answer: Any) -> list[dict[str, Any]]:
    """The events of a sync answer's runs, one by one."""
    told = answer if isinstance(answer, dict) else answer.get_json()
    return [
        {
            "n": run["n"] - len(run["bodies"]) + 1 + at,
            "device": run["device"],
            "seq": run["first"] + at,
            "branch": run.get("branch", 0),
            "server": run["server"],
            "authority": int(run["ranks"][at if len(run["ranks"]) > 1 else 0]),
            "body": body,
            "person": run["persons"][at] if "persons" in run else None,
        }
        for run in told["runs"]
        for at, body in enumerate(run["bodies"])
    ]


def new_key() -> tuple[ec.EllipticCurvePrivateKey, dict[str, str]]:
    """A device key and its public JWK."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key, jwk_of_public_key(key.public_key())
