"""Permits, companies and workers from lists: one version, one permit a person, no names kept."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cli.data import VIETNAM, now_ms
from rules.permit_lists import parse_permit_lists
from server.config import load_config
from server.importing.permit_columns import goods_of
from server.permits import permits_content
from server.store.reference_protocol import WorkerPermit
from server.store.sqlite import open_store
from tests.cli.conftest import Chot
from tests.cli.test_import import Take, audited, take, wrong

__all__ = ["take"]

HEAD = "Việc|Loại giấy|Số giấy|Đơn vị|Mã số thuế|Lượt mỗi ngày|Nhóm hàng|Tỉnh|Đến hết|Văn bản"
QUOTA = "hạn mức|luồng xanh||||4||||"
SUSPEND = "tạm ngừng|||CTY TNHH Đại Phát|0312345678||||31/12/2099|12/UBND"
FIRST = "ưu tiên||||||Nông sản, Thủy sản|Ninh Thuận||15/UBND"


def content(data: Path) -> dict[str, Any]:
    with closing(open_store(load_config(data))) as store:
        return permits_content(store)


def test_decisions_of_a_file_are_one_version_and_the_same_file_again_is_none(
    take: Take, demo_data: Path, chot: Chot
) -> None:
    before = audited(demo_data).count("permits.import")
    said = take("permits", HEAD, QUOTA, SUSPEND, FIRST)
    assert said["added"] + said["changed"] + said["same"] == 3
    lists = parse_permit_lists(content(demo_data))
    quota = lists.quota_of("pass", None)
    assert quota is not None and quota.per_day == 4
    assert lists.is_company_suspended("Công ty TNHH ĐẠI PHÁT", now_ms())
    assert lists.is_company_suspended("chi nhánh 0312345678-001", now_ms())
    assert any(
        one.provinces == ("58",) and "farm_products" in one.goods for one in lists.priorities
    )
    assert audited(demo_data).count("permits.import") == before + 1
    again = take("permits", HEAD, QUOTA, SUSPEND, FIRST)
    assert (again["same"], again["changes"]) == (3, [])
    assert audited(demo_data).count("permits.import") == before + 1
    take("permits", HEAD, "cho lại|||Công ty Đại Phát TNHH|||||| 16/UBND")
    said = take("permits", HEAD, "cho lại|||Công ty TNHH Đại Phát||||||", "hạn mức|pass||||||||")
    assert (said["removed"], said["same"]) == (2, 0)
    assert not parse_permit_lists(content(demo_data)).companies
    said = take("permits", HEAD, "cho lại|||Công ty TNHH Đại Phát||||||", "hạn mức|pass||||||||")
    assert (said["removed"], said["same"]) == (0, 2)


def test_rows_of_permits_are_judged_together(take: Take, demo_data: Path) -> None:
    before = content(demo_data)
    said = take(
        "permits", HEAD, QUOTA, "hạn mức|||||4||||", "tạm ngừng|pass||Cty A|12|||||",
        "ưu tiên||||||Vàng|Atlantis||1", "cấm||||||||20/11/2020|", QUOTA, exit_code=1,
    )  # fmt: skip
    assert sorted(wrong(said)) == [
        (3, "type", "quota_of"),
        (4, "company", "suspension_of"),
        (4, "reference", "missing"),
        (4, "tax_code", "tax_code"),
        (5, "goods", "goods"),
        (5, "provinces", "provinces"),
        (6, "until", "ended"),
        (6, "what", "permit_what"),
        (7, "", "named_twice"),
    ]
    assert content(demo_data) == before


def test_groups_of_goods_with_a_comma_in_their_name_are_one() -> None:
    assert goods_of("Lương thực, thực phẩm, Nông sản") == ("food", "farm_products")
    assert goods_of("xăng dầu; năng lượng") == ("energy",)
    assert goods_of("") == () and goods_of("Vàng") is None


COMPANIES = "Tên đơn vị|Mã số thuế|Xã|Điện thoại"
MAKER = "Công ty TNHH Mẫu|0300000001|2021/22738|0912345678"


def test_a_company_is_one_however_it_is_written(take: Take, chot: Chot, demo_data: Path) -> None:
    assert take("company", COMPANIES, "Công ty TNHH Mẫu|||")["added"] == 1
    said = take("company", COMPANIES, "CTY TNHH MẪU|0300000001||0912345678")
    assert [one["did"] for one in said["changes"]] == ["change"]
    assert take("company", COMPANIES, MAKER.replace("Công ty TNHH", "CTY TNHH"))["changed"] == 1
    assert take("company", COMPANIES, MAKER.replace("Công ty TNHH", "CTY TNHH"))["same"] == 1
    said = take("company", COMPANIES, "Cty TNHH Mẫu|0300000002||", "A||99/1|12", exit_code=1)
    assert wrong(said) == [
        (3, "name", "company"),
        (3, "commune", "commune"),
        (3, "phone", "phone"),
        (2, "tax_code", "company_other"),
    ]
    assert "0300000001\thoạt động\t0" in chot("company", "list", "--data", demo_data).output


WORKERS = "Đơn vị|Họ tên|Số giấy tờ|Ngày sinh|Nơi đi|Trạng thái"
ANN = "CTY TNHH MẪU|Lê Thị Một|001190000001|1990||"
BINH = "0300000001|Vũ Văn Hai|001 090 000 002|5/8/1991|2021/22738|đang làm"
NEXT_YEAR = f"31/12/{datetime.now(VIETNAM).year + 1}"


def permits(data: Path) -> list[WorkerPermit]:
    with closing(open_store(load_config(data))) as store:
        return store.worker_permits()


def revoked(data: Path) -> set[str]:
    with closing(open_store(load_config(data))) as store:
        return {one.subject for one in store.audited_of("document.revoked")}


def issued(folder: Path) -> list[dict[str, str]]:
    with (folder / "issued.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_worker_gets_one_permit_however_often_the_list_is_sent(
    take: Take, demo_data: Path, tmp_path: Path
) -> None:
    take("company", COMPANIES, MAKER)
    preview = take("worker", WORKERS, ANN, BINH, until=NEXT_YEAR, dry_run=True)
    assert preview["added"] == 2 and permits(demo_data) == []
    out = tmp_path / "giay"
    take("worker", WORKERS, ANN, BINH, until=NEXT_YEAR, out=out)
    rows = issued(out)
    assert [one["name"] for one in rows] == ["Lê Thị Một", "Vũ Văn Hai"]
    held = permits(demo_data)
    assert {one.permit for one in held} == {one["id"] for one in rows}
    again = take("worker", WORKERS, BINH, ANN, until=NEXT_YEAR, out=tmp_path / "khong")
    assert (again["same"], again["changes"]) == (2, [])
    assert not (tmp_path / "khong").exists() and permits(demo_data) == held


def test_what_changes_is_replaced_and_who_leaves_loses_the_permit(
    take: Take, demo_data: Path, tmp_path: Path
) -> None:
    take("company", COMPANIES, MAKER)
    take("worker", WORKERS, ANN, BINH, until=NEXT_YEAR, out=tmp_path / "a")
    first, second = (one["id"] for one in issued(tmp_path / "a"))
    moved = ANN.replace("1990||", "1990|2021/22738|")
    said = take("worker", WORKERS, moved, BINH, until=NEXT_YEAR, out=tmp_path / "b")
    assert (said["changed"], said["same"]) == (1, 1)
    assert revoked(demo_data) == {first}
    third = issued(tmp_path / "b")[0]["id"]
    said = take("worker", WORKERS, BINH.replace("đang làm", "nghỉ việc"), until=NEXT_YEAR)
    assert said["removed"] == 1 and revoked(demo_data) == {first, second}
    assert [one.permit for one in permits(demo_data)] == [third]
    assert (
        take("worker", WORKERS, BINH.replace("đang làm", "nghỉ việc"), until=NEXT_YEAR)["same"] == 1
    )
    new = BINH.replace("002", "003")
    said = take("worker", WORKERS, new, until=NEXT_YEAR, out=tmp_path / "c", replace=True)
    assert (said["added"], said["removed"]) == (1, 1)
    assert revoked(demo_data) == {first, second, third}


def test_the_server_keeps_nobodys_name_or_number(
    take: Take, demo_data: Path, tmp_path: Path
) -> None:
    take("company", COMPANIES, MAKER)
    take("worker", WORKERS, ANN, until=NEXT_YEAR, out=tmp_path / "a")
    for file in demo_data.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert b"001190000001" not in data and "Lê Thị Một".encode() not in data, file


def test_a_wrong_worker_or_a_suspended_company_and_nobody_gets_a_permit(
    take: Take, chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    take("company", COMPANIES, MAKER, "Công ty Nghỉ|0300000009||")
    take("permits", HEAD, "tạm ngừng|||Công ty Nghỉ|||||| 1/UBND")
    said = take("worker", WORKERS, ANN, "Cty Lạ|X|1||", "Công ty Nghỉ|Y|2||||", ANN,
                "0300000001|Z|3|hôm qua|", until=NEXT_YEAR, out=tmp_path / "a",
                exit_code=1)  # fmt: skip
    assert sorted(wrong(said)) == [
        (3, "company", "no_company"),
        (4, "company", "company_suspended"),
        (5, "id_number", "named_twice"),
        (6, "birth_date", "birth_date"),
    ]
    assert permits(demo_data) == [] and not (tmp_path / "a").exists()
    file = tmp_path / "rows.csv"
    file.write_text("\n".join((WORKERS, ANN)).replace("|", ";"), "utf-8")
    words = ("worker", "import", file, "--data", demo_data, "--until", NEXT_YEAR)
    assert "--out" in chot(*words, exit_code=2).output
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch()
    chot(*words, "--out", tmp_path / "a", exit_code=1)
    assert permits(demo_data) == []


@pytest.mark.parametrize("kind", ["permits", "company", "officer", "roster", "checkpoint", "lane"])
def test_every_template_taken_in_again_changes_nothing(
    chot: Chot, take: Take, demo_data: Path, tmp_path: Path, kind: str
) -> None:
    take("company", COMPANIES, MAKER)
    take("permits", HEAD, QUOTA, SUSPEND, FIRST)
    template = tmp_path / "mau.csv"
    chot(kind, "import", "--template", template, "--data", demo_data)
    if len(template.read_text("utf-8-sig").splitlines()) == 1:
        assert kind == "roster", "nothing is stored of the others only where the demo has none"
        return
    said = json.loads(chot(kind, "import", template, "--data", demo_data, "--json").stdout)
    assert said["changes"] == [] and said["same"] > 0


@pytest.mark.parametrize("kind", ["hotlines", "procedures", "offences"])
def test_lists_that_a_file_replaces_are_shown_before(
    chot: Chot, take: Take, demo_data: Path, tmp_path: Path, kind: str
) -> None:
    rows = {
        "hotlines": ("Loại|Tên|Số", "y tế|Trung tâm|115", "công an|Trực ban|113"),
        "procedures": ("Mã|Lúc|Việc", "bien-bao|đầu ca|Biển báo", "so|cuối ca|Sổ"),
        "offences": (
            "Vi phạm|Văn bản|Điều khoản",
            "no_mask|1/2020|Điều 1",
            "traffic|2/2020|Điều 2",
        ),
    }[kind]
    preview = take(kind, *rows, dry_run=True)
    assert preview["added"] == 2
    assert take(kind, *rows)["changes"] == preview["changes"]
    assert take(kind, *rows)["same"] == 2
    said = take(kind, *rows[:2])
    assert (said["removed"], said["same"]) == (1, 1)
    template = tmp_path / "mau.csv"
    chot(kind, "import", "--template", template, "--data", demo_data)
    words = (kind, "import", template, "--data", demo_data, "--json")
    assert json.loads(chot(*words).stdout)["same"] == 1
