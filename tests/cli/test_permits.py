"""`chot permits`: quotas and suspensions reach the tablets' pack, with who decided and when."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.data import now_ms, opened
from rules.permit_lists import PermitLists
from server.permits import permit_lists
from server.store.published import AuditEntry
from tests.cli.conftest import Chot

REFERENCE = ("--reference", "12/UBND ngày 22/11/2026")
COMPANY = "Công ty TNHH Vận tải Đại Phát"


def lists_of(data: Path) -> PermitLists:
    with opened(data) as store:
        return permit_lists(store)


def audited(data: Path) -> list[AuditEntry]:
    with opened(data) as store:
        return [one for _, one in store.audited(0, 1000) if one.what.startswith("permits.")]


def test_a_quota_is_set_changed_and_taken_away(chot: Chot, demo_data: Path) -> None:
    where = ("--data", demo_data)
    chot("permits", "quota", *where, "--type", "pass", "--per-day", "2")
    chot("permits", "quota", *where, "--id", "p-1", "--total", "9")
    answer = chot("permits", "quota", *where, "--type", "pass", "--per-day", "4", "--total", "60")
    assert "version 4" in answer.output
    by_type, by_id = lists_of(demo_data).quota_of("pass", None), lists_of(demo_data).quotas[0]
    assert by_type is not None
    assert (by_type.per_day, by_type.total, by_id.id, by_id.total) == (4, 60, "p-1", 9)
    chot("permits", "quota", *where, "--type", "pass", "--none")
    assert lists_of(demo_data).quota_of("pass", None) is None
    assert (
        "not listed"
        in chot("permits", "quota", *where, "--type", "pass", "--none", exit_code=1).output
    )
    assert [one.what for one in audited(demo_data)] == ["permits.quota"] * 4


def test_a_company_is_suspended_and_resumed_however_it_is_written(
    chot: Chot, demo_data: Path
) -> None:
    where = ("--data", demo_data)
    chot("permits", "suspend", *where, "--company", COMPANY, "--tax-code", "0312345678", *REFERENCE)
    chot("permits", "suspend", *where, "--company", "CTY TNHH VAN TAI DAI PHAT", *REFERENCE)
    lists = lists_of(demo_data)
    assert len(lists.companies) == 1
    assert lists.is_company_suspended(COMPANY, now_ms())
    listed = chot("permits", "list", *where).output
    assert "CTY TNHH VAN TAI DAI PHAT" in listed
    assert "12/UBND" in listed
    chot("permits", "resume", *where, "--company", COMPANY.upper())
    assert lists_of(demo_data).companies == ()
    assert [one.what for one in audited(demo_data)][-1] == "permits.resumed"


def test_a_type_is_suspended_until_the_end_of_a_day(chot: Chot, demo_data: Path) -> None:
    where = ("--data", demo_data)
    until = ("--until", "31/12/2099")
    chot("permits", "suspend", *where, "--type", "manifest", *until, *REFERENCE)
    (suspended,) = lists_of(demo_data).types
    assert suspended.until_ms == 4_102_419_600_000  # 2100-01-01T00:00+07:00
    chot("permits", "turned-back", *where, "--hours", "12")
    assert lists_of(demo_data).turned_back_hours == 12
    assert lists_of(demo_data).types == (suspended,)
    past = ("--until", "01/01/2021")
    assert (
        "--until"
        in chot(
            "permits", "suspend", *where, "--type", "pass", *past, *REFERENCE, exit_code=1
        ).output
    )


def test_goods_that_go_first_are_named_per_province(chot: Chot, demo_data: Path) -> None:
    where = ("--data", demo_data, "--province", "58", *REFERENCE)
    chot("permits", "priority", *where, "--goods", "farm_products", "--perishable")
    chot("permits", "priority", *where, "--goods", "sea_products")
    (first,) = lists_of(demo_data).priorities
    assert (first.goods, first.provinces, first.perishable) == (("sea_products",), ("58",), False)
    assert "sea_products" in chot("permits", "list", "--data", demo_data).output
    chot("permits", "priority", *where, "--none")
    assert lists_of(demo_data).priorities == ()
    assert "not listed" in chot("permits", "priority", *where, "--none", exit_code=1).output


@pytest.mark.parametrize(
    "options",
    [
        ("quota", "--per-day", "2"),
        ("quota", "--type", "pass", "--id", "p", "--per-day", "2"),
        ("quota", "--type", "pass"),
        ("quota", "--type", "pass", "--none", "--total", "2"),
        ("suspend", "--type", "pass", "--tax-code", "0312345678", *REFERENCE),
        ("suspend", *REFERENCE),
        ("resume",),
        ("priority", *REFERENCE),
        ("priority", "--none", "--perishable", *REFERENCE),
    ],
)
def test_what_is_meant_must_be_clear(chot: Chot, demo_data: Path, options: tuple[str, ...]) -> None:
    command, *rest = options
    chot("permits", command, "--data", demo_data, *rest, exit_code=2)
    assert audited(demo_data) == []


def test_the_list_as_json_is_a_file_that_publishes_the_same(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    where = ("--data", demo_data)
    assert json.loads(chot("permits", "list", *where, "--json").stdout)["turned_back_hours"] == 24
    chot("permits", "quota", *where, "--type", "pass", "--per-day", "2")
    chot("permits", "suspend", *where, "--company", COMPANY, *REFERENCE)
    chot("permits", "priority", *where, "--province", "58", "--perishable", *REFERENCE)
    before = lists_of(demo_data)
    file = tmp_path / "lists.json"
    file.write_text(chot("permits", "list", *where, "--json").stdout, "utf-8")
    said = json.loads(file.read_text("utf-8"))
    assert said["quotas"] == [{"type": "pass", "per_day": 2, "total": None}]
    assert said["suspended"]["companies"][0]["name"] == COMPANY
    chot("permits", "quota", *where, "--type", "pass", "--none")
    assert lists_of(demo_data) != before
    chot("permits", "publish", *where, file)
    assert lists_of(demo_data) == before


def test_whole_lists_are_published_from_a_file_or_not_at_all(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    where, file = ("--data", demo_data), tmp_path / "lists.json"
    file.write_text(json.dumps({"quotas": [{"type": "pass", "per_day": 2}]}), "utf-8")
    chot("permits", "publish", *where, file)
    assert len(lists_of(demo_data).quotas) == 1
    file.write_text(json.dumps({"quotas": [{"type": "badge", "per_day": 2}]}), "utf-8")
    assert "/quotas/0/type" in chot("permits", "publish", *where, file, exit_code=1).output
    chot("permits", "suspend", *where, "--company", "运输", *REFERENCE, exit_code=1)
    assert len(lists_of(demo_data).quotas) == 1
    assert len(audited(demo_data)) == 1
