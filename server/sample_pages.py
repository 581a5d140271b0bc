"""/ and /samples: where a newcomer begins. The samples exist in a demo only."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request

from server.access import public
from server.context import Context, here
from server.png import qr_png
from server.problems import ProblemError
from server.samples import SampleBook, enrolment_sample
from server.static_tablet import built_folder
from server.version import VERSION

EXTENSION = "chot_samples"

pages = Blueprint("samples", __name__, static_folder=None)


@pages.route("/")
@public
def landing() -> str:
    """Where tablet, console and samples are."""
    config = here().config
    return render_template(
        "landing.html",
        unit=config.unit,
        demo=config.demo,
        built=built_folder() is not None,
        version=VERSION,
    )


@pages.route("/page.css")
@public
def style() -> Response:
    """The style of the landing page and of the samples, print included."""
    with current_app.open_resource("templates/page.css", "r", encoding="utf-8") as file:
        response = Response(file.read(), mimetype="text/css")
    response.headers["Cache-Control"] = "no-cache"
    return response


@pages.route("/samples")
@public
def samples() -> str:
    """All samples, fresh; with an enrolment link for the checkpoint in `?checkpoint=`."""
    context = _demo()
    now_ms = context.clock()
    book = _book()
    codes = book.fresh(context.config, context.keys, now_ms)
    places = {one.id: one for one in context.store.checkpoints() if one.state == "active"}
    if not places:
        raise ProblemError("request.not_found")
    chosen = places.get(request.args.get("checkpoint", "")) or next(iter(places.values()))
    lane = chosen.lanes[0] if chosen.lanes else ""
    base_url = context.config.public_url or request.host_url
    enrolment = enrolment_sample(context.config, context.store, base_url, chosen.id, lane, now_ms)
    book.add(enrolment)
    return render_template(
        "samples.html",
        codes=[one for one in codes if one.kind == "code"],
        badges=[
            one
            for one in codes
            if one.kind == "badge" and one.name.startswith(f"badge-{chosen.id}-")
        ],
        enrolment=enrolment,
        places=places.values(),
        chosen=chosen,
        issued_ms=now_ms,
    )


@pages.route("/samples/list.json")
@public
def listed() -> list[dict[str, str]]:
    """What the tablet's "dùng mã mẫu" offers."""
    context = _demo()
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "checkpoint": one.checkpoint,
            "title_vi": one.title_vi,
            "title_en": one.title_en,
            "note_vi": one.note_vi,
            "note_en": one.note_en,
            "png": f"/samples/{one.name}.png",
        }
        for one in _book().recent(context.config, context.keys, context.clock())
    ]


@pages.route("/samples/<string:name>.png")
@public
def picture(name: str) -> Response:
    """One sample as a QR code."""
    context = _demo()
    book = _book()
    book.recent(context.config, context.keys, context.clock())
    sample = book.find(name)
    if sample is None:
        raise ProblemError("request.not_found")
    return Response(qr_png(sample.text), mimetype="image/png")


def _demo() -> Context:
    context = here()
    if not context.config.demo:
        raise ProblemError("request.not_found")
    return context


def _book() -> SampleBook:
    book = current_app.extensions[EXTENSION]
    assert isinstance(book, SampleBook)
    return book
