"""The Store contract for envelopes of other servers: the smaller one wins, everywhere. SPEC A3."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from server.keys import public_jwk
from server.store.answers import PushAnswer
from server.store.feed_pages import FeedRun
from server.store.registered import Device
from server.store.relay_protocol import SignedEnvelope
from sync.batch import Batch, sign_es256, verify_batch
from sync.encoding import uuid7
from sync.envelope import Envelope
from tests.server.store.conftest import World
from tests.server.store.tablets import NOON_MS, Tablet
from tests.server.store.test_contract_feeds import FEED, all_runs, events, total
from tests.server.store.walks import walked

KEY = ec.derive_private_key(77, ec.SECP256R1())


class Relay:
    """Another server, known to this one, that vouches for runs of events."""

    def __init__(self, world: World) -> None:
        self.id = uuid7(NOON_MS, world.rng.randbytes(10))
        self.device = Device(
            no=0,
            id=self.id,
            kind="relay",
            checkpoint=None,
            lane=None,
            name="Chốt",
            jwk=public_jwk(KEY),
            enrolled_ms=NOON_MS,
            revoked_ms=None,
            forked_ms=None,
            last_contact_ms=None,
            unsent=None,
            clock_offset_ms=None,
            checkpoints=("hd-ql6",),
        )
        world.store.adopt_device(self.device)

    def vouch(
        self,
        batch: Batch,
        tablet: Tablet,
        received_ms: int,
        first: int,
        last: int,
        ranks: str = "0",
    ) -> SignedEnvelope:
        chain = verify_batch(batch, tablet.key.public_key())
        head = chain[last - batch.first]
        envelope = Envelope(self.id, received_ms, batch.device, first, last, head, ranks)
        return SignedEnvelope(envelope, sign_es256(KEY, envelope.signing_text()))


def push(
    world: World, tablet: Tablet, batch: Batch, received_ms: int, *envelopes: SignedEnvelope
) -> PushAnswer:
    chain = verify_batch(batch, tablet.key.public_key())
    return world.store.push(batch, chain, tablet.device, received_ms, envelopes=envelopes)


def seen(runs: list[FeedRun]) -> list[tuple[int, int, int, int, int, str]]:
    return [(one.n, one.counted, one.first, one.count, one.received_ms, one.ranks) for one in runs]


def test_a3_the_envelope_that_came_with_new_events_is_theirs(world: World) -> None:
    tablet, relay = world.tablet(), Relay(world)
    batch = tablet.crossings(5)
    given = relay.vouch(batch, tablet, NOON_MS - 60_000, 2, 4, "012")
    push(world, tablet, batch, NOON_MS, given)
    found = all_runs(world, persons=True)
    assert seen(found) == [
        (1, 1, 1, 1, NOON_MS, "0"),
        (4, 4, 2, 3, NOON_MS - 60_000, "012"),
        (5, 5, 5, 1, NOON_MS, "0"),
    ]
    assert [one.server for one in found] == [world.store.server_id, relay.id, world.store.server_id]
    assert walked(world).breaks == 0


def test_a3_a_smaller_envelope_changes_what_is_held_and_is_announced(world: World) -> None:
    tablet, relay = world.tablet(), Relay(world)
    batch = tablet.crossings(5)
    push(world, tablet, batch, NOON_MS)
    before = {one[3]: one[0] for run in all_runs(world, persons=True) for one in events(run)}
    given = relay.vouch(batch, tablet, NOON_MS - 60_000, 2, 3, "1")
    answer = push(world, tablet, batch, NOON_MS + 9, given)
    assert {one.state for one in answer.results} == {"duplicate"}
    found = all_runs(world, persons=True)
    assert seen(found) == [
        (1, 1, 1, 1, NOON_MS, "0"),
        (3, 3, 2, 2, NOON_MS - 60_000, "1"),
        (5, 5, 4, 2, NOON_MS, "0"),
        (7, 3, 2, 2, NOON_MS - 60_000, "1"),
    ]
    # Counted where it was, so that no reader's digest changes.
    assert {one[3]: one[0] for run in found for one in events(run)} == before
    newest = world.store.projected()[1]
    for after, through in ((0, newest), (3, newest), (2, 5), (0, 2)):
        expected = total([hash_ for hash_, n in before.items() if after < n <= through])
        assert world.store.digest([FEED], after, through) == expected
    older = world.store.runs_before([FEED], newest, 0, 100, persons=False)
    assert [one.n for one in older.runs] == [5, 3, 1]
    assert walked(world).breaks == 0


def test_a3_it_ends_the_same_whichever_envelope_comes_first(world: World) -> None:
    tablet, near, far = world.tablet(), Relay(world), Relay(world)
    batch = tablet.crossings(6)
    early = near.vouch(batch, tablet, NOON_MS - 5000, 1, 4)
    late = far.vouch(batch, tablet, NOON_MS - 1000, 3, 6)
    for one in world.rng.sample([early, late, late, early], 4):
        push(world, tablet, batch, NOON_MS, one)
    newest = {}
    for run in all_runs(world, persons=False):
        for _, _, seq, _ in events(run):
            newest[seq] = run.server
    assert newest == dict.fromkeys(range(1, 5), near.id) | {5: far.id, 6: far.id}
    settled = world.store.projected()[1]
    push(world, tablet, batch, NOON_MS, early, late)
    assert world.store.projected()[1] == settled, "what changes nothing is not announced"
    assert walked(world).breaks == 0


def test_u2_a_smaller_envelope_goes_up_with_a_batch_that_holds_all_of_its_events(
    world: World,
) -> None:
    tablet, relay = world.tablet(), Relay(world)
    start = tablet.head
    one, two = tablet.crossings(1), tablet.crossings(1)
    push(world, tablet, one, NOON_MS)
    push(world, tablet, two, NOON_MS)
    sent = world.store.batches_after(0, 9)[-1].no
    tablet.seq, tablet.head = 0, start
    whole = tablet.batch(*one.events, *two.events)
    early = relay.vouch(whole, tablet, NOON_MS - 5000, 1, 2)
    push(world, tablet, whole, NOON_MS, early)
    (again,) = world.store.batches_after(sent, 9)
    assert (again.batch.first, again.batch.last, again.envelopes) == (1, 2, (early,))
    # The same batch once more, under a smaller one still; then nothing that is new.
    earlier = relay.vouch(whole, tablet, NOON_MS - 9000, 1, 2)
    for _ in range(2):
        push(world, tablet, whole, NOON_MS, earlier, early)
    (last,) = world.store.batches_after(again.no, 9)
    assert (last.batch.first, last.batch.last, last.envelopes) == (1, 2, (earlier,))
    assert walked(world).breaks == 0


def test_a3_a_relay_whose_clock_runs_ahead_has_not_the_first_word(world: World) -> None:
    tablet, relay = world.tablet(), Relay(world)
    batch = tablet.crossings(1)
    ahead = relay.vouch(batch, tablet, NOON_MS + 3_600_000, 1, 1)
    push(world, tablet, batch, NOON_MS, ahead)
    (run,) = all_runs(world, persons=False)
    assert (run.server, run.received_ms) == (world.store.server_id, NOON_MS)


def test_a3_the_branch_of_a_clone_keeps_its_envelope(world: World) -> None:
    tablet, relay = world.tablet(), Relay(world)
    clone = tablet.clone()
    own, other = tablet.crossings(3), clone.crossings(3)
    push(world, tablet, own, NOON_MS)
    push(world, clone, other, NOON_MS)
    push(world, tablet, own, NOON_MS, relay.vouch(own, tablet, NOON_MS - 1, 1, 3))
    found = all_runs(world, persons=False)
    assert {(one.branch, one.received_ms) for one in found} == {(0, NOON_MS - 1), (1, NOON_MS)}
    assert walked(world).breaks == 0


def test_a3_a_person_part_still_opens_after_its_run_was_cut(world: World) -> None:
    tablet, relay = world.tablet(), Relay(world)
    batch = tablet.crossings(4)
    push(world, tablet, batch, NOON_MS)
    push(world, tablet, batch, NOON_MS, relay.vouch(batch, tablet, NOON_MS - 1, 2, 2))
    world.project()
    assert len(world.found(name="dao")) == 4
    whole = world.store.crossing(tablet.records[1])
    assert whole is not None
    assert whole.history[0].received_ms == NOON_MS - 1
