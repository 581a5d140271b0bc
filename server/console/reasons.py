"""What a reason code means: its text and legal basis, from the rule packs this server published."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rules.errors import RuleError
from rules.pack import BUILT_IN_REASONS, Basis, PackContent, parse_pack_content
from server.console.texts import Language, text
from server.console.times import date_text
from server.packs import EVERYBODY, checkpoint_scope
from server.store.protocol import Store
from sync.encoding import from_base64url

RULES = "rules"
LEVELS = "levels"
MAX_PACKS = 1_000
"""Parsed packs kept in memory: about the number of checkpoints of a large province."""


class Rulebook:
    """Reasons by code and legal basis by rule, as each checkpoint's own rules say it.

    What no pack of ours knows is shown as it is.
    """

    def __init__(self, packs: Mapping[str, PackContent]) -> None:
        self._reasons = {place: pack.reasons() for place, pack in packs.items()}
        self._rules = {
            place: {rule.id: rule for rule in pack.rules} for place, pack in packs.items()
        }

    def text(self, language: Language, code: str, checkpoint: str) -> str:
        """The reason in one language."""
        reason = self._reasons.get(checkpoint, BUILT_IN_REASONS).get(code)
        if reason is None:
            return code
        return reason.vi if language == "vi" else reason.en

    def legal(
        self, language: Language, code: str, checkpoint: str, rules: Sequence[str]
    ) -> list[str]:
        """Documents behind a reason, by the rules of the verdict that gave it."""
        known = self._rules.get(checkpoint, {})
        found = [
            known[one].basis for one in rules if one in known and known[one].reason.code == code
        ]
        return [_basis_text(language, one) for one in dict.fromkeys(found)]


def rulebook(store: Store, checkpoints: Iterable[str]) -> Rulebook:
    """The newest rules of these checkpoints, or those for all where one has none of its own."""
    common = store.pack(RULES, EVERYBODY)
    packs: dict[str, PackContent] = {}
    for one in set(checkpoints):
        pack = store.pack(RULES, checkpoint_scope(one)) or common
        content = None if pack is None else _content(pack.jws)
        if content is not None:
            packs[one] = content
    return Rulebook(packs)


def place_names(store: Store) -> dict[tuple[str, str], str]:
    """(data set, code) → name of the communes that a published levels pack names."""
    pack = store.pack(LEVELS, EVERYBODY)
    return {} if pack is None else _places(pack.jws)


@lru_cache(maxsize=MAX_PACKS)
def _places(jws: str) -> dict[tuple[str, str], str]:
    levels = _payload(jws).get("levels")
    return {
        (str(one["place"]["dataset"]), str(one["place"]["code"])): str(one["name"])
        for one in (levels if isinstance(levels, list) else ())
        if isinstance(one, dict) and isinstance(one.get("place"), dict) and "name" in one
    }


def _payload(jws: str) -> dict[str, Any]:
    # Signed and checked by this server when it was published.
    content = json.loads(from_base64url(jws.split(".")[1]))["content"]
    return content if isinstance(content, dict) else {}


@lru_cache(maxsize=MAX_PACKS)
def _content(jws: str) -> PackContent | None:
    try:
        return parse_pack_content(_payload(jws))
    except RuleError:
        return None


def _basis_text(language: Language, basis: Basis) -> str:
    said = text(
        language,
        "basis.text",
        document=basis.document,
        date=date_text(basis.date),
        issuer=basis.issuer,
        clause=basis.clause,
    )
    return f"{said} ({text(language, 'basis.unconfirmed')})" if basis.unconfirmed else said
