"""`chot offences`: rows that counsel checked become a pack, and one wrong row takes none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.demo.make import make_demo
from server.config import load_config
from server.packs import EVERYBODY, said_by
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_demo(tmp_path / "data", NOON_MS, lambda _: None, days=0)
    return tmp_path / "data"


def write(data: Path, *rows: str) -> Path:
    file = data.parent / "can-cu.csv"
    file.write_text("\n".join(("Vi phạm,Văn bản,Điều khoản", *rows)) + "\n", "utf-8")
    return file


def test_words_of_the_book_and_of_the_wire_are_both_read(chot: Chot, data: Path) -> None:
    file = write(
        data,
        "Không đeo khẩu trang nơi công cộng,117/2020/NĐ-CP,Điều 12 khoản 1 điểm a",
        "traffic,168/2024/NĐ-CP,Điều 6",
    )
    assert "phiên bản" in chot("offences", "import", file, "--data", data).output
    with open_store(load_config(data)) as store:
        pack = store.pack("offences", EVERYBODY)
    assert pack is not None
    assert json.loads(json.dumps(said_by(pack)))["legal"][0] == {
        "what": "no_mask",
        "document": "117/2020/NĐ-CP",
        "clause": "Điều 12 khoản 1 điểm a",
    }
    assert "traffic\t168/2024/NĐ-CP\tĐiều 6" in chot("offences", "show", "--data", data).output
    assert "Không có gì mới" in chot("offences", "import", file, "--data", data).output


@pytest.mark.parametrize("row", ["Nói to,1/2020,Điều 1", "no_mask,,Điều 1", "no_mask,1/2020,"])
def test_one_wrong_row_and_nothing_is_taken(chot: Chot, data: Path, row: str) -> None:
    file = write(data, "traffic,168/2024/NĐ-CP,Điều 6", row)
    assert (
        "chưa nhận dòng nào" in chot("offences", "import", file, "--data", data, exit_code=1).output
    )
    assert chot("offences", "show", "--data", data).output == ""


def test_a_violation_named_twice_is_refused(chot: Chot, data: Path) -> None:
    file = write(data, "traffic,168/2024/NĐ-CP,Điều 6", "traffic,168/2024/NĐ-CP,Điều 7")
    chot("offences", "import", file, "--data", data, exit_code=1)
