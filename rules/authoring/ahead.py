"""A pack that holds from a moment to come, and until then says what the pack in force says.

Tablets keep one pack of rules. So what is published ahead carries both: the rules in force, which
end at the moment, and the new ones, which start then. They apply it without a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.authoring.drafts import undated
from rules.dates import parse_instant, to_iso
from rules.values import Json

MAX_ID = 64


def published_ahead(
    in_force: Mapping[str, Any], version: int, content: Mapping[str, Any], from_ms: int, now_ms: int
) -> dict[str, Json]:
    """The content to sign now, both given as contents that parse.

    A rule that stays as it is goes on without a seam. One that changes keeps, until the moment, a
    name that tells its version (`shuttle.v3`). What was over already, or would only have begun at
    or after the moment, is left out. One reason code has one text: the new one.
    """
    new = {rule["id"]: rule for rule in content["rules"]}
    texts = {rule["reason"]["code"]: rule["reason"] for rule in content["rules"]}
    texts[content["otherwise"]["reason"]["code"]] = content["otherwise"]["reason"]
    merged = dict(new)
    for old in in_force["rules"]:
        if not _begins_before(old, from_ms) or _is_over(old, now_ms):
            continue
        same = new.get(old["id"])
        if same is not None and _goes_on(old, same, from_ms):
            merged[old["id"]] = {**same, "effective_from": old["effective_from"]}
            continue
        id_ = old["id"] if same is None else _versioned(old["id"], version, {*merged, *new})
        ends = to_iso(from_ms) if not _ends_before(old, from_ms) else old["effective_to"]
        merged[id_] = {**old, "id": id_, "effective_to": ends, "reason": _worded(old, texts)}
    before = [
        {"until": to_iso(until), "outcome": one["outcome"], "reason": _worded(one, texts)}
        for until, one in _otherwise_until(in_force, from_ms)
        if now_ms < until
    ]
    return {**content, "rules": list(merged.values()), "otherwise_before": before}


def _otherwise_until(
    in_force: Mapping[str, Any], from_ms: int
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(until, what holds where no rule fires), soonest first, the last one until `from_ms`."""
    ahead = [(parse_instant(one["until"]), one) for one in in_force.get("otherwise_before") or ()]
    for until, one in sorted(ahead, key=lambda pair: pair[0]):
        yield min(until, from_ms), one
        if until >= from_ms:
            return
    yield from_ms, in_force["otherwise"]


def _goes_on(old: Mapping[str, Any], new: Mapping[str, Any], from_ms: int) -> bool:
    return undated(old) == undated(new) and parse_instant(new["effective_from"]) <= from_ms


def _worded(item: Mapping[str, Any], texts: Mapping[str, Any]) -> Any:
    return texts.get(item["reason"]["code"], item["reason"])


def _begins_before(rule: Mapping[str, Any], ms: int) -> bool:
    return parse_instant(rule["effective_from"]) < ms


def _ends_before(rule: Mapping[str, Any], ms: int) -> bool:
    ends = rule.get("effective_to")
    return ends is not None and parse_instant(ends) < ms


def _is_over(rule: Mapping[str, Any], now_ms: int) -> bool:
    return _ends_before(rule, now_ms + 1)


def _versioned(id_: str, version: int, taken: set[str]) -> str:
    """`id.v3`, shortened where it must be, and never one that is taken."""
    mark = f".v{version}"
    name = f"{id_[: MAX_ID - len(mark)]}{mark}"
    while name in taken:
        mark += "-"
        name = f"{id_[: MAX_ID - len(mark)]}{mark}"
    return name
