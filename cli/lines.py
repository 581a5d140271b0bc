"""JSON lines for `--batch`: one object a line in, one object a line out, in the same order."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import click

Line = dict[str, Any]

MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_LINE_DEPTH = 64
"""A rule pack may be 48 deep, and a line wraps it; read before the parser recurses."""

_MANY_DIGITS = 400
_BLANK = b" \t\r\n\v\f"
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


class LineError(Exception):
    """A line that cannot be answered; `code` is stable, the batch goes on."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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


def answer_every_line(answer: Callable[[Line], Line]) -> None:
    """As `answer_lines`, but no line ends it: LineError becomes {id, error} and the next is read.

    Errors of the line itself: "line.limit" (bytes or depth) and "line.json" (no JSON object).
    """
    for raw in _raw_lines():
        identifier: Any = None
        try:
            line = _object_of(raw)
            identifier = _identifier(line.get("id"))
            said: Line = {"id": identifier, **answer(line)}
        except LineError as error:
            said = {"id": identifier, "error": error.code}
        click.echo(json.dumps(said, separators=(",", ":"), allow_nan=False))


def _raw_lines() -> Iterator[bytes | None]:
    """Lines that are not blank; None stands for one of too many bytes, which is skipped."""
    source = sys.stdin.buffer
    while raw := source.readline(MAX_LINE_BYTES + 1):
        if len(raw) <= MAX_LINE_BYTES:
            if raw.strip(_BLANK):
                yield raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = source.readline(MAX_LINE_BYTES)
        yield None


def _object_of(raw: bytes | None) -> Line:
    if raw is None:
        raise LineError("line.limit")
    try:
        text = raw.decode("utf-8")
        if _depth(text) > MAX_LINE_DEPTH:
            raise LineError("line.limit")
        line = json.loads(text, parse_int=_number, parse_constant=_refuse_constant)
    except ValueError:
        line = None
    if not isinstance(line, dict):
        raise LineError("line.json")
    return line


def _depth(text: str) -> int:
    """How deep brackets stand in each other, outside of texts."""
    if text.count("[") + text.count("{") <= MAX_LINE_DEPTH:
        return 0
    depth = deepest = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        if match[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif match[0] in "]}":
            depth -= 1
    return deepest


def _number(digits: str) -> int | float:
    """Python refuses to read thousands of digits; JavaScript makes Infinity of them."""
    return int(digits) if len(digits) <= _MANY_DIGITS else float(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _identifier(value: Any) -> Any:
    """Text, a number, true, false or null goes back as it came; anything else as null."""
    if isinstance(value, bool | str) or value is None:
        return value
    try:
        return value if math.isfinite(float(value)) else None
    except (OverflowError, TypeError):
        return None
