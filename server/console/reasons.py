"""What a reason code means: its text and legal basis, from the rule packs this server published."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from rules.errors import RuleError
from rules.pack import BUILT_IN_REASONS, Basis, PackContent, parse_pack_content
from server.console.texts import Language, text
from server.console.times import date_text
from server.store.protocol import Store
from sync.encoding import from_base64url


class Rulebook:
    """Reasons by code and legal basis by rule; what no pack of ours knows is shown as it is."""

    def __init__(self, packs: list[PackContent]) -> None:
        self._reasons = dict(BUILT_IN_REASONS)
        self._basis: dict[str, Basis] = {}
        self._codes: dict[str, str] = {}
        for pack in packs:
            self._reasons = pack.reasons() | self._reasons
            for rule in pack.rules:
                self._basis.setdefault(rule.id, rule.basis)
                self._codes.setdefault(rule.id, rule.reason.code)

    def text(self, language: Language, code: str) -> str:
        """The reason in one language."""
        reason = self._reasons.get(code)
        if reason is None:
            return code
        return reason.vi if language == "vi" else reason.en

    def legal(self, language: Language, code: str, rules: list[str]) -> list[str]:
        """Documents behind a reason, by the rules of the verdict that gave it."""
        found = [self._basis[one] for one in rules if self._codes.get(one) == code]
        return [_basis_text(language, one) for one in dict.fromkeys(found)]


def rulebook(store: Store) -> Rulebook:
    """The rules of the newest packs that hold everywhere."""
    packs = sorted(store.packs(["all"]).values(), key=lambda one: one.name)
    contents = [_content(one.jws) for one in packs]
    return Rulebook([one for one in contents if one is not None])


def place_names(store: Store) -> dict[tuple[str, str], str]:
    """(data set, code) → name of the communes that a published levels pack names."""
    return {
        key: name
        for pack in store.packs(["all"]).values()
        for key, name in _places(pack.jws).items()
    }


@lru_cache(maxsize=32)
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


@lru_cache(maxsize=32)
def _content(jws: str) -> PackContent | None:
    content = _payload(jws)
    if "rules" not in content:
        return None
    try:
        return parse_pack_content(content)
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
