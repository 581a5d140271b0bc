"""Habits in a file: what an option is where neither the command line nor the environment says it.

A TOML file: names at the top count for every command that has such an option, a table for one
command, a table in it for its subcommand. Flags beat the environment, the environment beats the
file. A name that no command has stops everything: a setting that is silently ignored is worse.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

VARIABLE = "CHOT_CONFIG"
PREFIX = "CHOT"
EVERYWHERE = ("data", "server", "ca-file", "token-file", "lang")
"""Names that may stand at the top of the file."""

EACH_TIME = frozenset({"yes", "password", "pin", "unmask", "purpose", "case", "number", "dry_run"})
"""Said each time or not at all: a file or a variable must not confirm, name a reason or open."""


def settings_path(named: Path | None) -> Path | None:
    """The file that counts: the one named, else the user's, else the machine's; None: none.

    The working directory is not looked at: somebody else's folder must not choose the server.
    """
    if named is not None:
        return named
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "chot" / "chot.toml"
    return next((one for one in (own, Path("/etc/chot/chot.toml")) if one.is_file()), None)


def read_settings(path: Path) -> dict[str, Any]:
    """The file as it stands. Raises ClickException naming the file and the line."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: không đọc được / cannot be read: {error}") from None
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None


def defaults_of(command: click.Command, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What click takes as `default_map`, for the one command that is about to run."""
    shared = {key: value for key, value in settings.items() if not isinstance(value, Mapping)}
    if unknown := [key for key in shared if key not in EVERYWHERE]:
        raise click.ClickException(
            f"chot.toml: '{unknown[0]}' không đặt được ở đầu tệp / is not a setting."
            f" Có / known: {', '.join(EVERYWHERE)}"
        )
    return {name: _of(command, settings.get(name, {}), shared, f"[{name}]")}


def _of(command: click.Command, own: Any, shared: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(own, Mapping):
        raise click.ClickException(f"chot.toml: {where} phải là một bảng / has to be a table.")
    by_flag = {flag.lstrip("-"): one for one in command.params for flag in one.opts}
    commands = command.commands if isinstance(command, click.Group) else {}
    found = {
        by_flag[key].name or key: _value(by_flag[key], value, f"'{key}'")
        for key, value in shared.items()
        if key in by_flag
    }
    for key, value in own.items():
        if key in commands:
            continue
        option = by_flag.get(key)
        if not isinstance(option, click.Option) or isinstance(value, Mapping):
            known = sorted(key for key, one in by_flag.items() if isinstance(one, click.Option))
            raise click.ClickException(
                f"chot.toml: {where} không có '{key}' / has no '{key}'."
                f" Có / known: {', '.join(known) or '–'}"
            )
        if option.name in EACH_TIME:
            raise click.ClickException(
                f"chot.toml: {where} '{key}' phải nêu trên dòng lệnh mỗi lần / has to be said"
                " each time."
            )
        found[option.name or key] = _value(option, value, f"{where} '{key}'")
    for name, sub in commands.items():
        found[name] = _of(sub, own.get(name, {}), shared, f"{where[:-1]}.{name}]")
    return found


def _value(option: click.Parameter, value: Any, where: str) -> Any:
    """A value as a command line would bring it: text, a list where it may be said several times.

    click takes numbers, dates and lists of a file as they are, and fails where it expects text.
    """
    if isinstance(option, click.Option) and option.is_flag:
        return value
    several = option.multiple if isinstance(option, click.Option) else False
    if not several and isinstance(value, list):
        raise click.ClickException(f"chot.toml: {where} chỉ nhận một giá trị / takes one value.")
    if not several:
        return str(value)
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def close_to_environment(command: click.Command) -> None:
    """Let no variable say what has to be said each time."""
    for one in command.params:
        if isinstance(one, click.Option) and one.name in EACH_TIME:
            one.allow_from_autoenv = False
    for sub in command.commands.values() if isinstance(command, click.Group) else ():
        close_to_environment(sub)
