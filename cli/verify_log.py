"""`chot verify-log`: is the log what tablets signed and this server accepted?"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path

import click

from cli.data import DATA, no_data, told
from server.config import load_config
from server.keys import KeyRing
from server.store.log.branches import Break
from server.store.log.verify import DeviceWalk, LogWalk, count_events, walk_log
from server.store.reader import read_only

BREAKS = {
    "audit.hash": "dòng nhật ký truy cập này không nối với dòng trước",
    "batch.head": "sự kiện ở đây không phải sự kiện máy bảng đã ký",
    "batch.signature": "chữ ký của lô bắt đầu ở đây không phải của máy này",
    "chain.head": "đầu chuỗi ghi trong tệp khác với các sự kiện",
    "device.missing": "có sự kiện của một máy không có trong danh sách máy",
    "envelope.device": "biên nhận của đoạn này là của máy khác",
    "envelope.head": "biên nhận ký cho sự kiện khác",
    "envelope.missing": "không có biên nhận của máy chủ",
    "envelope.range": "biên nhận không gồm đoạn này",
    "envelope.ranks": "quyền của người ghi khác với biên nhận đã ký",
    "envelope.received": "giờ nhận khác với biên nhận đã ký",
    "envelope.server": "biên nhận của một máy chủ không biết",
    "envelope.signature": "chữ ký của máy chủ trên biên nhận sai",
    "event.feed": "sự kiện bị xếp sang luồng khác",
    "event.genesis": "sự kiện đầu tiên không phải đầu chuỗi của máy này",
    "event.link": "không nối với sự kiện trước",
    "event.missing": "sự kiện đã được ký nhưng không còn trong nhật ký",
    "event.unsigned": "không có chữ ký nào của máy bảng cho sự kiện này",
    "feed.sum": "tổng mã băm của luồng không khớp các sự kiện",
    "log.number": "thiếu số thứ tự này trong nhật ký",
    "log.restated": "dòng báo lại không chỉ vào sự kiện nào",
    "log.unreadable": "tệp hỏng, không đọc được",
    "person.closed": "phần thông tin cá nhân không mở được",
    "person.commitment": "phần thông tin cá nhân không phải phần đã cam kết",
    "person.erasure": "có ghi là đã xóa nhưng không có yêu cầu xóa nào",
    "person.key": "thiếu khóa ngày của phần thông tin cá nhân",
    "run.dropped": "nội dung đoạn này không còn mà không có lần gộp nào",
    "run.hash": "nội dung đoạn này không khớp mã băm của nó",
    "run.shape": "cột dữ liệu sai kiểu",
}


@click.command("verify-log")
@DATA
@click.option("--json", "as_json", is_flag=True, help="Một đối tượng JSON / one JSON object.")
@click.option("--strict", is_flag=True, help="Khoảng trống và nhánh cũng là lỗi / gaps, branches.")
@told
def verify_log(data: Path, as_json: bool, strict: bool) -> None:
    """Kiểm tra mọi chuỗi sự kiện / walk every chain of the log.

    Tính lại mã băm, cam kết, chữ ký máy bảng, biên nhận, tổng của luồng và nhật ký truy cập; nêu
    chỗ hỏng đầu tiên. Mã thoát 1 khi có chỗ hỏng. Máy chủ vẫn chạy được trong lúc này.

    Ví dụ: chot verify-log --data data --json
    """
    walk = walked(data)
    click.echo(json.dumps(_as_json(walk), ensure_ascii=False) if as_json else _as_text(walk))
    if walk.breaks or (strict and not walk.is_plain):
        raise SystemExit(1)


def walked(data: Path) -> LogWalk:
    """Walk the log of an existing data directory, with a progress bar; nothing is written."""
    config = load_config(data)
    if not config.log_path.exists():
        raise no_data(data)
    keys = KeyRing.load_or_create(data)
    with contextlib.closing(read_only(config.log_path)) as log:
        return walk_with_bar(log, keys)


def walk_with_bar(log: sqlite3.Connection, keys: KeyRing) -> LogWalk:
    """The walk, with a progress bar on standard error."""
    with click.progressbar(
        length=count_events(log), label="Kiểm tra chuỗi", file=sys.stderr
    ) as progress:
        return walk_log(log, keys, progress.update)


def told_break(one: Break) -> str:
    """A break as a person reads it: where, what, and the code."""
    text = f"{one}  {BREAKS[one.code]} ({one.code})"
    return f"{text}: {one.detail}" if one.detail else text


def _as_json(walk: LogWalk) -> dict[str, object]:
    return {
        "whole": walk.breaks == 0,
        "events": walk.events,
        "audit": walk.audit_entries,
        "breaks": walk.breaks,
        "first_break": None if walk.first_break is None else asdict(walk.first_break),
        "devices": [asdict(one) for one in walk.devices],
    }


def _as_text(walk: LogWalk) -> str:
    lines = [_device_line(one) for one in walk.devices if one.events or one.breaks]
    lines.append(
        f"{walk.events} sự kiện của {len(walk.devices)} máy,"
        f" {walk.audit_entries} dòng nhật ký truy cập."
    )
    if walk.first_break is None:
        lines.append("Nhật ký nguyên vẹn / whole.")
    else:
        lines.append(f"{walk.breaks} chỗ hỏng; đầu tiên: {told_break(walk.first_break)}")
    return "\n".join(lines)


def _device_line(one: DeviceWalk) -> str:
    parts = [one.device, one.checkpoint or one.kind, f"{one.events} sự kiện", f"đến {one.through}"]
    if one.gaps:
        parts.append("thiếu " + ", ".join(_run(*gap) for gap in one.gaps[:5]))
    if one.branches:
        parts.append(
            "nhánh " + ", ".join(f"b{b.no} {_run(b.first, b.last)}" for b in one.branches[:5])
        )
    if one.erased:
        parts.append(f"{one.erased} phần cá nhân đã xóa")
    if one.withheld:
        parts.append(f"{one.withheld} phần cá nhân không có ở đây")
    if one.compacted:
        parts.append(f"{one.compacted} sự kiện đã gộp")
    if one.first_break is not None:
        parts.append(f"HỎNG {told_break(one.first_break)}")
    return "\t".join(parts)


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"
