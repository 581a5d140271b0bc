"""`chot levels`: a file of levels is checked, shown, published, and found in the tablets' pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.data import opened
from tests.cli.conftest import Chot

HEAD = "Bộ mã,Mã,Xã,Cấp,Từ,Công bố lúc\n"
RISE = "2021,22771,Mỹ Đông,4,01/01/2027,22/11/2026\n"
FALL = "2021,22910,Cà Ná,1,02/01/2027,22/11/2026\n"


def audited(data: Path) -> list[str]:
    with opened(data) as store:
        found = [entry.what for _, entry in store.audited(0, 10_000)]
    return [what for what in found if what.startswith("levels.")]


def version(data: Path) -> int:
    with opened(data) as store:
        pack = store.pack("levels", "all")
    assert pack is not None
    return pack.version


@pytest.mark.usefixtures("noon")
def test_a_file_is_seen_taken_and_published_once(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "cap.csv"
    file.write_text(HEAD + RISE + FALL, "utf-8")
    seen = chot("levels", "import", file, "--data", demo_data, "--dry-run")
    assert "3 → 4" in seen.output
    assert "1 tăng / up, 1 giảm / down" in seen.output
    assert audited(demo_data) == []
    chot("levels", "publish", "--data", demo_data, "--yes", exit_code=1)

    taken = json.loads(chot("levels", "import", file, "--data", demo_data, "--json").stdout)
    assert [one["way"] for one in taken["changes"]] == ["up", "down"]
    assert version(demo_data) == 1, "an import publishes nothing"
    chot("levels", "publish", "--data", demo_data, stdin="n\n", exit_code=1)
    assert version(demo_data) == 1
    chot("levels", "publish", "--data", demo_data, "--grace-hours", "24", stdin="y\n")
    assert version(demo_data) == 2
    assert audited(demo_data) == ["levels.imported", "levels.published"]
    chot("levels", "publish", "--data", demo_data, "--yes", exit_code=1)

    def levels_at(day: str) -> dict[str, int]:
        shown = chot("levels", "show", "--data", demo_data, "--at", day, "--json")
        value = json.loads(shown.stdout)
        assert value["grace_hours"] == 24
        return {one["place"]: one["level"] for one in value["levels"]}

    assert levels_at("31/12/2026")["2021:22771"] == 3
    assert levels_at("01/01/2027")["2021:22771"] == 4
    soon = chot("levels", "show", "--data", demo_data, "--at", "31/12/2026")
    assert "sắp / soon 01/01/2027 00:00: Phường Mỹ Đông" in soon.output


def test_one_wrong_row_and_nothing_is_taken(chot: Chot, demo_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "cap.csv"
    file.write_text(HEAD + RISE + FALL.replace("Cà Ná", "Cà Nà Xa"), "utf-8")
    refused = chot("levels", "import", file, "--data", demo_data, exit_code=1)
    assert "Dòng 3, Mã: mã này là Xã Cà Ná, Thuận Nam, Ninh Thuận." in refused.output
    assert "1 dòng sai, chưa nhận dòng nào." in refused.output
    assert not (demo_data / "levels_draft.json").exists()


def test_two_files_are_published_together_and_an_old_draft_is_not(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    for name, row in (("a.csv", RISE), ("b.csv", FALL)):
        (tmp_path / name).write_text(HEAD + row, "utf-8")
        chot("levels", "import", tmp_path / name, "--data", demo_data)
    draft = (demo_data / "levels_draft.json").read_text("utf-8")
    chot("levels", "publish", "--data", demo_data, "--yes")
    found = chot("levels", "show", "--data", demo_data, "--at", "03/01/2027").output
    assert "4\t2021:22771" in found
    assert "1\t2021:22910" in found

    (demo_data / "levels_draft.json").write_text(draft, "utf-8")
    refused = chot("levels", "publish", "--data", demo_data, "--yes", exit_code=1)
    assert "chot levels discard" in refused.output
    chot("levels", "discard", "--data", demo_data)
    assert not (demo_data / "levels_draft.json").exists()


def test_a_place_is_looked_up_before_and_after_2025(chot: Chot) -> None:
    found = chot("levels", "place", "ca", "na").output
    assert "2021/22910\tXã Cà Ná, Thuận Nam, Ninh Thuận" in found
    assert "2025/22909\tXã Cà Ná, Khánh Hòa" in found
    assert "2021/22910" in chot("levels", "place", "22909", "--dataset", "2025").output
    chot("levels", "place", "khong co", exit_code=1)


def test_suggestions_are_confirmed_before_they_can_be_taken(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "chi-so.csv", tmp_path / "goi-y.csv"
    file.write_text(
        "Mã,Ca mới/100k/tuần,Tiêm 1 mũi (%),Đáp ứng điều trị,Từ\n22771,160,40,có,01/01/2030\n",
        "utf-8",
    )
    done = chot("levels", "suggest", file, "--dataset", "2021", "--out", out)
    assert "4\t2021:22771\tPhường Mỹ Đông" in done.output
    assert "chưa được xác nhận" in done.output
    assert "218/QĐ-BYT" in done.output, "the cut points ended on 27/1/2022, and it says so"
    refused = chot("levels", "import", out, "--data", demo_data, exit_code=1)
    assert "gợi ý chưa có người xác nhận" in refused.output
    head, line = out.read_text("utf-8-sig").splitlines()
    out.write_text(f"{head}\n{line.replace(',,,01/01/2030', ',4,CDC Ninh Thuận,01/01/2030')}\n")
    assert "3 → 4" in chot("levels", "import", out, "--data", demo_data).output
