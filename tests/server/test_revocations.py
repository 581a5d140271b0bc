"""Revocations and bulletins reach tablets in the trust pack and stay there."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from credentials import Evidence, RevocationImport, parse_trust, read
from credentials.bulletins import Bulletin
from credentials.conditions import CLOCK_TOLERANCE_MS
from credentials.own import issue_own, own_fingerprint
from server.config import Config
from server.document_keys import (
    DAY_MS,
    document_keys,
    generate_key,
    publish_keys,
    rotate_key,
    signer,
)
from server.foreign_trust import adopt_revocations
from server.issuing.sign import Document, issue_document
from server.keys import KeyRing
from server.packs import publish, publish_packs, trust_content, trust_in_force
from server.revocations import (
    UnknownIdError,
    add_bulletin,
    bulletins,
    end_bulletin,
    revoke_documents,
)
from server.store.protocol import Store
from server.store.sqlite import open_store
from server.withdrawn import Withdrawn

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
    fresh, pack = revoke_documents(store, keys, [Withdrawn(bad.id)], "cli", "cấp nhầm", NOW_MS)
    assert (fresh, pack.version) == (1, 2)
    assert judged(store, bad).code == "revoked"
    assert judged(store, good).status == "verified"


def test_a_revocation_outlasts_every_later_pack(store: Store, keys: KeyRing) -> None:
    bad = lane(keys)
    revoke_documents(store, keys, [Withdrawn(bad.id)], "cli", "", NOW_MS)
    rotate_key(keys, NOW_MS, NOW_MS)
    publish_packs(store, keys, NOW_MS)
    add_bulletin(store, keys, Bulletin("pass", None, 0, END_MS + DAY_MS, "TB 1"), "cli", NOW_MS)
    publish_packs(store, keys, NOW_MS)
    assert judged(store, bad).code == "revoked"
    assert judged(store, bad, END_MS).code == "revoked"


def test_revoking_twice_makes_no_new_pack(store: Store, keys: KeyRing) -> None:
    bad = lane(keys)
    first = revoke_documents(store, keys, [Withdrawn(bad.id)] * 2, "cli", "", NOW_MS)
    again = revoke_documents(store, keys, [Withdrawn(bad.id)], "cli", "", NOW_MS)
    assert (first[0], again[0], first[1].version) == (1, 0, again[1].version)
    entries = [one for _, one in store.audited(0, 100) if one.what == "document.revoked"]
    assert [(one.who, one.subject) for one in entries] == [("cli", bad.id)]


def test_one_wrong_id_revokes_nothing(store: Store, keys: KeyRing) -> None:
    good = lane(keys)
    with pytest.raises(UnknownIdError):
        revoke_documents(
            store, keys, [Withdrawn(good.id), Withdrawn("không phải mã")], "cli", "", NOW_MS
        )
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


def withdrawn(document: Document) -> Withdrawn:
    return Withdrawn(document.id, document.kid, document.expires_ms)


def listed(store: Store) -> list[str]:
    content = trust_in_force(store) or {}
    return [one for entry in content.get("revocations", ()) for one in entry["fingerprints"]]


def test_an_id_revoked_under_one_key_counts_under_another(store: Store, keys: KeyRing) -> None:
    generate_key(keys, NOW_MS, NOW_MS, usage=("permit",), issuer="ha-dong")
    publish_keys(keys, NOW_MS)
    publish_packs(store, keys, NOW_MS)
    same = {"iat": NOW_MS // 1000, "exp": END_MS // 1000, "jti": "CUNG-MOT-SO"}
    ours, theirs = (
        (by.kid, issue_own(typ, {"iss": by.issuer, **same}, by.private_key, by.kid))
        for typ in ("pass", "permit")
        for by in (signer(keys, typ, NOW_MS, END_MS),)
    )
    assert ours[0] != theirs[0]
    revoke_documents(store, keys, [Withdrawn("CUNG-MOT-SO", ours[0], END_MS)], "cli", "", NOW_MS)
    trust = parse_trust(trust_in_force(store))
    assert read(ours[1], trust, NOW_MS).code == "revoked"
    assert read(theirs[1], trust, NOW_MS).code == "ok"
    revoke_documents(store, keys, [Withdrawn("CUNG-MOT-SO")], "cli", "", NOW_MS)
    assert read(theirs[1], parse_trust(trust_in_force(store)), NOW_MS).code == "revoked"


def test_a_revocation_leaves_the_pack_when_its_document_has_ended(
    store: Store, keys: KeyRing
) -> None:
    short, long = lane(keys), issue_document(keys, "pass", {}, NOW_MS, NOW_MS + 90 * DAY_MS)
    revoke_documents(store, keys, [withdrawn(short), withdrawn(long)], "cli", "", NOW_MS)
    publish_packs(store, keys, END_MS)
    assert len(listed(store)) == 2
    assert judged(store, short, END_MS - 1).code == "revoked"
    after_ms = END_MS + DAY_MS + CLOCK_TOLERANCE_MS
    publish_packs(store, keys, after_ms)
    assert listed(store) == [own_fingerprint(long.id)]
    assert judged(store, short, after_ms).code == "expired"
    assert judged(store, long, after_ms).code == "revoked"


def test_a_year_of_revocations_does_not_make_the_pack_grow(store: Store, keys: KeyRing) -> None:
    sizes = []
    for day in range(0, 60, 4):
        now_ms = NOW_MS + day * DAY_MS
        some = [issue_document(keys, "pass", {}, now_ms, now_ms + 3 * DAY_MS) for _ in range(5)]
        revoke_documents(store, keys, [withdrawn(one) for one in some], "cli", "", now_ms)
        publish_packs(store, keys, now_ms)
        sizes.append(len(listed(store)))
    assert max(sizes) <= 10


def test_a_bulletin_extends_no_revoked_document_whose_entry_had_left(
    store: Store, keys: KeyRing
) -> None:
    bad, good = lane(keys), lane(keys)
    revoke_documents(store, keys, [withdrawn(bad)], "cli", "", NOW_MS)
    later_ms = END_MS + 30 * DAY_MS
    rotate_key(keys, NOW_MS, NOW_MS)
    publish_packs(store, keys, later_ms)
    assert listed(store) == []
    bulletin = Bulletin("pass", None, NOW_MS, later_ms + DAY_MS, "TB 1")
    add_bulletin(store, keys, bulletin, "cli", later_ms)
    assert judged(store, good, later_ms).warnings == ("extended",)
    assert judged(store, bad, later_ms).code == "revoked"
    publish_packs(store, keys, later_ms + 1)
    assert judged(store, bad, later_ms + 1).code == "revoked"
    publish_packs(store, keys, later_ms + 2 * DAY_MS)
    assert listed(store) == []


def test_revocations_of_a_pack_from_before_are_kept_for_our_keys_only(
    store: Store, keys: KeyRing
) -> None:
    bad = lane(keys)
    before = trust_content(keys, NOW_MS) | {"revoked": [own_fingerprint(bad.id)]}
    publish(store, keys, "trust", "all", before, NOW_MS)
    publish_packs(store, keys, NOW_MS)
    content = trust_in_force(store) or {}
    assert content["revoked"] == []
    assert [one["kid"] for one in content["revocations"]] == [bad.kid]
    assert judged(store, bad).code == "revoked"


def test_a_key_that_is_not_ours_revokes_nothing(store: Store, keys: KeyRing) -> None:
    with pytest.raises(UnknownIdError):
        revoke_documents(store, keys, [Withdrawn("A1", "not-ours", END_MS)], "cli", "", NOW_MS)
    assert listed(store) == []


def test_another_issuers_list_takes_no_revocation_of_ours_back(store: Store, keys: KeyRing) -> None:
    bad = lane(keys)
    revoke_documents(store, keys, [withdrawn(bad)], "cli", "", NOW_MS)
    theirs = RevocationImport([{"kid": bad.kid, "issued_before_ms": None, "fingerprints": []}], 0)
    adopt_revocations(store, keys, theirs, "list.json", "cli", NOW_MS)
    assert judged(store, bad).code == "revoked"


def test_what_is_revoked_at_once_by_two_processes_is_all_revoked(
    store: Store, keys: KeyRing, tmp_path: Path
) -> None:
    documents = [lane(keys) for _ in range(8)]
    (first,) = document_keys(keys)
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        versions = list(pool.map(revoked_elsewhere, [tmp_path] * 8, documents))
    assert sorted(versions) == list(range(2, 10))
    assert {judged(store, one).code for one in documents} == {"revoked"}
    assert {entry["kid"] for entry in (trust_in_force(store) or {})["revocations"]} == {first.kid}
    assert store.verify_audit() is None


def revoked_elsewhere(data: Path, document: Document) -> int:
    """In a process of its own: revoke one document; the version of the pack that says so."""
    keys = KeyRing.load_or_create(data)
    with closing(open_store(Config(data), keys)) as store:
        _, pack = revoke_documents(store, keys, [withdrawn(document)], "cli", "", NOW_MS)
    return pack.version
