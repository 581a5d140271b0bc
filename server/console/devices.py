"""Tablets: who is in contact, what is unsent; enrolment by a one-time link; revocation."""

from __future__ import annotations

import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.access import the_user
from server.console.qr import qr_svg
from server.console.texts import text
from server.console.times import DAY_MS, HOUR_MS, MINUTE_MS, long_time
from server.console.visit import language, signed_in
from server.context import here
from server.enrolment import CODE_RANDOM_BYTES, code_hash, enrolment_link, new_code, valid_ms
from server.packs import RelayPackError
from server.problems import ProblemError
from server.store.published import AuditEntry
from server.store.registered import Checkpoint, Device, Enrolment
from server.wipes import order_wipe, wipes_ordered

MAX_NAME_CHARACTERS = 64
SILENT_MS = HOUR_MS
CLOCK_GOOD_MS = 5_000


def add_pages(console: Blueprint) -> None:
    """/console/devices, enrolments, revocation."""
    console.add_url_rule("/devices", "devices", devices)
    console.add_url_rule("/devices/enrolments", "enrol", enrol, methods=["POST"])
    console.add_url_rule("/devices/<string:device>/revocation", "ask_revoke", ask_revoke)
    console.add_url_rule("/devices/<string:device>/revocation", "revoke", revoke, methods=["POST"])
    console.add_url_rule("/devices/<string:device>/wipe", "ask_wipe", ask_wipe)
    console.add_url_rule("/devices/<string:device>/wipe", "wipe", wipe, methods=["POST"])


@signed_in("admin")
def devices() -> str:
    """The list: what needs somebody first."""
    context = here()
    now_ms = context.clock()
    context.store.audit(AuditEntry(now_ms, the_user().id, "devices"))
    return _page("")


@signed_in("admin")
def enrol() -> str | tuple[str, int]:
    """Make a one-time code and show it in this answer only."""
    context = here()
    checkpoint, lane = _lane(request.form.get("lane", ""))
    if checkpoint is None:
        return _page("devices.bad"), 422
    name = request.form.get("name", "").strip()[:MAX_NAME_CHARACTERS] or f"{checkpoint.id} {lane}"
    now_ms = context.clock()
    expires_ms = now_ms + valid_ms(context.config.demo)
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    context.store.audit(
        AuditEntry(
            now_ms, the_user().id, "device.enrolment", checkpoint.id, details={"lane": lane}
        )
    )  # fmt: skip
    context.store.add_enrolment(code_hash(code), Enrolment(checkpoint.id, lane, name), expires_ms)
    link = enrolment_link(context.config.public_url or request.host_url, code)
    return render_template(
        "enrolment.html",
        checkpoint=checkpoint,
        lane=lane,
        expires=long_time(expires_ms)[:-3],
        link=link,
        picture=Markup(qr_svg(link)),
    )


@signed_in("admin")
def ask_revoke(device: str) -> str:
    """Ask before revoking: it cannot be taken back."""
    return render_template("revoke.html", device=_tablet(device))


@signed_in("admin")
def revoke(device: str) -> Response:
    """Revoke, then the list."""
    context, found = here(), _tablet(device)
    now_ms = context.clock()
    context.store.audit(AuditEntry(now_ms, the_user().id, "device.revoked", found.id))
    context.store.revoke_device(found.id, now_ms)
    return redirect(url_for("console.devices", told="revoked"), 303)


@signed_in("admin")
def ask_wipe(device: str) -> str:
    """Ask before the order: the tablet has to be enrolled anew afterwards."""
    return render_template("wipe.html", device=_tablet(device, revoked=True))


@signed_in("admin")
def wipe(device: str) -> Response:
    """Order it, then the list."""
    context, found = here(), _tablet(device, revoked=True)
    now_ms = context.clock()
    context.store.audit(AuditEntry(now_ms, the_user().id, "device.wipe", found.id))
    try:
        order_wipe(context.store, context.keys, found, now_ms)
    except RelayPackError:
        raise ProblemError("relay.scope") from None
    return redirect(url_for("console.devices", told="wipe"), 303)


def state_of(device: Device, now_ms: int) -> str:
    """active, silent, new (never heard of), revoked or forked."""
    if device.revoked_ms is not None:
        return "revoked"
    if device.forked_ms is not None:
        return "forked"
    if device.last_contact_ms is None:
        return "new"
    return "silent" if now_ms - device.last_contact_ms > SILENT_MS else "active"


def _page(wrong: str) -> str:
    context = here()
    now_ms = context.clock()
    checkpoints = sorted(context.store.checkpoints(), key=lambda one: (one.province, one.name))
    order = {"forked": 0, "silent": 1, "active": 2, "new": 3, "revoked": 4}
    tablets = [one for one in context.store.devices() if one.kind == "tablet"]
    tablets.sort(key=lambda one: (order[state_of(one, now_ms)], one.checkpoint or "", one.name))
    return render_template(
        "devices.html",
        tablets=[
            (one, state_of(one, now_ms), _ago(one.last_contact_ms, now_ms), _clock(one))
            for one in tablets
        ],
        checkpoints=checkpoints,
        names={one.id: one.name for one in checkpoints},
        wiping=_wiping({one.checkpoint or "" for one in tablets}, now_ms),
        wrong=wrong,
        told=request.args.get("told", ""),
    )


def _wiping(checkpoints: set[str], now_ms: int) -> set[str]:
    """The tablets that have been told to wipe themselves and have not said yet that they did."""
    context = here()
    return {
        one
        for checkpoint in checkpoints
        for one in wipes_ordered(context.store, context.keys, checkpoint, now_ms)
    }


def _tablet(device: str, revoked: bool = False) -> Device:
    """Also one that is `revoked` where that does not matter."""
    found = here().store.device(device)
    if found is None or found.kind != "tablet" or (found.revoked_ms is not None and not revoked):
        raise ProblemError("record.unknown")
    return found


def _lane(chosen: str) -> tuple[Checkpoint | None, str]:
    """The option "<checkpoint>/<lane>" of the form."""
    checkpoint_id, _, lane = chosen.partition("/")
    for one in here().store.checkpoints():
        if one.id == checkpoint_id and lane in one.lanes and one.state != "closed":
            return one, lane
    return None, ""


def _ago(at_ms: int | None, now_ms: int) -> str:
    if at_ms is None:
        return text(language(), "devices.contact.never")
    passed_ms = max(0, now_ms - at_ms)
    if passed_ms < 2 * MINUTE_MS:
        return text(language(), "ago.now")
    if passed_ms < 2 * HOUR_MS:
        return text(language(), "ago.minutes", count=passed_ms // MINUTE_MS)
    if passed_ms < 2 * DAY_MS:
        return text(language(), "ago.hours", count=passed_ms // HOUR_MS)
    return text(language(), "ago.days", count=passed_ms // DAY_MS)


def _clock(device: Device) -> str:
    """How far its clock is off; the offset is server minus device, so a fast clock is negative."""
    offset_ms = device.clock_offset_ms
    if offset_ms is None:
        return "–"
    size_ms = abs(offset_ms)
    if size_ms <= CLOCK_GOOD_MS:
        return text(language(), "clock.good")
    if size_ms < 2 * MINUTE_MS:
        span = text(language(), "span.seconds", count=size_ms // 1000)
    elif size_ms < 2 * HOUR_MS:
        span = text(language(), "span.minutes", count=size_ms // MINUTE_MS)
    else:
        span = text(language(), "span.hours", count=size_ms // HOUR_MS)
    return text(language(), "clock.fast" if offset_ms < 0 else "clock.slow", span=span)
