"""What earlier versions left on disk and on the wire is opened by this one. See `make.py`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from credentials.jws import public_key_of_jwk
from server.store.log.verify import walk_log
from server.store.reader import read_only
from sync.answer import read_answer
from sync.batch import parse_batch, verify_batch
from tests.golden.reading import told_by
from tests.sync.stateful.node import Node

HERE = Path(__file__).parent
VERSIONS = sorted(path.name for path in HERE.glob("v*") if path.is_dir())
DAY_MS = 86_400_000


def read(version: str, name: str) -> Any:
    return json.loads((HERE / version / name).read_text("utf-8"))


@contextmanager
def opened(version: str, room: Path) -> Iterator[Node]:
    """A server on a copy of that version's files, a day later."""
    data = room / "data"
    shutil.copytree(HERE / version / "data", data)
    data.chmod(0o700)
    for path in (data / "keys", *(data / "keys").iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)
    now_ms = read(version, "told.json")["now_ms"] + DAY_MS
    node = Node(room / "copies", data, lambda: now_ms)
    try:
        yield node
    finally:
        node.close()


def test_there_is_a_golden_folder() -> None:
    assert VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_log_of_an_earlier_version_means_what_it_meant(version: str, tmp_path: Path) -> None:
    with opened(version, tmp_path) as node:
        with closing(read_only(node.context.config.log_path)) as log:
            walk = walk_log(log, node.context.keys, lambda done: None)
        assert walk.breaks == 0, walk.first_break
        node.project()
        told = json.loads(json.dumps(told_by(node), ensure_ascii=False))
    wanted = read(version, "told.json")
    assert told["devices"] == wanted["devices"]
    assert told["events"] == wanted["events"]
    assert told["crossings"] == wanted["crossings"]


@pytest.mark.parametrize("version", VERSIONS)
def test_batches_of_an_earlier_version_are_known_by_their_repeat(
    version: str, tmp_path: Path
) -> None:
    with opened(version, tmp_path) as node:
        batches = [one["request"]["batch"] for one in read(version, "payloads.json")]
        sent = [one for one in batches if one is not None]
        assert len(sent) > 5
        for data in sent:
            batch = parse_batch(data)
            device = node.store.device(batch.device)
            assert device is not None
            chain = verify_batch(batch, public_key_of_jwk(device.jwk))
            states = {one.state for one in node.store.push(batch, chain, device, 0).results}
            assert states <= {"duplicate", "held", "rejected"}, states


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_of_an_earlier_version_are_understood(version: str, tmp_path: Path) -> None:
    with opened(version, tmp_path) as node:
        key = node.context.keys.signing.public_key()
    for one in read(version, "payloads.json"):
        assert one["status"] == 200
        answer = read_answer(one["answer"], key)
        assert answer.receipt.device == one["device"]
