"""The rules and levels that hold at a checkpoint, as published: what its tablets decide by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credentials.pack import PackError, PackPayload, verify_pack
from rules.levels import LevelWindow, parse_levels
from rules.pack import RulePack, parse_rule_pack
from server.keys import KeyRing, public_jwk
from server.packs import EVERYBODY, checkpoint_scope
from server.store.protocol import Store


def rules_of(store: Store, keys: KeyRing, checkpoint: str, now_ms: int) -> RulePack | None:
    """The rule pack of a checkpoint; None where none is published. PackError: damaged."""
    payload = _payload(store, keys, "rules", checkpoint_scope(checkpoint), now_ms)
    if payload is None:
        return None
    return parse_rule_pack("rules", payload.version, payload.issued_at, payload.content)


def levels_of(store: Store, keys: KeyRing, now_ms: int) -> tuple[tuple[LevelWindow, ...], int]:
    """The published level windows and their pack's version; ((), 0) where there are none."""
    payload = _payload(store, keys, "levels", EVERYBODY, now_ms)
    if payload is None:
        return (), 0
    return parse_levels(payload.content), payload.version


def reason_texts(
    store: Store, keys: KeyRing, checkpoint: str, now_ms: int
) -> Mapping[str, dict[str, Any]]:
    """Reason code → {vi, en, basis} for people who read a verdict of this checkpoint."""
    pack = rules_of(store, keys, checkpoint, now_ms)
    if pack is None:
        return {}
    bases = {rule.reason.code: rule.basis for rule in pack.content.rules}
    return {
        code: {"vi": reason.vi, "en": reason.en, "basis": bases.get(code)}
        for code, reason in pack.content.reasons().items()
    }


def _payload(store: Store, keys: KeyRing, name: str, scope: str, now_ms: int) -> PackPayload | None:
    pack = store.pack(name, scope)
    if pack is None:
        return None
    try:
        return verify_pack(pack.jws, public_jwk(keys.packs), now_ms)
    except PackError as error:
        # Our own pack past its expiry still says what held.
        if error.payload is None:
            raise
        return error.payload
