"""Every kind of report, word by word, of one made-up day (`tests/golden/reports`).

A wanted change is written with CHOT_GOLDEN=write and looked at in the diff. Of DOCX the document's
XML is compared, of PDF its text page by page, set in the font that comes with the extra.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from server.reporting import docx_file, pdf_file
from server.reporting.document import Report
from server.reporting.files import as_text
from server.reporting.fonts import roboto
from server.reporting.frozen import as_json, from_json
from server.reporting.letterhead import Letterhead, letterhead_of
from server.reporting.page import page_of
from tests.server.reporting.conftest import UNIT, Day

GOLDEN = Path(__file__).parents[2] / "golden" / "reports"
SEAL = "ab" * 32
STATE = {
    "parent": "Ủy ban nhân dân quận Hà Đông",
    "agency": "Ban Chỉ đạo phòng, chống dịch",
    "place": "Hà Đông",
    "addressees": ["Ban Chỉ đạo Thành phố", "Ban Thường vụ Quận ủy"],
    "authority": "TM. Ban Chỉ đạo",
    "post": "Trưởng ban",
    "signer": "Nguyễn Văn <Thử>",
}
PARTY = {
    "body": "party",
    "parent": "Đảng bộ thành phố",
    "agency": "Quận ủy Hà Đông",
    "place": "Hà Đông",
    "addressees": ["Ban Thường vụ Thành ủy"],
    "recipients": ["Như trên", "Lưu Văn phòng"],
    "authority": "T/M Ban Thường vụ",
    "post": "Phó Bí thư",
    "signer": "Trần Thị Mẫu",
}


def docx_text(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        xml = book.read("word/document.xml").decode("utf-8")
    return re.sub(r"(?=<w:(p|tbl|tr|tc)[ >])", "\n", xml) + "\n"


def pdf_text(path: Path) -> str:
    pages = (page.extract_text() for page in PdfReader(path).pages)
    return "\n\f\n".join(re.sub(r"[ \xa0]+", " ", page) for page in pages) + "\n"


def made(day: Day, name: str, path: Path) -> str:
    """What the golden file of this name holds."""
    case, kind = name.split(".", 1)
    report = day.draft if case == "draft" else day.whole
    head = letterhead_of(PARTY if case == "party" else STATE, UNIT)
    number, seal = ("", "") if case == "draft" else ("05", SEAL)
    if kind in ("txt", "json", "html"):
        return as_text(report, "text" if kind == "txt" else kind, head, number, seal)  # type: ignore[arg-type]
    return set_as(kind, path, report, head, number, seal)


def set_as(kind: str, path: Path, report: Report, head: Letterhead, number: str, seal: str) -> str:
    page = page_of(report, head, number, seal)
    read: Callable[[Path], str] = docx_text if kind == "docx.xml" else pdf_text
    if kind == "docx.xml":
        docx_file.make(path, page, report.unit)
    else:
        pdf_file.make(path, page, report.unit, roboto())
    return read(path)


PAGED = ("html", "docx.xml", "pdf.txt")
NAMES = (
    *(f"{case}.{kind}" for case in ("state", "draft") for kind in ("txt", "json", *PAGED)),
    *(f"party.{kind}" for kind in PAGED),
)
"""Kinds without pages have no letterhead: those of `party` are those of `state`."""


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_what_it_was(
    day: Day, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process keeps the first font of a name; other tests set in what this machine has.
    monkeypatch.setattr(pdf_file, "NAMES", ("golden", "golden-b", "golden-i", "golden-bi"))
    found = made(day, name, tmp_path / "made")
    known = GOLDEN / name
    if os.environ.get("CHOT_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        known.write_bytes(found.encode("utf-8"))
    assert found == known.read_bytes().decode("utf-8")


@pytest.mark.parametrize("kind", ["txt", "json"])
def test_who_issues_a_report_changes_none_of_its_figures(
    day: Day, tmp_path: Path, kind: str
) -> None:
    known = (GOLDEN / f"state.{kind}").read_bytes().decode("utf-8")
    assert made(day, f"party.{kind}", tmp_path / "made") == known


def test_no_golden_report_is_left_over() -> None:
    assert {one.name for one in GOLDEN.iterdir()} == set(NAMES)


def test_a_frozen_report_is_read_as_it_was(day: Day) -> None:
    for one in (day.whole, day.draft):
        assert from_json(json.loads(json.dumps(as_json(one)))) == one
