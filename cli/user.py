"""`chot user`: who may sign in to the console."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import get_args

import click

from cli.data import DATA, now_ms, opened, told
from server.passwords import hash_password
from server.store.published import AuditEntry
from server.store.registered import User, UserRole
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

    Ví dụ: chot user add canhsat --name "Cán bộ trực" --role reviewer
    """
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise click.ClickException(f"Mật khẩu cần ít nhất {MIN_PASSWORD_CHARACTERS} ký tự.")
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
@told
def list_users(data: Path) -> None:
    """Liệt kê người dùng / list the users."""
    with opened(data) as store:
        for one in store.users():
            state = "khóa" if one.disabled else "mở"
            click.echo(f"{one.login}\t{one.role}\t{state}\t{one.name}")


def _base32(secret: bytes | None) -> str | None:
    return None if secret is None else base64.b32encode(secret).decode("ascii")
