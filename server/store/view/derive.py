"""What a crossing's row owes to other records: links, reviews and gaps. SPEC A8, L3.

Computed from the view's own tables, so no event is read again for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from server.store.log.record import OpenEvent, merge_events, shown_values
from server.store.view.crossing_row import REVIEW_MASK
from server.store.view.view_schema import flag_bit

CHUNK = 500

LAST_REVIEW = (
    "SELECT decision FROM reviews WHERE subject = ? ORDER BY order_stamp DESC, ref DESC LIMIT 1"
)
_VOIDED = flag_bit("voided")
_DUPLICATE = flag_bit("duplicate")
_UNVERIFIED = flag_bit("unverified")


class Member(NamedTuple):
    """A crossing among those it is linked with."""

    record: str
    occurred_ms: int
    voided: bool


def refresh(view: sqlite3.Connection, names: Collection[str]) -> set[str]:
    """Bring these crossings up to date with links, reviews and gaps; those looked at.

    Whoever is linked with one of them is looked at as well: which one counts may have changed.
    """
    marked = _marked(view, sorted(names))
    done: set[str] = set(names) - marked
    for name in sorted(marked):
        if name not in done:
            group = component(view, name)
            _refresh_group(view, group)
            done |= group
    return done


def component(view: sqlite3.Connection, name: str) -> set[str]:
    """All that is linked with this crossing, directly or not, voided ones too; it among them."""
    found, todo = {name}, [name]
    while todo:
        one = todo.pop()
        for other in _linked(view, one):
            if other not in found:
                found.add(other)
                todo.append(other)
    return found


def counted(members: Sequence[Member], linked: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Duplicate → the record that counts for it: the earliest of each component. SPEC L3.

    Voided crossings link nothing and count for nobody.
    """
    alive = {one.record: one for one in members if not one.voided}
    result: dict[str, str] = {}
    done: set[str] = set()
    for first in sorted(alive.values(), key=lambda one: (one.occurred_ms, one.record)):
        if first.record in done:
            continue
        done.add(first.record)
        todo = [first.record]
        while todo:
            for other in linked.get(todo.pop(), ()):
                if other in alive and other not in done:
                    done.add(other)
                    result[other] = first.record
                    todo.append(other)
    return result


def link_of(events: Sequence[OpenEvent]) -> tuple[str, str, str, bool] | None:
    """(one, other, decision, whether a person decided); None where it names no pair."""
    fields, _ = shown_values(merge_events(events), "link")
    one, other, decision = (fields.get(name) for name in ("one", "other", "decision"))
    if not (isinstance(one, str) and isinstance(other, str) and isinstance(decision, str)):
        return None
    by_person = any(event.body.officer is not None for event in events)
    return one, other, decision, by_person


def _marked(view: sqlite3.Connection, names: Sequence[str]) -> set[str]:
    """Those of which anything but their own events is known."""
    found: set[str] = set()
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        marks = ",".join("?" * len(chunk))
        for sql in (
            "SELECT one FROM links WHERE one IN ({})",
            "SELECT other FROM links WHERE other IN ({})",
            "SELECT subject FROM reviews WHERE subject IN ({})",
            "SELECT r.record FROM records r JOIN unverified u ON u.record = r.id"
            " WHERE r.record IN ({})",
        ):
            found |= {str(name) for (name,) in view.execute(sql.format(marks), chunk)}
    return found


def _linked(view: sqlite3.Connection, name: str) -> list[str]:
    rows = view.execute(
        "SELECT other FROM links WHERE one = :name AND decision = 'linked'"
        " UNION SELECT one FROM links WHERE other = :name AND decision = 'linked'",
        {"name": name},
    )
    return [str(other) for (other,) in rows]


def _refresh_group(view: sqlite3.Connection, group: Iterable[str]) -> None:
    rows = {}
    numbers = [0]
    linked = {}
    for name in group:
        linked[name] = _linked(view, name)
        row = view.execute(
            "SELECT id, occurred_ms, flags FROM crossings"
            " WHERE id = (SELECT id FROM records WHERE record = ?)",
            (name,),
        ).fetchone()
        if row is None:
            continue
        rows[name] = row
        (own,) = view.execute(
            "SELECT max(since) FROM record_events WHERE record = ?", (row[0],)
        ).fetchone()
        (links,) = view.execute(
            "SELECT max(since) FROM links WHERE one = ? OR other = ?", (name, name)
        ).fetchone()
        numbers += [own, links or 0]
    members = [
        Member(name, occurred_ms, bool(flags & _VOIDED))
        for name, (_, occurred_ms, flags) in rows.items()
    ]
    counts_as = counted(members, linked)
    for name, (record_id, _, flags) in rows.items():
        _write(view, name, record_id, flags, counts_as.get(name, ""), max(numbers))


def _write(
    view: sqlite3.Connection,
    name: str,
    record_id: int,
    flags: int,
    counted_as: str,
    since_n: int,
) -> None:
    decision = view.execute(LAST_REVIEW, (name,)).fetchone()
    (reviewed,) = view.execute(
        "SELECT max(since) FROM reviews WHERE subject = ?", (name,)
    ).fetchone()
    is_open, closed = view.execute(
        "SELECT ifnull(sum(closed IS NULL), 0), max(closed) FROM unverified WHERE record = ?",
        (record_id,),
    ).fetchone()
    flags &= ~(_DUPLICATE | _UNVERIFIED)
    flags |= (_DUPLICATE if counted_as else 0) | (_UNVERIFIED if is_open else 0)
    review = decision[0] if decision else ("open" if flags & REVIEW_MASK else "")
    view.execute(
        "UPDATE crossings SET flags = ?, review = ?, counted_as = ?, since_n = ? WHERE id = ?",
        (flags, review, counted_as, max(since_n, reviewed or 0, closed or 0), record_id),
    )
