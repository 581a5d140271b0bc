"""/khieu-nai and /complain: how to complain with the code of a crossing. No form, nothing stored.

The tablet's QR code leads here with the complaint code behind `#`, which no browser sends: the
server neither sees nor logs which code was read. It stands in the address line of the phone.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, make_response, render_template

from server.access import public
from server.console.texts import Language
from server.context import here

MAX_HOTLINES = 6
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
ADDRESSES: dict[Language, str] = {"vi": "/khieu-nai", "en": "/complain"}
EXAMPLE = "4K7Q-M2XR"

pages = Blueprint("complaint", __name__, template_folder=str(Path(__file__).parent / "templates"))


@pages.route("/khieu-nai")
@public
def vietnamese() -> Response:
    """How to complain, in Vietnamese."""
    return _page("vi")


@pages.route("/complain")
@public
def english() -> Response:
    """The same in English."""
    return _page("en")


def _page(language: Language) -> Response:
    context = here()
    other: Language = "en" if language == "vi" else "vi"
    numbers = dict.fromkeys(one.hotline for one in context.store.checkpoints() if one.hotline)
    page = render_template(
        f"complaint_{language}.html",
        language=language,
        other_url=ADDRESSES[other],
        unit=context.config.unit,
        hotlines=list(numbers)[:MAX_HOTLINES],
        example=EXAMPLE,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
