"""What is wrong with a server, and the command that mends it. Reads only; holds nothing open.

Each check gives findings in the words of whoever is called at night. Nothing here repairs.
"""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from cryptography import x509
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from server.config import Config, ConfigError, load_config
from server.keys import KeyRing, KeyRingError
from server.retention.classes import cut_by_age, look
from server.scheduling.due import due
from server.scheduling.faults import ScheduleError
from server.scheduling.ledger import open_fault, read_ledger
from server.scheduling.settings import SCHEDULE_FILE, load_schedule
from server.store.hold_protocol import ViewBehindError
from server.store.log.log_file import NewerLogError, StoreKeysError
from server.store.log.log_schema import log_migrations
from server.store.protocol import Store
from server.store.reader import read_only
from server.store.registered import Device
from server.store.sqlite import open_store
from server.store.view.view_schema import VIEW_SCHEMA, view_migrations
from server.webhooks.hooks import Hooks

Level = Literal["ok", "warn", "bad"]
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
FREE_BAD_BYTES, FREE_WARN_BYTES = 500 << 20, 2 << 30
WAL_WARN_BYTES = 256 << 20
BACKUP_WARN_MS = 26 * HOUR_MS
CERTIFICATE_WARN_MS = 14 * DAY_MS
SILENT_MS = 2 * HOUR_MS
CLOCK_MS = 2 * MINUTE_MS
LAG_EVENTS = 5_000
LATE_MS = 5 * MINUTE_MS
WEBHOOK_FAILURES = 5
CLOCK_WITNESSES = 3
"""Of so many devices the clocks are more likely right than this server's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` is the command, or the act, that puts it right."""

    check: str
    level: Level
    said: str
    mend: str = ""


def examine(data_dir: Path, now_ms: int) -> Iterator[Finding]:
    """Every finding, in the order in which one thing rests on another; stops where it must."""
    try:
        config = load_config(data_dir)
    except ConfigError as error:
        yield Finding("config", "bad", f"config.json: {error}", "sửa data/config.json")
        return
    yield Finding("config", "ok", f"đơn vị {config.unit}, cấp {config.level}")
    if not config.log_path.exists():
        yield Finding("log", "bad", f"Không có {config.log_path}", "chot serve, hoặc chot restore")
        return
    yield from _disk(config)
    try:
        keys = KeyRing.load_or_create(data_dir)
    except KeyRingError as error:
        yield Finding("keys", "bad", str(error), "chot restore từ bản sao lưu")
        return
    yield from _keys(config)
    yield from _certificate(config, now_ms)
    yield from _indexes("log", config.log_path, log_migrations)
    yield from _view(config)
    try:
        store = open_store(config, keys)
    except NewerLogError as error:
        yield Finding("log", "bad", f"log.db thuộc phiên bản mới hơn ({error})", "cài phiên bản ấy")
        return
    except StoreKeysError as error:
        yield Finding("keys", "bad", str(error), "chot restore từ bản sao lưu")
        return
    try:
        for check in (_clock, _audit, _devices, _packs):
            yield from check(store, now_ms)
        yield from _schedule(config, store, now_ms)
        yield from _webhooks(config)
        yield from _retention(config, store, now_ms)
    finally:
        store.close()
    yield from _backups(config, now_ms)


def _disk(config: Config) -> Iterator[Finding]:
    free = shutil.disk_usage(config.data_dir).free
    said = f"còn {free / (1 << 30):.1f} GB trống"
    level: Level = "bad" if free < FREE_BAD_BYTES else "warn" if free < FREE_WARN_BYTES else "ok"
    mend = "" if level == "ok" else "chot purge --dry-run, chot compact --dry-run, hoặc ổ lớn hơn"
    yield Finding("disk", level, said, mend)
    for path in (config.log_path, config.view_path):
        wal = path.with_name(f"{path.name}-wal")
        size = wal.stat().st_size if wal.exists() else 0
        if size > WAL_WARN_BYTES:
            said = f"{wal.name} {size / (1 << 20):.0f} MB: có tiến trình đọc giữ lâu"
            yield Finding("wal", "warn", said, "dừng rồi chạy lại chot serve")


