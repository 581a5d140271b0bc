"""A document that is revoked later is found in the crossings where it was shown."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from credentials.trust import Revocations, Trust
from server.store.reader import read_only
from server.store.view.shown_documents import revoked_crossings
from server.store.view_protocol import ShownDocument
from sync.batch import plain_event
from tests.server.store.conftest import World
from tests.server.store.tablets import CAR, NAME, NOON_MS, Tablet
from tests.server.store.test_erase import erase, ref

ONE, OTHER = "0" * 31 + "1", "0" * 31 + "2"
ISSUED_AT, ISSUED_MS = "2026-11-20T01:00:00Z", 1_795_136_400_000
SIGNED = {
    "family": "own", "status": "verified", "code": "ok", "key_id": "k-1", "issuer": "chot",
    "issued_at": ISSUED_AT,
}  # fmt: skip


def shown(world: World, tablet: Tablet, *fingerprints: str, **evidence: object) -> str:
    """A crossing whose driver showed a document with these fingerprints; its record."""
    record = tablet.new_record()
    driver = {"role": "driver", "evidence": SIGNED | evidence}
    body = tablet.body(record, fields=CAR, items={"people": {"1": driver}})
    person = tablet.person(name=NAME, fingerprints=list(fingerprints))
    tablet.push(world.store, tablet.batch(plain_event(body, person)))
    world.project()
    return record


def revoked(world: World, trust: Trust, fresh: set[str] | None = None) -> list[str]:
    with closing(read_only(world.config.view_path)) as view:
        found = list(revoked_crossings(view, world.sqlite.blind, trust, fresh))
    return [one.record for one in found]


def test_a_fingerprint_finds_who_showed_it_with_key_issuer_and_time(world: World) -> None:
    tablet = world.tablet()
    record = shown(world, tablet, ONE, OTHER)
    shown(world, tablet, "f" * 32)
    (found,) = world.store.shown_documents([ONE])
    crossing = found.crossing
    assert found == ShownDocument(
        crossing, record, "1", ONE, "k-1", "chot", ISSUED_MS, NOON_MS + 1000, "hd-ql6"
    )
    both = world.store.shown_documents([ONE, OTHER])
    assert [one.fingerprint for one in both] == [ONE, OTHER]
    assert world.store.shown_documents(["a" * 32]) == []


def test_more_fingerprints_than_one_statement_takes_are_asked_for(world: World) -> None:
    record = shown(world, world.tablet(), ONE)
    many = [f"{number:032x}" for number in range(40_000)]
    assert [one.record for one in world.store.shown_documents(many)] == [record]


def test_the_view_holds_no_fingerprint_in_clear(world: World) -> None:
    shown(world, world.tablet(), ONE)
    assert ONE.encode() not in world.config.view_path.read_bytes()


def test_only_what_the_revoking_key_signed_counts_as_revoked(world: World) -> None:
    tablet = world.tablet()
    ours = shown(world, tablet, ONE)
    theirs = shown(world, tablet, ONE, key_id="k-2", issuer="ha-dong")
    by_key = Trust(revocations=(Revocations("k-1", None, frozenset({ONE})),))
    assert revoked(world, by_key) == [ours]
    assert revoked(world, Trust(revoked=frozenset({ONE}))) == [ours, theirs]
    assert revoked(world, by_key, {OTHER}) == []
    assert revoked(world, by_key, {ONE}) == [ours]


def test_what_was_issued_after_the_revocation_is_not_revoked(world: World) -> None:
    tablet = world.tablet()
    dated = shown(world, tablet, ONE)
    undated = shown(world, tablet, ONE, issued_at=None)
    entry = Revocations("k-1", ISSUED_MS + 1, frozenset({ONE}))
    assert revoked(world, Trust(revocations=(entry,))) == [dated]
    assert revoked(world, Trust(revocations=(replace(entry, issued_before_ms=ISSUED_MS),))) == []
    later = replace(entry, issued_before_ms=NOON_MS + 60_000)
    assert revoked(world, Trust(revocations=(later,))) == [dated, undated]


def test_an_erased_person_is_found_by_no_fingerprint(world: World) -> None:
    tablet = world.tablet()
    shown(world, tablet, ONE)
    kept = shown(world, tablet, ONE)
    erase(world, ref(tablet, 1))
    world.project()
    assert [one.record for one in world.store.shown_documents([ONE])] == [kept]


def test_without_a_view_nothing_is_found(world: World) -> None:
    assert world.store.shown_documents([ONE]) == []
