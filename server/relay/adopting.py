"""Taking in a batch that another server hands over, on either side of the line. SPEC U3, U4, U6.

Nothing of it is believed but what a key signed: the batch its author's, each envelope its server's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credentials.jws import public_key_of_jwk
from server.relay.enrolments import take_up
from server.relay.forwarded import Forwarded, parse_forwarded
from server.relay.scope import Scope, relay_scope
from server.store.answers import EventAnswer, PushAnswer
from server.store.protocol import Store
from server.store.registered import Device
from server.store.relay_protocol import SignedEnvelope
from sync.batch import Batch, verify_batch, verify_es256
from sync.envelope import Envelope
from sync.errors import SyncError


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one batch; `code` where nothing of it was taken, else `pushed`."""

    device: str
    first: int
    last: int
    code: str | None
    pushed: PushAnswer | None = None

    @property
    def refused(self) -> tuple[EventAnswer, ...]:
        """The events that this server does not accept, or not yet."""
        answers = () if self.pushed is None else self.pushed.results
        return tuple(one for one in answers if one.state in ("held", "rejected"))


def take(store: Store, item: object, scope: Scope, now_ms: int) -> Taken:
    """Append what is new of one batch (SPEC A1–A4); a refusal leaves nothing of it behind."""
    named = item.get("batch") if isinstance(item, dict) else None
    device, first = _named(named)
    try:
        forwarded = parse_forwarded(item)
        batch = forwarded.batch
        author = store.device(batch.device)
        if author is None:
            return Taken(batch.device, batch.first, batch.last, "device.unknown")
        if not scope(author):
            return Taken(batch.device, batch.first, batch.last, "relay.scope")
        chain = verify_batch(batch, public_key_of_jwk(author.jwk))
    except SyncError as error:
        return Taken(device, first, first, error.code)
    envelopes = good_envelopes(store, forwarded, author, chain)
    pushed = store.push(batch, chain, author, now_ms, envelopes=envelopes)
    if author.kind in ("relay", "server"):
        take_up(store, batch, pushed, scope, now_ms)
    return Taken(batch.device, batch.first, batch.last, None, pushed)


def good_envelopes(
    store: Store, forwarded: Forwarded, author: Device, chain: Sequence[bytes]
) -> tuple[SignedEnvelope, ...]:
    """The envelopes that a known server signed over events of this very batch (SPEC A3).

    A relay's word counts for its own checkpoints. One that is not good is passed over: this server
    then vouches for the events itself.
    """
    return tuple(
        one
        for one in forwarded.envelopes
        if _is_over(one.envelope, forwarded.batch, chain) and _is_signed(store, one, author)
    )


def _is_over(envelope: Envelope, batch: Batch, chain: Sequence[bytes]) -> bool:
    if envelope.device != batch.device or not (
        batch.first <= envelope.first <= envelope.last <= batch.last
    ):
        return False
    if chain[envelope.last - batch.first] != envelope.head:
        return False
    if len(envelope.ranks) not in (1, envelope.last - envelope.first + 1):
        return False
    return envelope.ranks.isdigit()


def _is_signed(store: Store, one: SignedEnvelope, author: Device) -> bool:
    server = store.device(one.envelope.server)
    if server is None or server.kind == "tablet":
        return False
    if server.kind == "relay" and not relay_scope(server)(author):
        return False
    key = public_key_of_jwk(server.jwk)
    return verify_es256(key, one.signature, one.envelope.signing_text())


def _named(value: object) -> tuple[str, int]:
    """What a batch that cannot be read calls itself, for the answer only."""
    item = value if isinstance(value, dict) else {}
    device, first = item.get("device"), item.get("first")
    return (
        device[:64] if isinstance(device, str) else "",
        first if type(first) is int and 0 <= first < 1 << 53 else 0,
    )
