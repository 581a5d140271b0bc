"""Codes of many documents, drawn by as many processes as there are processors.

Drawing a code takes some 25 ms in Python, seven times as long as all else that is done for a
document. So texts go to other processes, a line each, and modules come back; those processes know
no key and no file, and end when what they read from ends, also where the command was killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle

from server.issuing.codes import PrintedCode, code_of_rows, printed_code
from server.issuing.sign import Document

WORTH_IT = 64
"""Documents. Fewer are drawn before a process has started."""

MOST_PROCESSES = 8
AHEAD = 8
"""Texts that a process is given before its answers are read: they fit the buffers of a pipe."""


class DrawingError(Exception):
    """A process that draws has ended before it answered."""


def drawn(
    documents: Iterable[Document], count: int, processes: int | None = None
) -> Iterator[tuple[Document, list[PrintedCode]]]:
    """`count` documents in their order, each with its codes. Raises DrawingError."""
    if processes is None:
        processes = min(os.cpu_count() or 1, MOST_PROCESSES) if count >= WORTH_IT else 1
    passed: deque[Document] = deque()

    def texts() -> Iterator[str]:
        for document in documents:
            passed.append(document)
            yield from document.texts

    codes = map(printed_code, texts()) if processes == 1 else _drawn_beside(texts(), processes)
    for first in codes:
        document = passed.popleft()
        yield document, [first, *(next(codes) for _ in document.texts[1:])]


def _drawn_beside(texts: Iterable[str], processes: int) -> Iterator[PrintedCode]:
    children = [_started() for _ in range(processes)]
    waiting: deque[subprocess.Popen[str]] = deque()
    try:
        for text, child in zip(texts, cycle(children), strict=False):
            assert child.stdin is not None
            child.stdin.write(f"{text}\n")
            child.stdin.flush()
            waiting.append(child)
            if len(waiting) == AHEAD * processes:
                yield _answer(waiting.popleft())
        while waiting:
            yield _answer(waiting.popleft())
    except BrokenPipeError:
        raise DrawingError("a process that draws codes has ended") from None
    finally:
        for child in children:
            child.kill()
            child.communicate()


def _started() -> subprocess.Popen[str]:
    # -P: no module of the folder that somebody happens to stand in.
    command = [sys.executable, "-P", "-m", "server.issuing.drawing"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="ascii")


def _answer(child: subprocess.Popen[str]) -> PrintedCode:
    assert child.stdout is not None
    version, *rows = child.stdout.readline().split() or [""]
    if not rows:
        raise DrawingError("a process that draws codes has ended")
    return code_of_rows(rows, int(version))


def _draw_lines(lines: Iterable[str]) -> Iterator[Sequence[str]]:
    for line in lines:
        code = printed_code(line.removesuffix("\n"))
        yield (str(code.version), *code.rows)


def main() -> None:
    """Answer each line with version and rows of its code, until there are no more."""
    # Ctrl-C is the command's to answer; it ends what is read here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for answer in _draw_lines(sys.stdin):
            print(*answer, flush=True)
    except BrokenPipeError:
        # Nobody is there any more. What is left in the buffer is not to be tried again at exit.
        os._exit(0)


if __name__ == "__main__":
    main()
