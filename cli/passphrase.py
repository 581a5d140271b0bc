"""The passphrase of a backup: from a file, the environment or the keyboard, never an argument."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cli.data import text_of

VARIABLE = "CHOT_BACKUP_PASSPHRASE"
MIN_CHARACTERS = 12

PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Tệp chứa cụm mật khẩu; hoặc biến {VARIABLE}; nếu không sẽ hỏi.",
)


def known_passphrase(file: Path | None) -> str:
    """The passphrase of a file that exists; asked for where nothing says it."""
    return _given(file) or str(click.prompt("Cụm mật khẩu / passphrase", hide_input=True, err=True))


def new_passphrase(file: Path | None) -> str:
    """A passphrase for a new file, asked for twice; ClickException when it is too short."""
    passphrase = _given(file) or str(
        click.prompt(
            "Cụm mật khẩu / passphrase", hide_input=True, confirmation_prompt=True, err=True
        )
    )
    if len(passphrase) < MIN_CHARACTERS:
        raise click.ClickException(f"Cụm mật khẩu cần ít nhất {MIN_CHARACTERS} ký tự.")
    return passphrase


def _given(file: Path | None) -> str | None:
    if file is not None:
        passphrase = text_of(file).rstrip("\r\n")
        if not passphrase:
            raise click.ClickException(f"{file}: tệp trống, không có cụm mật khẩu / is empty")
        return passphrase
    return os.environ.get(VARIABLE)
