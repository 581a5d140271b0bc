"""The duty desk's question: is this person on the watchlist now? A tablet only knows a crowd."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from server.access import the_user
from server.console.visit import signed_in
from server.context import here
from server.store.watch_protocol import WatchEntry
from server.watch.views import WatchPurposeError, last_day, looked_up

MAX_TEXT_CHARACTERS = 64


def add_pages(console: Blueprint) -> None:
    """/console/watchlist."""
    console.add_url_rule("/watchlist", "watchlist", watchlist)
    console.add_url_rule("/watchlist", "check_watchlist", check_watchlist, methods=["POST"])


@signed_in("reviewer", "approver", "command")
def watchlist() -> str:
    """The empty form."""
    return _page(None)


@signed_in("reviewer", "approver", "command")
def check_watchlist() -> str | tuple[str, int]:
    """The answer, on this page only: the number stands in no address and in no log."""
    context = here()
    number, reference = (
        request.form.get(name, "")[:MAX_TEXT_CHARACTERS] for name in ("id_number", "reference")
    )
    try:
        found = looked_up(context.store, number, reference, the_user().id, context.clock())
    except (WatchPurposeError, ValueError):
        return _page(None, wrong=True), 422
    return _page(found)


def _page(found: list[WatchEntry] | None, wrong: bool = False) -> str:
    return render_template(
        "watchlist.html",
        found=found,
        wrong=wrong,
        is_relay=bool(here().store.relay_state()),
        last_day=last_day,
    )
