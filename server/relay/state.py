"""What a relay keeps about its upstream: whom it pinned, and how far the two have come.

It lies in the log database, so that a backup holds it and every process of the server reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from server.store.protocol import Store


@dataclass(frozen=True, slots=True)
class Upstream:
    """The upstream of this server. Keys are public JWKs; `home` names the server at the root.

    Pinned: `server`, `receipt_key`, `home`, `root_key`, `sealing_key`. How far: `own_seq` of the
    own chain, which is that of device `own_chain`, and `batch_no` of all batches have gone up;
    `offered_no` is the furthest that ever was; `cursor` says what came down. `refused`: (batch
    no, code) of what the upstream did not take, the newest of it; `refused_from` is the first
    batch no that is not in there for want of room, 0 where all are; `alerts`: packs and batches of
    its that were not believed; `failure` is "" while it answers, else a code.
    """

    url: str
    server: str
    receipt_key: Mapping[str, str]
    home: str
    root_key: Mapping[str, str]
    sealing_key: Mapping[str, str]
    epoch: int
    path: tuple[str, ...]
    checkpoints: tuple[str, ...]
    own_chain: str = ""
    own_seq: int = 0
    batch_no: int = 0
    offered_no: int = 0
    cursor: str | None = None
    reference: str = ""
    refused: tuple[tuple[int, str], ...] = ()
    refused_from: int = 0
    alerts: tuple[str, ...] = ()
    contact_ms: int = 0
    failure: str = ""

    def restarted(self) -> Upstream:
        """The same upstream, to which everything it lacks is offered again (SPEC U12)."""
        return replace(self, own_seq=0, batch_no=0, refused=(), refused_from=0)


def read_upstream(store: Store) -> Upstream | None:
    """The upstream of this server; None where it has none."""
    stored = store.relay_state()
    if not stored:
        return None
    known = {one.name for one in fields(Upstream)}
    values: dict[str, Any] = {name: value for name, value in stored.items() if name in known}
    for name in ("path", "checkpoints", "alerts"):
        values[name] = tuple(values.get(name, ()))
    values["refused"] = tuple((int(no), str(code)) for no, code in values.get("refused", ()))
    return Upstream(**values)


def put_upstream(store: Store, before: Upstream | None, after: Upstream) -> None:
    """Write what has changed; other processes see it at once."""
    changed = {
        one.name: getattr(after, one.name)
        for one in fields(Upstream)
        if before is None or getattr(before, one.name) != getattr(after, one.name)
    }
    if changed:
        store.put_relay_state(changed)


def path_of(store: Store) -> tuple[str, ...]:
    """The names of this server and of all above it, up to the root as last heard (SPEC U11).

    A server that refuses its upstream because of a ring is a root meanwhile.
    """
    upstream = read_upstream(store)
    above = () if upstream is None or upstream.failure == LOOP else upstream.path
    return (store.server_id, *above)


LOOP = "relay.loop"
