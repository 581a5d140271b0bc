"""The quick reading of a request and the one without msgspec give one answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server import reading
from server.problems import ProblemError

pytest.importorskip("msgspec", reason="the extra `fast` (msgspec) is not installed")

DEEPEST = b'{"a":' * 7 + b"{}" + b"}" * 7
TEXTS = [
    b"{}",
    b' {"a" : [1, -0, 1.5, 1e3, null, true, ""]}\n',
    b'{"a":1,"a":2}',
    b'{"a":123456789012345678901234567890}',
    b'{"a":0.1e-400}',
    b'{"a":"\\u0000\\ud83d\\ude00\\/"}',
    b'{"a":"\\ud800"}',
    b'{"a":1e999}',
    b'{"a":NaN}',
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
    b'{"a":"\n"}',
    b"\xef\xbb\xbf{}",
    b"[1,2]",
    b'"text"',
    b'{"a":01}',
    b'{"a":1,}',
    b"{} {}",
    b"",
    DEEPEST,
    b'{"a":' + DEEPEST + b"}",
    b"[" + b"{}," * 40_000 + b"{}]",
    b'{"a":[' + b"{}," * 10_000 + b"{}]}",
]


def read(data: bytes) -> str:
    """What a request's text is read as, or the code it is refused with."""
    try:
        return repr(reading.parse_json(data))
    except ProblemError as error:
        return error.code


@pytest.mark.parametrize("data", TEXTS, ids=range(len(TEXTS)))
def test_both_readings_of_a_request_agree(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = read(data)
    monkeypatch.setattr(reading, "_quick", None)
    assert quick == read(data)


def test_a_batch_is_read_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any, **__: Any) -> None:
        raise AssertionError("json.loads was asked")

    event = {"body": json.dumps({"set": {"a": [1, {}]}}), "person": json.dumps({"salt": ""})}
    text = json.dumps({"batch": {"events": [event] * 1000}}).encode()
    monkeypatch.setattr(json, "loads", slow)
    assert len(reading.parse_json(text)["batch"]["events"]) == 1000
