"""/api/v1/docs/…: the protocol's rules and the guides for whoever writes a client, by the server.

Read and rendered when somebody asks and kept nowhere, so they cost no memory. A wheel has copies
in `server/docs` (`make wheel`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, make_response, render_template

from server.access import public
from server.markdown import headings, to_html
from server.problems import ProblemError

HERE = Path(__file__).resolve().parent
ROOTS = (HERE / "docs", HERE.parent)
DOCS = "/api/v1/docs"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SPEC = "sync/SPEC.md"
PAGES = {
    "write-a-client": ("docs/how-to/write-a-client.md", "Write a client"),
    "spec": (SPEC, "The sync protocol, rule by rule"),
    "api": ("docs/how-to/api.md", "What holds for all operations"),
    "errors": ("docs/errors.md", "Error codes"),
    "conformance": ("docs/how-to/conformance.md", "Have a client judged"),
}
"""Name in the address → (file, title)."""

FILES = {
    "minimal_client.py": "examples/minimal_client.py",
    "client.mjs": "examples/client.mjs",
}
_FILES = {path: name for name, (path, _) in PAGES.items()} | {
    path: name for name, path in FILES.items()
}
_ADDRESSES = {path: f"{DOCS}/{name}" for path, name in _FILES.items()} | {
    "docs/openapi.json": "/api/v1/openapi.json",
    DOCS: DOCS,
}
_RULE = re.compile(r"^- \*\*([A-Z]\d+)\*\* ", re.MULTILINE)

pages = Blueprint("documents", __name__, template_folder=str(HERE / "templates"))


@pages.route(f"{DOCS}/<string:name>")
@public
def page(name: str) -> Response:
    """One document as a page; with `.md` behind its name, or of an example, the text as it is."""
    plain = name.removesuffix(".md")
    path = FILES.get(name) or PAGES.get(plain, ("", ""))[0]
    text = read(path) if path else None
    if text is None:
        raise ProblemError("request.not_found")
    if name in FILES or name != plain:
        response = Response(text, mimetype="text/plain")
    else:
        body = to_html(text, lambda target: address_of(target, path))
        sections, others = headings(text), [(one, PAGES[one][1]) for one in PAGES]
        response = make_response(
            render_template(
                "api_document.html",
                body=body,
                name=name,
                title=PAGES[name][1],
                sections=sections,
                pages=others,
                files=list(FILES),
                docs=DOCS,
            )
        )
    response.headers["Content-Security-Policy"] = POLICY
    return response


def read(path: str) -> str | None:
    """The text of a document of this server; None where it was installed without them."""
    file = _file(path)
    return None if file is None else file.read_text("utf-8")


def is_here(path: str) -> bool:
    """Whether this server was installed with that document."""
    return _file(path) is not None


def _file(path: str) -> Path | None:
    return next((root / path for root in ROOTS if (root / path).is_file()), None)


@lru_cache(1)
def rules() -> frozenset[str]:
    """The numbers of all rules of the protocol."""
    return frozenset(_RULE.findall(read(SPEC) or ""))


def address_of(target: str, within: str = "") -> str:
    """Where a rule, a file's name, or a link of the document `within` leads; "" for nowhere."""
    if target in rules():
        return f"{DOCS}/spec#{target}"
    file, mark, anchor = target.partition("#")
    if not file:
        return mark + anchor
    parts: list[str] = []
    for part in (PurePosixPath(within).parent / file).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    path = file if file in _ADDRESSES else "/".join(parts)
    if path not in _ADDRESSES or (path in _FILES and not is_here(path)):
        return ""
    return _ADDRESSES[path] + mark + anchor
