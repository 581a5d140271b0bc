"""Imports as an administrator meets them: preview, all rows or none, the same file twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.config import load_config
from server.store.registered import Checkpoint
from server.store.sqlite import SqliteStore, open_store
from tests.cli.conftest import Chot

Take = Callable[..., dict[str, Any]]


def stored(data: Path) -> SqliteStore:
    return open_store(load_config(data))


def places(data: Path) -> dict[str, Checkpoint]:
    with closing(stored(data)) as store:
        return {one.id: one for one in store.checkpoints()}


def audited(data: Path) -> list[str]:
    with closing(stored(data)) as store:
        return [one.what for _, one in store.audited(0, 10_000)]


@pytest.fixture
def take(chot: Chot, demo_data: Path, tmp_path: Path) -> Take:
    """Import lines apart by `|` and get what was said as JSON."""

    def run(kind: str, *lines: str, exit_code: int = 0, **more: Any) -> dict[str, Any]:
        file = tmp_path / "rows.csv"
        file.write_text("\n".join(line.replace("|", ";") for line in lines), "utf-8")
        words = [*kind.split(" "), "import", file, "--data", demo_data, "--json"]
        for name, value in more.items():
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
        found: dict[str, Any] = json.loads(chot(*words, exit_code=exit_code).stdout)
        return found

    return run


def wrong(said: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(one["row"], one["column"], one["code"]) for one in said["errors"]]


HEAD = "Mã chốt|Tên chốt|Tuyến đường|Xã|Tỉnh|Loại|Làn"
NEW = "bg-dinh-ke|Chốt Dĩnh Kế|Quốc lộ 31 km 3+200|Dĩnh Kế|Bắc Giang|giáp ranh|Ô tô, Xe máy"


def test_checkpoints_are_added_and_changed_and_the_same_file_again_does_nothing(
    take: Take, demo_data: Path
) -> None:
    before = places(demo_data)
    preview = take("checkpoint", HEAD, NEW, "hd-ql6||||||", "hd-to-huu||||| chợ |", dry_run=True)
    assert (preview["added"], preview["changed"], preview["same"]) == (1, 1, 1)
    assert places(demo_data) == before, "a preview changes nothing"
    said = take("checkpoint", HEAD, NEW, "hd-ql6||||||", "hd-to-huu||||| chợ |")
    assert said["changes"] == preview["changes"]
    assert said["changes"][1]["fields"] == [["class", "giáp ranh", "chợ"]]
    after = places(demo_data)
    new = after["bg-dinh-ke"]
    assert (new.province, new.district, new.commune) == ("24", "213", "07231")
    assert (new.klass, new.state, new.lanes) == ("border", "active", ("o-to", "xe-may"))
    assert new.road == "Quốc lộ 31 Km 3+200"
    assert after["hd-ql6"] == before["hd-ql6"]
    entries = audited(demo_data)
    again = take("checkpoint", HEAD, NEW, "hd-ql6||||||", "hd-to-huu||||| chợ |")
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 3)
    assert audited(demo_data) == entries


def test_one_wrong_row_and_no_checkpoint_is_taken(take: Take, demo_data: Path) -> None:
    before = places(demo_data)
    said = take("checkpoint", HEAD, NEW, "BG|Chốt|QL1|Tân An||xx|o-to", "hd-ql6|||99999|||",
                "hd-ql6||||||", "moi||||||", "bg-2|B|QL1|07231|Hà Nội||", exit_code=1)  # fmt: skip
    assert wrong(said) == [
        (3, "checkpoint", "checkpoint_id"),
        (3, "class", "checkpoint_class"),
        (3, "commune", "many_places"),
        (4, "commune", "unknown_code"),
        (6, "commune", "missing"),
        (6, "road", "missing"),
        (6, "name", "missing"),
        (7, "province", "name_differs"),
    ]
    assert places(demo_data) == before
    assert "checkpoint.import" not in audited(demo_data)


def test_wrong_rows_are_told_by_number_in_vietnamese(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Mã chốt;Loại\nhd-ql6;nhà ga\n", "utf-8")
    said = chot("checkpoint", "import", file, "--data", demo_data, exit_code=1).output
    assert "Dòng 2, Loại: phải là cửa ngõ" in said and "chưa nhận dòng nào" in said


def test_a_lane_is_not_taken_from_under_its_tablet(take: Take, demo_data: Path) -> None:
    head = "Mã chốt|Làn|Chiều"
    said = take("lane", head, "hd-ql6|Xe tải|ra", "hd-ql6|Ô tô|", exit_code=1)
    assert wrong(said) == [(2, "lane", "lane_in_use")]
    said = take("checkpoint", "Mã chốt|Làn", "hd-ql6|o-to", exit_code=1)
    assert wrong(said) == [(2, "lanes", "lane_in_use")]
    others = places(demo_data)
    take("lane", head, "hd-ql6|Xe tải|ra", "hd-ql6|Ô tô|", "hd-ql6|xe-may|vào và ra", exit_code=1)
    take("lane", head, "hd-ql6|Xe tải|ra", "hd-ql6|Ô tô|", "hd-ql6|xe-may|hai chiều")
    after = places(demo_data)
    assert after.pop("hd-ql6").lanes == ("xe-tai-ra", "o-to", "xe-may")
    assert after == {name: one for name, one in others.items() if name != "hd-ql6"}


def test_checkpoints_on_one_road_are_on_one_road(take: Take, demo_data: Path) -> None:
    roads = ("Mã đường|Tên đường|Tên khác", "QL1|Quốc lộ 1|Quốc lộ 1A", "QL6|Quốc lộ 6|")
    assert take("road", *roads)["added"] == 2
    assert take("road", *roads)["same"] == 2
    take("checkpoint", "Mã chốt|Tuyến đường|Lý trình", "nt-ca-na|ql.1a|1589+300",
         "nt-thuan-bac|QL1A km 1540|")  # fmt: skip
    after = places(demo_data)
    assert after["nt-ca-na"].road == "Quốc lộ 1 Km 1589+300"
    assert after["nt-thuan-bac"].road == "Quốc lộ 1 Km 1540"
    said = take("checkpoint", "Mã chốt|Tuyến đường", "hd-ql6|Đường Láng", exit_code=1)
    assert wrong(said) == [(2, "road", "no_road")]
    said = take("road", roads[0], "QL1B|Quốc lộ 1B|QL 1A", exit_code=1)
    assert wrong(said) == [(2, "aliases", "road_shared")]


@pytest.mark.parametrize("kind", ["checkpoint", "lane", "road"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_template_holds_what_is_stored_and_changes_nothing(
    chot: Chot, take: Take, demo_data: Path, tmp_path: Path, kind: str, suffix: str
) -> None:
    if suffix == "xlsx":
        pytest.importorskip("openpyxl", reason="the extra xlsx is not installed")
    take("road", "Mã đường|Tên đường|Tên khác", "QL1|Quốc lộ 1|Quốc lộ 1A")
    template = tmp_path / f"mau.{suffix}"
    chot(kind, "import", "--template", template, "--data", demo_data)
    # The demo's city streets are not on the list of roads that this test began.
    words = (kind, "import", template, "--data", demo_data, "--json", "--lang", "en")
    said = json.loads(chot(*words, exit_code=1 if kind == "checkpoint" else 0).stdout)
    if kind == "checkpoint":
        assert {one["code"] for one in said["errors"]} == {"no_road"}
    else:
        assert said["same"] > 0 and said["changes"] == []
    assert chot(kind, "import", "--template", template, "--data", demo_data, exit_code=1)


def test_a_level_for_a_code_that_is_no_place_is_told_by_its_row(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Bộ mã;Mã;Cấp;Từ\n2021;99999;3;01/01/2099\n", "utf-8")
    said = chot("levels", "import", file, "--data", demo_data, exit_code=1).output
    assert "Dòng 2, Mã: không có mã 99999 trong bộ mã 2021" in said
