"""`chot hold` and what it does to `chot purge` and `chot erase`, as somebody types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.demo.make import make_demo
from server.config import Config, ConfigError, load_config, save_config
from server.erasure_list import FILE
from server.projector import rebuild
from server.store.sqlite import open_store
from tests.cli.conftest import NOON_MS, Chot

DAY_MS = 86_400_000
EVER = (0, 1 << 45)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("held") / "data"
    make_demo(data, NOON_MS - 30 * DAY_MS, lambda _: None, days=0.3)
    rebuild(data)
    return data


@pytest.fixture
def data(day: Path, tmp_path: Path) -> Path:
    return shutil.copytree(day, tmp_path / "data")


def records(data: Path) -> list[str]:
    """Crossings of people who are named, oldest first."""
    with open_store(load_config(data)) as store:
        return [
            one.row.record
            for one in store.each_crossing(*EVER, [], True)
            if any(person.get("name") for person in one.people.values())
        ]


def whose_names(data: Path) -> set[str]:
    return set(records(data))


def test_g10_a_held_crossing_survives_and_the_proof_says_so(chot: Chot, data: Path) -> None:
    mine = records(data)[5]
    told = chot("hold", "add", "--case", "12/CSDT", "--record", mine, "--data", data).stdout
    assert "vụ 12/CSDT" in told and mine in told
    again = chot("hold", "add", "--case", "12/CSDT", "--record", mine, "--data", data).stdout
    assert "Đã giữ từ trước" in again
    basis = ("--reason", "request", "--basis", "Đơn 1", "--yes", "--data", data)
    refused = chot("erase", "--record", mine, *basis, exit_code=1).output
    assert "12/CSDT" in refused and "chưa xóa gì" in refused
    purge = ("purge", "--before", "2026-11-01", "--data", data)
    dry = chot(*purge, "--dry-run", "--json").stdout
    (counted,) = json.loads(dry)
    assert counted["kept"] >= 1 and len(whose_names(data)) > 20
    assert "ở lại" in chot(*purge, "--yes").stdout
    assert mine in whose_names(data) and len(whose_names(data)) <= 3
    proof = json.loads(chot("purge", "--proof", "--json", "--data", data).stdout)
    assert proof["audit_broken_at"] is None
    assert {one["state"] for one in proof["days"]} == {"gone"}
    assert sum(one["persons"] for one in proof["days"]) == counted["count"]
    assert sum(one["kept"] for one in proof["days"]) == counted["kept"]
    assert "khớp nhật ký" in chot("purge", "--proof", "--data", data).stdout
    assert '{"hold": ' in (data / FILE).read_text("utf-8")
    released = chot(
        "hold", "release", "--case", "12/CSDT", "--basis", "QĐ 45", "--yes", "--data", data
    ).stdout
    assert "Đã thôi giữ 1" in released
    left = chot("purge", "--proof", "--data", data, exit_code=1).stdout
    assert "CÒN ĐỌC ĐƯỢC" in left
    chot(*purge, "--yes")
    assert whose_names(data) == set()
    assert chot("purge", "--proof", "--data", data).stdout
    assert chot("hold", "list", "--data", data).stdout == "Không giữ gì.\n"
    (one,) = json.loads(chot("hold", "list", "--all", "--json", "--data", data).stdout)
    assert (one["case"], one["basis"]) == ("12/CSDT", "QĐ 45")
    with open_store(load_config(data)) as store:
        kinds = [entry.what for _, entry in store.audited(0, 10_000)]
        assert store.verify_audit() is None
    assert {"hold.add", "hold.release", "purge"} <= set(kinds)
    assert chot("verify-log", "--data", data, "--strict").stdout


def test_g10_a_hold_says_clearly_what_it_lacks(chot: Chot, data: Path) -> None:
    add = ("hold", "add", "--case", "1", "--data", data)
    assert "--record" in chot(*add, exit_code=2).output
    assert "Không có hồ sơ" in chot(*add, "--record", "nobody", exit_code=1).output
    assert "bị che" in chot(*add, "--id-number", "00109001****", exit_code=1).output
    window = ("--from", "2026-10-23", "--to", "2026-10-24")
    assert "--checkpoint" in chot(*add, *window, exit_code=2).output
    assert "Không có chốt" in chot(*add, "--checkpoint", "x", *window, exit_code=1).output
    backwards = ("--from", "2026-10-24", "--to", "2026-10-23")
    assert "--from" in chot(*add, "--checkpoint", "hd-ql6", *backwards, exit_code=2).output
    release = ("hold", "release", "--basis", "x", "--data", data)
    assert "--case" in chot(*release, exit_code=2).output
    assert "Không giữ gì" in chot(*release, "--case", "9", exit_code=1).output
    assert "Không đang giữ" in chot(*release, "--hold", "9", exit_code=1).output
    assert "Không giữ gì" in chot("hold", "list", "--data", data).stdout


def test_g10_a_window_and_a_number_are_shown_without_the_person(chot: Chot, data: Path) -> None:
    add = ("hold", "add", "--case", "7", "--data", data)
    window = ("--from", "2026-10-23 05:00", "--to", "2026-10-23 11:00")
    told = chot(*add, "--checkpoint", "nt-ca-na", *window, "--id-number", "001090012345").stdout
    assert "nt-ca-na" in told and "…345" in told
    (place, person) = json.loads(chot("hold", "list", "--json", "--data", data).stdout)[::-1]
    assert {place["kind"], person["kind"]} == {"place", "person"}
    assert "001090012345" not in (data / "log.db").read_bytes().decode("latin-1")
    chot("hold", "release", "--hold", place["id"], "--basis", "QĐ", "--data", data, stdin="y\n")


@pytest.mark.usefixtures("noon")
def test_what_the_settings_say_is_over_goes_and_nothing_else(chot: Chot, data: Path) -> None:
    assert "retention" in chot("purge", "--due", "--data", data, exit_code=1).output
    assert "--before" in chot("purge", "--data", data, exit_code=2).output
    config = load_config(data)
    object.__setattr__(config, "retention", {"person": 1, "watchlist": 30, "crossing": 7})
    save_config(config)
    assert load_config(data).retention["person"] == 1
    assert "quá hạn 1 ngày" in chot("doctor", "--data", data, exit_code=1).output
    dry = chot("purge", "--due", "--dry-run", "--data", data).stdout
    assert [line.split()[0] for line in dry.splitlines() if not line.startswith(" ")] == [
        "person",
        "crossing",
        "watchlist",
    ]
    assert "sẽ hủy" in dry and len(whose_names(data)) > 20
    declined = chot("purge", "--due", "--data", data, stdin="n\n", exit_code=1).output
    assert "phần cá nhân?" in declined and len(whose_names(data)) > 20
    watch = ("purge", "--before", "2026-11-01", "--class", "watchlist", "--yes", "--json")
    assert json.loads(chot(*watch, "--data", data).stdout)[0]["class"] == "watchlist"
    done = json.loads(chot("purge", "--due", "--yes", "--json", "--data", data).stdout)
    assert [one["count"] > 0 for one in done] == [True, True, False]
    assert done[1]["crossings"] > 20 and done[0]["days"]
    with open_store(load_config(data)) as store:
        assert store.counts(*EVER, [])["crossings"] > 20, "the counts stay"
    assert "thông tin cá nhân giữ 1 ngày" in chot("doctor", "--data", data, exit_code=1).output
    again = chot("purge", "--due", "--dry-run", "--data", data).stdout
    assert "sẽ hủy" not in again


@pytest.mark.parametrize(
    "wrong", [["person"], {"people": 3}, {"person": 0}, {"crossing": 6}, {"person": "30"}]
)
def test_a_retention_that_is_none_stops_the_start(tmp_path: Path, wrong: object) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"retention": wrong}))
    with pytest.raises(ConfigError, match="retention"):
        load_config(tmp_path)
    assert Config(tmp_path).retention == {}
