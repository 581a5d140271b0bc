"""SPEC B and H: a batch verifies alone, and no bit of it can be changed."""

import copy
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import (
    MAX_BODY_CHARS,
    MAX_EVENTS,
    Batch,
    WireEvent,
    batch_to_json,
    make_batch,
    parse_batch,
    plain_event,
    sign_es256,
    verify_batch,
)
from sync.chain import NO_PERSON, commitment, event_hash, genesis
from sync.encoding import from_base64url, to_base64url
from sync.errors import SyncError

DEVICE = "017b47f7-6200-7bfd-8970-571b44bd0e3b"
KEY = ec.derive_private_key(20_210_815, ec.SECP256R1())
EVENTS = (
    plain_event('{"n":1}', '{"salt":"AAAAAAAAAAAAAAAAAAAAAA","set":{"name":"Nguyễn Thị Mẫu"}}'),
    plain_event('{"n":2}', None),
    plain_event('{"n":3}', '{"salt":"BBBBBBBBBBBBBBBBBBBBBA"}'),
)


def signed(events: tuple[WireEvent, ...] = EVENTS, first: int = 1) -> Batch:
    previous = genesis(DEVICE) if first == 1 else bytes(range(32))
    return make_batch(DEVICE, first, previous, events, lambda text: sign_es256(KEY, text))


def test_h1_genesis_binds_the_chain_to_its_device() -> None:
    assert genesis(DEVICE) != genesis(DEVICE[:-1] + "c")
    data = batch_to_json(signed())
    data["previous"] = to_base64url(genesis("another"))
    with pytest.raises(SyncError, match=r"batch\.genesis"):
        parse_batch(data)


def test_h2_no_person_part_is_thirty_two_zero_bytes() -> None:
    assert commitment(None) == bytes(32) == NO_PERSON
    assert commitment("") != NO_PERSON


def test_h3_every_part_of_the_input_changes_the_hash() -> None:
    base = event_hash(bytes(32), "{}", NO_PERSON)
    assert base != event_hash(b"\1" + bytes(31), "{}", NO_PERSON)
    assert base != event_hash(bytes(32), "{ }", NO_PERSON)
    assert base != event_hash(bytes(32), "{}", commitment("{}"))


def test_h5_withholding_the_person_part_keeps_hashes_and_signature() -> None:
    batch = signed()
    withheld = Batch(
        batch.device,
        batch.first,
        batch.previous,
        tuple(WireEvent(one.body, None, None, one.commitment) for one in batch.events),
        batch.signature,
    )
    again = parse_batch(batch_to_json(withheld))
    assert verify_batch(again, KEY.public_key()) == verify_batch(batch, KEY.public_key())
    assert all(one.person is None for one in again.events)


def test_b1_a_batch_survives_its_json_unchanged() -> None:
    batch = signed()
    assert parse_batch(batch_to_json(batch)) == batch


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("device",), 7, "batch.shape"),
        (("device",), "x" * 65, "batch.shape"),
        (("device",), "máy", "batch.shape"),
        (("first",), 0, "batch.shape"),
        (("first",), True, "batch.shape"),
        (("first",), 1 << 53, "batch.shape"),
        (("events",), [], "batch.size"),
        (("events",), {}, "batch.size"),
        (("events",), [{"body": "{}"}] * (MAX_EVENTS + 1), "batch.size"),
        (("events", 0), "body", "event.shape"),
        (("events", 0, "body"), None, "event.size"),
        (("events", 0, "body"), "x" * (MAX_BODY_CHARS + 1), "event.size"),
        (("events", 0, "person"), {}, "event.size"),
        (("events", 0, "commitment"), to_base64url(bytes(32)), "event.shape"),
        (("events", 1, "sealed"), "x.y", "event.shape"),
        (("events", 0, "body"), "\ud800", "event.text"),
        (("previous",), to_base64url(bytes(31)), "encoding.base64url"),
        (("signature",), to_base64url(bytes(63)), "encoding.base64url"),
        (("signature",), None, "encoding.base64url"),
    ],
)
def test_b6_a_wrong_shape_is_refused_whole(
    path: tuple[str | int, ...], value: object, code: str
) -> None:
    data: Any = copy.deepcopy(batch_to_json(signed()))
    target = data
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(SyncError) as caught:
        verify_batch(parse_batch(data), KEY.public_key())
    assert caught.value.code == code


def test_b3_any_changed_bit_breaks_the_signature() -> None:
    seed = 20210815
    print(f"seed {seed}")
    rng = random.Random(seed)
    batch = signed()
    for _ in range(200):
        signature = bytearray(batch.signature)
        signature[rng.randrange(64)] ^= 1 << rng.randrange(8)
        forged = Batch(batch.device, 1, batch.previous, batch.events, bytes(signature))
        with pytest.raises(SyncError, match=r"batch\.signature"):
            verify_batch(forged, KEY.public_key())


def test_b3_texts_number_and_device_are_all_covered() -> None:
    batch = signed(first=5)
    other = plain_event('{"n":2 }', None)
    for forged in (
        Batch(DEVICE, 6, batch.previous, batch.events, batch.signature),
        Batch(DEVICE[:-1] + "c", 5, batch.previous, batch.events, batch.signature),
        Batch(DEVICE, 5, bytes(32), batch.events, batch.signature),
        Batch(DEVICE, 5, batch.previous, batch.events[:2], batch.signature),
        Batch(
            DEVICE,
            5,
            batch.previous,
            (batch.events[0], other, batch.events[2]),
            batch.signature,
        ),
    ):
        with pytest.raises(SyncError, match=r"batch\.signature"):
            verify_batch(forged, KEY.public_key())


def test_b4_nothing_derivable_is_on_the_wire() -> None:
    data: Any = batch_to_json(signed())
    assert set(data) == {"device", "first", "previous", "events", "signature"}
    assert [set(one) for one in data["events"]] == [
        {"body", "person"},
        {"body"},
        {"body", "person"},
    ]


def test_b5_a_retry_may_be_cut_differently() -> None:
    whole = verify_batch(signed(), KEY.public_key())
    tail = make_batch(DEVICE, 2, whole[0], EVENTS[1:], lambda text: sign_es256(KEY, text))
    assert verify_batch(parse_batch(batch_to_json(tail)), KEY.public_key()) == whole[1:]


@pytest.mark.parametrize("text", ["AB", "AA=", "A", "AA\n", "A+", "ÁA"])
def test_e3_base64url_is_canonical(text: str) -> None:
    with pytest.raises(SyncError, match=r"encoding\.base64url"):
        from_base64url(text)
