"""The vectors of what is hashed, signed and sealed: chain, batch, receipt, sealed person parts."""

from __future__ import annotations

import json
import random
from typing import Any

from sync.batch import WireEvent, batch_to_json, make_batch, plain_event, signing_text
from sync.chain import commitment, event_hash, genesis
from sync.clock import order_stamp
from sync.encoding import to_base64url
from sync.envelope import Envelope, Receipt
from sync.seal import seal, wrap_content_key
from tests.sync.vector_keys import DEVICE, NOW_MS, SERVER, jwk, private_key, scalar, signer


def texts(rng: random.Random, count: int) -> list[tuple[str, str | None]]:
    """Bodies and person texts with all that is awkward in a text."""
    names = [
        "Đặng Thị Hòa",
        "Nguyễn Văn Ă",
        "Trần \u0301Ố",
        "𠀀 \u2028 \u0000",
        'quote " back \\ slash',
    ]
    made: list[tuple[str, str | None]] = []
    for index in range(count):
        body = json.dumps({"kind": "crossing", "n": index}, separators=(",", ":"))
        person = json.dumps(
            {"salt": to_base64url(rng.randbytes(16)), "set": {"name": names[index % len(names)]}},
            ensure_ascii=index % 2 == 0,
        )
        made.append((body, None if index % 3 == 2 else person))
    return made


def chain_cases(rng: random.Random) -> dict[str, Any]:
    """A chain with every hash of it (SPEC H)."""
    current = genesis(DEVICE)
    events = []
    for body, person in texts(rng, 6):
        held = commitment(person)
        following = event_hash(current, body, held)
        events.append(
            {
                "previous": current.hex(),
                "body": body,
                "person": person,
                "commitment": held.hex(),
                "hash": following.hex(),
            }
        )
        current = following
    return {"device": DEVICE, "genesis": genesis(DEVICE).hex(), "events": events}


def batch_cases(rng: random.Random) -> dict[str, Any]:
    """One chain sent in clear, withheld, sealed, and in a later run (SPEC B)."""
    number = scalar(rng)
    plain = [plain_event(body, person) for body, person in texts(rng, 5)]
    withheld = tuple(WireEvent(one.body, None, None, one.commitment) for one in plain)
    sealed = tuple(
        WireEvent(one.body, None, None if one.person is None else "AA.AA", one.commitment)
        for one in plain
    )
    first = make_batch(DEVICE, 1, genesis(DEVICE), tuple(plain), signer(number))
    runs = {
        "plain": first,
        "withheld": make_batch(DEVICE, 1, genesis(DEVICE), withheld, signer(number)),
        "sealed": make_batch(DEVICE, 1, genesis(DEVICE), sealed, signer(number)),
        "later": make_batch(DEVICE, 3, list(first.hashes())[1], tuple(plain[2:]), signer(number)),
    }
    return {
        "jwk": jwk(number),
        "runs": [
            {
                "name": name,
                "events": [
                    {
                        "body": one.body,
                        "person": one.person,
                        "sealed": one.sealed,
                        "commitment": one.commitment.hex(),
                    }
                    for one in batch.events
                ],
                "wire": batch_to_json(batch),
                "head": list(batch.hashes())[-1].hex(),
                "signing_text": signing_text(
                    batch.device,
                    batch.first,
                    batch.last,
                    batch.previous,
                    list(batch.hashes())[-1],
                ).decode("ascii"),
            }
            for name, batch in runs.items()
        ],
    }


def receipt_cases(rng: random.Random) -> dict[str, Any]:
    """A signed receipt (SPEC P1)."""
    number = scalar(rng)
    receipt = Receipt(SERVER, "home", DEVICE, 41, rng.randbytes(32), 7, NOW_MS)
    text = receipt.signing_text()
    return {
        "jwk": {name: value for name, value in jwk(number).items() if name != "d"},
        "receipt": {
            "server": receipt.server,
            "level": receipt.level,
            "device": receipt.device,
            "through": receipt.through,
            "head": to_base64url(receipt.head),
            "safe_through": receipt.safe_through,
            "server_time": receipt.server_ms,
            "signature": to_base64url(signer(number)(text)),
        },
        "signing_text": text.decode("ascii"),
    }


def envelope_cases(rng: random.Random) -> dict[str, Any]:
    """Signed envelopes over the same events, which of them wins, and the orders (SPEC A3, C4)."""
    number = scalar(rng)
    head = rng.randbytes(32)
    other = SERVER[:-1] + ("0" if SERVER[-1] != "0" else "1")
    envelopes = [
        Envelope(server, received_ms, DEVICE, 41, 43, head, ranks)
        for server, received_ms, ranks in (
            (SERVER, NOW_MS, "1"),
            (SERVER, NOW_MS - 1, "120"),
            (other, NOW_MS - 1, "0"),
            (other, NOW_MS + 1, "3"),
        )
    ]
    smallest = min(envelopes, key=lambda one: (one.received_ms, one.server))
    stamps = [
        (NOW_MS + shift) << 16 | 7 for shift in (-90_000_000, 0, 299_999, 300_000, 86_400_000)
    ]
    return {
        "jwk": {name: value for name, value in jwk(number).items() if name != "d"},
        "envelopes": [
            {
                "server": one.server,
                "received": one.received_ms,
                "device": one.device,
                "first": one.first,
                "last": one.last,
                "head": to_base64url(one.head),
                "ranks": one.ranks,
                "signature": to_base64url(signer(number)(one.signing_text())),
                "signing_text": one.signing_text().decode("ascii"),
            }
            for one in envelopes
        ],
        "smallest": envelopes.index(smallest),
        "orders": [
            {"stamp": f"{stamp:016x}", "order": f"{order_stamp(stamp, smallest.received_ms):016x}"}
            for stamp in stamps
        ],
    }


def seal_cases(rng: random.Random) -> dict[str, Any]:
    """Sealed person parts, their keys and nonces (SPEC S)."""
    server, ephemeral = scalar(rng), scalar(rng)
    content_key = rng.randbytes(32)
    wrapped = wrap_content_key(
        content_key, private_key(server).public_key(), private_key(ephemeral)
    )
    cases = []
    for _, person in texts(rng, 5):
        if person is not None:
            nonce = rng.randbytes(12)
            held = commitment(person)
            cases.append(
                {
                    "person": person,
                    "nonce": nonce.hex(),
                    "commitment": held.hex(),
                    "sealed": seal(person, content_key, wrapped, nonce, held),
                }
            )
    return {
        "server_jwk": jwk(server),
        "ephemeral_jwk": jwk(ephemeral),
        "content_key": content_key.hex(),
        "wrapped": wrapped,
        "cases": cases,
    }
