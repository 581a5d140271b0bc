"""docs/how-to/import.md as it is written: every command, one after the other, on real files."""

from __future__ import annotations

import re
import shlex
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from cli.data import VIETNAM
from server.config import load_config
from server.issuing.tables import read_table
from server.store.sqlite import open_store
from tests.cli.conftest import Chot

PAGE = Path(__file__).parents[2] / "docs/how-to/import.md"
FILES = {
    "duong.csv": "Mã đường;Tên đường;Tên khác\nQL1;Quốc lộ 1;Quốc lộ 1A\n",
    "chot.csv": "Mã chốt;Tuyến đường\nnt-ca-na;QL.1A km 1589+300\n",
    "lan.csv": "Mã chốt;Làn;Chiều\nnt-ga-thap-cham;Sân ga;\nnt-ga-thap-cham;Đường sắt;ra\n",
    "don-vi.xlsx": "Tên đơn vị;Mã số thuế\nCông ty TNHH Mẫu;0300000001\n",
    "nguoi.xlsx": "Đơn vị;Họ tên;Số giấy tờ\nCTY TNHH MẪU;Lê Thị Thử;001190000001\n",
}
"""What the reader would have; other files the page's own --template makes."""


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    page = "\n".join(blocks).replace("31/12/2026", f"31/12/{datetime.now(VIETNAM).year + 1}")
    lines = [line.split("  #")[0].strip() for line in page.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line]


def write(path: Path, text: str) -> None:
    if path.suffix == ".csv":
        path.write_text(text, "utf-8")
        return
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append([int(cell) if cell.isdecimal() else cell for cell in line.split(";")])
    book.save(path)


def test_every_command_of_the_how_to_does_what_it_says(
    chot: Chot, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        write(tmp_path / name, text)
    done = [" ".join(words[:2]) for words in commands()]
    for kind in ("checkpoint", "lane", "road", "officer", "roster", "company", "worker", "permits"):
        assert f"{kind} import" in done
    for words in commands():
        named = next((one for one in words if one.endswith((".csv", ".xlsx"))), "")
        if words[0] == "roster" and named and not Path(named).exists():
            write_roster(tmp_path / named)
        said = chot(*words, "--data", demo_data).output
        assert said, words
        if "--template" in words:
            add_row(tmp_path / named, words[0])
    with closing(open_store(load_config(demo_data))) as store:
        places = {one.id: one for one in store.checkpoints()}
        assert places["bg-moi"].commune == "07231"
        assert places["nt-ca-na"].road == "Quốc lộ 1 Km 1589+300"
        assert places["nt-ga-thap-cham"].lanes == ("san-ga", "duong-sat-ra")
        assert [one.name for one in store.companies()] == ["Công ty TNHH Mẫu"]
        assert len(store.worker_permits()) == 1
        assert "hd-moi" in {one.id for one in store.officers()}
        assert len(store.duties(0, 1 << 46)) == 1
    assert (tmp_path / "giay" / "issued.csv").exists()
    assert (tmp_path / "the-moi" / "pins.csv").exists()


def add_row(template: Path, kind: str) -> None:
    """What a person fills into the template."""
    rows = {
        "checkpoint": {"Mã chốt": "bg-moi", "Tên chốt": "Chốt mới", "Tuyến đường": "Quốc lộ 31",
                       "Xã": "Dĩnh Kế", "Tỉnh": "Bắc Giang"},
        "officer": {"Mã cán bộ": "hd-moi", "Họ tên": "Vũ Thử", "Vai trò": "cán bộ",
                    "Chốt": "hd-ql6"},
        "permits": {"Việc": "hạn mức", "Loại giấy": "luồng xanh", "Lượt mỗi ngày": "4"},
    }  # fmt: skip
    headings = read_headings(template)
    cells = [rows[kind].get(one, "") for one in headings]
    if template.suffix == ".csv":
        with template.open("a", encoding="utf-8") as file:
            file.write(",".join(cells) + "\n")
        return
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    book = openpyxl.load_workbook(template)
    book.worksheets[0].append(cells)
    book.save(template)
    assert read_table(template).rows[-1].cells[0] == cells[0]


def read_headings(template: Path) -> list[str]:
    if template.suffix == ".csv":
        return template.read_text("utf-8-sig").splitlines()[0].split(",")
    openpyxl = pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    return [str(one.value) for one in openpyxl.load_workbook(template).worksheets[0][1]]


def write_roster(path: Path) -> None:
    text = "Mã chốt;Ngày;Ca;Cán bộ\nnt-ca-na;23/11/2099;6h-14h;nt-ca-na-truong\n"
    write(path, text)
