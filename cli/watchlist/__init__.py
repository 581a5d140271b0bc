"""`chot watchlist`: who is isolated or watched, and the filter of them that tablets get."""

from __future__ import annotations

import click

from cli.watchlist.changing import import_file, remove_entries
from cli.watchlist.looking import check_person, export_view, list_entries
from cli.watchlist.publishing import publish_filter


@click.group()
def watchlist() -> None:
    """Danh sách cách ly, theo dõi / who is isolated or watched."""


watchlist.add_command(check_person)
watchlist.add_command(export_view)
watchlist.add_command(import_file)
watchlist.add_command(list_entries)
watchlist.add_command(publish_filter)
watchlist.add_command(remove_entries)
