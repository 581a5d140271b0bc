"""How far a long command is: a bar with rate and time left on a terminal, else lines at most."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

FIRST_LINE_S = 2.0
LINE_EVERY_S = 10.0

Tell = Callable[[int, int], None]
"""Called with what is done so far, and with all there is."""


@contextmanager
def progress(what: str, unit: str = "", lines: bool = False) -> Iterator[Tell]:
    """On standard error: by rich (extra `rich`), where that is missing by click.

    `unit`: of what is counted, "B" for bytes. `lines`: where there is no terminal, a plain line
    after FIRST_LINE_S and every LINE_EVERY_S.
    """
    if not sys.stderr.isatty():
        yield _in_lines(what) if lines else lambda _done, _of: None
        return
    try:
        import rich.console
        import rich.progress
    except ModuleNotFoundError:
        with _plain(what) as tell:
            yield tell
        return
    amount = rich.progress.DownloadColumn() if unit == "B" else rich.progress.MofNCompleteColumn()
    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(bar_width=None),
        amount,
        rich.progress.TextColumn("{task.fields[rate]}"),
        rich.progress.TimeRemainingColumn(compact=True),
    )
    console = rich.console.Console(stderr=True)
    with rich.progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None, rate="")
        begun = time.monotonic()

        def tell_rich(done: int, of: int) -> None:
            per_second = done / max(time.monotonic() - begun, 0.001)
            bar.update(task, completed=done, total=of, rate=_rate(per_second, unit))

        yield tell_rich


def _in_lines(what: str) -> Tell:
    begun = time.monotonic()
    due_s = FIRST_LINE_S

    def tell(done: int, of: int) -> None:
        nonlocal due_s
        passed_s = time.monotonic() - begun
        if passed_s >= due_s:
            due_s = passed_s + LINE_EVERY_S
            click.echo(f"{what}: {done}/{of}, {_rate(done / passed_s, '')}", err=True)

    return tell


@contextmanager
def _plain(what: str) -> Iterator[Tell]:
    begun = time.monotonic()
    bar: Any = None
    at = 0

    def tell(done: int, of: int) -> None:
        nonlocal bar, at
        if bar is None:
            bar = click.progressbar(
                length=of, label=what, file=sys.stderr, show_eta=True, show_pos=True,
                item_show_func=lambda rate: rate or "",
            )  # fmt: skip
            bar.__enter__()
        bar.update(done - at, _rate(done / max(time.monotonic() - begun, 0.001), ""))
        at = done

    try:
        yield tell
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def _rate(per_second: float, unit: str) -> str:
    if unit == "B":
        return f"{per_second / 1e6:.1f} MB/s"
    return f"{per_second:,.0f}/s".replace(",", ".")
