"""What neighbouring systems get: all of it, in order, signed, and nothing that is not declared."""

from __future__ import annotations

import contextlib
import shutil
import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.demo.make import make_demo
from server.config import load_config
from server.keys import KeyRing
from server.projector import Projector
from server.store.protocol import Store
from server.store.sqlite import open_store
from server.webhooks.delivery import Answer, deliver, delivering, send
from server.webhooks.hooks import Hook, Hooks
from server.webhooks.messages import FIELDS
from server.webhooks.signing import secret_text
from sync.encoding import uuid7
from tests.e2e.server import free_port, wait_for
from tests.server.webhooks.receiver import Receiver, is_signed, receiving

NOW_MS = 1_795_320_000_000
SECRET = secret_text(bytes(range(32)))
FEEDS = ("turn_backs:268", "arrivals:2021-22675", "alerts:home")


@dataclass
class Desk:
    """A store with events for neighbours, one hook on it, and the hook's receiver."""

    data: Path
    store: Store
    hooks: Hooks
    receiver: Receiver
    records: int = 0

    @property
    def hook(self) -> Hook:
        (hook,) = self.hooks.all()
        return hook

    def project(self) -> None:
        with Projector(load_config(self.data), KeyRing.load_or_create(self.data)) as projector:
            projector.catch_up()

    def deliver(self, now_ms: int = NOW_MS) -> int:
        self.project()
        before = len(self.receiver.taken)
        deliver(self.hooks, self.hook, self.store, now_ms, chance=lambda: 0.0)
        return len(self.receiver.taken) - before

    def write(self, kind: str, fields: dict[str, Any], person: Any = None, record: str = "") -> str:
        self.records += 1
        record = record or uuid7(NOW_MS, self.records.to_bytes(10))
        self.store.write(kind, record, "hd-ql6", None, fields, person, NOW_MS)
        return record

    def turn_back(self, plate: str, withdrawn: bool = False, record: str = "") -> str:
        fields = {
            "subject": uuid7(NOW_MS, bytes(10)),
            "checkpoint": "hd-ql6",
            "district": "268",
            "occurred": NOW_MS,
            "plate": plate,
            "direction": "in",
            "reasons": ["no_test"],
            "withdrawn": withdrawn,
        }
        return self.write("turn_back", fields, record=record)

    def alert(self, code: str) -> str:
        fields = {
            "alert": code,
            "subjects": [uuid7(NOW_MS, bytes(10))],
            "checkpoint": "hd-ql6",
            "occurred": NOW_MS,
            "state": "new",
            "key": "whom it is about",
            "persons": ["1"],
        }
        return self.write("alert", fields)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("webhooks") / "data"
    make_demo(data, NOW_MS, lambda _: None, days=0)
    return data


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Iterator[Desk]:
    data = shutil.copytree(made, tmp_path / "data")
    with contextlib.closing(open_store(load_config(data))) as store, receiving() as receiver:
        hooks = Hooks(data)
        assert hooks.add("ben", receiver.url, FEEDS, SECRET, store.epoch, store.projected()[1])
        yield Desk(data, store, hooks, receiver)


def test_messages_are_signed_in_order_and_say_what_is_declared(desk: Desk) -> None:
    record = desk.turn_back("29A12345")
    arrival = {
        "subject": uuid7(NOW_MS, bytes(10)),
        "checkpoint": "hd-ql6",
        "destination": {"dataset": "2021", "code": "22675"},
        "occurred": NOW_MS,
        "headcount": 2,
    }
    desk.write("arrival", arrival)
    desk.alert("vehicle.too_fast")
    assert desk.deliver() == 3
    turned, arrived, alerted = desk.receiver.messages
    assert turned["type"] == "turn_back" and turned["data"]["record"] == record
    assert turned["data"]["fields"] == {
        "checkpoint": "hd-ql6",
        "district": "268",
        "occurred": NOW_MS,
        "direction": "in",
        "plate": "29A12345",
        "reasons": ["no_test"],
        "withdrawn": False,
    }
    assert arrived["data"]["fields"]["headcount"] == 2
    assert alerted["data"]["fields"] == {
        "alert": "vehicle.too_fast",
        "checkpoint": "hd-ql6",
        "occurred": NOW_MS,
        "state": "new",
    }
    for headers, body in desk.receiver.taken:
        assert is_signed(SECRET, headers, body)
        assert not is_signed(SECRET, headers, body + b" ")
        assert not is_signed(secret_text(bytes(32)), headers, body)
    assert desk.deliver() == 0, "said twice"


