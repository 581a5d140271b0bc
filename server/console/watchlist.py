"""The watchlist for those who answer checkpoints, and its counts for the steering committee."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from server.access import the_user
from server.console.visit import language, signed_in
from server.context import here
from server.store.watch_protocol import WatchEntry
from server.watch.views import (
    Sheet,
    WatchPurposeError,
    last_day,
    looked_at,
    looked_up,
    place_text,
    steering_view,
)

MAX_TEXT_CHARACTERS = 64


def add_pages(console: Blueprint) -> None:
    """/console/watchlist."""
    console.add_url_rule("/watchlist", "watchlist", watchlist)
    console.add_url_rule("/watchlist", "check_watchlist", check_watchlist, methods=["POST"])
    console.add_url_rule("/watchlist/counts", "count_watchlist", count_watchlist, methods=["POST"])


@signed_in("reviewer", "approver", "command")
def watchlist() -> str:
    """The empty form."""
    return _page(None)


@signed_in("reviewer", "approver", "command")
def check_watchlist() -> str | tuple[str, int]:
    """The answer, on this page only: the number stands in no address and in no log.

    A tablet's hit is a crowd's; whether it is this person, only the server can say.
    """
    context = here()
    number, reference = _typed("id_number"), _typed("reference")
    try:
        found = looked_up(context.store, number, reference, the_user().id, context.clock())
    except (WatchPurposeError, ValueError):
        return _page(None, wrong=True), 422
    return _page(found)


@signed_in("approver", "command")
def count_watchlist() -> str | tuple[str, int]:
    """People by commune and category, nobody's name."""
    context, user = here(), the_user()
    now_ms = context.clock()
    try:
        entries = looked_at(
            context.store, "steering", "report", _typed("reference"), now_ms, user.id, now_ms
        )
    except WatchPurposeError:
        return _page(None, wrong=True), 422
    return _page(None, counts=steering_view(entries))


def _typed(name: str) -> str:
    return request.form.get(name, "")[:MAX_TEXT_CHARACTERS]


def _page(found: list[WatchEntry] | None, wrong: bool = False, counts: Sheet | None = None) -> str:
    return render_template(
        "watchlist.html",
        found=found,
        wrong=wrong,
        counts=counts,
        may_count=the_user().role in ("approver", "command"),
        column=0 if language() == "en" else 1,
        is_relay=bool(here().store.relay_state()),
        last_day=last_day,
        place_text=place_text,
    )
