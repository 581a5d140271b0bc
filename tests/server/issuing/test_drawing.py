"""Codes that several processes draw are those of one, and no process outlives its command."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

from server.issuing import drawing
from server.issuing.codes import printed_code
from server.issuing.drawing import DrawingError, drawn
from server.issuing.sign import Document

PATIENCE_S = 60
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."


def documents(rng: random.Random, count: int) -> list[Document]:
    """Some have more codes than a process is given at once."""

    def texts(number: int) -> tuple[str, ...]:
        codes = 3 * drawing.AHEAD if number == 3 else 1 + number % 2
        return tuple(
            "CHOT1:" + "".join(rng.choices(ALPHABET, k=rng.randint(60, 90))) for _ in range(codes)
        )

    return [Document(f"D{one}", "manifest", "k", 0, 1, texts(one), {}) for one in range(count)]


def test_every_document_comes_back_with_its_own_codes_in_order(
    rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = documents(rng, 30)
    alone = list(drawn(asked, len(asked)))
    assert [one for one, _ in alone] == asked
    assert [codes for _, codes in alone] == [[*map(printed_code, one.texts)] for one in asked]

    def here(_: str) -> None:
        raise AssertionError("drawn by the command itself")

    monkeypatch.setattr(drawing, "printed_code", here)
    assert list(drawn(asked, len(asked), processes=2)) == alone


def test_a_long_list_is_drawn_by_all_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def beside(_texts: object, processes: int) -> object:
        seen.append(processes)
        return iter(())

    monkeypatch.setattr(drawing, "_drawn_beside", beside)
    for processors in (1, 2, 64):
        monkeypatch.setattr(os, "cpu_count", lambda processors=processors: processors)
        list(drawn([], drawing.WORTH_IT))
        list(drawn([], drawing.WORTH_IT - 1))
    assert seen == [2, drawing.MOST_PROCESSES]


def test_a_process_that_is_gone_is_an_error_and_leaves_no_other(
    rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[str]] = []
    plain = drawing._started

    def start() -> subprocess.Popen[str]:
        started.append(plain())
        return started[-1]

    monkeypatch.setattr(drawing, "_started", start)
    codes = drawn(documents(rng, 200), 200, processes=2)
    next(codes)
    started[0].kill()
    with pytest.raises(DrawingError):
        list(codes)
    assert all(one.returncode is not None for one in started)


def test_a_process_ends_with_what_it_reads_from() -> None:
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "server.issuing.drawing"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii",
    )  # fmt: skip
    answer, _ = child.communicate("CHOT1:a\n", timeout=PATIENCE_S)
    assert child.returncode == 0
    code = printed_code("CHOT1:a")
    assert answer.split() == [str(code.version), *code.rows]
