"""Today in figures, by checkpoint, direction and what was done: counts only, nobody named."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.access import the_user
from server.console.times import day_start_ms, local
from server.console.visit import signed_in
from server.context import here
from server.store.published import AuditEntry


def add_pages(console: Blueprint) -> None:
    """/console/figures."""
    console.add_url_rule("/figures", "figures", figures)


@signed_in("command", "approver")
def figures() -> str:
    """From midnight, Vietnamese time, to now."""
    context = here()
    now_ms = context.clock()
    context.store.audit(AuditEntry(now_ms, the_user().id, "figures"))
    from_ms = day_start_ms(local(now_ms).date())
    places = sorted(context.store.checkpoints(), key=lambda one: (one.province, one.name))
    by_place = [(one, context.store.counts(from_ms, now_ms + 1, (one.id,))) for one in places]
    total = context.store.counts(from_ms, now_ms + 1, ())
    watermark, newest = context.store.projected()
    return render_template(
        "figures.html",
        by_place=[(one, counts) for one, counts in by_place if counts["crossings"]],
        most=max((counts["crossings"] for _, counts in by_place), default=0),
        total=total,
        noted=context.store.noted_counts(from_ms, now_ms + 1, ()),
        now_ms=now_ms,
        lag=max(0, newest - watermark),
    )
