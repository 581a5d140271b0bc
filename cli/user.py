"""`chot user`: who may sign in to the console."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from cli.data import DATA, now_ms, opened, told
from cli.shown import JSON, tell_rows
from server.keys import KeyRing
from server.passwords import hash_password
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.registered import User, UserRole
from server.tokens import make_reading_token
from sync.encoding import uuid7

MIN_PASSWORD_CHARACTERS = 10


@click.group()
def user() -> None:
    """Người dùng bảng điều khiển / console users."""


@user.command("add")
@DATA
@click.argument("login")
@click.option("--name", required=True, help="Họ tên hiển thị.")
@click.option("--role", type=click.Choice(get_args(UserRole)), required=True)
@click.option("--totp/--no-totp", default=True, show_default=True, help="Mã dùng một lần (TOTP).")
@click.password_option(help="Hỏi khi không cho sẵn / asked for when not given.")
@told
def add(data: Path, login: str, name: str, role: UserRole, totp: bool, password: str) -> None:
    """Thêm người dùng / add a console user.

    Ví dụ: chot user add truc-ban --name "Cán bộ trực" --role reviewer
    """
    _long_enough(password)
    secret = secrets.token_bytes(20) if totp else None
    with opened(data) as store:
        if store.user(login) is not None:
            raise click.ClickException(f"Đã có người dùng '{login}'.")
        identifier = uuid7(now_ms(), os.urandom(10))
        store.put_user(
            User(identifier, login, name, role, hash_password(password), _base32(secret), False)
        )
        store.audit(AuditEntry(now_ms(), "cli", "user.add", identifier, details={"role": role}))
    click.echo(f"Đã thêm {login} ({role}).")
    if secret is not None:
        click.echo(f"Mã TOTP (nhập vào ứng dụng xác thực, chỉ hiện một lần): {_base32(secret)}")


@user.command("list")
@DATA
@JSON
@told
def list_users(data: Path, is_json: bool) -> None:
    """Liệt kê người dùng / list the users.

    Ví dụ: chot user list
    """
    headings = {"login": "đăng nhập", "role": "vai trò", "state": "trạng thái", "name": "tên"}
    with opened(data) as store:
        rows = [
            {
                "id": one.id,
                "login": one.login,
                "role": one.role,
                "state": "khóa" if one.disabled else "mở",
                "disabled": one.disabled,
                "totp": one.totp_secret is not None,
                "name": one.name,
            }
            for one in store.users()
        ]
    tell_rows(headings, rows, is_json)


def _switch(name: str, disabled: bool, summary: str, done: str) -> None:
    def run(data: Path, login: str) -> None:
        _change(data, login, f"user.{name}", disabled=disabled)
        click.echo(done.format(login=login))

    run.__doc__ = f"{summary}\n\n    Ví dụ: chot user {name} canhsat"
    user.command(name)(DATA(click.argument("login")(told(run))))


_switch(
    "disable",
    True,
    "Khóa người dùng: phiên và mã truy cập hết giá trị ngay / shut a user out at once.",
    "Đã khóa {login}. Mở lại: chot user enable {login}",
)
_switch("enable", False, "Mở lại người dùng đã khóa / let a user in again.", "Đã mở {login}.")


@user.command("password")
@DATA
@click.argument("login")
@click.password_option(help="Hỏi khi không cho sẵn / asked for when not given.")
@told
def password_of(data: Path, login: str, password: str) -> None:
    """Đặt mật khẩu mới; phiên cũ hết ngay / a new password; sessions of the old one end.

    Ví dụ: chot user password canhsat
    """
    _long_enough(password)
    _change(data, login, "user.password", password_hash=hash_password(password))
    click.echo(f"Đã đổi mật khẩu của {login}.")


def _change(data: Path, login: str, what: str, **values: Any) -> None:
    with opened(data) as store:
        found = _known(store, login)
        store.put_user(replace(found, **values))
        store.audit(AuditEntry(now_ms(), "cli", what, found.id))


def _known(store: Store, login: str) -> User:
    found = store.user(login)
    if found is None:
        known = ", ".join(sorted(one.login for one in store.users()))
        raise click.ClickException(f"Không có người dùng '{login}'. Đang có: {known}")
    return found


def _long_enough(password: str) -> None:
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise click.ClickException(f"Mật khẩu cần ít nhất {MIN_PASSWORD_CHARACTERS} ký tự.")


def _base32(secret: bytes | None) -> str | None:
    return None if secret is None else base64.b32encode(secret).decode("ascii")


@user.command("token")
@DATA
@click.argument("login")
@click.option("--days", type=click.IntRange(1, 400), default=90, show_default=True)
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tệp chứa mã, chỉ chủ tệp đọc được.",
)
@told
def token(data: Path, login: str, days: int, output: Path) -> None:
    """Cấp mã chỉ đọc số liệu cho một chương trình / a token that reads figures, for a program.

    Dùng với --server … --token-file. Không mở được tên người, không ghi được gì. Hết giá trị khi
    người dùng bị khóa hoặc đổi mật khẩu.

    Ví dụ: chot user token chihuy --days 30 --output doc.token
    """
    with opened(data) as store:
        found = _known(store, login)
        made = make_reading_token(
            found.id,
            found.login,
            found.password_hash,
            KeyRing.load_or_create(data).session,
            store.epoch,
            now_ms(),
            days,
        )
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(f"{made}\n")
        store.audit(AuditEntry(now_ms(), "cli", "user.token", found.id, details={"days": days}))
    click.echo(f"Mã của {login} ở {output}, có giá trị {days} ngày.")