def test_no_person_part_and_no_field_that_is_not_named_leaves(desk: Desk) -> None:
    fields = {
        "subject": uuid7(NOW_MS, bytes(10)),
        "checkpoint": "hd-ql6",
        "destination": {"dataset": "2021", "code": "22675"},
        "occurred": NOW_MS,
    }
    record = uuid7(NOW_MS, b"\7" * 10)
    people = {"1": {"name": "Nguyễn Văn Mẫu", "phone": "0912000000"}}
    desk.store.write(
        "arrival", record, "hd-ql6", None, fields, {}, NOW_MS, person_items={"people": people}
    )
    desk.alert("decision.stale")
    desk.deliver()
    text = b"".join(body for _, body in desk.receiver.taken).decode()
    assert len(desk.receiver.taken) == 2
    for unwanted in ("Nguyễn", "0912", "subject", "whom it is about", "persons", "salt"):
        assert unwanted not in text
    for message in desk.receiver.messages:
        assert set(message["data"]["fields"]) <= set(FIELDS[message["type"]])


def test_health_is_told_to_no_neighbour_and_an_act_says_which_alert(desk: Desk) -> None:
    ill, fast = desk.alert("health.signs"), desk.alert("vehicle.too_fast")
    isolated = desk.alert("late.isolated")
    for record in (ill, fast, isolated):
        desk.write("alert", {"state": "taken"}, record=record)
    desk.deliver()
    said = [message["data"] for message in desk.receiver.messages]
    assert {one["record"] for one in said} == {fast}
    assert [one["fields"]["state"] for one in said] == ["new", "taken"]
    assert said[1]["fields"]["alert"] == "vehicle.too_fast"


def test_a_new_secret_and_the_one_before_both_sign_until_the_overlap_ends(desk: Desk) -> None:
    newer = secret_text(bytes(range(1, 33)))
    until_ms = NOW_MS + 3_600_000
    assert desk.hooks.rotate("ben", newer, NOW_MS, 3_600_000)
    for plate, now_ms in (("29A00001", NOW_MS), ("29A00002", until_ms - 1), ("29A00003", until_ms)):
        desk.turn_back(plate)
        assert desk.deliver(now_ms) == 1
    signatures = [len(headers["webhook-signature"].split()) for headers, _ in desk.receiver.taken]
    assert signatures == [2, 2, 1]
    assert all(is_signed(newer, *one) for one in desk.receiver.taken)
    assert [is_signed(SECRET, *one) for one in desk.receiver.taken] == [True, True, False]
    assert not any(is_signed(newer, head, body + b" ") for head, body in desk.receiver.taken)
    # What signs no more lies nowhere any more.
    assert SECRET.encode() not in (desk.data / "webhooks.db").read_bytes()


