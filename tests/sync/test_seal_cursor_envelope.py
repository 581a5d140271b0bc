"""SPEC S, F, A3 and P: sealing, cursors, and what a server signs."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import sign_es256, verify_es256
from sync.chain import commitment
from sync.cursor import Cursor, Feed, feed_set, parse_cursor, parse_feed
from sync.envelope import Envelope, Receipt
from sync.errors import SyncError
from sync.seal import (
    body_binding,
    open_bodies,
    seal,
    unseal,
    unwrap_content_key,
    wrap_content_key,
    wrapped_part,
)

SERVER = ec.derive_private_key(7, ec.SECP256R1())
EPHEMERAL = ec.derive_private_key(8, ec.SECP256R1())
CONTENT_KEY = bytes(range(32))
PERSON = '{"salt":"AAAAAAAAAAAAAAAAAAAAAA","set":{"note":"Trần Văn Thử"}}'


def sealed() -> str:
    wrapped = wrap_content_key(CONTENT_KEY, SERVER.public_key(), EPHEMERAL)
    return seal(PERSON, CONTENT_KEY, wrapped, bytes(12), commitment(PERSON))


def test_s1_only_the_home_server_opens_what_a_locked_tablet_sends() -> None:
    text = sealed()
    key = unwrap_content_key(wrapped_part(text), SERVER)
    assert unseal(text, key, commitment(PERSON)) == PERSON
    with pytest.raises(SyncError, match=r"seal\.key"):
        unwrap_content_key(wrapped_part(text), EPHEMERAL)


def test_s2_a_point_off_the_curve_is_refused() -> None:
    from sync.encoding import to_base64url

    with pytest.raises(SyncError, match=r"seal\.key"):
        unwrap_content_key(to_base64url(b"\4" + b"\7" * 112), SERVER)


def test_s3_a_sealed_text_is_bound_to_its_commitment() -> None:
    with pytest.raises(SyncError, match=r"seal\.text"):
        unseal(sealed(), CONTENT_KEY, commitment("{}"))
    with pytest.raises(SyncError, match=r"seal\.text"):
        unseal(wrapped_part(sealed()), CONTENT_KEY, commitment(PERSON))


def test_a3_every_part_of_an_envelope_is_signed() -> None:
    base = Envelope("s", 1, "d", 1, 2, bytes(32), "0")
    signature = sign_es256(SERVER, base.signing_text())
    assert verify_es256(SERVER.public_key(), signature, base.signing_text())
    for other in (
        Envelope("t", 1, "d", 1, 2, bytes(32), "0"),
        Envelope("s", 2, "d", 1, 2, bytes(32), "0"),
        Envelope("s", 1, "e", 1, 2, bytes(32), "0"),
        Envelope("s", 1, "d", 2, 2, bytes(32), "0"),
        Envelope("s", 1, "d", 1, 3, bytes(32), "0"),
        Envelope("s", 1, "d", 1, 2, bytes(31) + b"\1", "0"),
        Envelope("s", 1, "d", 1, 2, bytes(32), "01"),
    ):
        assert not verify_es256(SERVER.public_key(), signature, other.signing_text())


def test_p1_every_part_of_a_receipt_is_signed() -> None:
    base = Receipt("s", "home", "d", 9, bytes(32), 5, 1)
    signature = sign_es256(SERVER, base.signing_text())
    for other in (
        Receipt("s", "relay", "d", 9, bytes(32), 5, 1),
        Receipt("s", "home", "d", 8, bytes(32), 5, 1),
        Receipt("s", "home", "d", 9, bytes(32), 9, 1),
        Receipt("s", "home", "d", 9, bytes(32), 5, 2),
    ):
        assert not verify_es256(SERVER.public_key(), signature, other.signing_text())


@pytest.mark.parametrize("text", ["", "checkpoint", "checkpoint:", "all:x", "checkpoint:../x", 3])
def test_f1_an_unknown_feed_is_refused(text: object) -> None:
    with pytest.raises(SyncError, match=r"feed\.unknown"):
        parse_feed(text)


def test_f2_a_cursor_reads_back_and_holds_no_clock() -> None:
    feeds = frozenset({Feed("checkpoint", "hd-ql6"), Feed("turn_backs", "268")})
    cursor = Cursor("017b47f7-6200-7bfd-8970-571b44bd0e3b", 3, feed_set(feeds), 41)
    assert parse_cursor(str(cursor)) == cursor
    assert parse_cursor(None) is None
    assert feed_set(frozenset(sorted(feeds, reverse=True))) == cursor.feeds


@pytest.mark.parametrize("text", ["", "a.b.c", "a.1.c.-1", "a.x.c.1", "a.1.c.1.1", 1, "a.1.c.²"])
def test_f2_any_other_cursor_is_refused(text: object) -> None:
    with pytest.raises(SyncError, match=r"cursor\.shape"):
        parse_cursor(text)


BODY = '{"kind":"crossing","set":{"plate":"29A12345"}}'


def sealed_batch(server: ec.EllipticCurvePrivateKey = SERVER, first: int = 7) -> dict[str, object]:
    wrapped = wrap_content_key(CONTENT_KEY, server.public_key(), EPHEMERAL)
    body = seal(BODY, CONTENT_KEY, wrapped, bytes(12), body_binding("d", 8))
    return {"device": "d", "first": first, "events": [{"body": "{}"}, {"sealed_body": body}]}


def test_s4_a_sealed_body_is_opened_in_its_place() -> None:
    assert open_bodies(sealed_batch(), SERVER) == sealed_batch() | {
        "events": [{"body": "{}"}, {"body": BODY}]
    }


def test_s4_a_sealed_body_is_of_its_place_in_the_chain() -> None:
    with pytest.raises(SyncError, match=r"seal\.body \(S5\) at 9"):
        open_bodies(sealed_batch(first=8), SERVER)


def test_s5_a_body_that_is_sealed_for_another_server_is_told_apart() -> None:
    with pytest.raises(SyncError, match=r"seal\.body_key"):
        open_bodies(sealed_batch(EPHEMERAL), SERVER)


@pytest.mark.parametrize(
    "event", [{"sealed_body": 7}, {"sealed_body": "B.A" * 30_000}, {"sealed_body": "", "body": ""}]
)
def test_s4_a_sealed_body_has_one_shape(event: dict[str, object]) -> None:
    with pytest.raises(SyncError, match=r"event\.shape"):
        open_bodies({"device": "d", "first": 1, "events": [event]}, SERVER)


@pytest.mark.parametrize("odd", [None, [], {"events": 3}, {"device": "d", "events": [{}]}])
def test_what_is_no_batch_is_left_to_who_judges_batches(odd: object) -> None:
    assert open_bodies(odd, SERVER) is odd
