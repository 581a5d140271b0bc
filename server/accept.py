"""What becomes of pushed events, as far as each itself tells: SPEC A2–A5, A10, S3.

Pure but for the sealing key it is given; `server/store` adds what only the log knows (duplicates,
forks, revoked devices, whether a record has begun). An event with a wrong text still gets a row:
it keeps its place in the chain (A4).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from schemas.check import Header, missing, refused_field
from schemas.checker import checker
from schemas.feeds import FEED_FIELDS, checkpoint_feed, feed_of
from schemas.records import KINDS, Kind
from sync.batch import MAX_PERSON_CHARS, WireEvent
from sync.chain import NO_PERSON, commitment
from sync.clock import order_stamp
from sync.errors import SyncError
from sync.events import Body, parse_body
from sync.seal import is_sealed, unseal, unwrap_content_key, wrapped_part

MAX_CONTENT_KEYS = 4096
ENROLMENT = "enrolment"
"""Of the kinds that only servers write, the one that a relay writes (SPEC U5)."""

_check = checker()


class Examined(NamedTuple):
    """What the log has to know of an event beside its texts. Events that are alike share one.

    `home` is the checkpoint it belongs to: the device's own where the body names none. `feed` is
    where it is given out (F1).
    `required`: the kind has fields that the first event of `record` must hold, `missing` are those
    it lacks. An amendment (it has an `over`, so not `begins`) may well arrive before what it
    amends: it is never asked for them.
    """

    state: Literal["accepted", "held", "rejected"]
    code: str | None
    field: str | None
    home: str
    feed: str
    officer: str | None
    record: str | None
    begins: bool
    required: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """The events of a batch, ready to be stored, with their person parts opened.

    `order`: the largest order stamp of those accepted (C4), 0 where none is.
    """

    events: Sequence[Examined]
    persons: Sequence[str | None]
    order: int


class ContentKeys:
    """Unwrapped content keys of locked tablets, the least recently used leave first; any thread.

    A tablet wraps one key per shift and seals hundreds of events with it: one ECDH serves all.
    """

    def __init__(self, sealing: ec.EllipticCurvePrivateKey) -> None:
        self._sealing = sealing
        self._keys: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, sealed: str, committed: bytes) -> str:
        """The person text in `sealed`; SyncError seal.key or seal.text (SPEC S3)."""
        wrapped = wrapped_part(sealed)
        with self._lock:
            key = self._keys.get(wrapped)
            if key is not None:
                self._keys.move_to_end(wrapped)
        try:
            if key is None:
                key = unwrap_content_key(wrapped, self._sealing)
        except SyncError:
            raise SyncError("seal.key", "S3") from None
        with self._lock:
            self._keys[wrapped] = key
            while len(self._keys) > MAX_CONTENT_KEYS:
                self._keys.popitem(last=False)
        try:
            text = unseal(sealed, key, committed)
        except SyncError:
            raise SyncError("seal.text", "S3") from None
        if commitment(text) != committed:
            raise SyncError("seal.text", "S3")
        return text


def examine(
    events: Sequence[WireEvent],
    home: str | None,
    received_ms: int,
    content_keys: ContentKeys,
    relay: frozenset[str] | None = None,
    keeps_sealed: bool = False,
) -> Examination:
    """What the events of a batch become. `home`: the one checkpoint their device writes to (A10).

    `relay`: the checkpoints of the relay that wrote them as events of its own chain (U4); then
    there is no `home`. `keeps_sealed`: what is sealed for the home server stays as it is (U9). What
    is in order passes by the fast check; only a refusal is read again, to be explained.
    """
    persons = [one.person for one in events]
    problems: dict[int, str] = {}
    kept: dict[int, str] = {}
    for index, (_, _, sealed, committed) in enumerate(events):
        if sealed is None:
            continue
        persons[index], problem = _unsealed(sealed, committed, content_keys)
        if problem == "seal.key" and keeps_sealed and is_sealed(sealed):
            kept[index] = sealed
        elif problem is not None:
            problems[index] = problem
    checked = _check([one.body for one in events], persons)
    found: list[Examined] = []
    last: Header | None = None
    for index, header in enumerate(checked.headers):
        if header is not None and header is last and not problems:
            found.append(found[-1])
            continue
        problem = problems.get(index)
        if header is None or not _may_write(header, home, relay):
            found.append(_explain(events[index].body, persons[index], problem, home, relay))
            last = None
        else:
            found.append(_accepted(header, problem, events[index].body))
            last = None if header.kind.name in FEED_FIELDS else header
    for index, sealed in kept.items():
        persons[index] = sealed
    newest = order_stamp(checked.newest, received_ms) if checked.newest else 0
    return Examination(found, persons, newest)


def _may_write(header: Header, home: str | None, relay: frozenset[str] | None) -> bool:
    if home is None and relay is None:
        return True
    within = header.home == home if relay is None else header.home in relay
    return within and header.kind.authors != "server"


def _accepted(header: Header, problem: str | None, body: str) -> Examined:
    if header.kind.name in FEED_FIELDS:
        feed = feed_of(header.kind.name, header.home, parse_body(body).fields)
    else:
        feed = checkpoint_feed(header.home)
    return Examined(
        "accepted",
        problem,
        None,
        header.home,
        feed,
        header.officer,
        header.record,
        header.begins,
        bool(header.kind.required),
        header.missing,
    )


def _explain(
    text: str,
    person: str | None,
    problem: str | None,
    home: str | None,
    relay: frozenset[str] | None,
) -> Examined:
    """What an event becomes that did not pass: why, by the schemas. They have the last word."""
    try:
        body = parse_body(text)
    except SyncError as error:
        return _unreadable(error, home)
    kind = KINDS.get((body.kind, body.version))
    state, code, field = _judge(kind, body, person, home, relay)
    return Examined(
        state=state,
        code=problem if state == "accepted" else code,
        field=field,
        home=body.home if home is None else home,
        feed=(
            feed_of(body.kind, body.home, body.fields)
            if state == "accepted"
            else checkpoint_feed(body.home if home is None else home)
        ),
        officer=body.officer,
        record=body.record,
        begins=not body.over,
        required=kind is not None and bool(kind.required),
        missing=() if kind is None else missing(kind, body.fields),
    )


def _judge(
    kind: Kind | None,
    body: Body,
    person: str | None,
    home: str | None,
    relay: frozenset[str] | None,
) -> tuple[Literal["accepted", "held", "rejected"], str | None, str | None]:
    if (home is not None and body.home != home) or (relay is not None and body.home not in relay):
        return "rejected", "event.scope", "home"
    if kind is None:
        return "held", "event.kind", "kind"
    if kind.authors == "server" and (home is not None or _is_not_for_relays(kind, relay)):
        return "rejected", "event.author", "kind"
    if relay is not None and kind.name == ENROLMENT and not _enrols_within(body, relay):
        return "rejected", "relay.scope", "checkpoint"
    refused = refused_field(kind, body, person)
    if refused is not None:
        return "rejected", "event.field", refused
    return "accepted", None, None


def _is_not_for_relays(kind: Kind, relay: frozenset[str] | None) -> bool:
    return relay is not None and kind.name != ENROLMENT


def _enrols_within(body: Body, relay: frozenset[str]) -> bool:
    """Whether a relay enrols a device for its own checkpoints only (SPEC U5)."""
    named = body.fields.get("checkpoints", [])
    places = [body.fields.get("checkpoint"), *(named if isinstance(named, list) else [None])]
    return all(isinstance(one, str) and one in relay for one in places)


def _unsealed(
    sealed: str, committed: bytes, content_keys: ContentKeys
) -> tuple[str | None, str | None]:
    """(the person text, None), or (None, why it does not open)."""
    if committed == NO_PERSON:
        return None, "seal.text"
    try:
        text = content_keys.open(sealed, committed)
    except SyncError as error:
        return None, error.code
    return (text, None) if len(text) <= MAX_PERSON_CHARS else (None, "seal.text")


def _unreadable(error: SyncError, home: str | None) -> Examined:
    return Examined(
        state="rejected",
        code=error.code,
        field=None if error.at is None else str(error.at),
        home=home or "",
        feed=checkpoint_feed(home or ""),
        officer=None,
        record=None,
        begins=False,
        required=False,
        missing=(),
    )
