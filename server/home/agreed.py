"""Overrides that ask for a lead, and that no lead of the checkpoint is named in. SPEC W11.

A tablet asks for the lead's badge and PIN itself; who wrote their own client, or took the tablet
apart, need not have. So the home server looks at what arrived.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from rules.decide import severity
from rules.pack import Approval
from server.home.alerts import alert
from server.home.books import Book
from server.home.draft import Draft
from server.home.redecide import Question

CODE = "override.unagreed"

_IS_LEAD = (
    "SELECT EXISTS (SELECT 1 FROM officers, json_each(checkpoints)"
    " WHERE officers.id = ? AND role = 'lead' AND value = ?)"
)


def wanted(log: sqlite3.Connection, question: Question, had: Book) -> Iterator[Draft]:
    """One alert where the rules that the tablet had ask for a lead, and no lead agreed.

    A lead who was revoked since was one then: only who never was counts as nobody.
    """
    override = question.override
    if override is None or override.get("reason") == "emergency" or had.rules is None:
        return
    if not _asks(had.rules.content.override_approval, question):
        return
    row = question.row
    named = (override.get("approved_by"), override.get("by"))
    if not any(_is_lead(log, one, row.checkpoint) for one in named):
        yield alert(CODE, row.record, [row.record], row)


def _is_lead(log: sqlite3.Connection, officer: object, checkpoint: str) -> bool:
    if not isinstance(officer, str):
        return False
    return bool(log.execute(_IS_LEAD, (officer, checkpoint)).fetchone()[0])


def _asks(approval: Approval, question: Question) -> bool:
    shown = severity(question.shown)
    if approval == "any":
        return question.done != shown
    return approval == "milder" and question.done < shown
