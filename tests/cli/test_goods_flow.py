"""Goods in and out: sums within one unit, what nobody wrote beside them, the week before."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import cli.report_goods_flow
from server.config import ConfigError, load_config
from server.reporting.periods import DAY_MS
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot
from tests.cli.goods import lorry, place
from tests.cli.libreoffice import converted, needs_libreoffice, printed
from tests.server.store.tablets import enrolled

HOUR_MS = 3_600_000
DAY = ("--from", "2026-11-22 00:00", "--to", "2026-11-22 12:00")
SHRIMP = {"group": "sea_products", "unit": "kg", "perishable": True}
GOLDEN = Path(__file__).parents[1] / "golden" / "goods-flow"
ROUTE: dict[str, Any] = {"origin": place("22852"), "destination": place("00004")}


@pytest.fixture
def flowing(demo_data: Path) -> Path:
    """Shrimp today and on two days before, rice yesterday only, and what is not to be summed."""
    store = open_store(load_config(demo_data))
    tablet = enrolled(store, random.Random(5), "nt-ca-na")
    for days, kilograms in ((2, 300.0), (1, 100.0)):
        tablet.now_ms = NOON_MS - days * DAY_MS
        rice = {"group": "food", "quantity": 4.0, "unit": "tonne"}
        tablet.push(
            store,
            tablet.batch(
                lorry(
                    tablet,
                    SHRIMP | {"quantity": kilograms},
                    rice,
                    descriptions=("Tôm hùm giống", "Gạo"),
                    direction="out",
                    **ROUTE,
                )
            ),
            NOON_MS,
        )
    tablet.now_ms = NOON_MS - HOUR_MS
    tablet.push(
        store,
        tablet.batch(
            lorry(tablet, SHRIMP | {"quantity": 250.5}, descriptions=("TÔM thẻ",), direction="out",
                  **ROUTE),
            lorry(tablet, SHRIMP | {"quantity": 49.5}, descriptions=("tom su, hạt điều",),
                  direction="out", **ROUTE),
            lorry(tablet, SHRIMP | {"quantity": 2.0, "unit": "box"}, descriptions=("Tôm khô",),
                  direction="out", origin=place("22852")),
            lorry(tablet, {"group": "sea_products"}, direction="out", **ROUTE),
            lorry(tablet, SHRIMP | {"quantity": 7.0, "removed": True}, direction="out", **ROUTE),
            lorry(tablet, SHRIMP | {"quantity": 999.0}, direction="out", action="turned_back",
                  **ROUTE),
            lorry(tablet, SHRIMP | {"quantity": 999.0}, direction="out", voided="wrong_entry",
                  **ROUTE),
        ),
        NOON_MS,
    )  # fmt: skip
    store.close()
    return demo_data


def flow(chot: Chot, data: Path, *more: str) -> Any:
    return json.loads(
        chot("report", "goods-flow", "--data", data, *DAY, "--format", "json", *more).stdout
    )


def lines(made: Any, section: str) -> dict[tuple[str, ...], tuple[float, int, float | None]]:
    names = {
        "group": ("group", "unit"),
        "priority": ("group", "product", "unit"),
        "route": ("origin", "destination", "group", "unit"),
    }[section]
    return {
        tuple(one[name] for name in names): (one["quantity"], one["lines"], one["mean"])
        for one in made["lines"]
        if one["section"] == section and one["direction"] == "out"
    }


def test_quantities_are_summed_within_one_unit_and_unknown_ones_counted_beside(
    chot: Chot, flowing: Path
) -> None:
    made = flow(chot, flowing)
    assert lines(made, "group") == {
        ("sea_products", "kg"): (300.0, 2, 200.0),
        ("sea_products", "box"): (2.0, 1, 0.0),
        ("sea_products", ""): (0.0, 1, None),
        # Nothing of it today: that is what a mean is for.
        ("food", "tonne"): (0.0, 0, 4.0),
    }
    assert (made["all_lines"], made["without_quantity"]) == (4, 1)
    assert (made["turned_back"], made["without_route"], made["mean_days"]) == (1, 1, 2)


def test_products_are_known_by_their_description_and_no_line_counts_for_two(
    chot: Chot, flowing: Path
) -> None:
    asked = ("--product", "Tôm", "--product", "Hạt điều=điều")
    found = lines(flow(chot, flowing, *asked), "priority")
    assert found[("sea_products", "Tôm", "kg")] == (300.0, 2, 200.0)
    assert not [key for key in found if key[1] == "Hạt điều"]
    # The demo's permits let sea products go first; what its line says stays unknown.
    assert found[("sea_products", "", "")] == (0.0, 1, None)
    # The configuration says the same once for all.
    settings = json.loads((flowing / "config.json").read_text("utf-8"))
    settings["priority_products"] = {"Tôm": ["tôm"], "Hạt điều": ["điều"]}
    (flowing / "config.json").write_text(json.dumps(settings), "utf-8")
    assert lines(flow(chot, flowing), "priority") == found


def test_routes_are_told_by_province_or_finer_and_unknown_ends_stay_unknown(
    chot: Chot, flowing: Path
) -> None:
    found = lines(flow(chot, flowing), "route")
    assert found[("2021-58", "2021-01", "sea_products", "kg")] == (300.0, 2, 200.0)
    assert found[("2021-58", "", "sea_products", "box")] == (2.0, 1, 0.0)
    finer = lines(flow(chot, flowing, "--by", "commune"), "route")
    assert finer[("2021-22852", "2021-00004", "sea_products", "kg")] == (300.0, 2, 200.0)
    said = chot("report", "goods-flow", "--data", flowing, *DAY).output
    assert "Tỉnh Ninh Thuận" in said and "Thành phố Hà Nội" in said and "không rõ" in said
    assert "+50%" in said and "1 dòng không ghi số lượng" in said
    assert "1 dòng hàng bị quay đầu: không tính." in said


def test_what_came_later_is_not_in_a_flow_of_before(chot: Chot, flowing: Path) -> None:
    first = flow(chot, flowing)
    store = open_store(load_config(flowing))
    tablet = enrolled(store, random.Random(6), "nt-ca-na")
    # Not within three minutes of the others: that would be the same passage once more (L2).
    tablet.now_ms = NOON_MS - 2 * HOUR_MS
    tablet.push(store, tablet.batch(lorry(tablet, SHRIMP | {"quantity": 1.0}, direction="out")))
    store.close()
    again = flow(chot, flowing, "--as-of-sequence", str(first["log"]["n"]))
    assert again["lines"] == first["lines"]
    assert lines(flow(chot, flowing), "group")[("sea_products", "kg")] == (301.0, 3, 200.0)


def test_after_a_purge_quantities_stay_and_products_are_unknown(chot: Chot, flowing: Path) -> None:
    asked = ("--product", "Tôm")
    before = flow(chot, flowing, *asked)
    with open_store(load_config(flowing)) as store:
        store.purge(store.days_before("2026-11-23"), NOON_MS + DAY_MS)
    after = flow(chot, flowing, *asked)
    assert lines(after, "group") == lines(before, "group")
    assert lines(after, "route") == lines(before, "route")
    found = lines(after, "priority")
    assert found[("sea_products", "", "kg")] == (300.0, 2, 200.0)
    assert not [key for key in found if key[1]]


def test_what_was_compacted_is_said_to_be_missing(chot: Chot, flowing: Path) -> None:
    assert flow(chot, flowing)["compacted"] == 0
    later_ms = NOON_MS + 400 * DAY_MS
    with open_store(load_config(flowing)) as store:
        store.purge(store.days_before("2026-11-23"), later_ms)
        store.compact(NOON_MS + DAY_MS, later_ms)
    chot("rebuild", "--data", flowing)
    made = flow(chot, flowing)
    assert made["compacted"] > 0
    said = chot("report", "goods-flow", "--data", flowing, *DAY).output
    assert f"{made['compacted']} lượt đã rút gọn" in said


def test_csv_and_workbook_hold_the_same_figures(chot: Chot, flowing: Path, tmp_path: Path) -> None:
    made = flow(chot, flowing)
    for name in ("hang.csv", "hang.xlsx"):
        chot("report", "goods-flow", "--data", flowing, *DAY, "--output", tmp_path / name)
    text = (tmp_path / "hang.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    book = openpyxl.load_workbook(tmp_path / "hang.xlsx")
    head, *cells = list(book.active.iter_rows(values_only=True))
    assert list(head) == list(rows[0])
    expected = [one["quantity"] if one["unit"] else None for one in made["lines"]]
    assert [float(row["Số lượng"]) if row["Số lượng"] else None for row in rows] == expected
    assert [row[7] for row in cells] == expected


def test_the_flow_agrees_with_the_report_of_the_same_hours(chot: Chot, flowing: Path) -> None:
    at = ("report", "--data", flowing, "--at", "2026-11-22T12:00", "--format", "json")
    reported = json.loads(chot(*at).stdout)["goods"]
    moved = [
        {name: one[name] for name in ("direction", "group", "unit", "quantity", "lines")}
        | ({"mean": one["mean"]} if one["unit"] else {})
        for one in flow(chot, flowing)["lines"]
        if one["section"] == "group"
    ]
    known = {name for one in moved for name in one}
    assert moved == [
        {name: one[name] for name in one if name in known and (one["unit"] or name != "mean")}
        for one in reported
    ]


@pytest.mark.parametrize("name", ["flow.txt", "flow.json", "flow.csv", "flow.xlsx"])
def test_every_format_is_what_it_was(
    chot: Chot, flowing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(cli.report_goods_flow, "now_ms", lambda: NOON_MS + HOUR_MS)
    file = tmp_path / name
    more = ("--format", "text") if file.suffix == ".txt" else ()
    products = ("--product", "Tôm", "--product", "Hạt điều=điều")
    chot("report", "goods-flow", "--data", flowing, *DAY, *products, *more, "--output", file)
    found = file.read_text("utf-8") if file.suffix != ".xlsx" else cells_of(file)
    with open_store(load_config(flowing)) as store:
        found = found.replace(str(store.epoch), "EPOCH")
    known = GOLDEN / (f"{name}.txt" if file.suffix == ".xlsx" else name)
    if os.environ.get("CHOT_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        known.write_bytes(found.encode("utf-8"))
    assert found == known.read_bytes().decode("utf-8").replace("\r\n", "\n")


def cells_of(file: Path) -> str:
    """A workbook's cells with their types, a row a line."""
    rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


