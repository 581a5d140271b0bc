"""Progress: rate and time left on a terminal, with rich or without; not a byte anywhere else."""

from __future__ import annotations

import builtins
import io
import sys
from typing import Any

import pytest

from cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def draw(unit: str = "") -> str:
    with progress("Xuất crossings", unit) as tell:
        for done in (1_000, 2_000, 4_000):
            tell(done, 4_000)
    drawn = sys.stderr
    assert isinstance(drawn, io.StringIO)
    return drawn.getvalue()


def test_rich_draws_what_is_done_and_how_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    said = draw()
    assert "Xuất crossings" in said and "4000/4000" in said and "/s" in said


def test_without_rich_a_plain_bar_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    known = builtins.__import__

    def without_rich(name: str, *rest: Any) -> Any:
        if name.startswith("rich"):
            raise ModuleNotFoundError(name)
        return known(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_rich)
    monkeypatch.setattr(sys, "stderr", Terminal())
    said = draw()
    assert "Xuất crossings" in said and "4000/4000" in said and "/s" in said


def test_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert draw() == ""


def test_a_pipe_gets_plain_lines_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr("cli.progress.time.monotonic", lambda: clock[0])
    with progress("Cấp giấy", lines=True) as tell:
        for second in range(1, 26):
            clock[0] = float(second)
            tell(second * 100, 2_500)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "Cấp giấy: 200/2500, 100/s",
        "Cấp giấy: 1200/2500, 100/s",
        "Cấp giấy: 2200/2500, 100/s",
    ]
