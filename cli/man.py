"""`chot man`: the manual page, made from the help of every command so that it cannot differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version

import click

HEAD = """\
.ad l
.nh
.SH TÊN / NAME
chot \\- chốt kiểm soát / offline\\-first checkpoint system
.SH CÁCH DÙNG / SYNOPSIS
.B chot
[OPTIONS] COMMAND [ARGS]...
"""
TAIL = """\
.SH MÔI TRƯỜNG / ENVIRONMENT
.TP
.B CHOT_DATA
thư mục dữ liệu / the data directory
.TP
.B CHOT_CONFIG
tệp thói quen / the file of settings
.TP
.B CHOT_SERVER, CHOT_TOKEN
máy chủ ở xa và mã truy cập / a server to ask, and the token for it
.TP
.B CHOT_BACKUP_PASSPHRASE
cụm mật khẩu của bản sao lưu / the passphrase of backups
.TP
.BR CHOT_ COMMAND _ OPTION
mọi tùy chọn khác, trừ những gì phải nêu mỗi lần / any other option
.TP
.B NO_COLOR
không tô màu / no colours
.SH TỆP / FILES
.TP
.I ~/.config/chot/chot.toml, /etc/chot/chot.toml
thói quen; tệp đầu tiên có thì dùng / settings, the first that exists
.TP
.I DIR/config.json
thiết lập của máy chủ / the server's own settings
.SH MÃ THOÁT / EXIT STATUS
.TP
.B 0
xong / done
.TP
.B 1
không xong, lý do ở stderr; hoặc câu trả lời là không / not done, or the answer is no
.TP
.B 2
không hiểu lệnh; với doctor: có chỗ hỏng / not understood; from doctor: something is broken
"""


@click.command()
def man() -> None:
    """In trang hướng dẫn cho lệnh man / print the manual page.

    \b
    Ví dụ / examples:
      chot man > ~/.local/share/man/man1/chot.1
    """
    click.echo(page(), nl=False)


def page() -> str:
    """chot.1, in roff."""
    from cli.main import main

    context = click.Context(main, info_name="chot")
    parts = [f'.TH CHOT 1 "" "chot {version("chot")}" "chot"\n', HEAD]
    parts += [".SH MÔ TẢ / DESCRIPTION\n", *_text(main.help or "")]
    parts += [".SH TÙY CHỌN / OPTIONS\n", *_options(main, context)]
    parts.append(".SH LỆNH / COMMANDS\n")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        parts += _command(command, click.Context(command, context, name))
    return "".join([*parts, TAIL])


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_escaped(context.command_path)} {_escaped(usage)}\n"
    yield from _text(command.help or "")
    yield from _options(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            assert sub is not None
            yield from _command(sub, click.Context(sub, context, name))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for one in command.get_params(context):
        if one.name == "help" and context.parent is not None:
            continue
        record = one.get_help_record(context)
        if record is not None:
            flags, text = record
            # A long choice may break after each of its words.
            breaking = _escaped(flags).replace("|", "|\\:")
            yield f".TP\n.B {breaking}\n{_line(text)}"


def _text(text: str) -> Iterator[str]:
    """Paragraphs; one that begins with \\b keeps its lines."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.startswith("\b"):
            lines = paragraph.removeprefix("\b").strip("\n").splitlines()
            yield f".PP\n.nf\n{''.join(_line(one) for one in lines)}.fi\n"
        else:
            yield f".PP\n{_line(' '.join(paragraph.split()))}"


def _line(text: str) -> str:
    escaped = _escaped(text.rstrip())
    return f"\\&{escaped}\n" if escaped.startswith((".", "'")) else f"{escaped}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")
