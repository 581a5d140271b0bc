"""A pack as its author writes it: rules may leave open since when they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.dates import parse_instant, to_iso
from rules.values import Json

_DATES = ("effective_from", "effective_to")


def open_rules(content: Json) -> frozenset[str]:
    """Ids of the rules that do not say since when they hold."""
    rules = content.get("rules") if isinstance(content, Mapping) else None
    return frozenset(
        str(rule.get("id"))
        for rule in (rules if isinstance(rules, list) else ())
        if isinstance(rule, dict) and rule.get("effective_from") is None
    )


def with_effective_from(
    content: Json, from_ms: int, in_force: Mapping[str, Any] | None = None
) -> Any:
    """A copy in which every rule that leaves it open holds from this moment.

    Or since when it has held: a rule that `in_force`, a content that parses, has just so by then.
    """
    rules = content.get("rules") if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or not isinstance(rules, list):
        return content
    held = {} if in_force is None else {rule["id"]: rule for rule in in_force["rules"]}
    return {**content, "rules": [_filled(rule, from_ms, held) for rule in rules]}


def undated(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as what it does and until when, whenever it began."""
    named = {name: value for name, value in rule.items() if name not in _DATES}
    return {**named, "ends": rule.get("effective_to")}


def _filled(rule: Json, from_ms: int, held: Mapping[str, Any]) -> Json:
    if not isinstance(rule, dict) or rule.get("effective_from") is not None:
        return rule
    old = held.get(str(rule.get("id")))
    if old is not None and undated(old) == undated(rule):
        from_ms = min(from_ms, parse_instant(old["effective_from"]))
    return {**rule, "effective_from": to_iso(from_ms)}
