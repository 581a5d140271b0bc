"""Issuing one permit or pass, and its sheet. The server keeps who issued which id, no person.

What is printed comes from the signed code itself, which travels back in the body of the request.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from credentials import parse_trust, read
from credentials.jws import parse_json_object, parse_jws
from credentials.own import MAX_CHARACTERS, PREFIX
from server.access import the_user
from server.console.texts import text
from server.console.visit import language, signed_in
from server.context import here
from server.document_keys import NoSigningKeyError
from server.issuing.codes import code_path, printed_code
from server.issuing.columns import COLUMNS, Kind
from server.issuing.paper import PRINT_EXTRA, can_print
from server.issuing.places import known_places
from server.issuing.rows import Cells, Defaults, RowError, draft_of
from server.issuing.said import TITLES, lines_of, outside_lines, validity
from server.issuing.sign import Document, issue_draft
from server.issuing.texts import said
from server.issuing.values import tidy
from server.packs import trust_in_force
from server.problems import ProblemError
from server.store.published import AuditEntry

FORMS: tuple[Kind, ...] = ("permit", "pass")
LAYOUTS = ("a4", "a5")
MAX_CELL_CHARACTERS = 1_000


def add_pages(console: Blueprint) -> None:
    """/console/documents: the form, the issued document, its PDF."""
    console.add_url_rule("/documents", "documents", documents)
    console.add_url_rule("/documents", "issue", issue, methods=["POST"])
    console.add_url_rule("/documents/sheet", "sheet", sheet, methods=["POST"])


@signed_in("approver")
def documents() -> str:
    """The empty form of a permit, or of what `?kind=` says."""
    context = here()
    context.store.audit(AuditEntry(context.clock(), the_user().id, "documents"))
    return _form(_kind(request.args.get("kind", FORMS[0])), {}, {}, "")


@signed_in("approver")
def issue() -> str | tuple[str, int]:
    """Sign one document and show its sheet in this answer only."""
    context = here()
    now_ms = context.clock()
    kind = _kind(request.form.get("kind", ""))
    fields = {one.name: request.form.get(one.name, "") for one in COLUMNS[kind]}
    cells = {
        name: told for name, value in fields.items() if (told := tidy(value[:MAX_CELL_CHARACTERS]))
    }
    errors: list[RowError] = []
    draft = draft_of(kind, 1, cells, Defaults(now_ms), errors)
    if draft is None:
        return _form(kind, cells, _wrong(errors), ""), 422
    if context.config.level == "relay":
        return _form(kind, cells, {}, text(language(), "documents.relay")), 503
    try:
        made = issue_draft(context.keys, draft, now_ms)
    except NoSigningKeyError:
        return _form(kind, cells, {}, said("no_key", language())), 503
    if isinstance(made, RowError):
        return _form(kind, cells, {}, said(made.code, language())), 422
    details = {"type": kind, "kid": made.kid, "expires_ms": made.expires_ms}
    context.store.audit(
        AuditEntry(now_ms, the_user().id, "document.issued", made.id, details=details)
    )
    return _document(made, "a5" if kind == "pass" else "a4")


@signed_in("approver")
def sheet() -> Response | str:
    """The sheet of a document that this server signed: another size, or as PDF."""
    context = here()
    now_ms = context.clock()
    found = _signed(request.form.get("text", ""), now_ms)
    layout = request.form.get("layout", "")
    if layout not in LAYOUTS:
        raise ProblemError("request.malformed")
    details = {"layout": layout}
    context.store.audit(
        AuditEntry(now_ms, the_user().id, "document.printed", found.id, details=details)
    )
    if "pdf" not in request.form:
        return _document(found, layout)
    if not can_print():
        raise ProblemError("request.not_found", detail=said("extra", language(), extra=PRINT_EXTRA))
    from server.issuing.sheets import sheets_pdf

    pdf = sheets_pdf([found], unit=context.config.unit, windscreen=layout == "a5")
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.typ}-{found.id}.pdf"'
    return response


def _form(kind: Kind, cells: Cells, wrong: dict[str, str], told: str) -> str:
    context = here()
    return render_template(
        "documents.html",
        kind=kind,
        kinds=FORMS,
        columns=COLUMNS[kind],
        cells=cells,
        wrong=wrong,
        told=told,
        places=known_places(context.store),
    )


def _document(document: Document, layout: str) -> str:
    context = here()
    names = {one.place: one.name for one in known_places(context.store)}
    code = printed_code(document.texts[0])
    return render_template(
        "document.html",
        document=document,
        layout=layout,
        layouts=LAYOUTS,
        title=TITLES[document.typ],
        lines=(outside_lines if layout == "a5" else lines_of)(document.claims, names),
        validity=validity(document.from_ms, document.expires_ms),
        unit=context.config.unit,
        side=code.side,
        path=Markup(code_path(code)),
        can_print=can_print(),
    )


def _signed(token: str, now_ms: int) -> Document:
    """The document in a code of ours; a code that does not verify now is printed for nobody."""
    evidence = read(token, parse_trust(trust_in_force(here().store)), now_ms)
    typ = (evidence.subject or {}).get("type")
    # One that begins tomorrow is good, only not yet.
    if evidence.code not in ("ok", "not_yet_valid") or typ not in FORMS:
        raise ProblemError("request.malformed")
    claims = parse_json_object(parse_jws(token.strip()[len(PREFIX) :], MAX_CHARACTERS).payload)
    from_ms = claims["nbf"] * 1000 if "nbf" in claims else None
    return Document(
        claims["jti"],
        typ,
        evidence.key_id or "",
        claims["iat"] * 1000,
        claims["exp"] * 1000,
        (token,),
        claims,
        from_ms,
    )


def _kind(value: str) -> Kind:
    for one in FORMS:
        if one == value:
            return one
    raise ProblemError("request.not_found")


def _wrong(errors: list[RowError]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for one in errors:
        values: dict[str, Any] = dict(one.values)
        wrong.setdefault(one.column, said(one.code, language(), **values))
    return wrong
