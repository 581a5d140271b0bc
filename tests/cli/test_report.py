"""A report's figures are those of the log, and it says what may be missing from them."""

from __future__ import annotations

import json
import random
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Length

from server.config import load_config
from server.reporting.periods import (
    VIETNAM,
    day_start_ms,
    next_cut_ms,
    periods_of,
    previous_cut_ms,
)
from server.reporting.words import FIGURES_VI, number
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot, demo_of_noon
from tests.cli.libreoffice import converted, needs_libreoffice, printed
from tests.server.store.tablets import enrolled

HOUR_MS = 3_600_000
HOURS = (6, 12, 18)
AT_NOON = "2026-11-22T12:00"


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo with the hours before NOON_MS; not to be written to."""
    data = tmp_path_factory.mktemp("reported") / "data"
    demo_of_noon(data, 0.4)
    return data


def report(chot: Chot, data: Path, *more: object) -> Any:
    return json.loads(
        chot("report", "--data", data, "--at", AT_NOON, "--format", "json", *more).output
    )


def test_cut_offs_follow_each_other_over_midnight() -> None:
    midnight = round(datetime(2026, 11, 22, tzinfo=VIETNAM).timestamp() * 1000)
    at = {hour: midnight + hour * HOUR_MS for hour in (0, 6, 12, 18, 24)}
    assert previous_cut_ms(at[12], HOURS) == at[6]
    assert previous_cut_ms(at[6], HOURS) == at[18] - 24 * HOUR_MS
    assert next_cut_ms(at[12], HOURS) == at[12] and next_cut_ms(at[12] + 1, HOURS) == at[18]
    assert next_cut_ms(at[18] + 1, HOURS) == at[6] + 24 * HOUR_MS
    assert day_start_ms(at[6]) == at[0] and day_start_ms(at[24]) == at[0]
    cut, day, activation = periods_of(at[6], HOURS, 5)
    assert (cut.from_ms, day.from_ms, activation.from_ms) == (at[18] - 24 * HOUR_MS, at[0], 5)
    assert {one.to_ms for one in (cut, day, activation)} == {at[6]}


def test_every_figure_is_a_recount_of_the_log(chot: Chot, traffic: Path) -> None:
    made = report(chot, traffic)
    store = open_store(load_config(traffic))
    for name, period in made["periods"].items():
        counted = [
            one
            for one in store.each_crossing(period["from_ms"], period["to_ms"], (), False)
            if not {"voided", "duplicate"} & set(one.row.flags)
        ]
        figures = period["figures"]
        rows = [one.row for one in counted]
        back = [row for row in rows if row.action == "turned_back"]
        expected = {
            "crossings": len(rows),
            "people": sum(row.people for row in rows),
            "vehicles": sum(row.vehicle_class not in ("", "on_foot") for row in rows),
            "motorbikes": sum(row.vehicle_class == "motorbike" for row in rows),
            "turned_back_in": sum(row.direction == "in" for row in back),
            "turned_back_out": sum(row.direction == "out" for row in back),
            "overrides": sum(one.fields.get("override") is not None for one in counted),
        }
        assert {key: figures[key] for key in expected} == expected, name
        by_place = period["by_checkpoint"].values()
        assert sum(one["people"] for one in by_place) == figures["people"]
        parts = ("cars", "motorbikes", "trucks", "other_vehicles")
        assert sum(figures[one] for one in parts) == figures["vehicles"]
    store.close()
    assert made["periods"]["cut"]["figures"]["crossings"] > 100


def test_goods_are_summed_within_one_unit_only(chot: Chot, traffic: Path) -> None:
    made = report(chot, traffic)
    store = open_store(load_config(traffic))
    day = made["periods"]["day"]
    expected: dict[tuple[str, str, str], float] = {}
    for one in store.each_crossing(day["from_ms"], day["to_ms"], (), False):
        counts = one.row.action != "turned_back"
        if counts and not {"voided", "duplicate"} & set(one.row.flags):
            for line in one.goods.values():
                key = (one.row.direction, line["group"], line["unit"])
                expected[key] = expected.get(key, 0) + line["quantity"]
    store.close()
    found = {
        (one["direction"], one["group"], one["unit"]): one["quantity"] for one in made["goods"]
    }
    assert found == {key: round(value, 3) for key, value in expected.items()}
    assert len(found) > 5


def test_as_of_a_number_what_came_later_is_not_counted(chot: Chot, demo_data: Path) -> None:
    store = open_store(load_config(demo_data))
    tablet = enrolled(store, random.Random(3), "nt-ca-na")
    tablet.now_ms = NOON_MS - HOUR_MS
    tablet.push(store, tablet.crossings(3), NOON_MS)
    first = report(chot, demo_data)
    tablet.now_ms = NOON_MS - HOUR_MS
    tablet.push(store, tablet.crossings(2), NOON_MS + HOUR_MS)
    store.close()
    again = report(chot, demo_data, "--as-of-sequence", first["log"]["n"])
    now = report(chot, demo_data)
    assert again["periods"] == first["periods"] and again["goods"] == first["goods"]
    was, grown = (one["periods"]["cut"]["figures"]["crossings"] for one in (first, now))
    assert (was, grown) == (3, 5)


def test_before_its_cut_off_it_is_a_draft_and_says_until_when(chot: Chot, traffic: Path) -> None:
    early = chot("report", "--data", traffic, "--at", "2099-01-01T06:00").output
    assert "DỰ THẢO" in early and "số liệu đến" in early
    late = chot("report", "--data", traffic, "--at", AT_NOON).output
    assert "DỰ THẢO" not in late
    assert "Lượt phương tiện" in late and "trong đó: không cho vào" in late
    assert "Theo nhật ký đến số" in late


def test_status_says_whom_to_call_and_ends_with_1(chot: Chot, traffic: Path) -> None:
    said = chot("report", "status", "--data", traffic, exit_code=1).output
    assert "chưa liên lạc lần nào" in said and "Gọi 0259" in said
    one = chot(
        "report", "status", "--data", traffic, "--checkpoint", "nt-ca-na", "--json", exit_code=1
    )
    found = json.loads(one.output)
    assert found["checkpoints"] == 1 and {gap["checkpoint"] for gap in found["gaps"]} == {
        "nt-ca-na"
    }
    wrong = chot("report", "status", "--data", traffic, "--checkpoint", "x", exit_code=1)
    assert "Không có chốt: x" in wrong.output


def test_a_report_is_in_the_audit_log(chot: Chot, demo_data: Path) -> None:
    chot("report", "--data", demo_data, "--at", "6h")
    store = open_store(load_config(demo_data))
    entries = [entry for _, entry in store.audited(0, 1000) if entry.what == "report"]
    store.close()
    assert len(entries) == 1 and entries[0].details["format"] == "text"


def test_the_page_for_superiors_holds_the_same_figures(
    chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    page = tmp_path / "bc.docx"
    chot("report", "--data", traffic, "--at", AT_NOON, "--output", page)
    book = docx.Document(str(page))
    made = report(chot, traffic)["periods"]
    cells = [[cell.text for cell in row.cells] for row in book.tables[1].rows]
    by_name = {row[0]: row[1:4] for row in cells}
    for name, shown in FIGURES_VI.items():
        expected = [number(made[one]["figures"][name]) for one in ("cut", "day", "activation")]
        assert by_name[shown] == expected, name
    section = book.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    lengths = (*sides, section.page_width, section.page_height)
    assert [round(Length(one or 0).mm) for one in lengths] == [20, 20, 30, 15, 210, 297]
    texts = [one.text for one in book.paragraphs]
    assert "BÁO CÁO" in texts and any(text.endswith("./.") for text in texts)
    nation = book.tables[0].rows[0].cells[1].text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in nation


def test_a_letterhead_is_checked_before_anything_is_written(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    (demo_data / "letterhead.json").write_text('{"ngay": "x"}')
    page = tmp_path / "bc.docx"
    said = chot("report", "--data", demo_data, "--at", "6h", "--output", page, exit_code=1).output
    assert "ngay" in said and not page.exists()


@pytest.mark.slow
@needs_libreoffice
def test_libreoffice_opens_the_report_and_each_export(
    chot: Chot, traffic: Path, tmp_path: Path
) -> None:
    chot("report", "--data", traffic, "--at", AT_NOON, "--output", tmp_path / "bc.docx")
    window = ("--from", "2026-11-22 08:00", "--to", "2026-11-22 11:00")
    for name in ("l.csv", "x.xlsx"):
        chot("export", "crossings", "--data", traffic, *window, "--output", tmp_path / name)
    for name in ("bc.docx", "l.csv", "x.xlsx"):
        (page,) = converted([tmp_path / name], tmp_path)
        text = printed(page)
        assert "Cho qua" in text if name != "bc.docx" else "Lượt phương tiện" in text
        assert "Err:" not in text and "#NAME?" not in text


def test_an_issued_report_stays_as_it_is_whatever_comes_later(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    store = open_store(load_config(demo_data))
    tablet = enrolled(store, random.Random(3), "nt-ca-na")
    tablet.now_ms = NOON_MS - HOUR_MS
    tablet.push(store, tablet.crossings(3), NOON_MS)
    issue = ("report", "issue", "--data", demo_data, "--at", AT_NOON, "--yes")
    chot(*issue, "--number", "05", "--output", tmp_path / "first.json")
    tablet.now_ms = NOON_MS - HOUR_MS
    tablet.push(store, tablet.crossings(4), NOON_MS + HOUR_MS)
    store.close()
    shown = chot("report", "show", "05", "--data", demo_data, "--output", tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "first.json").read_bytes()
    assert "Chữ ký đúng" in shown.output and "Bổ sung sau khi ban hành" in shown.output
    assert "Lượt phương tiện: +4" in shown.output
    frozen = json.loads((tmp_path / "first.json").read_text("utf-8"))
    assert frozen["periods"]["cut"]["figures"]["crossings"] == 3
    assert "05" in chot("report", "list", "--data", demo_data).output
    [listed] = json.loads(chot("report", "list", "--data", demo_data, "--json").output)
    assert listed["number"] == "05" and listed["sha256"] in shown.output
    again = chot(*issue, "--number", "05", exit_code=1)
    assert "đã dùng" in again.output
    page = tmp_path / "bc.docx"
    chot("report", "show", "05", "--data", demo_data, "--output", page)
    assert "Số: 05/" in docx.Document(str(page)).tables[0].rows[1].cells[0].text


def test_a_draft_is_not_issued_and_a_changed_report_is_seen(chot: Chot, demo_data: Path) -> None:
    early = chot(
        "report", "issue", "--data", demo_data, "--at", "2099-01-01T06:00", "--number", "1",
        "--yes", exit_code=1,
    )  # fmt: skip
    assert "dự thảo" in early.output
    chot("report", "issue", "--data", demo_data, "--at", AT_NOON, "--number", "1", "--yes")
    log = sqlite3.connect(demo_data / "log.db")
    log.execute("UPDATE reports SET text = replace(text, '\"people\":0', '\"people\":9')")
    log.commit()
    log.close()
    said = chot("report", "show", "1", "--data", demo_data, exit_code=1).output
    assert "không còn khớp chữ ký" in said


def test_a_file_that_cannot_be_made_uses_up_no_number(
    chot: Chot, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = ("report", "issue", "--data", demo_data, "--at", AT_NOON, "--yes", "--number")
    for wrong in (tmp_path / "no" / "folder.json", tmp_path / "report.doc"):
        chot(*issue, "05", "--output", wrong, exit_code=1)
    chot(*issue, " ", exit_code=1)
    with monkeypatch.context() as patched:
        patched.setattr("server.reporting.files.report_fonts", lambda: None)
        assert "chot[print]" in chot(*issue, "05", "--output", "a.pdf", exit_code=1).output
    assert chot("report", "list", "--data", demo_data).output == ""
    full = OSError(28, "No space left on device")
    with monkeypatch.context() as patched:
        patched.setattr("cli.report_file.write_report", lambda *_: (_ for _ in ()).throw(full))
        said = chot(*issue, "05", "--output", tmp_path / "b.json", exit_code=1).output
    assert "số 05 đã ban hành" in said and "chot report show 05" in said
    chot("report", "show", "05", "--data", demo_data, "--output", tmp_path / "b.json")


def test_signs_of_illness_are_counted_where_the_home_server_alerted(
    chot: Chot, traffic: Path
) -> None:
    made = report(chot, traffic)["periods"]["activation"]
    store = open_store(load_config(traffic))
    found = [
        one
        for state in ("new", "taken", "closed")
        for one in store.alerts(state, ("health.signs",), "", 200)[0]
    ]
    store.close()
    assert made["figures"]["health_signs"] == len(found) > 0
