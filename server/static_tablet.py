"""The built tablet under /tablet/: what `make web` put into web/dist, or the copy in a wheel.

Few files and small, so they are read whole and compressed once; the build left Brotli beside them.
Names under assets/ hold a hash of their content and never change; everything else is asked for
again each time.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.access import public
from server.context import here
from server.headers import tablet_policy
from server.problems import ProblemError

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE.parent / "web" / "dist" / "tablet", HERE / "static" / "tablet")
MAX_FILES = 64
WORKER = "sw.js"
YEAR_S = 31_536_000

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
}
_SQUEEZED = (".js", ".css", ".html", ".wasm", ".webmanifest", ".json", ".svg", ".txt")

pages = Blueprint("tablet", __name__)


@dataclass(frozen=True, slots=True, eq=False)
class StaticFile:
    """A file's bytes, plain and by coding (only where that saves something), and its tag."""

    data: bytes
    coded: dict[str, bytes]
    tag: str
    media_type: str


@pages.route("/tablet")
@public
def tablet_folder() -> AnyResponse:
    """The tablet's scope ends with a slash."""
    return redirect("/tablet/", 308)


@pages.route("/tablet/")
@pages.route("/tablet/<path:path>")
@public
def tablet(path: str = "index.html") -> Response:
    """One file of the built tablet."""
    # Not `defaults=`: Werkzeug then redirects index.html to the folder, and browsers start no page
    # from a redirected answer that a service worker kept.
    file = find(path)
    if file is None:
        raise ProblemError("request.not_found")
    context = here()
    origins = context.origins.at(context.clock())
    if path == WORKER and origins:
        file = _worker(file, origins)
    hashed = path.startswith("assets/")
    coding = next((one for one in file.coded if request.accept_encodings[one] > 0), None)
    response = Response(file.data if coding is None else file.coded[coding])
    response.content_type = file.media_type
    response.vary.add("Accept-Encoding")
    if coding is not None:
        response.headers["Content-Encoding"] = coding
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR_S}, immutable" if hashed else "no-cache"
    )
    response.headers["Content-Security-Policy"] = tablet_policy(origins)
    response.set_etag(file.tag if coding is None else f"{file.tag}-{coding}")
    response.make_conditional(request)
    return response


def built_folder() -> Path | None:
    """Where the built tablet lies, or None when nobody has built it."""
    return next((folder for folder in FOLDERS if (folder / "index.html").is_file()), None)


def find(path: str) -> StaticFile | None:
    """The file at `path` below the built folder, and nothing outside it."""
    folder = built_folder()
    parts = PurePosixPath(path).parts
    if folder is None or not parts or any(part.startswith((".", "/")) for part in parts):
        return None
    file = folder.joinpath(*parts)
    try:
        stat = file.stat()
    except (OSError, ValueError):
        return None
    if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
        return None
    return _read(file, stat.st_mtime_ns)


@lru_cache(maxsize=2)
def _worker(file: StaticFile, origins: tuple[str, ...]) -> StaticFile:
    """The service worker, which ends in what its page may call.

    It keeps the page with the policy of the day it was installed; a browser fetches the page anew
    only where the worker itself is another one.
    """
    data = file.data + f"\n// connect-src {' '.join(origins)}\n".encode("ascii")
    packed = gzip.compress(data, 9, mtime=0)
    return StaticFile(data, {"gzip": packed}, _tag(data), file.media_type)


@lru_cache(maxsize=MAX_FILES)
def _read(file: Path, changed_ns: int) -> StaticFile:
    del changed_ns  # part of the key only: a rebuilt file is read again
    data = file.read_bytes()
    suffix = file.suffix.lower()
    beside = file.with_name(f"{file.name}.br")
    coded = {
        # The smaller first.
        "br": beside.read_bytes() if beside.is_file() else data,
        "gzip": gzip.compress(data, 9, mtime=0) if suffix in _SQUEEZED else data,
    }
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(file.name)[0]
    if media_type in ("text/html", "text/javascript", "text/css", "text/plain"):
        media_type += "; charset=utf-8"
    return StaticFile(
        data,
        {coding: text for coding, text in coded.items() if len(text) < len(data)},
        _tag(data),
        media_type or "application/octet-stream",
    )


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
