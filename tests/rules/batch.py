"""The same lines through Python and through Node; `web/tools/rules-answers.ts` describes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rules import (
    RuleError,
    RulePack,
    Verdict,
    combine,
    decide,
    departures_that_matter,
    evaluate,
    external_levels,
    levels_at,
    parse_level_book,
    parse_levels,
    parse_rule_pack,
    parse_watchlist,
    to_plain,
    upcoming,
    validate,
    verdict_to_json,
    watch_hit,
)
from tests.node import typescript_answers

BATCH = Path(__file__).parents[2] / "web" / "tools" / "rules-batch.ts"


def python_answers(texts: Sequence[str]) -> list[Any]:
    """One answer a line, from this process."""
    answers = Answers()
    return [answers.of(json.loads(text)) for text in texts]


def disagreements(lines: Sequence[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
    """Lines on which the languages differ, with what Python and TypeScript said."""
    texts = [json.dumps(line) for line in lines]
    both = zip(texts, python_answers(texts), typescript_answers(BATCH, texts), strict=True)
    return [found for found in both if canonical(found[1]) != canonical(found[2])]


def canonical(value: Any) -> Any:
    """Comparable text that keeps true from 1; 1e300 is a double here and an integer there."""
    if isinstance(value, dict):
        return sorted((key, canonical(item)) for key, item in value.items())
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", float(value))
    return (type(value).__name__, value)


class Answers:
    """The Python side; a pack line counts for the lines that follow."""

    pack: RulePack | None = None

    def of(self, line: dict[str, Any]) -> Any:
        try:
            return {"result": self._of(line)}
        except RuleError as error:
            return {"error": error.code, "at": error.at}

    def _of(self, line: dict[str, Any]) -> Any:
        now_ms = line.get("now_ms", 0)
        if "logic" in line:
            return to_plain(evaluate(line["logic"], line["data"]))
        if "validate" in line:
            return [issue.at for issue in validate(line["validate"])]
        if "combine" in line:
            return verdict_to_json(combine([verdict_of(item) for item in line["combine"]]))
        if "trip" in line:
            book = parse_level_book(line["levels"])
            asks = departures_that_matter(book, line["trip"], now_ms)
            return external_levels(book, line["trip"], now_ms) | {"asks": list(asks)}
        if "levels" in line:
            windows = parse_levels(line["levels"])
            changes = upcoming(windows, now_ms, line["within_hours"])
            at = levels_at(windows, now_ms)
            return {"at": at, "upcoming": [asdict(change) for change in changes]}
        if "watchlist" in line:
            watchlist = parse_watchlist(line["watchlist"])
            return [watch_hit(watchlist, evidence) for evidence in line["shown"]]
        if "journey" in line:
            external = line["external"]
            return verdict_to_json(
                decide(line["evidence"], line["journey"], external, now_ms, self.pack)
            )
        self.pack = None
        self.pack = parse_rule_pack(**line["pack"])
        return [rule.id for rule in self.pack.content.rules]


def verdict_of(wire: dict[str, Any]) -> Verdict:
    """A Verdict from its wire shape."""
    return Verdict(wire["outcome"], tuple(wire["reasons"]), tuple(wire["rules"]), wire["packs"])
