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
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from server.config import Config
from server.reporting import docx_file, pdf_file
from server.reporting.completeness import Completeness, Gap, Place
from server.reporting.document import Report
from server.reporting.files import as_text
from server.reporting.fonts import roboto
from server.reporting.frozen import as_json, from_json
from server.reporting.letterhead import Letterhead, letterhead_of
from server.reporting.page import page_of
from server.reporting.report import own_report
from server.reporting.rolled_up import HandedUp, rolled_up
from server.store.sqlite import open_store
from tests.cli.exported_day import make_day
from tests.server.store.tablets import NOON_MS

GOLDEN = Path(__file__).parents[2] / "golden" / "reports"
HOUR_MS = 3_600_000
AT_MS = NOON_MS + 6 * HOUR_MS
SEAL = "ab" * 32
UNIT = "Ban Chỉ đạo quận Hà Đông"
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


@dataclass(frozen=True)
class Day:
    whole: Report
    draft: Report


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day at 18h with one unit that reported and one that did not, and the same at 12h30."""
    data = tmp_path_factory.mktemp("day") / "data"
    make_day(data)
    config = Config(data, unit=UNIT)
    with open_store(config) as store:
        own = own_report(store, config, AT_MS, (), AT_MS + 60_000)
        draft = own_report(store, config, AT_MS, (), NOON_MS + HOUR_MS // 2)
    places = (Place("hd-ql6", "Quốc lộ 6", "024 0000 0268", "01", "268", "09556"),
              Place("nt-ca-na", "Cà Ná", "0259 000 0058", "58", "589", "22910"))  # fmt: skip
    gaps = (Gap(places[0], "máy-1", "o-to", ("silent", "unsent"), 12, 3 * HOUR_MS),
            Gap(places[1], "máy-2", "xe-may", ("clock",), 0, 0))  # fmt: skip
    complete = Completeness(2, 0, gaps, (), (places[1],))
    own = replace(own, epoch=1, checkpoints=places, completeness=complete)
    below = replace(
        own,
        unit="Xã Phước Diêm",
        checkpoints=(Place("xa-1", "Chốt xã", ""),),
        completeness=Completeness(1, 1, (), ()),
    )
    unit = Place("22864", "Xã Phước Diêm", "0259 000 0059")
    missing = Place("22858", "Xã Phước Dinh", "0259 000 0060")
    whole = rolled_up(own, [HandedUp(unit, "7", "cd" * 32, below)], [missing])
    return Day(whole, replace(draft, epoch=1))


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
