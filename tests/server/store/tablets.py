"""A tablet as the store sees it: chained, signed events of synthetic people, from a seeded rng."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.keys import public_jwk
from server.store.answers import PushAnswer
from server.store.protocol import Store
from server.store.registered import Device, Enrolment
from sync.batch import Batch, WireEvent, make_batch, plain_event, sign_es256, verify_batch
from sync.chain import genesis
from sync.clock import stamp_of
from sync.encoding import to_base64url, uuid7
from sync.events import Body, body_to_text

NOON_MS = 1_795_323_600_000
"""2026-11-22 12:00 +07:00."""

CHECKPOINT = "hd-ql6"
NAME = "Nguyễn Thị Đào Mẫu"
ID_NUMBER = "001090012345"
PHONE = "0912345678"


@dataclass
class Tablet:
    """Makes batches; `head` and `seq` are where its chain stands."""

    rng: random.Random
    device: Device
    key: ec.EllipticCurvePrivateKey
    home: str = CHECKPOINT
    seq: int = 0
    head: bytes = b""
    now_ms: int = NOON_MS
    records: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.head = self.head or genesis(self.device.id)

    def new_record(self) -> str:
        self.now_ms += 1000
        record = uuid7(self.now_ms, self.rng.randbytes(10))
        self.records.append(record)
        return record

    def body(self, record: str, **parts: Any) -> str:
        """A body text; `parts` replace header members, `set`, `items` or `over`."""
        header: dict[str, Any] = {
            "kind": "crossing",
            "version": 1,
            "home": self.home,
            "stamp": stamp_of(self.now_ms),
            "time_ms": self.now_ms,
            "offset_ms": 0,
            "officer": "cb-01",
            "packs": {"rules": 1},
            "fields": {},
            "items": {},
            "over": {},
        }
        return body_to_text(Body(record=record, **(header | parts)))

    def crossing(self, name: str = NAME, **fields: Any) -> WireEvent:
        """One car with one driver who showed a chip card."""
        body = self.body(
            self.new_record(),
            fields=CAR | fields,
            items={"people": {"1": {"role": "driver", "evidence": EVIDENCE}}},
        )
        return plain_event(body, self.person(name=name, id_number=ID_NUMBER, phone=PHONE))

    def amendment(
        self, record: str, over: Mapping[str, tuple[str, ...]], **fields: Any
    ) -> WireEvent:
        self.now_ms += 1000
        return plain_event(self.body(record, fields=fields, over=over), None)

    def person(self, item: str = "1", **fields: Any) -> str:
        salt = to_base64url(self.rng.randbytes(16))
        data = {"salt": salt, "set": {}, "items": {"people": {item: fields}}}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def batch(self, *events: WireEvent) -> Batch:
        """The next events of this tablet's chain, signed."""
        made = make_batch(
            self.device.id, self.seq + 1, self.head, events, lambda text: sign_es256(self.key, text)
        )
        self.seq, self.head = made.last, verify_batch(made, self.key.public_key())[-1]
        return made

    def crossings(self, count: int) -> Batch:
        return self.batch(*(self.crossing() for _ in range(count)))

    def traffic(self, count: int) -> Batch:
        """Crossings of different cars, as they come; `crossings` are all of one."""
        digits = [self.rng.randrange(100_000) for _ in range(count)]
        return self.batch(
            *(
                self.crossing(plate={"read": f"30A-{n:05d}", "normal": f"30A{n:05d}"})
                for n in digits
            )
        )

    def push(self, store: Store, batch: Batch, received_ms: int | None = None) -> PushAnswer:
        chain = verify_batch(batch, self.key.public_key())
        return store.push(batch, chain, self.device, received_ms or self.now_ms)

    def clone(self) -> Tablet:
        """A copy of the disk: the same key, the same place in the chain."""
        return Tablet(
            random.Random(self.rng.random()),
            self.device,
            self.key,
            self.home,
            self.seq,
            self.head,
            self.now_ms,
        )


CAR: dict[str, Any] = {
    "lane": "1",
    "direction": "in",
    "mode": "checked",
    "purpose": "work",
    "plate": {"read": "30A-123.45", "normal": "30A12345"},
    "vehicle_class": "car",
    "verdict": {"outcome": "pass", "reasons": ["ok"]},
    "action": "passed",
}
EVIDENCE = {"family": "cccd", "status": "claim", "code": "unsigned"}


def enrolled(store: Store, rng: random.Random, checkpoint: str = CHECKPOINT) -> Tablet:
    """A tablet that went through enrolment at `checkpoint`."""
    key = ec.derive_private_key(rng.randrange(1, 1 << 255), ec.SECP256R1())
    code = rng.randbytes(32)
    store.add_enrolment(code, Enrolment(checkpoint, "1", "Máy 1"), NOON_MS + 1)
    identifier = uuid7(NOON_MS - 1000, rng.randbytes(10))
    device = store.enrol(code, identifier, public_jwk(key), NOON_MS)
    assert device is not None
    return Tablet(rng, device, key, checkpoint)
