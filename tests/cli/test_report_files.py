"""The same figures on every kind of page: DOCX, PDF and HTML say what JSON says."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pytest
from pypdf import PdfReader

from cli.demo.make import make_demo
from server.reporting.words import FIGURES_VI, number, signed
from tests.cli.conftest import NOON_MS, Chot

AT_NOON = "2026-11-22T12:00"


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo with the hours before NOON_MS; only read."""
    data = tmp_path_factory.mktemp("pages") / "data"
    make_demo(data, NOON_MS, lambda _: None, days=0.3)
    return data


def written(chot: Chot, data: Path, path: Path) -> Path:
    chot("report", "--data", data, "--at", AT_NOON, "--output", path)
    return path


def expected_rows(made: dict[str, Any]) -> dict[str, list[str]]:
    """What stands beside each figure's name, by the JSON."""
    periods, before = made["periods"], made["before"]
    rows = {}
    for name, said in FIGURES_VI.items():
        values = [periods[one]["figures"][name] for one in ("cut", "day", "activation")]
        values += [before[one]["figures"][name] for one in ("previous_cut", "previous_day")]
        rows[said] = [*(number(one) for one in values), signed(values[0] - values[4])]
    return rows


class Cells(HTMLParser):
    """The rows of all tables, and whatever would load something."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.loads: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in ("td", "th")
        if self.inside:
            self.rows[-1].append("")
        self.loads += [name for name, _ in attrs if name in ("src", "href")]
        self.loads += [tag] if tag in ("script", "link", "img", "iframe") else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def words_of_pdf(path: Path) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    return re.sub(r"\s+", " ", text)


def test_every_page_shows_the_figures_of_the_json(
    chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    made = json.loads(written(chot, traffic, tmp_path / "bc.json").read_text("utf-8"))
    expected = expected_rows(made)
    book = docx.Document(str(written(chot, traffic, tmp_path / "bc.docx")))
    in_docx = {
        row.cells[0].text: [one.text for one in row.cells[1:]] for row in book.tables[1].rows
    }
    page = Cells()
    page.feed(written(chot, traffic, tmp_path / "bc.html").read_text("utf-8"))
    in_html = {row[0]: row[1:] for row in page.rows}
    in_pdf = words_of_pdf(written(chot, traffic, tmp_path / "bc.pdf"))
    for said, values in expected.items():
        assert in_docx[said] == values and in_html[said] == values, said
        assert f"{said} {' '.join(values)} " in in_pdf, said
    assert page.loads == []
    people = number(made["periods"]["cut"]["figures"]["people"])
    assert f"{people} lượt người" in in_pdf and "PHỤ LỤC: BIỂU ĐỒ" in in_pdf


def test_the_same_report_makes_the_same_pdf(chot: Chot, traffic: Path, tmp_path: Path) -> None:
    issue = ("report", "issue", "--data", traffic, "--at", AT_NOON, "--yes")
    chot(*issue, "--number", "7", "--output", tmp_path / "first.pdf")
    for name in ("again.pdf", "once-more.pdf"):
        chot("report", "show", "7", "--data", traffic, "--output", tmp_path / name)
        assert (tmp_path / name).read_bytes() == (tmp_path / "first.pdf").read_bytes()
    assert "sha256" in words_of_pdf(tmp_path / "first.pdf")


def test_a_party_body_has_the_layout_of_the_party(
    chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    head = traffic / "letterhead.json"
    head.write_text('{"body": "party", "agency": "Quận ủy Hà Đông"}', "utf-8")
    try:
        party = words_of_pdf(written(chot, traffic, tmp_path / "party.pdf"))
    finally:
        head.unlink()
    state = words_of_pdf(written(chot, traffic, tmp_path / "state.pdf"))
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in party and "Số …-BC/QU" in party
    assert "CỘNG HÒA XÃ HỘI" not in party and "./." not in party
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" not in state and "./." in state


def test_a_file_whose_ending_says_nothing_is_asked_about(
    chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bc.odt"
    said = chot("report", "--data", traffic, "--at", AT_NOON, "--output", path, exit_code=1).output
    assert "--format" in said and not path.exists()
