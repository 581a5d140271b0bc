"""What is kept for cases though its time is over, newest first; placed by `chot hold`. SPEC G10."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.access import the_user
from server.console.visit import signed_in
from server.context import here
from server.store.hold_protocol import Hold, OnHold
from server.store.published import AuditEntry

MOST_ROWS = 200
MOST_COUNTED = 50
"""What a hold keeps is read from the log; a page must not keep the reader busy."""


def add_pages(console: Blueprint) -> None:
    """/console/holds."""
    console.add_url_rule("/holds", "holds", holds)


@signed_in("admin", "approver")
def holds() -> str:
    """Those in force before those that ended; nobody is named, and the look is audited."""
    context = here()
    context.store.audit(AuditEntry(context.clock(), the_user().id, "holds"))
    found = sorted(context.store.holds(), key=lambda one: (one.released_ms is None, one.placed_ms))
    found.reverse()
    rows: list[tuple[Hold, OnHold | None]] = [
        (one, context.store.on_hold(one) if one.released_ms is None and at < MOST_COUNTED else None)
        for at, one in enumerate(found[:MOST_ROWS])
    ]
    return render_template(
        "holds.html",
        rows=rows,
        left_out=max(0, len(found) - MOST_ROWS),
        logins={one.id: one.login for one in context.store.users()},
    )
