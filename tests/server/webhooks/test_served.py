"""A running server tells a neighbour of a refusal, again until it is taken, and once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cli.conformance.judged_server import JudgedServer, enrolled
from tests.e2e.server import Served, chot, free_port, serving, wait_for
from tests.server.webhooks.receiver import is_signed, receiving

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "webhooks.md"


def turn_back(served: Served, plate: str) -> None:
    code = served.enrolment_link("hd-ql6", "o-to").split("#enrol=")[1]
    device = enrolled(JudgedServer(f"http://127.0.0.1:{served.port}", "", 30), code)
    read = {"read": plate, "normal": plate, "candidates": []}
    device.write(action="turned_back", plate=read)
    device.pushed(1, 1)


@pytest.mark.slow
def test_a_refusal_reaches_the_neighbour_once_through_failures_and_a_restart(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    chot("demo", "--data", data, "--days", "0")
    with receiving() as receiver:
        receiver.answers = [(500, {}), (503, {"Retry-After": "1"})]
        added = chot("webhook", "add", "ben", receiver.url, "--feed", "turn_backs:268",
                     "--data", data)  # fmt: skip
        secret = next(line for line in added.splitlines() if line.startswith("whsec_"))
        with serving(data, port=free_port()) as served:
            turn_back(served, "29A12345")
            wait_for("the refusal", lambda: receiver.taken, 40)
        with serving(data, port=free_port()) as served:
            turn_back(served, "29A67890")
            wait_for("the next one", lambda: len(receiver.taken) > 1, 40)
    assert len(receiver.refused) == 2
    plates = [one["data"]["fields"]["plate"] for one in receiver.messages]
    assert plates == ["29A12345", "29A67890"]
    names = _of_the_how_to()
    for headers, body in receiver.taken:
        assert is_signed(secret, headers, body) and names["is_ours"](secret, headers, body)
        assert not names["is_ours"](secret, headers, body + b" ")


def _of_the_how_to() -> dict[str, Any]:
    """The receiver's lines, as they stand in the document."""
    (block,) = re.findall(r"```python\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(block, "webhooks.md", "exec"), names)
    return names
