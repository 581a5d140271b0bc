"""Keys of documents: known before they sign, believed until what they signed has ended."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from credentials import Evidence, parse_trust, read
from server.document_keys import (
    DAY_MS,
    END_STEP_MS,
    DocumentKey,
    NoSigningKeyError,
    document_keys,
    generate_key,
    publish_keys,
    rotate_key,
    signer,
)
from server.issuing.sign import issue_document
from server.keys import KeyRing, KeyRingError
from server.packs import trust_content

NOW_MS = 1_795_320_000_000
HOUR_MS = 3_600_000


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing.load_or_create(tmp_path)


def one(keys: KeyRing, kid: str) -> DocumentKey:
    return next(key for key in document_keys(keys) if key.kid == kid)


def permit(keys: KeyRing, now_ms: int, days: int = 1) -> str:
    claims = {"n": "Lê Thử"}
    return issue_document(keys, "permit", claims, now_ms, now_ms + days * DAY_MS).texts[0]


def judged(keys: KeyRing, text: str, now_ms: int) -> Evidence:
    """As a tablet judges that just took the trust pack."""
    return read(text, parse_trust(trust_content(keys, now_ms)), now_ms)


def test_the_first_key_signs_without_any_ceremony(keys: KeyRing) -> None:
    assert [key.state(NOW_MS) for key in document_keys(keys)] == ["signing"]
    assert judged(keys, permit(keys, NOW_MS), NOW_MS).status == "verified"


def test_a_generated_key_signs_only_once_it_is_published(keys: KeyRing) -> None:
    first = document_keys(keys)[0].kid
    made = generate_key(keys, NOW_MS, NOW_MS)
    assert signer(keys, "permit", NOW_MS, NOW_MS + 1).kid == first
    assert made.kid not in {key["kid"] for key in trust_content(keys, NOW_MS)["keys"]}
    assert [key.kid for key in publish_keys(keys, NOW_MS)] == [made.kid]
    assert signer(keys, "permit", NOW_MS, NOW_MS + 1).kid == made.kid
    assert judged(keys, permit(keys, NOW_MS), NOW_MS).status == "verified"


def test_a_key_signs_only_its_types_and_in_its_window(keys: KeyRing) -> None:
    first = document_keys(keys)[0].kid
    begins_ms, ends_ms = NOW_MS + HOUR_MS, NOW_MS + 2 * HOUR_MS
    made = generate_key(keys, NOW_MS, begins_ms, ends_ms, usage=("permit",), issuer="ha-dong")
    publish_keys(keys, NOW_MS)
    for typ, now_ms, kid in (
        ("permit", begins_ms - 1, first),
        ("permit", begins_ms, made.kid),
        ("permit", ends_ms, made.kid),
        ("permit", ends_ms + 1, first),
        ("pass", begins_ms, first),
    ):
        assert signer(keys, typ, now_ms, now_ms + 1).kid == kid
    assert judged(keys, permit(keys, begins_ms), begins_ms).issuer == "ha-dong"


def test_a_rotation_announces_the_new_key_and_keeps_the_old_documents(keys: KeyRing) -> None:
    old = document_keys(keys)[0].kid
    before = permit(keys, NOW_MS, days=30)
    begins_ms = NOW_MS + 72 * HOUR_MS
    made = rotate_key(keys, NOW_MS, begins_ms)
    assert (made.state(NOW_MS), one(keys, old).state(NOW_MS)) == ("waiting", "signing")
    # A tablet with today's pack, offline for three days, still verifies what is signed then.
    todays = parse_trust(trust_content(keys, NOW_MS))
    assert signer(keys, "permit", begins_ms - 1, begins_ms).kid == old
    after = permit(keys, begins_ms + 1000)
    assert read(after, todays, begins_ms + 1000).key_id == made.kid
    assert read(after, todays, begins_ms + 1000).status == "verified"
    assert judged(keys, before, begins_ms + DAY_MS).status == "verified"


def test_an_old_key_leaves_the_pack_when_its_last_document_has_ended(keys: KeyRing) -> None:
    old = document_keys(keys)[0].kid
    text = permit(keys, NOW_MS, days=30)
    rotate_key(keys, NOW_MS, NOW_MS)
    assert judged(keys, text, NOW_MS).status == "verified"
    end_ms = NOW_MS + 30 * DAY_MS
    assert judged(keys, text, end_ms - 1000).status == "verified"

    def trusted(now_ms: int) -> set[Any]:
        return {key["kid"] for key in trust_content(keys, now_ms)["keys"]}

    assert old in trusted(end_ms)
    assert old not in trusted(end_ms + END_STEP_MS)


def test_a_compromised_key_counts_for_nothing_at_once(keys: KeyRing) -> None:
    old = document_keys(keys)[0].kid
    text = permit(keys, NOW_MS, days=30)
    made = rotate_key(keys, NOW_MS, NOW_MS + DAY_MS, compromised=True)
    assert one(keys, old).state(NOW_MS) == "withdrawn"
    assert judged(keys, text, NOW_MS).code == "untrusted"
    assert signer(keys, "permit", NOW_MS, NOW_MS + 1).kid == made.kid


def test_without_a_key_nothing_is_signed(keys: KeyRing) -> None:
    generate_key(keys, NOW_MS, NOW_MS, usage=("permit",))
    publish_keys(keys, NOW_MS)
    withdrawn = rotate_key(keys, NOW_MS, NOW_MS, compromised=True)
    with pytest.raises(NoSigningKeyError):
        signer(keys, "permit", NOW_MS - DAY_MS, NOW_MS)
    assert signer(keys, "permit", NOW_MS, NOW_MS + 1).kid == withdrawn.kid


def test_private_halves_lie_encrypted_and_for_their_owner_only(keys: KeyRing) -> None:
    made = generate_key(keys, NOW_MS)
    pem = keys.folder / f"documents-{made.kid}.pem"
    assert b"ENCRYPTED PRIVATE KEY" in pem.read_bytes()
    listed = keys.folder / "documents.json"
    assert '"d"' not in listed.read_text("utf-8")
    for path in (pem, listed):
        assert path.stat().st_mode & 0o077 == 0, path


def test_another_ring_cannot_open_a_key(keys: KeyRing, tmp_path: Path) -> None:
    made = rotate_key(keys, NOW_MS, NOW_MS)
    other = KeyRing.load_or_create(tmp_path / "other")
    for path in keys.folder.glob("documents*"):
        if path.name != "documents.pem":
            (other.folder / path.name).write_bytes(path.read_bytes())
            (other.folder / path.name).chmod(0o600)
    assert made.kid in {key.kid for key in document_keys(other)}
    with pytest.raises(KeyRingError, match="does not open"):
        signer(other, "permit", NOW_MS + 1000, NOW_MS + 2000)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"kid": "x", "usage": []}]'])
def test_a_damaged_list_stops_everything(keys: KeyRing, text: str) -> None:
    (keys.folder / "documents.json").write_text(text, "utf-8")
    if text == "{}":
        with pytest.raises(NoSigningKeyError):
            signer(keys, "permit", NOW_MS, NOW_MS + 1)
        return
    with pytest.raises(KeyRingError):
        document_keys(keys)


def test_two_processes_may_change_the_list_at_once(keys: KeyRing) -> None:
    made: list[str] = []

    def work() -> None:
        for _ in range(5):
            made.append(generate_key(keys, NOW_MS).kid)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {key.kid for key in document_keys(keys)} >= set(made)
    assert len(document_keys(keys)) == 21


def test_keys_of_other_issuers_and_what_people_decided_stay_in_the_pack(keys: KeyRing) -> None:
    foreign = {"kid": "vn-1", "alg": "PS256"}
    permit(keys, NOW_MS)
    last = {"keys": [foreign], "revoked": ["0" * 32], "bulletins": [], "unusable": ["x"]}
    rotate_key(keys, NOW_MS, NOW_MS)
    content = trust_content(keys, NOW_MS, last)
    assert foreign in content["keys"] and len(content["keys"]) == 3
    assert (content["bulletins"], content["unusable"]) == ([], ["x"])
    revocations = {one["kid"]: one["fingerprints"] for one in content["revocations"]}
    ours = [one["kid"] for one in content["keys"] if one["kid"] != "vn-1"]
    assert revocations == {kid: ["0" * 32] for kid in ours}
    # Publishing again adds nothing twice.
    assert trust_content(keys, NOW_MS, content) == content
