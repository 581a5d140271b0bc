"""`chot import-events`: take what a tablet without a network wrote to a file (sync/SPEC.md, X)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import click
from cryptography.hazmat.primitives.asymmetric import ec

from cli.data import DATA, now_ms, opened, told
from credentials.jws import public_key_of_jwk
from server.keys import KeyRing
from server.problems import ProblemError
from server.reading import parse_json
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.registered import Device
from sync.batch import parse_batch, verify_batch
from sync.errors import SyncError
from sync.seal import open_bodies
from sync.unsent_file import MAX_LINE_BYTES, FileHeader, parse_header

STATES_VI = {
    "accepted": "đã nhận",
    "duplicate": "đã có từ trước",
    "held": "chờ xử lý",
    "rejected": "bị từ chối",
}


@dataclass(slots=True)
class Tally:
    """What became of a file: events by state, refusals by code, lines that were not taken."""

    states: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    bad_lines: list[tuple[int, str]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)


@click.command("import-events")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DATA
@told
def import_events(data: Path, file: Path) -> None:
    """Nhập tệp sự kiện chưa gửi của một máy bảng / import a tablet's file of unsent events.

    Nhập lại bao nhiêu lần cũng được; máy chủ vẫn chạy được trong lúc này.

    Ví dụ: chot import-events chot-hd-ql6-o-to-20261122-0310.jsonl
    """
    with opened(data) as store, file.open("rb") as lines:
        header = _header(lines, file)
        device = store.device(header.device)
        if device is None or device.kind != "tablet":
            raise click.ClickException(
                f"Máy chủ này không biết máy '{header.device}'. Nhập tại máy chủ đã đăng ký máy đó."
            )
        details = {"first": header.first, "last": header.last}
        store.audit(AuditEntry(now_ms(), "cli", "events.import", device.id, details=details))
        sealing = KeyRing.load_or_create(data).sealing
        tally = _take(store, device, lines, sealing)
    _report(header, tally)


def _header(lines: BinaryIO, file: Path) -> FileHeader:
    try:
        return parse_header(_value(next(_bounded(lines), b"")))
    except SyncError:
        raise click.ClickException(
            f"'{file}' không phải tệp sự kiện chưa gửi (chot-events/1) hoặc đã bị sửa."
        ) from None


def _take(
    store: Store, device: Device, lines: BinaryIO, sealing: ec.EllipticCurvePrivateKey
) -> Tally:
    """Push each batch that is in order, as `POST /sync` would (SPEC X3)."""
    tally = Tally()
    key = public_key_of_jwk(device.jwk)
    for number, line in enumerate(_bounded(lines), start=2):
        try:
            batch = parse_batch(open_bodies(_value(line), sealing))
            if batch.device != device.id:
                raise SyncError("batch.device", "B1")
            chain = verify_batch(batch, key)
        except SyncError as error:
            tally.bad_lines.append((number, error.code))
            continue
        for answer in store.push(batch, chain, device, now_ms()).results:
            tally.states[answer.state] += 1
            tally.taken.add(answer.seq)
            if answer.code is not None:
                tally.codes[answer.code] += 1
    return tally


def _report(header: FileHeader, tally: Tally) -> None:
    """One line a state; exit code 1 when the file was not taken whole."""
    click.echo(f"Máy {header.device}, sự kiện {header.first}–{header.last}:")
    for state, words in STATES_VI.items():
        click.echo(f"  {words}: {tally.states[state]}")
    for code, count in sorted(tally.codes.items()):
        click.echo(f"  trong đó {code}: {count}")
    for number, code in tally.bad_lines:
        click.echo(f"  dòng {number} không dùng được ({code})", err=True)
    absent = header.last - header.first + 1 - len(tally.taken)
    if tally.bad_lines or absent > 0:
        raise click.ClickException(
            f"Tệp không nguyên vẹn: thiếu {max(absent, 0)} sự kiện. Phần đúng đã được nhập; "
            "hãy lưu lại tệp từ máy bảng rồi nhập lần nữa."
        )


def _bounded(lines: BinaryIO) -> Iterator[bytes]:
    """Line by line; one longer than a batch may be is cut, and then does not parse."""
    while line := lines.readline(MAX_LINE_BYTES + 1):
        yield line


def _value(line: bytes) -> Any:
    try:
        return parse_json(line)
    except ProblemError as error:
        raise SyncError(error.code, "X1") from None
