"""Which crossings a change of the lists is about: no others are decided again. SPEC W5.

What was taken into account stands in the view (`lists`), so that a rebuild, a restart or a pack
published by another process leaves nothing out; what is still to be decided is `to_decide`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from credentials.trust import NO_TRUST, Trust
from rules.grace import LevelBook
from rules.levels import LevelWindow
from rules.pack import Rule, RulePack
from server.home.alerts import DAY_MS, DECIDE_DAYS
from server.home.books import NO_LEVELS, Books
from server.home.watch_hits import add_concerned
from server.packs import EVERYBODY
from server.store.blind import BlindIndex
from server.store.view.shown_documents import revoked_crossings
from server.store.view.view_file import transaction

LISTS, LISTS_NEXT = "lists", "lists_next"


def note_changes(
    log: sqlite3.Connection,
    view: sqlite3.Connection,
    books: Books,
    newest: Mapping[str, int],
    blind: BlindIndex,
    now_ms: int,
) -> None:
    """Put what changed lists concern into `to_decide`, all of it or nothing."""
    noted = _meta(view, LISTS_NEXT) or _meta(view, LISTS)
    if noted == newest:
        return
    with transaction(view):
        # A view that never noted any has every crossing to look at.
        for named, version in newest.items() if noted is not None else ():
            before = None if noted is None else noted.get(named)
            if before == version:
                continue
            name, _, scope = named.partition(" ")
            if name in ("watch", "watched"):
                after = noted.get("watch all", 0) if noted is not None else 0
                add_concerned(log, view, after, now_ms)
            else:
                old = None if before is None else books.content(name, scope, before)
                _add(view, blind, name, scope, old, books.content(name, scope, version), now_ms)
        _put(view, LISTS_NEXT, newest)


def note_done(view: sqlite3.Connection) -> None:
    """All that was noted is decided: it is not looked for again, whatever becomes of the view."""
    following = _meta(view, LISTS_NEXT)
    if following is not None and following != _meta(view, LISTS):
        _put(view, LISTS, following)


def rules_changed_from(old: RulePack | None, new: RulePack | None) -> int | None:
    """The first moment at which two packs can decide differently; None where there is none."""
    before = {} if old is None else {rule.id: rule for rule in old.content.rules}
    after = {} if new is None else {rule.id: rule for rule in new.content.rules}
    if old is not None and new is not None and old.content.otherwise != new.content.otherwise:
        return 0
    return _earliest(
        moment
        for name in before.keys() | after.keys()
        for moment in _rule_moments(before.get(name), after.get(name))
    )


def levels_changed_from(old: LevelBook | None, new: LevelBook | None) -> int | None:
    """The same of levels; a window that is only closed matters from its end on."""
    old, new = old or NO_LEVELS, new or NO_LEVELS
    if old.grace_hours != new.grace_hours:
        return 0
    before = {_window_key(one): one for one in old.windows}
    after = {_window_key(one): one for one in new.windows}
    moments: list[int] = []
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            moments.append(key[1])
        elif one.ends_ms != other.ends_ms:
            moments += [end for end in (one.ends_ms, other.ends_ms) if end is not None]
    return _earliest(moments)


def _add(
    view: sqlite3.Connection,
    blind: BlindIndex,
    name: str,
    scope: str,
    old: Any,
    new: Any,
    now_ms: int,
) -> None:
    if name == "trust":
        _add_revoked(view, blind, old or NO_TRUST, new or NO_TRUST)
    else:
        _add_since(view, scope, _changed_from(name, old, new), now_ms)


def _changed_from(name: str, old: Any, new: Any) -> int | None:
    if name == "rules":
        return rules_changed_from(old, new)
    return levels_changed_from(old, new) if name == "levels" else None


def _rule_moments(one: Rule | None, other: Rule | None) -> Iterable[int]:
    if one == other:
        return ()
    return (rule.effective_from_ms for rule in (one, other) if rule is not None)


def _window_key(one: LevelWindow) -> tuple[str, int, int]:
    return one.place, one.starts_ms, one.level


def _earliest(moments: Iterable[int]) -> int | None:
    return min(moments, default=None)


def _add_since(view: sqlite3.Connection, scope: str, from_ms: int | None, now_ms: int) -> None:
    if from_ms is None or from_ms > now_ms:
        return
    horizon_ms = now_ms - DECIDE_DAYS * DAY_MS
    checkpoint = "" if scope == EVERYBODY else scope.partition(":")[2]
    view.execute(
        "INSERT OR IGNORE INTO to_decide (id) SELECT id FROM crossings WHERE occurred_ms >= ?"
        " AND max(occurred_ms, received_ms) >= ? AND ? IN ('', checkpoint)",
        (from_ms, horizon_ms, checkpoint),
    )


def _add_revoked(view: sqlite3.Connection, blind: BlindIndex, old: Trust, new: Trust) -> None:
    fresh = {fingerprint for *_, fingerprint in _listed(new) - _listed(old)}
    if fresh:
        view.executemany(
            "INSERT OR IGNORE INTO to_decide (id) VALUES (?)",
            [(one.crossing,) for one in revoked_crossings(view, blind, new, fresh)],
        )


def _listed(trust: Trust) -> set[tuple[str | None, int | None, str]]:
    """Key, instant and fingerprint: one that is revoked under another key now is news."""
    listed = {
        (one.kid, one.issued_before_ms, fingerprint)
        for one in trust.revocations
        for fingerprint in one.fingerprints
    }
    return listed | {(None, None, fingerprint) for fingerprint in trust.revoked}


def _meta(view: sqlite3.Connection, key: str) -> dict[str, int] | None:
    row = view.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    found: dict[str, int] = json.loads(row[0])
    return found


def _put(view: sqlite3.Connection, key: str, value: Mapping[str, int]) -> None:
    view.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        (key, json.dumps(value, sort_keys=True)),
    )
