"""Reports that the server writes: on time, once, whole, through restarts and beside each other."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import fields
from pathlib import Path

import docx
import pytest

from server.scheduling import running
from server.scheduling.faults import ScheduleError
from server.scheduling.ledger import open_fault, read_ledger
from server.scheduling.running import Done, Runner, locked
from server.scheduling.settings import Schedule, schedule_of
from server.store.sqlite import open_store
from tests.cli.goods import lorry
from tests.server.scheduling.conftest import (
    HOUR_MS,
    MINUTE_MS,
    SIX_IN_THE_EVENING_MS,
    Scheduled,
)
from tests.server.store.tablets import ID_NUMBER, NAME, NOON_MS, PHONE

ROOT = Path(__file__).parents[3]
FIRST_MS = NOON_MS - 2 * MINUTE_MS
DUE_MS = NOON_MS + 5 * MINUTE_MS
NOON_FILE = "bao-cao-2026-11-22-12h00.json"


def test_a_report_is_written_on_time_and_once(scheduled: Scheduled) -> None:
    assert scheduled.run(FIRST_MS) == Done() and scheduled.files() == []
    assert scheduled.run(DUE_MS - 1) == Done() and scheduled.files() == []
    [one] = scheduled.run(DUE_MS).written
    assert scheduled.files() == [NOON_FILE] and list(one.files) == [NOON_FILE]
    found = json.loads((scheduled.folder / NOON_FILE).read_text("utf-8"))
    assert found["at_ms"] == NOON_MS and not found["draft"]
    assert found["periods"]["cut"]["figures"]["crossings"] == 1
    (scheduled.folder / NOON_FILE).unlink()
    assert scheduled.run(DUE_MS + MINUTE_MS) == Done()
    scheduled.restarted()
    assert scheduled.run(DUE_MS + HOUR_MS) == Done() and scheduled.files() == []


def test_what_was_missed_while_the_server_was_down_is_made_up_for(scheduled: Scheduled) -> None:
    scheduled.run(FIRST_MS)
    scheduled.restarted()
    made = scheduled.run(SIX_IN_THE_EVENING_MS + HOUR_MS).written
    assert [one.job.at_ms for one in made] == [NOON_MS, SIX_IN_THE_EVENING_MS]
    assert scheduled.files() == [NOON_FILE, "bao-cao-2026-11-22-18h00.json"]


def test_a_new_schedule_does_not_write_the_day_before(scheduled: Scheduled) -> None:
    assert scheduled.run(DUE_MS + MINUTE_MS) == Done() and scheduled.files() == []


def test_a_kill_between_the_files_and_the_note_makes_no_second_one(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled.run(FIRST_MS)

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as during:
        during.setattr(running, "note_written", killed)
        with pytest.raises(SystemExit):
            scheduled.run(DUE_MS)
    assert scheduled.files() == [NOON_FILE]
    scheduled.restarted()
    assert len(scheduled.run(DUE_MS + MINUTE_MS).written) == 1
    assert scheduled.files() == [NOON_FILE]
    assert len(scheduled.world.store.audited_of("schedule.report")) == 1


def test_server_and_timer_at_once_write_once(scheduled: Scheduled) -> None:
    scheduled.run(FIRST_MS)
    config = scheduled.world.config
    with locked(config.data_dir) as is_ours:
        assert is_ours
        assert Runner(config).run(lambda: open_store(config), DUE_MS) == Done()
    start = threading.Barrier(4)
    done: list[Done] = []

    def one() -> None:
        start.wait()
        done.append(Runner(config).run(lambda: open_store(config), DUE_MS))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(some.written) for some in done) == 1
    assert len(scheduled.world.store.audited_of("schedule.report")) == 1


def test_a_draft_comes_before_its_cut_off_under_a_name_of_its_own(scheduled: Scheduled) -> None:
    scheduled.set(draft_minutes=10, goods_flow="csv")
    scheduled.run(NOON_MS - 15 * MINUTE_MS)
    scheduled.run(NOON_MS - 10 * MINUTE_MS)
    drafts = ["du-thao-2026-11-22-12h00.json", "hang-hoa-du-thao-2026-11-22-12h00.csv"]
    assert scheduled.files() == drafts
    assert json.loads((scheduled.folder / drafts[0]).read_text("utf-8"))["draft"]
    scheduled.run(DUE_MS)
    assert scheduled.files() == sorted([*drafts, NOON_FILE, "hang-hoa-2026-11-22-12h00.csv"])
    goods = (scheduled.folder / "hang-hoa-2026-11-22-12h00.csv").read_text("utf-8-sig")
    assert "Lương thực, thực phẩm" in goods and "3.5" in goods


def test_no_file_says_who_somebody_is(scheduled: Scheduled) -> None:
    scheduled.set(formats=["json", "text", "html"], goods_flow="csv")
    scheduled.run(FIRST_MS)
    scheduled.run(DUE_MS)
    assert len(scheduled.files()) == 4
    for file in scheduled.folder.iterdir():
        text = file.read_text("utf-8-sig")
        assert not [one for one in (NAME, ID_NUMBER, PHONE) if one in text]


def test_the_page_on_paper_is_not_issued_and_has_no_number(scheduled: Scheduled) -> None:
    scheduled.set(formats=["docx"])
    scheduled.run(FIRST_MS)
    scheduled.run(DUE_MS)
    [name] = scheduled.files()
    book = docx.Document(str(scheduled.folder / name))
    assert "Số: …" in book.tables[0].rows[1].cells[0].text
    assert scheduled.world.store.issued_reports() == []


def test_what_cannot_be_written_is_told_once_and_tried_again(scheduled: Scheduled) -> None:
    scheduled.run(FIRST_MS)
    scheduled.folder.write_text("a file where a folder should be")
    [(_, job, error)] = scheduled.run(DUE_MS).faults
    assert (error.code, job) == ("folder", read_ledger(scheduled.world.store).fault.job)  # type: ignore[union-attr]
    assert scheduled.run(DUE_MS + 1) == Done(), "not again at once"
    assert len(scheduled.run(DUE_MS + MINUTE_MS).faults) == 1
    assert len(scheduled.world.store.audited_of("schedule.fault")) == 1
    assert open_fault(read_ledger(scheduled.world.store), DUE_MS + MINUTE_MS) is not None
    scheduled.folder.unlink()
    assert len(scheduled.run(DUE_MS + 10 * MINUTE_MS).written) == 1
    assert open_fault(read_ledger(scheduled.world.store), DUE_MS + 10 * MINUTE_MS) is None


def test_what_the_log_holds_and_the_view_does_not_yet_is_waited_for(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled.run(FIRST_MS)
    tablet = scheduled.world.tablet()
    tablet.now_ms = NOON_MS - 2 * HOUR_MS
    tablet.push(scheduled.world.store, tablet.batch(lorry(tablet)))
    monkeypatch.setattr(running, "VIEW_WAIT_S", 0.0)
    [(_, _, error)] = scheduled.run(DUE_MS).faults
    assert error.code == "view" and scheduled.files() == []
    scheduled.world.project()
    scheduled.run(DUE_MS + MINUTE_MS)
    found = json.loads((scheduled.folder / NOON_FILE).read_text("utf-8"))
    assert found["periods"]["cut"]["figures"]["crossings"] == 2


def test_the_settings_in_the_manual_are_settings(tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/schedule.md").read_text("utf-8")
    [block] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    found = schedule_of(json.loads(block), tmp_path)
    assert found.mail is not None and found.mail.security == "starttls" and found.draft_minutes
    table = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert set(table) == {one.name for one in fields(Schedule)}


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"folder": ""}, "folder"),
        ({"formats": ["doc"]}, "formats"),
        ({"formats": []}, "formats"),
        ({"wait_minutes": -1}, "wait_minutes"),
        ({"wait_minutes": True}, "wait_minutes"),
        ({"draft_minutes": 999}, "draft_minutes"),
        ({"goods_flow": "pdf"}, "goods_flow"),
        ({"checkpoints": "hd-ql6"}, "checkpoints"),
        ({"gio": 6}, "gio"),
        ({"mail": []}, "mail"),
        ({"mail": {"host": "h", "sender": "a@b.vn", "to": []}}, "mail.to"),
        ({"mail": {"host": "h", "sender": "a@b.vn", "to": ["x"]}}, "mail.to"),
        ({"mail": {"host": "h", "sender": "a@b.vn\nBcc: c@d.vn", "to": ["a@b.vn"]}}, "mail.sender"),
        ({"mail": {"host": "h h", "sender": "a@b.vn", "to": ["a@b.vn"]}}, "mail.host"),
        ({"mail": {"host": "h", "security": "none", "sender": "a@b.vn", "to": ["a@b.vn"]}},
         "mail.security"),
        ({"mail": {"host": "h", "port": 0, "sender": "a@b.vn", "to": ["a@b.vn"]}}, "mail.port"),
        ({"mail": {"host": "h", "mat_khau": "x", "sender": "a@b.vn", "to": ["a@b.vn"]}},
         "mail.mat_khau"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(
    scheduled: Scheduled, settings: dict[str, object], where: str
) -> None:
    scheduled.set(**settings)
    with pytest.raises(ScheduleError) as told:
        scheduled.run(DUE_MS)
    assert told.value.code == "settings" and f"schedule.json: {where}:" in str(told.value)


def test_settings_that_are_no_json_and_a_folder_beside_the_data(
    scheduled: Scheduled, tmp_path: Path
) -> None:
    (scheduled.data / "schedule.json").write_text("{")
    with pytest.raises(ScheduleError, match="JSON"):
        scheduled.run(DUE_MS)
    scheduled.set(folder="trong-du-lieu")
    scheduled.run(FIRST_MS)
    scheduled.run(DUE_MS)
    assert (scheduled.data / "trong-du-lieu" / NOON_FILE).exists()
    scheduled.set(checkpoints=["nowhere"])
    [(_, _, error)] = scheduled.run(SIX_IN_THE_EVENING_MS + HOUR_MS).faults
    assert error.code == "checkpoint" and "nowhere" in str(error)
