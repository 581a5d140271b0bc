"""Members of a pack that nobody reads: a misspelt `exempts` would change what a rule does."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from rules.values import Json

REASON = ("code", "vi", "en")
PACK = (
    *("title", "about", "stale_stop_hours", "signs"),
    *("sampling_per_mille", "override_approval", "most_inside"),
    *("rules", "otherwise", "otherwise_before"),
)
RULE = (
    "id", "scope", "effective_from", "effective_to", "priority", "exempts", "outcome", "reason",
    "basis", "condition", "about",
)  # fmt: skip
SCOPE = ("provinces", "checkpoint_classes", "directions")
BASIS = ("document", "date", "issuer", "clause", "unconfirmed", "about")
OTHERWISE = ("outcome", "reason", "basis", "about")


def misspelt_members(content: Json) -> Iterator[tuple[str, str | None]]:
    """(place, the name it resembles) of each member that no reader asks for."""
    if not isinstance(content, dict):
        return
    yield from _unread(content, "", PACK)
    otherwise = content.get("otherwise")
    if isinstance(otherwise, dict):
        yield from _unread(otherwise, "/otherwise", OTHERWISE)
        yield from _unread(otherwise.get("reason"), "/otherwise/reason", REASON)
    rules = content.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        at = f"/rules/{index}"
        yield from _unread(rule, at, RULE)
        if isinstance(rule, dict):
            for name, known in (("scope", SCOPE), ("reason", REASON), ("basis", BASIS)):
                yield from _unread(rule.get(name), f"{at}/{name}", known)


def _unread(value: Json, at: str, known: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    for name in value if isinstance(value, dict) else ():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.75)
            yield f"{at}/{name}", near[0] if near else None
