"""The `chot` command. Each subcommand is imported only when it is asked for: start stays fast."""

from __future__ import annotations

import importlib
import os
from importlib.metadata import version
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from cli.settings import (
    PREFIX,
    VARIABLE,
    close_to_environment,
    defaults_of,
    read_settings,
    settings_path,
)

COMMANDS = {
    "alerts": "cli.alerts",
    "audit": "cli.audit",
    "backup": "cli.backup",
    "bulletin": "cli.bulletin",
    "checkpoint": "cli.checkpoint",
    "compact": "cli.compact",
    "company": "cli.company",
    "complaint": "cli.complaint",
    "completion": "cli.completion",
    "conformance": "cli.conformance",
    "demo": "cli.demo",
    "device": "cli.device",
    "doctor": "cli.doctor",
    "erase": "cli.erase",
    "evidence": "cli.evidence",
    "export": "cli.export",
    "hold": "cli.hold",
    "hotlines": "cli.hotlines",
    "import-events": "cli.import_events",
    "init": "cli.init",
    "issue": "cli.issue",
    "keys": "cli.keys",
    "lane": "cli.lane",
    "levels": "cli.levels",
    "man": "cli.man",
    "migrate": "cli.migrate",
    "offences": "cli.offences",
    "officer": "cli.officer",
    "permits": "cli.permits",
    "plate": "cli.plate",
    "procedures": "cli.procedures",
    "purge": "cli.purge",
    "rebuild": "cli.rebuild",
    "relay": "cli.relay",
    "report": "cli.report",
    "restore": "cli.restore",
    "revoke": "cli.revoke",
    "road": "cli.road",
    "roster": "cli.roster",
    "rules": "cli.rules",
    "schedule": "cli.schedule",
    "serve": "cli.serve",
    "simulate": "cli.simulate",
    "stats": "cli.stats",
    "trust": "cli.trust",
    "user": "cli.user",
    "verify": "cli.verify",
    "verify-log": "cli.verify_log",
    "watchlist": "cli.watchlist",
    "webhook": "cli.webhook",
    "worker": "cli.worker",
}
"""Command → the module that holds a click command of the same name (`-` is `_` there)."""


class LazyGroup(click.Group):
    """A group whose subcommands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Bytes that are no text would come as far as the database, in names and in the audit."""
        for one in args:
            if not one.isascii() and not _is_text(one):
                shown = one.encode("utf-8", "replace").decode("utf-8")
                raise click.UsageError(
                    f"'{shown}' không phải UTF-8: đổi bảng mã của cửa sổ lệnh, hoặc tên tệp"
                    " / is not UTF-8."
                )
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names only: a press of Tab must not import every command for its help."""
        options = click.Command.shell_complete(self, ctx, incomplete)
        names = [one for one in self.list_commands(ctx) if one.startswith(incomplete)]
        return [*map(CompletionItem, names), *options]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(importlib.import_module(module), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command


def _is_text(word: str) -> bool:
    """Whether it came as UTF-8: other bytes come as lone surrogates (PEP 383)."""
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@click.command(
    cls=LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "auto_envvar_prefix": PREFIX,
    },
    epilog="Dữ liệu nằm trong một thư mục: --data DIR hoặc biến CHOT_DATA (mặc định ./data).",
)
@click.option(
    "--config",
    "settings_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar=VARIABLE,
    help="Tệp thói quen chot.toml; dòng lệnh thắng biến môi trường, biến thắng tệp.",
)
@click.version_option(version("chot"), prog_name="chot")
@click.pass_context
def main(context: click.Context, settings_file: Path | None) -> None:
    """chot – chốt kiểm soát: hệ thống chốt chạy được khi mất mạng.

    Offline-first checkpoint system: serve tablets, review crossings, export.

    Ví dụ: chot doctor, chot stats, chot export --help
    """
    if os.environ.get("NO_COLOR"):
        context.color = False
    name = context.invoked_subcommand
    assert name is not None  # click asks for one
    command = main.get_command(context, name)
    if command is None:
        return
    close_to_environment(command)
    path = settings_path(settings_file)
    if path is not None:
        context.default_map = defaults_of(command, name, read_settings(path))
