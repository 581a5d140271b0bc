"""Revocations and bulletins reach tablets in the trust pack and stay there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from credentials import Evidence, parse_trust, read
from credentials.bulletins import Bulletin
from server.config import Config
from server.document_keys import DAY_MS, rotate_key
from server.issuing.sign import Document, issue_document
from server.keys import KeyRing
from server.packs import publish_packs, trust_in_force
from server.revocations import (
    UnknownIdError,
    add_bulletin,
    bulletins,
    end_bulletin,
    revoke_documents,
)
from server.store.protocol import Store
from server.store.sqlite import open_store

NOW_MS = 1_795_320_000_000
END_MS = NOW_MS + DAY_MS


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing.load_or_create(tmp_path)


@pytest.fixture
def store(tmp_path: Path, keys: KeyRing) -> Iterator[Store]:
    with closing(open_store(Config(tmp_path), keys)) as store:
        publish_packs(store, keys, NOW_MS)
        yield store


def lane(keys: KeyRing) -> Document:
    return issue_document(keys, "pass", {"v": "29C-123.45"}, NOW_MS, END_MS)


def judged(store: Store, document: Document, now_ms: int = NOW_MS) -> Evidence:
    return read(document.texts[0], parse_trust(trust_in_force(store)), now_ms)


def test_a_revoked_document_is_refused_and_others_are_not(store: Store, keys: KeyRing) -> None:
    bad, good = lane(keys), lane(keys)
    fresh, pack = revoke_documents(store, keys, [bad.id], "cli", "cấp nhầm", NOW_MS)
    assert (fresh, pack.version) == (1, 2)
    assert judged(store, bad).code == "revoked"
    assert judged(store, good).status == "verified"


def test_a_revocation_outlasts_every_later_pack(store: Store, keys: KeyRing) -> None:
    bad = lane(keys)
    revoke_documents(store, keys, [bad.id], "cli", "", NOW_MS)
    rotate_key(keys, NOW_MS, NOW_MS)
    publish_packs(store, keys, NOW_MS)
    add_bulletin(store, keys, Bulletin("pass", None, 0, END_MS + DAY_MS, "TB 1"), "cli", NOW_MS)
    publish_packs(store, keys, NOW_MS)
    assert judged(store, bad).code == "revoked"
    assert judged(store, bad, END_MS).code == "revoked"


def test_revoking_twice_makes_no_new_pack(store: Store, keys: KeyRing) -> None:
    bad = lane(keys)
    first = revoke_documents(store, keys, [bad.id, bad.id], "cli", "", NOW_MS)
    again = revoke_documents(store, keys, [bad.id], "cli", "", NOW_MS)
    assert (first[0], again[0], first[1].version) == (1, 0, again[1].version)
    entries = [one for _, one in store.audited(0, 100) if one.what == "document.revoked"]
    assert [(one.who, one.subject) for one in entries] == [("cli", bad.id)]


def test_one_wrong_id_revokes_nothing(store: Store, keys: KeyRing) -> None:
    good = lane(keys)
    with pytest.raises(UnknownIdError):
        revoke_documents(store, keys, [good.id, "không phải mã"], "cli", "", NOW_MS)
    assert judged(store, good).status == "verified"


def test_a_bulletin_lets_expired_passes_count_and_says_so(store: Store, keys: KeyRing) -> None:
    document = lane(keys)
    assert judged(store, document, END_MS).code == "expired"
    extended = Bulletin("pass", None, NOW_MS, END_MS + DAY_MS, "Thông báo 12/TB-UBND")
    add_bulletin(store, keys, extended, "cli", NOW_MS)
    found = judged(store, document, END_MS)
    assert (found.status, found.code, found.warnings) == ("verified", "ok", ("extended",))
    assert judged(store, document, END_MS + DAY_MS).code == "expired"
    assert judged(store, document, NOW_MS).warnings == ()
    assert bulletins(store) == [extended]
    end_bulletin(store, keys, 1, "cli", NOW_MS)
    assert judged(store, document, END_MS).code == "expired"
    with pytest.raises(IndexError):
        end_bulletin(store, keys, 1, "cli", NOW_MS)


@pytest.mark.parametrize(
    "wrong",
    [
        Bulletin("badge", None, 0, END_MS, "TB 1"),
        Bulletin("pass", "", 0, END_MS, "TB 1"),
        Bulletin("pass", None, 0, END_MS, ""),
    ],
)
def test_a_bulletin_that_tablets_would_refuse_is_never_published(
    store: Store, keys: KeyRing, wrong: Bulletin
) -> None:
    before = store.pack("trust", "all")
    with pytest.raises(ValueError, match="bulletin"):
        add_bulletin(store, keys, wrong, "cli", NOW_MS)
    assert store.pack("trust", "all") == before


def test_bulletins_that_are_over_leave_the_pack_with_the_next(store: Store, keys: KeyRing) -> None:
    add_bulletin(store, keys, Bulletin("pass", None, 0, NOW_MS + 1, "TB 1"), "cli", NOW_MS)
    add_bulletin(store, keys, Bulletin("pass", None, 0, END_MS, "TB 2"), "cli", NOW_MS + 2)
    assert [one.reference for one in bulletins(store)] == ["TB 2"]
