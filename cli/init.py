"""`chot init`: an empty server that is ready for its first checkpoint, without a question asked."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
import shutil
import sys
from pathlib import Path

import click

from cli.data import DATA, now_ms, text_of, told
from cli.shown import JSON, tell_json
from cli.user import MIN_PASSWORD_CHARACTERS
from server.config import CONFIG_FILE, Config, ConfigError, load_config, save_config, server_url
from server.keys import KeyRing
from server.packs import publish_packs
from server.passwords import hash_password
from server.store.published import AuditEntry
from server.store.registered import User
from server.store.sqlite import open_store
from sync.encoding import uuid7

PASSWORD_BYTES = 12
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


@click.command()
@DATA
@click.option("--unit", required=True, help="Tên đơn vị, in trên báo cáo / the unit's name.")
@click.option("--admin", default="quantri", show_default=True, help="Tên đăng nhập đầu tiên.")
@click.option("--name", default="Quản trị hệ thống", show_default=True, help="Họ tên người đó.")
@click.option(
    "--password-file",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="Tệp chứa mật khẩu, - là từ stdin; không có thì máy đặt và in ra một lần.",
)
@click.option("--totp/--no-totp", default=True, show_default=True, help="Mã dùng một lần (TOTP).")
@click.option("--public-url", default="", help="Địa chỉ mà máy bảng thấy, https://…")
@click.option("--report-hours", default="6,12,18", show_default=True, help="Giờ chốt số liệu.")
@JSON
@told
def init(
    data: Path,
    unit: str,
    admin: str,
    name: str,
    password_file: Path | None,
    totp: bool,
    public_url: str,
    report_hours: str,
    is_json: bool,
) -> None:
    """Lập máy chủ mới: thư mục, khóa, người quản trị / make a new server.

    Không hỏi gì. Thư mục đích phải chưa có hoặc trống; dở dang thì không để lại gì.

    \b
    Ví dụ / examples:
      chot init --data /srv/chot --unit "UBND phường Văn Quán"
      chot init --data /srv/chot --unit "Chốt QL6" --password-file mat-khau.txt --json
    """
    if not LOGIN.fullmatch(admin):
        raise click.ClickException("Tên đăng nhập chỉ gồm chữ thường không dấu, số, . _ -")
    if not 1 <= len(unit.strip()) <= 120:
        raise click.ClickException("--unit dài 1–120 ký tự / has 1–120 characters.")
    password = _password(password_file)
    given = password is not None
    password = password or secrets.token_urlsafe(PASSWORD_BYTES)
    secret = base64.b32encode(secrets.token_bytes(20)).decode("ascii") if totp else None
    hours = _hours(report_hours)
    if public_url:
        public_url = server_url("--public-url", public_url)
    if data.exists() and any(data.iterdir()):
        raise click.ClickException(
            f"'{data}' đã có dữ liệu; chọn thư mục khác. / is not empty; choose another."
        )
    fresh = data.with_name(f".{data.name or 'chot'}.{secrets.token_hex(4)}")
    try:
        server = _make(
            Config(fresh, unit=unit.strip(), public_url=public_url, report_hours=hours),
            User(uuid7(now_ms(), os.urandom(10)), admin, name, "admin", hash_password(password),
                 secret, False),
        )  # fmt: skip
        fresh.replace(data)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if is_json:
        tell_json(
            {
                "data": str(data),
                "server": server,
                "admin": {
                    "login": admin,
                    "password": None if given else password,
                    "totp_secret": secret,
                },
            }
        )
        return
    _greet(data, admin, None if given else password, secret)


def _make(config: Config, admin: User) -> str:
    """Everything, under a name of its own; the server's id."""
    save_config(config)
    (config.data_dir / CONFIG_FILE).chmod(0o600)
    load_config(config.data_dir)
    keys = KeyRing.load_or_create(config.data_dir)
    now = now_ms()
    with contextlib.closing(open_store(config, keys)) as store:
        store.put_user(admin)
        store.audit(AuditEntry(now, "cli", "init", store.server_id))
        store.audit(AuditEntry(now, "cli", "user.add", admin.id, details={"role": admin.role}))
        publish_packs(store, keys, now)
        return store.server_id


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    text = sys.stdin.read() if str(file) == "-" else text_of(file)
    password = text.rstrip("\r\n")
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise click.ClickException(f"Mật khẩu cần ít nhất {MIN_PASSWORD_CHARACTERS} ký tự.")
    return password


def _hours(text: str) -> tuple[int, ...]:
    parts = [one.strip() for one in text.split(",")]
    hours = tuple(int(one) for one in parts if one.isascii() and one.isdigit())
    if len(hours) != len(parts) or sorted(set(hours)) != list(hours) or hours[-1] > 23:
        raise ConfigError("--report-hours", "không phải các giờ tăng dần, ví dụ 6,12,18")
    return hours


def _greet(data: Path, admin: str, password: str | None, secret: str | None) -> None:
    click.echo(f"Đã lập máy chủ trong {data}.\n")
    click.echo(f"  Đăng nhập / login     {admin}")
    if password is not None:
        click.echo(f"  Mật khẩu / password   {password}   (chỉ hiện một lần / shown once)")
    if secret is not None:
        click.echo(f"  Mã TOTP / secret      {secret}   (chỉ hiện một lần / shown once)")
    where = f" --data {data}" if data != Path("data") else ""
    click.echo(
        f"""
Tiếp theo / next:
  1. chot checkpoint add hd-ql6{where} --name "Chốt QL6" --road "Quốc lộ 6" \\
       --province 01 --district 268 --commune 09556 --lane o-to --lane xe-may
  2. chot officer add hd-an{where} --name "…" --role lead --checkpoint hd-ql6 --badge the-an.png
  3. chot rules publish …, chot levels publish …   (xem docs/how-to/rules.md, levels.md)
  4. chot serve{where} --lan
  5. chot device enrol{where} --checkpoint hd-ql6 --lane o-to
  6. chot backup{where} --output /media/usb/chot.bak --off-machine, mỗi đêm
Khám bất cứ lúc nào / at any time: chot doctor{where}"""
    )
