"""POST /audit and GET /doctor: what who answers for a server reads from afar.

Neither names a traveller. What to look for is in a body, because a URL is kept by whoever passes it
on. Both read much: one at a time, with reports and exports.
"""

from __future__ import annotations

from typing import Any

from schemas.overseeing import AuditAnswer, AuditRequest, DoctorAnswer
from server.access import for_reading, the_user
from server.api.files import one_at_a_time
from server.api.resource import PREFIX, USER, Resource, operation, problems
from server.context import here
from server.store.published import AuditEntry

resource = Resource("overseen", __name__, url_prefix=PREFIX, description="Audit log and health")


@resource.route("/audit", methods=["POST"])
@resource.arguments(AuditRequest)
@resource.response(200, AuditAnswer)
@resource.doc(
    **operation("read_audit", running=1), security=USER, responses=problems("server.busy")
)
@for_reading("approver", "admin")
def audit(wanted: dict[str, Any]) -> dict[str, Any]:
    """The newest entries that fit, oldest first; the look itself is the next one.

    `broken_at`: where `verify` was asked, the first entry that does not follow from those before.
    """
    from server.audit_reading import Wanted, look_into_audit

    context = here()
    last, verify = wanted.pop("last"), wanted.pop("verify")
    with one_at_a_time():
        broken = context.store.verify_audit() if verify else None
        found = look_into_audit(
            context.store, Wanted(**wanted), last, the_user().id, context.clock()
        )
    return {
        "entries": [
            {
                "n": n,
                "at_ms": one.at_ms,
                "who": one.who,
                "what": one.what,
                "subject": one.subject,
                "purpose": one.purpose,
                "reference": one.reference,
                "details": one.details,
            }
            for n, one in found
        ],
        "verified": verify,
        "broken_at": broken,
    }


@resource.route("/doctor")
@resource.response(200, DoctorAnswer)
@resource.doc(**operation("doctor", running=1), security=USER, responses=problems("server.busy"))
@for_reading("admin")
def doctor() -> dict[str, Any]:
    """What `chot doctor` finds at the server: checks, and the commands that mend."""
    from server.doctor import examine

    context = here()
    now_ms = context.clock()
    with one_at_a_time():
        context.store.audit(AuditEntry(now_ms, the_user().id, "doctor"))
        found = list(examine(context.config.data_dir, now_ms))
    return {"at_ms": now_ms, "findings": found}
