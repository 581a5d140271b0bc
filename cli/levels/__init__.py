"""`chot levels`: epidemic levels of places, from a file to every tablet."""

from __future__ import annotations

import click

from cli.levels.looking import place, show
from cli.levels.publishing import discard, import_, publish
from cli.levels.suggesting import suggest


@click.group()
def levels() -> None:
    """Cấp độ dịch theo địa bàn / epidemic levels of places."""


for command in (import_, publish, discard, show, suggest, place):
    levels.add_command(command)
