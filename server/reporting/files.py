"""A report as a file of any kind: what `chot report` and the scheduler write."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from server.reporting.document import Report
from server.reporting.fonts import report_fonts
from server.reporting.frozen import as_json
from server.reporting.html_file import html
from server.reporting.kinds import KINDS, Kind
from server.reporting.letterhead import Letterhead
from server.reporting.page import page_of
from server.reporting.said import plain

EXTRAS = {"docx": "docx", "pdf": "print"}
_ENDINGS: dict[str, Kind] = {".txt": "text", ".htm": "html"}


class MissingExtraError(Exception):
    """This kind of file needs an extra that is not installed; the argument is its name."""


def kind_by_name(path: Path | None) -> Kind | None:
    """The kind that a file's ending says; None where it says none."""
    if path is None:
        return None
    ending = path.suffix.lower()
    named = next((kind for kind in KINDS if f".{kind}" == ending), None)
    return named or _ENDINGS.get(ending)


def as_text(report: Report, kind: Kind, head: Letterhead, number: str = "", seal: str = "") -> str:
    """A report of a kind that is text: text, json, html."""
    if kind == "json":
        return json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n"
    if kind == "html":
        return html(page_of(report, head, number, seal), report.unit)
    return "\n".join(plain(report)) + "\n"


def check_kind(kind: Kind) -> None:
    """Before anything is frozen for a file that cannot be made. Raises MissingExtraError."""
    packages = {"docx": "docx", "pdf": "reportlab"}
    is_missing = kind in packages and importlib.util.find_spec(packages[kind]) is None
    if is_missing or (kind == "pdf" and report_fonts() is None):
        raise MissingExtraError(EXTRAS[kind])


def write_report(
    path: Path, report: Report, kind: Kind, head: Letterhead, number: str = "", seal: str = ""
) -> None:
    """Write the file whole or not at all. Raises MissingExtraError, OSError.

    `number` is the document's own; `seal` the digest of an issued report.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        if kind == "docx":
            _docx(beside, report, head, number, seal)
        elif kind == "pdf":
            _pdf(beside, report, head, number, seal)
        else:
            beside.write_text(as_text(report, kind, head, number, seal), "utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _docx(path: Path, report: Report, head: Letterhead, number: str, seal: str) -> None:
    try:
        from server.reporting import docx_file
    except ModuleNotFoundError:
        raise MissingExtraError("docx") from None
    docx_file.make(path, page_of(report, head, number, seal), report.unit)


def _pdf(path: Path, report: Report, head: Letterhead, number: str, seal: str) -> None:
    try:
        from server.reporting import pdf_file
    except ModuleNotFoundError:
        raise MissingExtraError("print") from None
    fonts = report_fonts()
    if fonts is None:
        raise MissingExtraError("print")
    pdf_file.make(path, page_of(report, head, number, seal), report.unit, fonts)
