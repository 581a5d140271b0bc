"""Deny by default: every address of the console, tried by everybody."""

from __future__ import annotations

import re

from flask import Flask

from server.access import rule_of
from server.console.pages import CONTENT_SECURITY_POLICY
from tests.server.console.conftest import ROLES, Console, post

RECORD = "01a20000-0000-7000-8000-000000000000"

MAY: dict[str, set[str]] = {
    "queue": set(ROLES),
    "alerts": {"reviewer", "approver", "command", "health"},
    "alert": {"reviewer", "approver", "command", "health"},
    "act": {"reviewer", "approver", "command", "health"},
    "noted": {"reviewer", "approver", "command"},
    "note": {"reviewer", "approver"},
    "violation_report": {"reviewer", "approver"},
    "crossing": {"reviewer", "approver"},
    "write_review": {"reviewer", "approver"},
    "resolve": {"reviewer", "approver"},
    "link": {"reviewer", "approver"},
    "search_form": {"reviewer", "approver"},
    "open_search": {"reviewer", "approver"},
    "search_page": {"reviewer", "approver"},
    "watchlist": {"reviewer", "approver", "command"},
    "check_watchlist": {"reviewer", "approver", "command"},
    "count_watchlist": {"approver", "command"},
    "figures": {"command", "approver"},
    "shifts": {"reviewer", "approver", "command", "admin"},
    "shift": {"reviewer", "approver", "command", "admin"},
    "answer": {"approver", "command"},
    "documents": {"approver"},
    "issue": {"approver"},
    "sheet": {"approver"},
    "devices": {"admin"},
    "enrol": {"admin"},
    "ask_revoke": {"admin"},
    "revoke": {"admin"},
    "ask_wipe": {"admin"},
    "wipe": {"admin"},
    "users": {"admin"},
    "holds": {"admin", "approver"},
    "audit_log": {"admin", "approver"},
    "logout": set(ROLES),
    "nothing": {"community"},
    "unknown": set(ROLES),
}
OPEN = {"login", "login_form", "static_file"}


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of the console."""
    found = []
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.partition(".")
        if blueprint == "console":
            address = re.sub(r"<path:\w+>", "x/y", rule.rule)
            address = re.sub(r"<string:\w+>", RECORD, address)
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            found.append((name, method, address))
    return found


def test_every_view_of_the_console_says_who_may_call_it(console: Console) -> None:
    names = {name for name, _, _ in rules(console.app)}
    assert names == MAY.keys() | OPEN
    for endpoint, view in console.app.view_functions.items():
        if endpoint.startswith("console."):
            assert rule_of(view) is not None, endpoint


def test_without_a_session_every_page_leads_to_the_form(console: Console) -> None:
    for name, method, address in rules(console.app):
        if name not in OPEN:
            answer = console.visitor().open(address, method=method)
            assert answer.status_code == 303, name
            assert answer.location.startswith("/console/login"), name


def test_every_role_gets_only_its_own_pages(console: Console) -> None:
    for role in ROLES:
        for name, method, address in rules(console.app):
            if name in OPEN:
                continue
            client = console.sign_in(role)
            answer = post(client, address, {}) if method == "POST" else client.get(address)
            assert (answer.status_code == 403) == (role not in MAY[name]), (role, name)
            if answer.status_code == 403:
                assert "auth.forbidden" in answer.text


def test_pages_need_no_script_and_carry_no_inline_style(console: Console) -> None:
    record = console.cross()
    pages = {
        "reviewer": ("/console/", "/console/searches", f"/console/crossings/{record}"),
        "admin": ("/console/devices", "/console/users", "/console/holds", "/console/audit"),
        "command": ("/console/figures",),
    }
    for role, addresses in pages.items():
        client = console.sign_in(role)  # type: ignore[arg-type]
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
            assert answer.headers["Cache-Control"] == "no-store"
            assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text), address


def test_an_unknown_address_is_a_page_in_vietnamese(console: Console) -> None:
    answer = console.sign_in("reviewer").get("/console/khong-co")
    assert answer.status_code == 404
    assert "request.not_found" in answer.text
    assert "Không có địa chỉ này" in answer.text


def test_a_form_too_large_is_refused(console: Console) -> None:
    client = console.sign_in("reviewer")
    answer = post(client, "/console/searches", {"name": "x" * 70_000})
    assert answer.status_code == 413


def test_the_language_stays_chosen(console: Console) -> None:
    client = console.sign_in("reviewer")
    assert "Cần xem" in client.get("/console/").text
    assert "To review" in client.get("/console/?lang=en").text
    assert "To review" in client.get("/console/").text
    assert "Cần xem" in client.get("/console/?lang=vi").text
