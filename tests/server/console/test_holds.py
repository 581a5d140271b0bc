"""«Giữ cho vụ việc»: what cases keep, in force first, without a name, and the look is audited."""

from __future__ import annotations

import re

import pytest

from server.console import holds
from server.store.hold_protocol import Hold
from server.store.published import AuditEntry
from tests.server.console.conftest import NOON_MS, Console


def place(console: Console, name: str, kind: str, subject: str, at_ms: int) -> None:
    shown = "…123" if kind == "person" else subject
    hold = Hold(name, f"{name}/CSĐT", kind, subject, shown, at_ms, "cli")  # type: ignore[arg-type]
    console.store.place_holds([hold], AuditEntry(at_ms, "cli", "hold.add", hold.case))


def cases(page: str) -> list[str]:
    return re.findall(r"(\w+)/CSĐT", page)


def test_holds_are_listed_with_what_they_keep_and_the_ended_ones_last(console: Console) -> None:
    record = console.cross(name="Nguyễn Văn Thử")
    place(console, "cu", "record", record, NOON_MS - 2000)
    place(console, "thoi", "record", record, NOON_MS)
    person = console.store.blind_subject("001090000123", "")
    place(console, "moi", "person", person, NOON_MS - 1000)
    released = AuditEntry(NOON_MS, "cli", "hold.release", "thoi/CSĐT")
    assert console.store.release_holds(["thoi"], NOON_MS, "cli", "QĐ 45", released) == 1
    page = console.sign_in("approver").get("/console/holds").text
    assert cases(page) == ["moi", "cu", "thoi"]
    assert (
        "…123" in page and record in page and "Thôi giữ</span> 23/11/2026 12:20:00 · QĐ 45" in page
    )
    assert page.count('<td class="number" data-label="Hồ sơ">1</td>') == 2
    assert "Nguyễn Văn Thử" not in page and person not in page and "001090000123" not in page
    assert [one.who for one in console.audit() if one.what == "holds"] == ["id-approver"]
    audit = console.sign_in("admin").get("/console/audit").text
    assert 'href="/console/holds"' in audit and "Thôi giữ" in audit


def test_where_nothing_is_kept_the_page_says_so(console: Console) -> None:
    client = console.sign_in("admin")
    assert "Không giữ gì." in client.get("/console/holds").text
    assert "Nothing is kept." in client.get("/console/holds?lang=en").text


def test_a_page_of_many_holds_ends_and_says_so(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        place(console, f"v{number}", "place", f"hd-ql6/{number}/9", NOON_MS + number)
    whole = console.sign_in("admin").get("/console/holds").text
    assert cases(whole) == ["v3", "v2", "v1", "v0"] and "cũ hơn" not in whole
    monkeypatch.setattr(holds, "MOST_ROWS", 3)
    monkeypatch.setattr(holds, "MOST_COUNTED", 1)
    page = console.sign_in("admin").get("/console/holds").text
    assert cases(page) == ["v3", "v2", "v1"] and "Còn 1 mục cũ hơn" in page
    assert page.count('<td class="number" data-label="Hồ sơ">–</td>') == 2
