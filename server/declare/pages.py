"""/khai-bao and /declare: a form, then the code. No account, no cookie, no script, nothing stored.

What the code says travels back with the request for its picture, in the body: the server signs,
draws and forgets. No address of a page names anybody.
"""

from __future__ import annotations

import base64
from typing import Any, Literal

from flask import Blueprint, Response, current_app, make_response, render_template, request

from credentials import parse_trust, read
from credentials.own_claims import DECLARATION_VALIDITY_HOURS, ClaimError
from rules.signs import SYMPTOMS
from server.access import public
from server.console.texts import Language
from server.context import here
from server.declare.form import COLUMNS, read_form
from server.declare.limits import DeclarationLimits
from server.declare.texts import declare_text
from server.document_keys import NoSigningKeyError, key_to_json, trusted_keys
from server.issuing.codes import PrintedCode, code_svg, printed_code
from server.issuing.places import Known, known_places
from server.issuing.rows import RowError
from server.issuing.said import lines_of, until_text
from server.issuing.sign import Document, issue_document
from server.issuing.texts import said
from server.png import rows_png
from server.problems import ProblemError
from server.store.published import AuditEntry

EXTENSION = "chot_declarations"
MAX_FORM_BYTES = 16 * 1024
MAX_HOTLINES = 6
HOUR_MS = 3_600_000
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
ADDRESSES: dict[Language, str] = {"vi": "/khai-bao", "en": "/declare"}

pages = Blueprint("declare", __name__, template_folder="templates", static_folder=None)


@pages.route("/khai-bao", methods=["GET", "POST"])
@public
def vietnamese() -> Response:
    """The form and its answer in Vietnamese."""
    return _page("vi")


@pages.route("/declare", methods=["GET", "POST"])
@public
def english() -> Response:
    """The same in English."""
    return _page("en")


@pages.route("/khai-bao/style.css")
@public
def style() -> Response:
    """The style of both pages, print included."""
    with current_app.open_resource("declare/templates/declare.css", "r", encoding="utf-8") as file:
        response = Response(file.read(), mimetype="text/css")
    response.headers["Cache-Control"] = "max-age=3600"
    return response


@pages.route("/khai-bao/to-khai.png", methods=["POST"])
@public
def picture() -> Response:
    """The code as PNG, for saving."""
    return _download("png")


@pages.route("/khai-bao/to-khai.svg", methods=["POST"])
@public
def drawing() -> Response:
    """The code as SVG, for printing."""
    return _download("svg")


def _page(language: Language) -> Response:
    request.max_content_length = MAX_FORM_BYTES
    if request.method == "GET":
        return _form(language, {}, [], "")
    context = here()
    now_ms = context.clock()
    ticked = [one for one in request.form.getlist("symptoms") if one in SYMPTOMS]
    claims, errors, cells = read_form(request.form, ticked, _places(), now_ms)
    if errors:
        return _form(language, cells, ticked, "", errors, status=422)
    wait_s = _limits().wait_s(request.remote_addr or "", now_ms)
    if wait_s:
        told = declare_text(language, "later", minutes=-(-wait_s // 60))
        response = _form(language, cells, ticked, told, status=429)
        response.headers["Retry-After"] = str(wait_s)
        return response
    if context.config.level == "relay":
        # Its key is in nobody's trust pack: what it signs would be a claim.
        return _form(language, cells, ticked, declare_text(language, "unable"), status=503)
    try:
        expires_ms = now_ms + DECLARATION_VALIDITY_HOURS * HOUR_MS
        document = issue_document(context.keys, "decl", claims, now_ms, expires_ms)
    except NoSigningKeyError:
        return _form(language, cells, ticked, declare_text(language, "unable"), status=503)
    except ClaimError as error:
        if error.claim != "size":
            raise
        return _form(language, cells, ticked, declare_text(language, "dense"), status=422)
    if count := _limits().made(now_ms):
        context.store.audit(AuditEntry(now_ms, "public", "declarations", details={"count": count}))
    return _declared(language, document)


def _form(
    language: Language,
    cells: dict[str, str],
    ticked: list[str],
    told: str,
    errors: list[RowError] | None = None,
    status: int = 200,
) -> Response:
    wrong = {one.column: said(one.code, language, **one.values) for one in errors or ()}
    page = render_template(
        "declare.html",
        **_frame(language),
        cells=cells,
        ticked=ticked,
        told=told,
        wrong=wrong,
        limits={column.name: column.limit for column in COLUMNS},
        symptoms=SYMPTOMS,
        places=_places(),
    )
    return _finished(page, status)


def _declared(language: Language, document: Document) -> Response:
    code = _drawn(document.texts[0])
    names = {one.place: one.name for one in _places()}
    spoken = 0 if language == "vi" else 1
    page = render_template(
        "declared.html",
        **_frame(language),
        number=document.id,
        until=until_text(document.expires_ms)[spoken],
        text=document.texts[0],
        png=base64.b64encode(rows_png(code.rows, 6)).decode("ascii"),
        lines=[(line[spoken], line[2]) for line in lines_of(document.claims, names)],
        symptoms=document.claims["y"],
        exposure=document.claims["x"],
    )
    return _finished(page, 200)


def _download(kind: Literal["png", "svg"]) -> Response:
    """Only of what this server signed: it draws codes for nobody else."""
    request.max_content_length = MAX_FORM_BYTES
    context = here()
    now_ms = context.clock()
    if _limits().wait_s(request.remote_addr or "", now_ms):
        raise ProblemError("request.rate")
    text = request.form.get("text", "")
    # Our own keys are enough here; a trust pack may hold half a million fingerprints.
    own = [key_to_json(one) for one in trusted_keys(context.keys, now_ms)]
    found = read(text, parse_trust({"keys": own, "revoked": []}), now_ms)
    if found.status != "verified" or (found.subject or {}).get("type") != "declaration":
        raise ProblemError("request.malformed")
    code = _drawn(text)
    if kind == "png":
        response = Response(rows_png(code.rows), mimetype="image/png")
    else:
        response = Response(code_svg(code), mimetype="image/svg+xml")
    name = f"to-khai-y-te-{(found.subject or {}).get('id')}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _drawn(text: str) -> PrintedCode:
    with _limits().drawing:
        return printed_code(text)


def _frame(language: Language) -> dict[str, Any]:
    other: Language = "en" if language == "vi" else "vi"

    def t(key: str, **values: object) -> str:
        return declare_text(language, key, **values)

    context = here()
    numbers = dict.fromkeys(one.hotline for one in context.store.checkpoints() if one.hotline)
    return {
        "t": t,
        "language": language,
        "other_language": other,
        "other_url": ADDRESSES[other],
        "url": ADDRESSES[language],
        "unit": context.config.unit,
        "hotlines": list(numbers)[:MAX_HOTLINES],
    }


def _places() -> tuple[Known, ...]:
    return known_places(here().store)


def _finished(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def _limits() -> DeclarationLimits:
    limits = current_app.extensions[EXTENSION]
    assert isinstance(limits, DeclarationLimits)
    return limits