@pytest.mark.slow
@needs_libreoffice
def test_libreoffice_opens_the_flow_and_runs_nothing_of_it(
    chot: Chot, flowing: Path, tmp_path: Path
) -> None:
    product = ("--product", "+1+1=tôm")
    for name in ("a.csv", "b.xlsx"):
        chot("report", "goods-flow", "--data", flowing, *DAY, *product, "--output", tmp_path / name)
    for page in converted([tmp_path / "a.csv", tmp_path / "b.xlsx"], tmp_path):
        text = printed(page)
        assert "Thủy sản" in text and "Tỉnh Ninh Thuận" in text and "300" in text
        assert "+1+1" in text, "a formula stays the text it is"
        assert "Err:" not in text and "#NAME?" not in text


def test_a_longer_period_is_compared_with_nothing(chot: Chot, flowing: Path) -> None:
    longer = ("--from", "2026-11-20 00:00", "--to", "2026-11-22 12:00", "--format", "json")
    made = json.loads(chot("report", "goods-flow", "--data", flowing, *longer).stdout)
    assert made["mean_days"] == 0 and {one["mean"] for one in made["lines"]} == {None}
    assert lines(made, "group")[("food", "tonne")] == (8.0, 2, None)


def test_mistakes_are_told_before_anything_is_read(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    goods_flow = ("report", "goods-flow", "--data", demo_data)
    said = chot(*goods_flow, "--checkpoint", "x", exit_code=1).output
    assert "Không có chốt: x" in said
    assert "Hạt điều=điều" in chot(*goods_flow, "--product", "=", exit_code=2).output
    assert "--output" in chot(*goods_flow, "--format", "xlsx", exit_code=1).output
    backwards = ("--from", "2026-11-22", "--to", "2026-11-20")
    assert "--to" in chot(*goods_flow, *backwards, exit_code=1).output
    wrongs: list[Any] = [[], {"Tôm": "tôm"}, {"Tôm": [""]}, {"": ["tôm"]}]
    for wrong in wrongs:
        (tmp_path / "config.json").write_text(json.dumps({"priority_products": wrong}))
        with pytest.raises(ConfigError, match="priority_products"):
            load_config(tmp_path)
