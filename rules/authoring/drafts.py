"""A pack as its author writes it: rules may leave open since when they hold."""

from __future__ import annotations

from collections.abc import Mapping

from rules.dates import to_iso
from rules.values import Json


def with_effective_from(content: Json, from_ms: int) -> Json:
    """A copy in which every rule that says no `effective_from` holds from this moment."""
    if not isinstance(content, Mapping) or not isinstance(content.get("rules"), list):
        return content
    rules = content["rules"]
    assert isinstance(rules, list)
    return {**content, "rules": [_filled(rule, to_iso(from_ms)) for rule in rules]}


def _filled(rule: Json, effective_from: str) -> Json:
    if not isinstance(rule, dict) or rule.get("effective_from") is not None:
        return rule
    return {**rule, "effective_from": effective_from}
