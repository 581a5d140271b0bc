"""`chot completion`: what a shell needs to complete commands, options and choices."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_CHOT_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """In đoạn mã để phím Tab điền lệnh / print what makes Tab complete.

    Đặt một lần, rồi mở cửa sổ lệnh mới. Tên tệp, mã chốt thì vẫn gõ.

    \b
    Ví dụ / examples:
      chot completion bash > ~/.local/share/bash-completion/completions/chot
      chot completion zsh > ~/.zfunc/_chot
      chot completion fish > ~/.config/fish/completions/chot.fish
    """
    from cli.main import main

    made = get_completion_class(shell)
    assert made is not None
    one = made(main, {}, "chot", VARIABLE)
    click.echo(one.source_template % one.source_vars())
