"""The packs of each moment: what a tablet could have had in force when somebody crossed.

Every published version stays in `log.db`, so nothing else has to be kept for deciding again. Each
version is parsed once, when it is first asked for; a pack that does not parse is no pack, as it is
none on a tablet.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS
from credentials.trust import NO_TRUST, Trust, TrustError, parse_trust
from rules.errors import RuleError
from rules.grace import LevelBook, level_book, parse_level_book
from rules.pack import PackContent, RulePack, parse_rule_pack
from rules.permit_lists import NO_LISTS, PermitLists, parse_permit_lists
from rules.values import Json
from rules.watchlist import WatchFilter, parse_watchlist
from server.packs import EVERYBODY, checkpoint_scope

NAMES = ("rules", "levels", "trust", "watchlist", "permits")
"""The packs that a verdict follows from."""

NO_LEVELS = level_book(())

KNOWN = frozenset(
    {
        *("external.now", "external.origin_level", "external.destination_level", "external.grace"),
        *(
            "external.watch_hit",
            "external.company_suspended",
            "external.priority",
            "external.permit",
        ),
        *("evidence.subject", "evidence.subject.type"),
        *(
            f"external.permit.{one}"
            for one in ("type", "valid", "plate_ok", "hours_ok", "places_ok")
        ),
    }
)
"""What rules read of `external` and `evidence.subject` that follows from an event and the lists.

Of the rest a tablet is believed: how often a document was used, who was refused nearby."""

KEPT = {"rules": 1_000, "levels": 8, "trust": 4, "watchlist": 4, "permits": 16}
"""How many parsed versions stay in memory: a watchlist may name a million buckets."""

SAID = "said"
"""`external.said`: the reason codes that the tablet gave."""

Versions = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Book:
    """The packs by which somebody is decided at one checkpoint; `versions` of those there are."""

    rules: RulePack | None
    levels: LevelBook
    trust: Trust
    watchlist: WatchFilter | None
    permits: PermitLists
    versions: Versions


@dataclass(frozen=True, slots=True)
class _Issue:
    issued_ms: int
    version: int


class Books:
    """All published versions of what decides, as of the last `refresh`; used in one thread."""

    def __init__(self) -> None:
        self._issues: dict[tuple[str, str], list[_Issue]] = {}
        self._parsed: dict[str, OrderedDict[tuple[str, str, int], Any]] = {}
        self._log: sqlite3.Connection | None = None

    def refresh(self, log: sqlite3.Connection) -> dict[str, int]:
        """Learn what was published meanwhile; the newest version by "name scope"."""
        self._log = log
        marks = ",".join("?" * len(NAMES))
        rows = log.execute(
            f"SELECT name, scope, version, issued_ms FROM packs WHERE name IN ({marks})"
            " ORDER BY name, scope, version",
            NAMES,
        )
        issues: dict[tuple[str, str], list[_Issue]] = {}
        for name, scope, version, issued_ms in rows:
            issues.setdefault((name, scope), []).append(_Issue(issued_ms, version))
        self._issues = issues
        return {f"{name} {scope}": some[-1].version for (name, scope), some in issues.items()}

    def at(self, checkpoint: str, at_ms: int) -> Book:
        """What had been published for a checkpoint by then."""
        return self._book(checkpoint, lambda name: self._published(name, checkpoint, at_ms))

    def had(self, checkpoint: str, versions: Versions) -> Book:
        """What a tablet named; of a pack it did not name, none was in force there."""
        return self._book(checkpoint, lambda name: self._named(name, checkpoint, versions))

    def content(self, name: str, scope: str, version: int) -> Any:
        """One version, parsed; None where it is not there or does not parse."""
        key = (name, scope, version)
        kept = self._parsed.setdefault(name, OrderedDict())
        if key not in kept:
            kept[key] = self._parse(*key)
            if len(kept) > KEPT[name]:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]

    def _book(self, checkpoint: str, chosen: Callable[[str], tuple[str, int] | None]) -> Book:
        found: dict[str, Any] = {}
        versions: dict[str, int] = {}
        for name in NAMES:
            which = chosen(name)
            if which is not None:
                versions[name] = which[1]
                found[name] = self.content(name, *which)
        return Book(
            found.get("rules"),
            found.get("levels") or NO_LEVELS,
            found.get("trust") or NO_TRUST,
            found.get("watchlist"),
            found.get("permits") or NO_LISTS,
            versions,
        )

    def _published(self, name: str, checkpoint: str, at_ms: int) -> tuple[str, int] | None:
        for scope in (checkpoint_scope(checkpoint), EVERYBODY):
            issues = self._issues.get((name, scope), [])
            place = bisect_right(issues, at_ms, key=lambda one: one.issued_ms)
            if place:
                return scope, issues[place - 1].version
        return None

    def _named(self, name: str, checkpoint: str, versions: Versions) -> tuple[str, int] | None:
        """A checkpoint's own pack takes the name over from the one for everybody (SPEC K3)."""
        version = versions.get(name)
        for scope in (checkpoint_scope(checkpoint), EVERYBODY):
            if any(one.version == version for one in self._issues.get((name, scope), [])):
                return scope, version or 0
        return None

    def _parse(self, name: str, scope: str, version: int) -> Any:
        assert self._log is not None
        row = self._log.execute(
            "SELECT jws FROM packs WHERE name = ? AND scope = ? AND version = ?",
            (name, scope, version),
        ).fetchone()
        if row is None:
            return None
        # Signed by this server when it was published; the log vouches for it since.
        payload = parse_json(parse_jws(row[0], MAX_PACK_CHARACTERS).payload)
        try:
            return _PARSERS[name](payload)
        except (RuleError, TrustError):
            return None


def _rules(payload: Mapping[str, Any]) -> RulePack:
    pack = parse_rule_pack("rules", payload["version"], payload["issued_at"], payload["content"])
    return replace(pack, content=_believing(pack.content))


_PARSERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "rules": _rules,
    "levels": lambda payload: parse_level_book(payload["content"]),
    "trust": lambda payload: parse_trust(payload["content"]),
    "permits": lambda payload: parse_permit_lists(payload["content"]),
    "watchlist": lambda payload: parse_watchlist(payload["content"]),
}


def _believing(content: PackContent) -> PackContent:
    """The same rules; one that asks for what only the tablet knew fired where the tablet said so.

    What a checkpoint knew of refusals nearby or of a permit's other uses is not in the event.
    Such a rule is taken by its reason code.
    """
    said = tuple(
        replace(rule, condition=_said(rule.reason.code))
        if _asks_the_tablet(rule.condition)
        else rule
        for rule in content.rules
    )
    return replace(content, rules=said)


def _said(code: str) -> Json:
    return {"in": [code, {"var": f"external.{SAID}"}]}


def _asks_the_tablet(condition: Json) -> bool:
    return any(_is_unknown(path) for path in _variables(condition))


def _is_unknown(path: str) -> bool:
    is_open = path.startswith(("external", "evidence.subject", "evidence.warnings"))
    return is_open and path not in KNOWN


def _variables(expression: Json) -> Iterator[str]:
    if isinstance(expression, list):
        for one in expression:
            yield from _variables(one)
    elif isinstance(expression, dict):
        for operator, operands in expression.items():
            if operator == "var" and isinstance(operands, str):
                yield operands
            else:
                yield from _variables(operands)
