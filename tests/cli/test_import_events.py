"""`chot import-events`: a file of unsent events comes in once, however often it is imported."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cli.data import opened, viewed
from server.keys import KeyRing, public_jwk
from server.store.registered import Enrolment
from sync.batch import Batch, WireEvent, batch_to_json
from sync.encoding import uuid7
from sync.seal import seal, wrap_content_key
from tests.cli.conftest import NOON_MS, Chot
from tests.server.store.tablets import Tablet


@pytest.fixture
def tablet(demo_data: Path, rng: random.Random) -> Iterator[Tablet]:
    """A tablet of Hà Đông that the server knows and never heard of again."""
    key = ec.generate_private_key(ec.SECP256R1())
    with opened(demo_data) as store:
        store.add_enrolment(b"h" * 32, Enrolment("hd-ql6", "o-to", "máy 9"), NOON_MS + 1)
        name = uuid7(NOON_MS, rng.randbytes(10))
        device = store.enrol(b"h" * 32, name, public_jwk(key), NOON_MS)
    assert device is not None
    yield Tablet(rng, device, key, now_ms=NOON_MS)


def sealed(tablet: Tablet, data: Path, event: WireEvent) -> WireEvent:
    """The event as a file has it: nothing about anybody in clear (SPEC X2)."""
    assert event.person is not None
    content_key = tablet.rng.randbytes(32)
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    server = KeyRing.load_or_create(data).sealing.public_key()
    wrapped = wrap_content_key(content_key, server, ephemeral)
    nonce = tablet.rng.randbytes(12)
    text = seal(event.person, content_key, wrapped, nonce, event.commitment)
    return WireEvent(event.body, None, text, event.commitment)


def batches(tablet: Tablet, data: Path, sizes: tuple[int, ...]) -> list[Batch]:
    return [
        tablet.batch(*(sealed(tablet, data, tablet.crossing()) for _ in range(size)))
        for size in sizes
    ]


def write(path: Path, tablet: Tablet, made: list[Batch], **header: object) -> Path:
    first: dict[str, object] = {
        "format": "chot-events/1",
        "device": tablet.device.id,
        "first": made[0].first,
        "last": made[-1].last,
        "written_ms": tablet.now_ms,
    }
    values = [first | header, *(batch_to_json(one) for one in made)]
    path.write_text("".join(json.dumps(one) + "\n" for one in values), encoding="utf-8")
    return path


def test_x3_a_file_is_taken_once_and_may_come_again(
    chot: Chot, demo_data: Path, tmp_path: Path, tablet: Tablet
) -> None:
    file = write(tmp_path / "a.jsonl", tablet, batches(tablet, demo_data, (3, 2)))
    output = chot("import-events", file, "--data", demo_data).output
    assert "sự kiện 1–5" in output and "đã nhận: 5" in output and "đã có từ trước: 0" in output
    with opened(demo_data) as store:
        assert store.held(tablet.device.id) == (5, tablet.head)
    with viewed(demo_data) as store:
        whole = store.crossing(tablet.records[0])
    again = chot("import-events", file, "--data", demo_data).output
    assert "đã nhận: 0" in again and "đã có từ trước: 5" in again
    with opened(demo_data) as store:
        assert store.held(tablet.device.id) == (5, tablet.head)
        assert store.audited(0, 1000)[-1][1].what == "events.import"
    assert whole is not None
    assert "Nguyễn" in repr(whole), "the server opens what was sealed to it"
    assert "Nguyễn" not in file.read_text("utf-8")


def test_x3_a_forged_batch_is_named_and_the_rest_is_taken(
    chot: Chot, demo_data: Path, tmp_path: Path, tablet: Tablet
) -> None:
    made = batches(tablet, demo_data, (2, 2, 2))
    file = write(tmp_path / "a.jsonl", tablet, made)
    lines = file.read_text("utf-8").splitlines()
    lines[2] = lines[2].replace('\\"action\\":\\"passed\\"', '\\"action\\":\\"referred\\"')
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    output = chot("import-events", file, "--data", demo_data, exit_code=1).output
    assert "đã nhận: 4" in output
    assert "dòng 3 không dùng được (batch.signature)" in output and "thiếu 2 sự kiện" in output


def test_x1_a_file_that_was_cut_off_says_how_much_is_missing(
    chot: Chot, demo_data: Path, tmp_path: Path, tablet: Tablet
) -> None:
    file = write(tmp_path / "a.jsonl", tablet, batches(tablet, demo_data, (2, 3)))
    text = file.read_bytes()
    file.write_bytes(text[:-200])
    output = chot("import-events", file, "--data", demo_data, exit_code=1).output
    assert "đã nhận: 2" in output and "thiếu 3 sự kiện" in output
    file.write_bytes(text)
    whole = chot("import-events", file, "--data", demo_data).output
    assert "đã nhận: 3" in whole and "đã có từ trước: 2" in whole


@pytest.mark.parametrize(
    "text", ["", "{}", "không phải tệp", '{"format":"chot-events/9"}', "[" * 99]
)
def test_another_kind_of_file_is_told_apart(
    chot: Chot, demo_data: Path, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(text, encoding="utf-8")
    output = chot("import-events", file, "--data", demo_data, exit_code=1).output
    assert "không phải tệp sự kiện chưa gửi" in output


def test_a_strangers_events_are_not_taken(
    chot: Chot, demo_data: Path, tmp_path: Path, tablet: Tablet
) -> None:
    made = batches(tablet, demo_data, (1,))
    stranger = uuid7(NOON_MS, bytes(10))
    file = write(tmp_path / "a.jsonl", tablet, made, device=stranger)
    assert stranger in chot("import-events", file, "--data", demo_data, exit_code=1).output
    with opened(demo_data) as store:
        assert store.held(tablet.device.id)[0] == 0
