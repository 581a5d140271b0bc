"""JSON lines for `--batch`: one object a line in, one object a line out, in the same order."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

Line = dict[str, Any]


def answer_lines(answer: Callable[[Line], Line]) -> None:
    """Answer each line of standard input. A line that is no JSON object ends it, named."""
    for line in _lines():
        # Escaped: a name may hold half of a surrogate pair, which UTF-8 cannot.
        click.echo(json.dumps(answer(line), separators=(",", ":")))


def text_of(line: Line, member: str) -> str:
    """A member that has to be text; what is missing or of another type is the caller's mistake."""
    value = line.get(member)
    if not isinstance(value, str):
        raise click.ClickException(f"'{member}' phải là chuỗi / must be text (id {line.get('id')})")
    return value


def _lines() -> Iterator[Line]:
    for number, raw in enumerate(sys.stdin.buffer, 1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            line = None
        if not isinstance(line, dict):
            raise click.ClickException(f"dòng {number} không phải đối tượng JSON / not an object")
        yield line
