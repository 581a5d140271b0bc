"""Who may sign in: a list. Changing it is done on the command line."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.access import the_user
from server.console.visit import signed_in
from server.context import here
from server.store.published import AuditEntry


def add_pages(console: Blueprint) -> None:
    """/console/users."""
    console.add_url_rule("/users", "users", users)


@signed_in("admin")
def users() -> str:
    """The list, by role and name."""
    context = here()
    context.store.audit(AuditEntry(context.clock(), the_user().id, "users"))
    found = sorted(context.store.users(), key=lambda one: (one.disabled, one.role, one.login))
    return render_template("users.html", users=found)
