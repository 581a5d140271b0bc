"""What is going to end says so for six months: headers, description, and a date that holds.

`Deprecation` is RFC 9745, `Sunset` RFC 8594. `server/api/breaking.py` lets nothing go that was not
announced this way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from werkzeug.http import http_date

from server.problems import DOCS

NOTICE = timedelta(days=183)
ATTRIBUTE = "chot_notice"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Notice:
    """`part` is a field of the answer that ends ("rows/plate"), "" the whole operation."""

    since: date
    sunset: date
    instead: str
    part: str = ""

    def __post_init__(self) -> None:
        if self.sunset - self.since < NOTICE:
            raise ValueError(f"{self.sunset} is less than six months after {self.since}")

    def headers(self) -> dict[str, str]:
        """As RFC 9745 and RFC 8594 have them."""
        since, sunset = (datetime.combine(day, time.min, UTC) for day in (self.since, self.sunset))
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": http_date(sunset),
            "Link": f'<{DOCS}#ending>; rel="deprecation"; type="text/html"',
        }


def ends(since: date, sunset: date, instead: str, part: str = "") -> Callable[[View], View]:
    """Announce on a view that it, or a part of its answer, ends on `sunset`.

    A part says so on its field too: `metadata={"deprecated": True, "x-sunset": "2027-06-30"}`.
    """
    notice = Notice(since, sunset, instead, part)

    def announce(view: View) -> View:
        setattr(view, ATTRIBUTE, notice)
        return view

    return announce


def add_notices(app: Flask) -> None:
    """Put the headers on every answer of a view that announces its end, refusals too."""

    @app.after_request
    def tell(response: Response) -> Response:
        view = current_app.view_functions.get(request.endpoint or "")
        notice = None if view is None else notice_of(view)
        if notice is not None:
            response.headers.extend(notice.headers())
        return response


def notice_of(view: Callable[..., Any]) -> Notice | None:
    """What a view announces, if it does."""
    notice: Notice | None = getattr(view, ATTRIBUTE, None)
    return notice


def announce_in(operation: dict[str, Any], notice: Notice) -> None:
    """The same in the description of the operation."""
    if notice.part:
        operation["x-ending"] = {
            "part": notice.part,
            "sunset": notice.sunset.isoformat(),
            "instead": notice.instead,
        }
    else:
        operation["deprecated"] = True
        operation["x-sunset"] = notice.sunset.isoformat()
        operation["x-instead"] = notice.instead
