"""POST /exports/<table>/unmasked and POST /arrivals: files that say who people are.

An approver who logged in, and nobody else: a token for reading opens no names, whoever it is of.
Why, and to whom it is given, is in a body and not in a URL, and in the audit before the first row.
"""

from __future__ import annotations

from typing import Any

from flask import Response

from schemas.reading import ArrivalsRequest, UnmaskedExportRequest
from server.access import for_roles
from server.api.files import asked_export, audit_look, made_file, window_of
from server.api.resource import PREFIX, USER, Resource, operation, problems
from server.context import here
from server.problems import ProblemError

BINARY = {"type": "string", "format": "binary"}

resource = Resource("named", __name__, url_prefix=PREFIX, description="Files that name people")


@resource.route("/exports/<string:table>/unmasked", methods=["POST"])
@resource.arguments(UnmaskedExportRequest)
@resource.response(200, BINARY, content_type="application/octet-stream")
@resource.doc(
    **operation("export_unmasked", running=1),
    security=USER,
    responses=problems("request.not_found", "server.busy"),
)
@for_roles("approver")
def export_unmasked(wanted: dict[str, Any], table: str) -> Response:
    """A table with who people are, for a purpose and a case that the audit keeps.

    Headers as `export` has them. What was erased or purged is empty.
    """
    from server.exporting.tables import TABLES

    if table not in TABLES or TABLES[table].names_people or not TABLES[table].unmasked:
        raise ProblemError("request.not_found")
    why = {name: _said(wanted, name) for name in ("purpose", "case")}
    asked = asked_export(table, wanted, unmasked=True)
    audit_look(f"export.{table}", asked.looked_at() | why)
    return made_file(asked)


@resource.route("/arrivals", methods=["POST"])
@resource.arguments(ArrivalsRequest)
@resource.response(200, BINARY, content_type="application/octet-stream")
@resource.doc(**operation("arrivals", running=1), security=USER, responses=problems("server.busy"))
@for_roles("approver")
def arrivals(wanted: dict[str, Any]) -> Response:
    """Who is on the way to communes: the daily list of the team or lodging register there.

    Headers as `export` has them, and `Chot-Coarser`: crossings that only named the district or
    province, which are not on the list.
    """
    from server.exporting.arrival_rows import named_coarser
    from server.exporting.formats import FORMATS
    from server.exporting.run import Asked
    from server.exporting.tables import columns_of
    from server.places.units import named_as, unit

    context = here()
    units = [unit(*one.split("-", 1)) for one in wanted["communes"]]
    found = [one for one in units if one is not None]
    if len(found) < len(units):
        raise ProblemError("request.invalid", errors=(("communes", "unknown"),))
    named = tuple(dict.fromkeys(name for one in found for name in named_as(one)))
    recipient, is_lodging = _said(wanted, "recipient"), wanted["audience"] == "lodging"
    asked = Asked(
        "arrivals",
        window_of(wanted),
        (),
        columns_of(context.store, "arrivals", is_lodging),
        wanted["format"],
        wanted["lang"] or FORMATS[wanted["format"]].lang,
        unmasked=is_lodging,
        compressed=wanted["compress"],
        destinations=named,
    )
    details = {
        "from_ms": asked.window[0],
        "to_ms": asked.window[1],
        "communes": list(named),
        "for": wanted["audience"],
        "recipient": recipient,
    }
    audit_look("export.arrivals", details)
    answer = made_file(asked)
    answer.headers["Chot-Coarser"] = str(named_coarser(context.store, asked.window, found))
    return answer


def _said(wanted: dict[str, Any], name: str) -> str:
    """What somebody has to say; blanks say nothing."""
    said: str = wanted[name].strip()
    if not said:
        raise ProblemError("request.invalid", errors=((name, "missing"),))
    return said
