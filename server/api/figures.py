"""GET /stats, /report, /goods-flow, /exports/<table>: what administrators read from afar.

Who people are is never in these answers (`named_files.py` has those). One report or
export at a time: they share this process with the tablets. What makes them is imported by the view
that needs it: most servers never do, and idle memory is counted.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from schemas.reading import (
    ExportQuery,
    GoodsFlowAnswer,
    GoodsFlowQuery,
    ReportAnswer,
    ReportQuery,
    StatsAnswer,
    StatsQuery,
)
from server.access import for_reading, the_user
from server.api.files import (
    asked_export,
    audit_look,
    busy,
    known_checkpoints,
    made_file,
    one_at_a_time,
)
from server.api.resource import PREFIX, USER, Resource, operation, problems
from server.context import here
from server.problems import ProblemError
from server.stats import make_stats
from server.store.reader import ViewMissingError

MAX_FLOW_DAYS = 31
FOR_AUDIT = ("admin", "approver")

resource = Resource("figures", __name__, url_prefix=PREFIX, description="Figures and files of them")


@resource.route("/stats")
@resource.arguments(StatsQuery, location="query")
@resource.response(200, StatsAnswer)
@resource.doc(**operation("stats"), security=USER, responses=problems("request.invalid"))
@for_reading("command", "approver", "admin")
def stats(query: dict[str, Any]) -> dict[str, Any]:
    """Sums of a window by checkpoint and time, as `chot stats` draws them. Counts only."""
    context = here()
    places = known_checkpoints(query["checkpoint"])
    details = {"from_ms": query["from_ms"], "to_ms": query["to_ms"], "checkpoints": list(places)}
    audit_look("stats", details)
    try:
        found = make_stats(context.store, query["from_ms"], query["to_ms"], places)
    except ValueError:
        raise ProblemError("request.invalid", errors=(("to_ms", "invalid"),)) from None
    return found.to_json()


@resource.route("/report")
@resource.arguments(ReportQuery, location="query")
@resource.response(200, ReportAnswer)
@resource.doc(
    **operation("report", running=1),
    security=USER,
    responses=problems("request.invalid", "server.busy"),
)
@for_reading("command", "approver", "admin")
def report(query: dict[str, Any]) -> dict[str, Any]:
    """The report of a cut-off, a draft before it, with what is lacking and whom to call."""
    from server.reporting.area import checkpoints_in
    from server.reporting.frozen import as_json
    from server.reporting.letterhead import Letterhead, LetterheadError, load_letterhead
    from server.reporting.periods import next_cut_ms
    from server.reporting.report import make_report
    from server.reporting.rolled_up import CountedTwiceError

    context = here()
    now_ms = context.clock()
    places, area = known_checkpoints(query["checkpoint"]), ""
    if query["unit"]:
        area, found = checkpoints_in(context.store, query["unit"])
        if places or not found:
            raise ProblemError("request.invalid", errors=(("unit", "unknown"),))
        places = tuple(found)
    at_ms = query["at_ms"]
    if at_ms is None:
        at_ms = next_cut_ms(now_ms, context.config.report_hours)
    audit_look("report", {"at_ms": at_ms, "checkpoints": list(places), "format": "json"})
    with one_at_a_time():
        try:
            n = query["as_of"]
            made = make_report(context.store, context.config, at_ms, places, now_ms, n, area)
        except CountedTwiceError:
            raise ProblemError("request.invalid", errors=(("checkpoint", "twice"),)) from None
        except ViewMissingError:
            raise busy() from None
    try:
        head = load_letterhead(context.config.data_dir, context.config.unit)
    except LetterheadError:
        head = Letterhead(agency=context.config.unit.upper())
    return {"report": as_json(made), "letterhead": asdict(head)}


@resource.route("/goods-flow")
@resource.arguments(GoodsFlowQuery, location="query")
@resource.response(200, GoodsFlowAnswer)
@resource.doc(
    **operation("goods_flow", running=1, window_days=MAX_FLOW_DAYS),
    security=USER,
    responses=problems("request.invalid", "server.busy"),
)
@for_reading("command", "approver", "admin")
def flow(query: dict[str, Any]) -> dict[str, Any]:
    """Goods in and out by group, priority product and route, against the days before."""
    from server.reporting.goods_flow import goods_flow
    from server.reporting.goods_flow_said import as_json
    from server.reporting.goods_moved import product_of
    from server.reporting.periods import DAY_MS, Period

    context = here()
    places = known_checkpoints(query["checkpoint"])
    from_ms, to_ms = query["from_ms"], query["to_ms"]
    if not 0 < to_ms - from_ms <= MAX_FLOW_DAYS * DAY_MS:
        raise ProblemError("request.invalid", errors=(("to_ms", "invalid"),))
    try:
        products = dict(product_of(one) for one in query["product"]) or None
    except ValueError:
        raise ProblemError("request.invalid", errors=(("product", "invalid"),)) from None
    details = {"from_ms": from_ms, "to_ms": to_ms, "checkpoints": list(places)}
    audit_look("report.goods-flow", details)
    with one_at_a_time():
        try:
            made = goods_flow(
                context.store,
                context.config,
                Period("day", from_ms, to_ms),
                places,
                context.clock(),
                level=query["level"],
                products=products,
                n=query["as_of"],
            )
        except ViewMissingError:
            raise busy() from None
    return {"goods_flow": as_json(made)}


@resource.route("/exports/<string:table>")
@resource.arguments(ExportQuery, location="query")
@resource.response(
    200, {"type": "string", "format": "binary"}, content_type="application/octet-stream"
)
@resource.doc(
    **operation("export", running=1),
    security=USER,
    responses=problems("request.invalid", "request.not_found", "request.encoding", "server.busy"),
)
@for_reading("command", "approver", "admin")
def export(query: dict[str, Any], table: str) -> Response:
    """A masked table as a file, as of one number of the log: `as_of`, or the newest.

    Headers: `Content-Length`, `Repr-Digest` (RFC 9530, sha-256), `Chot-Rows`, `Chot-Log`. Whoever
    got fewer bytes, or others, has to ask again.
    """
    from server.exporting.tables import TABLES

    if table not in TABLES or TABLES[table].names_people:
        raise ProblemError("request.not_found")
    if table == "audit" and the_user().role not in FOR_AUDIT:
        raise ProblemError("auth.forbidden")
    asked = asked_export(table, query, unmasked=False)
    audit_look(f"export.{table}", asked.looked_at())
    return made_file(asked)
