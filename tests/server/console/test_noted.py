"""«Sổ việc»: what checkpoints noted, by day and kind; who it was one at a time, and audited."""

from __future__ import annotations

import pytest

from tests.server.console.conftest import Console
from tests.server.console.noting import VIOLATION, WHO, note


def violation(console: Console) -> str:
    person = {"who": WHO, "note": "Đi chơi đêm.", "said": "Không biết quy định."}
    crossing = console.cross()
    return note(console, "violation", VIOLATION | {"crossing": crossing}, person)


def test_the_list_has_counts_and_sums_and_names_nobody(console: Console) -> None:
    violation(console)
    note(console, "incident", {"what": "accident", "severity": "high"}, {"note": "Xe tải lật"})
    for role in ("reviewer", "command"):
        client = console.sign_in(role)
        page = client.get("/console/notes").text
        assert "Ra đường không có lý do cần thiết" in page
        assert "2.000.000 đ" in page
        assert "Tiền phạt: 2.000.000 đồng" in page
        assert WHO["name"] not in page
        incidents = client.get("/console/notes?kind=incident").text
        assert "Tai nạn" in incidents
        assert "Xe tải lật" not in incidents


def test_another_day_and_another_checkpoint_are_empty(console: Console) -> None:
    violation(console)
    client = console.sign_in("reviewer")
    assert "chưa ghi việc nào" in client.get("/console/notes?day=2026-11-01").text
    assert "chưa ghi việc nào" in client.get("/console/notes?checkpoint=nt-ca-na").text
    assert "2.000.000 đ" in client.get("/console/notes?checkpoint=hd-ql6").text


@pytest.mark.parametrize(
    "query", ["kind=review", "day=heute", "checkpoint=nowhere", f"after={'x' * 500}", "after=x.y"]
)
def test_what_is_no_question_is_refused(console: Console, query: str) -> None:
    assert console.sign_in("reviewer").get(f"/console/notes?{query}").status_code in (400, 422)


def test_one_record_shows_who_to_reviewers_alone_and_the_look_is_audited(
    console: Console,
) -> None:
    record = violation(console)
    page = console.sign_in("reviewer").get(f"/console/notes/{record}").text
    for seen in (WHO["name"], WHO["id_number"], "Đi chơi đêm.", "Mã khiếu nại"):
        assert seen in page
    assert [(one.what, one.subject) for one in console.audit()][-1] == ("note", record)
    assert console.sign_in("command").get(f"/console/notes/{record}").status_code == 403
    assert console.visitor().get(f"/console/notes/{record}").status_code == 303


def test_the_draft_report_is_a_page_to_print_in_vietnamese_for_everybody(
    console: Console,
) -> None:
    record = violation(console)
    client = console.sign_in("reviewer")
    page = client.get(f"/console/notes/{record}/report?lang=en").text
    for part in (
        "BIÊN BẢN",
        "12 giờ 21 phút, ngày 23/11/2026",
        WHO["name"],
        "Ra đường không có lý do cần thiết",
        "117/2020/NĐ-CP, Điều 12 khoản 1 điểm a",
        "2.000.000 đồng",
        "Không biết quy định.",
        "NGƯỜI CHỨNG KIẾN",
    ):
        assert part in page
    incident = note(console, "incident", {"what": "fire", "severity": "low"})
    assert client.get(f"/console/notes/{incident}/report").status_code == 404
    assert console.audit()[-1].what == "note.report"


def test_what_was_taken_back_is_shown_so_and_counts_nowhere(console: Console) -> None:
    record = violation(console)
    note(console, "violation", {"voided": "undone"}, record=record)
    client = console.sign_in("reviewer")
    page = client.get("/console/notes").text
    assert "Tiền phạt" not in page
    assert "Đã hủy: việc này" in client.get(f"/console/notes/{record}").text
    assert "ĐÃ HỦY" in client.get(f"/console/notes/{record}/report").text


def test_the_figures_of_the_day_count_them_in_sums(console: Console) -> None:
    violation(console)
    note(console, "quick_test", {"type": "rapid", "result": "positive"})
    page = console.sign_in("command").get("/console/figures").text
    assert "Phạt tiền" in page
    assert "2.000.000 đ" in page
    assert "Test nhanh · Dương tính" in page
    assert WHO["name"] not in page