def test_a_secret_that_still_signs_is_not_pushed_out_but_a_lost_one_ends_at_once(
    desk: Desk,
) -> None:
    newer, newest = (secret_text(bytes([number]) * 32) for number in (1, 2))
    assert desk.hooks.rotate("ben", newer, NOW_MS, 1000)
    assert not desk.hooks.rotate("ben", newest, NOW_MS + 999, 1000)
    assert desk.hook.secrets(NOW_MS + 999) == (newer, SECRET), "nothing was changed"
    assert desk.hooks.rotate("ben", newest, NOW_MS + 999, 0)
    assert desk.hook.secrets(NOW_MS + 999) == (newest,)
    assert desk.hooks.rotate("ben", newer, NOW_MS + 999, 1000)
    assert desk.hooks.remove("ben")
    assert desk.hooks.add("ben", desk.receiver.url, FEEDS, SECRET, desk.store.epoch, 0)
    assert desk.hook.secrets(NOW_MS + 999) == (SECRET,), "another receiver's secret signs"
    assert not desk.hooks.rotate("cham", newer, NOW_MS, 1000)


def test_what_is_not_taken_waits_and_comes_again_by_the_same_id(desk: Desk) -> None:
    for plate in ("29A00001", "29A00002"):
        desk.turn_back(plate)
    desk.receiver.answers = [(503, {"Retry-After": "60"}), (500, {}), (302, {"Location": "/"})]
    assert desk.deliver() == 0
    assert (desk.hook.failures, desk.hook.next_ms) == (1, NOW_MS + 60_000)
    assert desk.deliver(NOW_MS + 60_000) == 0
    assert desk.hook.next_ms == NOW_MS + 60_000 + 2_000, "half of four seconds"
    assert desk.deliver(NOW_MS + 70_000) == 0, "a redirect is no 2xx"
    assert desk.deliver(NOW_MS + 80_000) == 2
    refused = {headers["webhook-id"] for headers, _ in desk.receiver.refused}
    assert refused == {desk.receiver.ids[0]}
    plates = [one["data"]["fields"]["plate"] for one in desk.receiver.messages]
    assert plates == ["29A00001", "29A00002"]
    assert desk.hook.failures == 0


def test_nobody_there_is_waited_for(desk: Desk) -> None:
    desk.turn_back("29A00001")
    desk.hooks.remove("ben")
    desk.hooks.add("ben", f"http://127.0.0.1:{free_port()}/x", FEEDS, SECRET, desk.store.epoch, 0)
    assert desk.deliver() == 0
    assert desk.hook.failures == 1 and desk.hook.said == "ConnectionRefusedError"


def test_410_ends_it_until_somebody_replays(desk: Desk) -> None:
    desk.turn_back("29A00001")
    desk.receiver.answers = [(410, {})]
    before = desk.hook.cursor
    assert desk.deliver() == 0
    assert [one.ended for one in desk.hooks.all()] == [True]
    assert desk.hooks.set_back("ben", desk.store.epoch, before)
    assert [one.ended for one in desk.hooks.all()] == [False]
    assert desk.deliver() == 1


def test_a_replay_says_all_again_by_the_same_ids(desk: Desk) -> None:
    start = desk.hook.cursor
    for n in range(5):
        desk.turn_back(f"29A0000{n}")
    desk.deliver()
    first, cursor = desk.receiver.ids, desk.receiver.messages[1]["data"]["cursor"]
    assert desk.hooks.set_back("ben", desk.store.epoch, start)
    assert desk.deliver() == 5
    assert desk.receiver.ids == first * 2
    epoch, _, number = cursor.partition(".")
    assert int(epoch) == desk.store.epoch
    assert desk.hooks.set_back("ben", desk.store.epoch, int(number))
    assert desk.deliver() == 3
    assert desk.receiver.ids[10:] == first[2:]


def test_what_is_taken_back_and_said_again_is_another_message_each_time(desk: Desk) -> None:
    start, record = desk.hook.cursor, ""
    for withdrawn in (False, True, False, True):
        record = desk.turn_back("29A00001", withdrawn, record)
    assert desk.deliver() == 4
    ids = desk.receiver.ids
    assert len(set(ids)) == 4, "a receiver would drop what it has had"
    assert desk.hooks.set_back("ben", desk.store.epoch, start)
    assert desk.deliver() == 4 and desk.receiver.ids == ids * 2


