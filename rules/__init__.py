"""Dated, signed rules as data: a CertLogic evaluator, epidemic levels, packs, and one verdict.

Pure: `now`, packs and levels are parameters. The twin is `web/shared/rules/`; both are held
together by `tests/vectors/rules/` and by differential fuzzing.
"""

from rules.certlogic import evaluate, is_true, to_plain
from rules.dates import parse_instant, to_iso
from rules.decide import Verdict, combine, decide, severity, verdict_to_json
from rules.errors import RuleError
from rules.grace import (
    LevelBook,
    departures_that_matter,
    external_levels,
    level_book,
    parse_level_book,
)
from rules.levels import (
    LevelChange,
    LevelWindow,
    level_at,
    level_of,
    levels_at,
    parse_levels,
    place_key,
    upcoming,
)
from rules.pack import (
    BUILT_IN_REASONS,
    Basis,
    Outcome,
    PackContent,
    Reason,
    Rule,
    RulePack,
    Scope,
    parse_pack_content,
    parse_rule_pack,
)
from rules.validation import Issue, validate
from rules.values import Json
from rules.watchlist import (
    WatchFilter,
    build_watchlist,
    parse_watchlist,
    watch_hit,
    watch_number,
    watch_numbers,
)

__all__ = [
    "BUILT_IN_REASONS",
    "Basis",
    "Issue",
    "Json",
    "LevelBook",
    "LevelChange",
    "LevelWindow",
    "Outcome",
    "PackContent",
    "Reason",
    "Rule",
    "RuleError",
    "RulePack",
    "Scope",
    "Verdict",
    "WatchFilter",
    "build_watchlist",
    "combine",
    "decide",
    "departures_that_matter",
    "evaluate",
    "external_levels",
    "is_true",
    "level_at",
    "level_book",
    "level_of",
    "levels_at",
    "parse_instant",
    "parse_level_book",
    "parse_levels",
    "parse_pack_content",
    "parse_rule_pack",
    "parse_watchlist",
    "place_key",
    "severity",
    "to_iso",
    "to_plain",
    "upcoming",
    "validate",
    "verdict_to_json",
    "watch_hit",
    "watch_number",
    "watch_numbers",
]
