"""The access log, newest first, and whether its hash chain holds."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from server.access import the_user
from server.console.memory import ChainCheck
from server.console.times import MINUTE_MS
from server.console.visit import language, memory, signed_in
from server.console.words import Words
from server.context import here
from server.problems import ProblemError
from server.store.published import AuditEntry

PAGE_ROWS = 100
SCAN_ROWS = 1_000
MAX_SCANS = 20
CHECK_AGAIN_MS = MINUTE_MS
"""Checking reads the whole log; reloading the page must not keep the reader busy."""


def add_pages(console: Blueprint) -> None:
    """/console/audit."""
    console.add_url_rule("/audit", "audit_log", audit_log)


@signed_in("admin", "approver")
def audit_log() -> str:
    """A page of entries, of one user or of all; looking at it is an entry too."""
    context = here()
    now_ms = context.clock()
    users = context.store.users()
    chosen = request.args.get("user", "")
    if chosen and chosen not in {one.id for one in users}:
        raise ProblemError("request.invalid")
    before = _number(request.args.get("before", ""))
    newest = context.store.audit(
        AuditEntry(now_ms, the_user().id, "audit", details={"user": chosen} if chosen else {})
    )
    entries, older = _entries(min(before or newest + 1, newest + 1), chosen)
    return render_template(
        "audit.html",
        entries=entries,
        older=older,
        chosen=chosen,
        users=sorted(users, key=lambda one: one.login),
        logins={one.id: one.login for one in users},
        words=Words(language()),
        check=_check(newest, now_ms),
    )


def _entries(before: int, user: str) -> tuple[list[tuple[int, AuditEntry]], int]:
    """Entries below number `before`, newest first, and the number to go on below (0 at the end)."""
    found: list[tuple[int, AuditEntry]] = []
    step = SCAN_ROWS if user else PAGE_ROWS
    for _ in range(MAX_SCANS):
        start = max(0, before - 1 - step)
        for number, entry in reversed(here().store.audited(start, before - 1 - start)):
            if not user or entry.who == user:
                found.append((number, entry))
            before = number
            if len(found) == PAGE_ROWS:
                return found, before if before > 1 else 0
        if start == 0:
            return found, 0
        before = start + 1
    return found, before


def _check(newest: int, now_ms: int) -> ChainCheck:
    last = memory().chain
    if last is None or last.broken_at is not None or now_ms - last.at_ms > CHECK_AGAIN_MS:
        last = ChainCheck(now_ms, newest, here().store.verify_audit())
        memory().chain = last
    return last


def _number(text: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise ProblemError("request.invalid")
    return int(text)