def test_a_replay_asked_for_meanwhile_is_not_overwritten(desk: Desk) -> None:
    start = desk.hook.cursor
    desk.turn_back("29A00001")
    assert desk.deliver() == 1
    stale = desk.hook
    desk.turn_back("29A00002")
    desk.hooks.set_back("ben", desk.store.epoch, start)
    assert not desk.hooks.moved(stale, stale.cursor + 1, "204", NOW_MS)
    assert desk.hook.cursor == start
    assert desk.deliver() == 2


def test_after_a_restore_it_goes_on_at_the_end_of_the_shorter_log(desk: Desk) -> None:
    newest = desk.store.projected()[1]
    desk.hooks.set_back("ben", desk.store.epoch - 1, 10_000)
    config = load_config(desk.data)
    with delivering(lambda: open_store(config), config, lambda: NOW_MS):
        wait_for("its new place", lambda: desk.hook.epoch == desk.store.epoch)
    assert desk.hook.cursor == newest
    desk.turn_back("29A00001")
    assert desk.deliver() == 1


def test_what_the_view_does_not_have_yet_is_waited_for(desk: Desk) -> None:
    desk.turn_back("29A00001")
    before = desk.hook
    assert not deliver(desk.hooks, before, desk.store, NOW_MS)
    assert desk.receiver.taken == [] and desk.hook == before
    assert desk.deliver() == 1


def test_the_file_with_secrets_is_for_its_owner_alone(desk: Desk) -> None:
    assert stat.S_IMODE((desk.data / "webhooks.db").stat().st_mode) == 0o600


def test_a_slow_receiver_holds_up_nobody_else(desk: Desk) -> None:
    held = threading.Event()
    with receiving() as slow:
        slow.holds = held
        config, clock = load_config(desk.data), lambda: NOW_MS
        desk.hooks.remove("ben")
        desk.hooks.add("ben", desk.receiver.url, FEEDS[:2], SECRET, desk.store.epoch, 0)
        desk.hooks.add("cham", slow.url, FEEDS[:2], SECRET, desk.store.epoch, 0)
        desk.turn_back("29A00001")
        desk.project()
        try:
            with delivering(lambda: open_store(config), config, clock):
                wait_for("the first", lambda: len(desk.receiver.taken) == 1)
                desk.turn_back("29A00002")
                desk.project()
                wait_for("the second", lambda: len(desk.receiver.taken) == 2)
                assert slow.taken == []
                held.set()
                wait_for("both, late", lambda: len(slow.taken) == 2)
        finally:
            held.set()


def test_a_receiver_that_never_comes_to_an_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.webhooks.delivery.WHOLE_S", 0.5)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def trickle() -> None:
            there, _ = listening.accept()
            with there, contextlib.suppress(OSError):
                there.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not ended.wait(0.05):
                    there.sendall(b"x")

        thread = threading.Thread(target=trickle)
        thread.start()
        answers: Future[Answer] = Future()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        sending = threading.Thread(target=lambda: answers.set_result(send(url, {}, b"{}")))
        sending.start()
        try:
            answer = answers.result(timeout=8)
        finally:
            ended.set()
            thread.join()
            sending.join()
    assert not answer.is_taken, "it never said so to the end"


def test_a_clock_set_back_delays_nobody(desk: Desk) -> None:
    day_ms = 86_400_000
    desk.turn_back("29A00001")
    desk.receiver.answers = [(503, {})]
    assert desk.deliver(NOW_MS + day_ms) == 0
    config, now_ms = load_config(desk.data), NOW_MS
    with delivering(lambda: open_store(config), config, lambda: now_ms):
        wait_for("the message", lambda: len(desk.receiver.taken) == 1)


def test_what_says_nothing_is_passed_over_page_by_page(desk: Desk) -> None:
    for _ in range(150):
        desk.alert("health.signs")
    desk.turn_back("29A00001")
    desk.deliver()
    assert desk.receiver.taken == [], "not on the first page"
    assert desk.deliver() == 1