def _keys(config: Config) -> Iterator[Finding]:
    loose = [
        path.name
        for path in (config.keys_dir, *config.keys_dir.iterdir())
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if loose:
        said = f"người khác đọc được: {', '.join(loose)}"
        yield Finding("keys", "bad", said, f"chmod -R go= {config.keys_dir}")
    else:
        yield Finding("keys", "ok", "chỉ chủ máy đọc được")


def _certificate(config: Config, now_ms: int) -> Iterator[Finding]:
    for path in sorted((config.data_dir / "tls").glob("*.pem")):
        text = path.read_bytes()
        if b"BEGIN CERTIFICATE" not in text:
            continue
        ends = x509.load_pem_x509_certificate(text).not_valid_after_utc
        left_ms = round(ends.timestamp() * 1000) - now_ms
        said = f"{path.name} hết hạn {ends:%d/%m/%Y}"
        level: Level = "bad" if left_ms <= 0 else "warn" if left_ms < CERTIFICATE_WARN_MS else "ok"
        yield Finding(
            "certificate", level, said, "" if level == "ok" else "chot serve --lan làm lại"
        )


def _indexes(name: str, path: Path, migrations: Migrations) -> Iterator[Finding]:
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    stored = read_only(path)
    try:
        migrations.apply(Database(fresh))
        missing = sorted(_index_names(fresh) - _index_names(stored))
        (answer,) = stored.execute("PRAGMA quick_check(1)").fetchone()
    finally:
        fresh.close()
        stored.close()
    if answer != "ok":
        mend = "chot restore từ bản sao lưu" if name == "log" else "chot rebuild"
        yield Finding(f"{name}.file", "bad", f"{path.name} hỏng: {answer}", mend)
    if missing:
        mend = "chạy lại chot serve: chỉ mục được tạo lúc mở" if name == "log" else "chot rebuild"
        yield Finding(f"{name}.index", "warn", f"thiếu chỉ mục {', '.join(missing)}", mend)
    elif answer == "ok":
        yield Finding(f"{name}.file", "ok", f"{path.name} nguyên vẹn, đủ chỉ mục")


def _index_names(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql <> ''")
    return {str(name) for (name,) in rows}


def _view(config: Config) -> Iterator[Finding]:
    if not config.view_path.exists():
        yield Finding("view", "warn", "chưa có view.db: tìm kiếm đang trống", "chot rebuild")
        return
    view = read_only(config.view_path)
    try:
        found = dict(view.execute("SELECT key, value FROM meta").fetchall())
    finally:
        view.close()
    version = found.get("schema")
    if version is not None and int(version) != VIEW_SCHEMA:
        said = f"view.db của phiên bản {version}, cần {VIEW_SCHEMA}"
        yield Finding("view", "warn", said, "chot rebuild, hoặc chờ chot serve tự làm lại")
        return
    yield from _indexes("view", config.view_path, view_migrations)


def _clock(store: Store, now_ms: int) -> Iterator[Finding]:
    devices = [one for one in store.devices() if one.clock_offset_ms is not None]
    recent = [one for one in devices if now_ms - (one.last_contact_ms or 0) < DAY_MS]
    last = max((one.last_contact_ms or 0 for one in devices), default=0)
    if last > now_ms + CLOCK_MS:
        said = "đồng hồ máy chủ đi sau lần liên lạc gần nhất"
        yield Finding("clock", "bad", said, "timedatectl set-ntp true")
    elif len(recent) >= CLOCK_WITNESSES and abs(_middle(recent)) > CLOCK_MS:
        off = round(_middle(recent) / 1000)
        said = f"{len(recent)} máy cùng lệch khoảng {off} giây: có lẽ máy chủ sai giờ"
        yield Finding("clock", "warn", said, "timedatectl set-ntp true")
    else:
        yield Finding("clock", "ok", "không thấy lệch")


def _middle(devices: list[Device]) -> float:
    return float(median(one.clock_offset_ms or 0 for one in devices))


def _audit(store: Store, now_ms: int) -> Iterator[Finding]:
    del now_ms
    broken = store.verify_audit()
    if broken is None:
        yield Finding("audit", "ok", "chuỗi nhật ký xem nguyên vẹn")
    else:
        said = f"nhật ký xem đứt ở số {broken}: đã bị sửa"
        yield Finding("audit", "bad", said, "giữ nguyên ổ đĩa, báo phụ trách; chot verify-log")
    reached, newest = store.projected()
    if newest - reached > LAG_EVENTS:
        said = f"tìm kiếm chậm {newest - reached} sự kiện"
        yield Finding("view.lag", "warn", said, "chot serve đang chạy chưa? rồi thì chờ")


def _devices(store: Store, now_ms: int) -> Iterator[Finding]:
    tablets = [one for one in store.devices() if one.kind == "tablet" and one.revoked_ms is None]
    for one in tablets:
        where = f"{one.checkpoint} {one.lane or ''} ({one.name})".strip()
        if one.forked_ms is not None:
            mend = f"chot device revoke {one.id}, rồi đăng ký lại"
            yield Finding("device.forked", "bad", f"{where}: bị nhân bản", mend)
        silent = one.last_contact_ms is not None and now_ms - one.last_contact_ms > SILENT_MS
        if silent and one.unsent:
            hours = (now_ms - (one.last_contact_ms or 0)) // HOUR_MS
            said = f"{where}: còn {one.unsent} sự kiện, im lặng {hours} giờ"
            yield Finding("device.undrained", "warn", said, "nối mạng, hoặc chot import-events TỆP")
    yield Finding("devices", "ok", f"{len(tablets)} máy bảng đang đăng ký")


def _packs(store: Store, now_ms: int) -> Iterator[Finding]:
    active = [one.id for one in store.checkpoints() if one.state == "active"]
    scopes = ["all", *(f"checkpoint:{one}" for one in active)]
    for name in ("trust", "rules", "levels"):
        found = [pack for scope in scopes if (pack := store.pack(name, scope)) is not None]
        covered = {pack.scope for pack in found}
        bare = [] if "all" in covered else [one for one in scopes[1:] if one not in covered]
        if not found or bare:
            where = ", ".join(one.removeprefix("checkpoint:") for one in bare) or "mọi chốt"
            said = f"chưa công bố cho {where}"
            yield Finding(f"pack.{name}", "warn", said, f"chot {name} publish")
        else:
            newest = max(found, key=lambda pack: pack.issued_ms)
            days = (now_ms - newest.issued_ms) // DAY_MS
            yield Finding(f"pack.{name}", "ok", f"bản mới nhất {newest.version}, {days} ngày")


def _schedule(config: Config, store: Store, now_ms: int) -> Iterator[Finding]:
    try:
        asked = load_schedule(config.data_dir)
    except ScheduleError as error:
        yield Finding("schedule", "bad", str(error), f"sửa {config.data_dir / SCHEDULE_FILE}")
        return
    if asked is None:
        return
    ledger = read_ledger(store)
    wrong = open_fault(ledger, now_ms)
    late = due(
        now_ms - LATE_MS,
        config.report_hours,
        asked.wait_minutes,
        0,
        ledger.begun_ms if ledger.begun_ms is not None else now_ms,
        ledger.written.keys(),
    )
    if wrong is not None:
        mend = "chot schedule show, chot schedule run; thư: chot schedule test-mail"
        yield Finding("schedule", "warn", f"báo cáo tự động gặp lỗi {wrong.code}", mend)
    elif late or ledger.begun_ms is None:
        said = "báo cáo tự động chưa chạy" if not late else f"{len(late)} báo cáo chưa được lập"
        yield Finding("schedule", "warn", said, "chot serve đang chạy chưa? hoặc chot schedule run")
    else:
        yield Finding("schedule", "ok", "báo cáo tự động đúng giờ")


def _webhooks(config: Config) -> Iterator[Finding]:
    """Receivers that take nothing: what is for them waits, and nothing else does."""
    hooks = Hooks(config.data_dir).all()
    for one in hooks:
        if one.ended:
            said = f"{one.id} đã thôi nhận (410)"
            yield Finding("webhook", "warn", said, f"chot webhook replay {one.id}, hoặc remove")
        elif one.failures >= WEBHOOK_FAILURES:
            said = f"{one.id} không nhận, {one.failures} lần: {one.said}"
            yield Finding("webhook", "warn", said, f"chot webhook test {one.id}")
    if hooks and not any(one.ended or one.failures >= WEBHOOK_FAILURES for one in hooks):
        yield Finding("webhook", "ok", f"{len(hooks)} nơi nhận")


def _retention(config: Config, store: Store, now_ms: int) -> Iterator[Finding]:
    """Days of persons that should be gone since yesterday; the server takes them at night."""
    days = config.retention.get("person")
    if days is None:
        return
    held = sum(one.released_ms is None for one in store.holds())
    kept = f", {held} lệnh giữ" if held else ""
    try:
        left = look(store, cut_by_age("person", days + 1, now_ms))
    except ViewBehindError:
        return
    if left.is_something:
        said = f"{len(left.days)} ngày quá hạn {days} ngày"
        yield Finding("retention", "warn", said, "chot purge --due")
    else:
        yield Finding("retention", "ok", f"thông tin cá nhân giữ {days} ngày{kept}")


def _backups(config: Config, now_ms: int) -> Iterator[Finding]:
    log = read_only(config.log_path)
    try:
        (last,) = log.execute("SELECT max(at_ms) FROM backups WHERE off_machine").fetchone()
    finally:
        log.close()
    mend = "chot backup --output /media/usb/chot.bak --off-machine"
    if last is None:
        yield Finding("backup", "warn", "chưa có bản sao lưu ngoài máy", mend)
    elif now_ms - last > BACKUP_WARN_MS:
        yield Finding("backup", "warn", f"bản cuối đã {(now_ms - last) // HOUR_MS} giờ", mend)
    else:
        yield Finding("backup", "ok", f"bản cuối {(now_ms - last) // HOUR_MS} giờ trước")
