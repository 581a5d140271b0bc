"""Becoming a relay: a one-time code is used up at the upstream, and its answer is pinned. SPEC U1.

Using the code again for the same server and key gives the same answer, so a lost one costs nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from credentials.jws import jwk_of_public_key, public_key_of_jwk
from server.keys import KeyRing, public_jwk, thumbprint
from server.relay.state import LOOP, Upstream, put_upstream, read_upstream
from server.relay.wire import UpstreamError, Wire
from server.store.protocol import Store
from server.store.published import AuditEntry
from sync.encoding import is_uuid7

MAX_PATH = 16


class JoinError(Exception):
    """This server cannot become a relay of that upstream; `code` says why.

    relay.occupied: it has checkpoints or devices of its own · relay.home: its tablets pinned the
    keys of another home server · relay.loop · upstream.answer · or the problem code of a refusal.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def join(
    store: Store, keys: KeyRing, wire: Wire, url: str, code: str, name: str, now_ms: int
) -> Upstream:
    """Use `code` at `url` and keep what the answer names; JoinError, and then nothing changed."""
    before = read_upstream(store)
    if before is None and _has_own(store):
        raise JoinError("relay.occupied")
    try:
        jwk = public_jwk(keys.signing)
        sent = {"code": code, "server": store.server_id, "jwk": jwk, "name": name}
        after = _pinned(url, wire.post("/relay/enrol", sent))
    except UpstreamError as error:
        raise JoinError(error.code) from None
    if store.server_id in after.path:
        raise JoinError(LOOP)
    if before is not None and (before.home, before.root_key) != (after.home, after.root_key):
        raise JoinError("relay.home")
    if before is None:
        store.drop_packs()
    else:
        # What another upstream was offered may be there already: receipts tell (SPEC U12).
        after = replace(after, offered_no=before.offered_no)
    put_upstream(store, None, after)
    store.audit(AuditEntry(now_ms, "cli", "relay.joined", after.server))
    return after


def _has_own(store: Store) -> bool:
    """Whether somebody relies on this server's own keys and places already."""
    return bool(store.checkpoints()) or any(one.kind != "server" for one in store.devices())


def _pinned(url: str, answer: dict[str, Any]) -> Upstream:
    path, places, epoch = answer.get("path"), answer.get("checkpoints"), answer.get("epoch")
    server, home = answer.get("server"), answer.get("home")
    if (
        not (is_uuid7(server) and is_uuid7(home) and type(epoch) is int)
        or not (isinstance(path, list) and 1 <= len(path) <= MAX_PATH)
        or not all(is_uuid7(one) for one in path)
        or (path[0], path[-1]) != (server, home)
        or not (isinstance(places, list) and all(isinstance(one, str) for one in places))
    ):
        raise JoinError("upstream.answer")
    return Upstream(
        url=url,
        server=str(server),
        receipt_key=_key(answer.get("receipt_key")),
        home=str(home),
        root_key=_key(answer.get("root_key")),
        sealing_key=_key(answer.get("sealing_key")),
        epoch=epoch,
        path=tuple(path),
        checkpoints=tuple(places),
    )


def _key(value: Any) -> dict[str, str]:
    try:
        jwk = jwk_of_public_key(public_key_of_jwk(value))
    except (ValueError, TypeError):
        raise JoinError("upstream.answer") from None
    return {**jwk, "kid": thumbprint(jwk)}
