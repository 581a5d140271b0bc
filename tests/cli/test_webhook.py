"""`chot webhook` as an administrator meets it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from server.webhooks.hooks import Hooks
from tests.cli.conftest import Chot
from tests.server.webhooks.receiver import is_signed, receiving


def doctored(chot: Chot, data: Path) -> dict[str, str]:
    """What `chot doctor` says of the receivers."""
    for code in (0, 1, 2):
        with contextlib.suppress(AssertionError):
            said = json.loads(chot("doctor", "--data", data, "--json", exit_code=code).output)
            return next(one for one in said if one["check"] == "webhook")
    raise AssertionError("chot doctor says nothing")


def test_a_receiver_that_takes_nothing_is_found_by_the_doctor(chot: Chot, demo_data: Path) -> None:
    asked = ("https://ben.example", "--feed", "alerts:home", "--data", demo_data)
    chot("webhook", "add", "ben", *asked)
    hooks = Hooks(demo_data)
    for _ in range(5):
        hooks.failed(hooks.all()[0], "503", 1, 2, False)
    found = doctored(chot, demo_data)
    assert found["level"] == "warn" and found["mend"] == "chot webhook test ben"
    assert "hỏng 5 lần" in chot("webhook", "list", "--data", demo_data).output
    hooks.failed(hooks.all()[0], "410", 1, 2, True)
    assert "410" in doctored(chot, demo_data)["said"]


def test_added_tried_listed_replayed_and_removed(chot: Chot, demo_data: Path) -> None:
    data = ("--data", demo_data)
    with receiving() as receiver:
        added = chot("webhook", "add", "ben", receiver.url, "--feed", "turn_backs:268", *data)
        secret = next(line for line in added.output.splitlines() if line.startswith("whsec_"))
        assert "204" in chot("webhook", "test", "ben", *data).output
        ((headers, body),) = receiver.taken
        assert is_signed(secret, headers, body) and json.loads(body)["type"] == "ping"
        receiver.answers = [(500, {})]
        assert "không nhận (500)" in chot("webhook", "test", "ben", *data, exit_code=1).output
    listed = chot("webhook", "list", *data).output
    # Receivers hide keys in their addresses.
    assert "turn_backs:268" in listed and "s3cret" not in listed and secret not in listed
    (one,) = json.loads(chot("webhook", "list", "--json", *data).output)
    assert (one["name"], one["failures"], one["ended"]) == ("ben", 0, False)
    assert doctored(chot, demo_data)["level"] == "ok"
    again = chot("webhook", "replay", "ben", "--since", "01/11/2021", *data).output
    assert "gửi lại từ sau số 0" in again
    assert "đến số" in chot(
        "webhook", "replay", "ben", "--from", "1.999999", *data, exit_code=1
    ).output  # fmt: skip
    chot("webhook", "remove", "ben", *data)
    assert "Không có 'ben'" in chot("webhook", "test", "ben", *data, exit_code=1).output
    audit = chot("export", "audit", "--from", "yesterday", "--to", "now", "--format", "jsonl",
                 *data).stdout  # fmt: skip
    assert all(f"webhook.{act}" in audit for act in ("add", "replay", "remove"))
    assert "s3cret" not in audit and secret not in audit


def test_a_receiver_changes_its_secret_when_it_likes(chot: Chot, demo_data: Path) -> None:
    data = ("--data", demo_data)

    def secret_of(*words: str) -> str:
        lines = chot("webhook", *words, *data).stdout.splitlines()
        return next(line for line in lines if line.startswith("whsec_"))

    with receiving() as receiver:
        first = secret_of("add", "ben", receiver.url, "--feed", "alerts:home")
        second = secret_of("rotate", "ben")
        chot("webhook", "test", "ben", *data)
        assert "khóa cũ còn ký đến" in chot("webhook", "list", *data).output
        assert "còn ký đến" in chot("webhook", "rotate", "ben", *data, exit_code=1).output
        third = secret_of("rotate", "ben", "--overlap", "0")
        chot("webhook", "test", "ben", *data)
        assert "khóa cũ" not in chot("webhook", "list", *data).output
    both, alone = receiver.taken
    assert is_signed(first, *both) and is_signed(second, *both) and not is_signed(third, *both)
    assert [is_signed(one, *alone) for one in (first, second, third)] == [False, False, True]
    audit = chot("export", "audit", "--from", "yesterday", "--to", "now", "--format", "jsonl",
                 *data).stdout  # fmt: skip
    assert [line.count("overlap_hours") for line in audit.splitlines()
            if "webhook.rotate" in line] == [1, 1]  # fmt: skip
    assert not any(one in audit for one in (first, second, third))


def test_mistakes_are_said_and_nothing_is_added(chot: Chot, demo_data: Path) -> None:
    def add(name: str, url: str, feed: str) -> str:
        return chot("webhook", "add", name, url, "--feed", feed, "--data", demo_data,
                    exit_code=1).output  # fmt: skip

    good = "https://ben.example/chot"
    for url in ("http://ben.example", "ftp://ben.example", "https://a:b@ben.example", "ben",
                "https://ben.example/#x", "https://ben.example:x"):  # fmt: skip
        assert "phải là https" in add("ben", url, "turn_backs:268")
    assert "Tên" in add("Bên", good, "turn_backs:268")
    assert "268" in add("ben", good, "turn_backs:999")
    assert "không phải luồng" in add("ben", good, "checkpoint:hd-ql6")
    assert "không phải luồng" in add("ben", good, "anything")
    assert "không phải xã" in add("ben", good, "arrivals:2021")
    asked = ("webhook", "add", "ben", good, "--feed", "turn_backs:268", "--data", demo_data)
    chot(*asked)
    assert "Đã có 'ben'" in chot(*asked, exit_code=1).output
    assert "một trong" in chot("webhook", "replay", "ben", "--data", demo_data, exit_code=1).output
