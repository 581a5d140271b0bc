"""`chot erase`, `chot purge`, `chot compact` as somebody types them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

import cli.erase
from cli.demo.make import make_demo
from server.config import load_config, save_config
from server.erasure_list import FILE, read_list
from server.projector import rebuild
from server.retention import classes
from server.serve import _bring_up_erasure_lists
from server.store.forgotten import Target
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("day") / "data"
    make_demo(data, NOON_MS - 30 * DAY_MS, lambda _: None, days=1)
    rebuild(data)
    return data


@pytest.fixture
def data(day: Path, tmp_path: Path) -> Path:
    return shutil.copytree(day, tmp_path / "data")


def whole(chot: Chot, data: Path) -> dict[str, int]:
    told = json.loads(chot("verify-log", "--data", data, "--json", "--strict").stdout)
    assert told["whole"]
    names = ("erased", "withheld", "compacted")
    return {name: sum(one[name] for one in told["devices"]) for name in names}


def test_g1_a_record_is_erased_and_listed(chot: Chot, data: Path, tmp_path: Path) -> None:
    config = load_config(data)
    object.__setattr__(config, "erasure_list", str(tmp_path / "other-disk.jsonl"))
    save_config(config)
    with open_store(load_config(data)) as store:
        rows = [one for one in store.each_crossing(0, 1 << 45, [], True) if one.history[0].person]
        record, refs = rows[0].row.record, [one.ref for one in rows[1].history]
    basis = ("--reason", "request", "--basis", "Đơn 12/2026")
    shown = chot("erase", "--record", record, *basis, "--yes", "--data", data).stdout
    assert re.search(r"^[1-9]\d* sự kiện ở ", shown)
    assert "other-disk.jsonl" in shown
    chot("erase", "--event", refs[0], *basis, "--yes", "--data", data)
    with open_store(load_config(data)) as store:
        found = store.crossing(record)
        assert found is not None
        assert all(one.person is None for one in found.history)
    assert whole(chot, data)["erased"] >= 2
    assert len(read_list(data / FILE)) == len(read_list(tmp_path / "other-disk.jsonl")) == 2


def test_g1_nothing_is_erased_by_mistake(chot: Chot, data: Path) -> None:
    basis = ("--reason", "request", "--basis", "Đơn 1", "--data", data)
    assert "--event" in chot("erase", *basis, exit_code=2).output
    unknown = f"{'0' * 8}-0000-7000-8000-{'0' * 12}:1"
    assert "Không có ở đây" in chot("erase", "--event", unknown, *basis, exit_code=1).output
    assert "không có phần cá nhân" in chot("erase", "--record", "x", *basis, exit_code=1).output
    with open_store(load_config(data)) as store:
        ref = next(iter(store.each_crossing(0, 1 << 45, [], False))).history[0].ref
    chot("erase", "--event", ref, *basis, stdin="n\n", exit_code=1)
    assert whole(chot, data)["erased"] == 0


def test_g5_an_erasure_list_that_cannot_be_written_is_told(chot: Chot, data: Path) -> None:
    config = load_config(data)
    object.__setattr__(config, "erasure_list", str(data / "no" / "such" / "disk.jsonl"))
    save_config(config)
    with open_store(load_config(data)) as store:
        ref = next(iter(store.each_crossing(0, 1 << 45, [], False))).history[0].ref
    told = chot(
        "erase", "--event", ref, "--reason", "mistake", "--basis", "x", "--yes", "--data", data,
        exit_code=1,
    )  # fmt: skip
    assert "chưa ghi được danh sách xóa" in told.output
    assert len(read_list(data / FILE)) == 1


def test_g6_g7_old_days_are_purged_and_compacted(chot: Chot, data: Path) -> None:
    assert "đã qua" in chot("purge", "--before", "2199-01-01", "--data", data, exit_code=1).output
    assert "cũ hơn" in chot("compact", "--before", "now", "--data", data, exit_code=1).output
    with open_store(load_config(data)) as store:
        ever, reviews = store.counts(0, 1 << 45, []), store.open_reviews()["all"]
    told = chot("purge", "--before", "2026-11-01", "--yes", "--data", data).stdout
    assert re.search(r"Đã hủy \d khóa ngày, [1-9]\d* phần cá nhân", told)
    assert '{"purged": "2026-10-2' in (data / FILE).read_text("utf-8")
    again = chot("purge", "--before", "2026-11-01", "--yes", "--data", data).stdout
    assert "Không còn khóa nào" in again
    now = chot("compact", "--before", "2026-11-01", "--yes", "--shrink", "--data", data).stdout
    assert re.search(r"Đã gộp [1-9]\d* sự kiện, [1-9]\d* lượt", now)
    with open_store(load_config(data)) as store:
        counts = store.counts(0, 1 << 45, [])
        assert store.open_reviews()["all"] == reviews
    for name in ("crossings", "people", "vehicles", "in", "out", "turned_back", "review_open"):
        assert counts[name] == ever[name], name
    assert whole(chot, data)["compacted"] > 0
    # An event on each day that was purged, or else compacted after it.
    assert chot("rebuild", "--data", data).stdout
    with open_store(load_config(data)) as store:
        assert store.counts(0, 1 << 45, []) == counts


def test_g6_g7_a_relay_forgets_nothing_that_its_home_server_lacks(
    chot: Chot, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = SimpleNamespace(events_not_home=3)
    monkeypatch.setattr(classes, "read_upstream", lambda _: object())
    monkeypatch.setattr(classes, "relay_status", lambda *_: waiting)
    monkeypatch.setattr(cli.erase, "read_upstream", lambda _: object())
    erase = ("erase", "--record", "x", "--reason", "request", "--basis", "x", "--data", data)
    assert "máy chủ chính" in chot(*erase, exit_code=1).output
    for command in ("purge", "compact"):
        told = chot(command, "--before", "2026-11-01", "--yes", "--data", data, exit_code=1).output
        assert "Còn 3 sự kiện chưa tới máy chủ chính" in told
    assert whole(chot, data) == {"erased": 0, "withheld": 0, "compacted": 0}


def test_g5_a_server_that_starts_lists_what_a_crash_left_out(data: Path) -> None:
    with open_store(load_config(data)) as store:
        first = next(iter(store.each_crossing(0, 1 << 45, [], False))).history[0]
        target = Target(first.ref, "hd-ql6")
        store.erase([target], "request", "Đơn 1", None, NOON_MS)
    assert not (data / FILE).exists()
    _bring_up_erasure_lists(load_config(data))
    assert [one.events for one in read_list(data / FILE)] == [(first.ref,)]
