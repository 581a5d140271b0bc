"""Reading rule files: YAML or JSON, bounded before they are parsed, with the line of each place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import click

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 100_000
"""Counted as read: an alias counts as everything that it stands for."""

YAML_SUFFIXES = (".yaml", ".yml")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
_TEXT_TAG = "tag:yaml.org,2002:str"


class FileError(click.ClickException):
    """A file that cannot be read as rules; the message names the line where one is known."""

    exit_code = 1

    def __init__(self, path: Path, why: str, line: int | None = None) -> None:
        super().__init__(f"{path}{'' if line is None else f':{line}'}: {why}")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What a file says; `lines` maps JSON pointers to lines (from 1), empty for JSON."""

    path: Path
    value: Any
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, at: str) -> int | None:
        """The line of a place, or of the nearest one above it."""
        while at not in self.lines and at:
            at = at.rpartition("/")[0]
        return self.lines.get(at)


def read_rule_file(path: Path) -> RuleFile:
    """A YAML or JSON file. Raises FileError; asks for the extra `yaml` where it is missing."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise FileError(path, f"quá {MAX_FILE_BYTES} byte / larger than that")
    try:
        # Windows' editor writes a byte order mark.
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(path, "không phải UTF-8 / not UTF-8") from None
    if path.suffix.lower() in YAML_SUFFIXES:
        return _yaml(path, text)
    return RuleFile(path, _json(path, text))


def _json(path: Path, text: str) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1)
            raise FileError(path, f"khóa '{twice}' lặp lại / is there twice")
        return found

    def refused(constant: str) -> NoReturn:
        raise FileError(path, f"{constant} không phải JSON / is not JSON")

    try:
        return json.loads(text, object_pairs_hook=members, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise FileError(path, f"JSON: {error.msg}", error.lineno) from None
    except (RecursionError, ValueError):
        raise FileError(path, "quá sâu hoặc số quá dài / too deep, or a number too long") from None


def _yaml(path: Path, text: str) -> RuleFile:
    try:
        import yaml
    except ModuleNotFoundError:
        raise click.ClickException(
            "Đọc YAML cần thêm gói / reading YAML needs: pip install 'chot[yaml]'"
        ) from None
    lines: dict[str, int] = {}
    try:
        # The C parser where PyYAML was built with it: ten times as fast.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return RuleFile(path, _Events(path, yaml.parse(text, loader), lines).document(), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise FileError(path, f"YAML: {error.problem or error.context}", line) from None
    except yaml.YAMLError as error:
        raise FileError(path, f"YAML: {error}") from None


class _Events:
    """Builds values from a parser's events, so that nothing is made before it was counted.

    Plain scalars are JSON's: null, true, false and numbers; everything else is text. So a date
    stays the text it is written as, `01` a province, and `no` a word.
    """

    def __init__(self, path: Path, events: Iterable[Any], lines: dict[str, int]) -> None:
        self._path = path
        self._events: Iterator[Any] = iter(events)
        self._lines = lines
        self._left = MAX_NODES
        self._anchors: dict[str, tuple[Any, int]] = {}

    def document(self) -> Any:
        self._expect("StreamStartEvent")
        event = next(self._events)
        if type(event).__name__ == "StreamEndEvent":
            return None
        value, _ = self._value(next(self._events), "", 0)
        self._expect("DocumentEndEvent")
        self._expect("StreamEndEvent")
        return value

    def _expect(self, name: str) -> None:
        event = next(self._events)
        if type(event).__name__ != name:
            self._refuse(event, "chỉ được một tài liệu / only one document")

    def _value(self, event: Any, at: str, depth: int) -> tuple[Any, int]:
        """The value that starts with `event`, and of how many nodes it is."""
        self._lines[at] = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            self._refuse(event, "lồng quá sâu / too deep")
        kind = type(event).__name__
        if kind == "AliasEvent":
            if event.anchor not in self._anchors:
                self._refuse(event, f"*{event.anchor} chưa có / is not there yet")
            value, size = self._anchors[event.anchor]
            self._spend(event, size)
            return value, size
        self._spend(event, 1)
        if event.tag not in (None, "!", _TEXT_TAG) or (event.tag and kind != "ScalarEvent"):
            self._refuse(event, f"nhãn {event.tag} không dùng được / tags are not taken")
        if kind == "ScalarEvent":
            value, size = self._scalar(event), 1
        elif kind == "SequenceStartEvent":
            value, size = self._sequence(at, depth)
        else:
            value, size = self._mapping(at, depth)
        if event.anchor:
            self._anchors[event.anchor] = (value, size)
        return value, size

    def _sequence(self, at: str, depth: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        size = 1
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            item, nodes = self._value(event, f"{at}/{len(items)}", depth + 1)
            items.append(item)
            size += nodes
        return items, size

    def _mapping(self, at: str, depth: int) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        size = 1
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            if type(event).__name__ != "ScalarEvent":
                self._refuse(event, "khóa phải là chuỗi / a key must be text")
            name = event.value
            if name in members:
                self._refuse(event, f"khóa '{name}' lặp lại / is there twice")
            if name == "<<":
                self._refuse(event, "'<<' không dùng được / merge keys are not taken")
            members[name], nodes = self._value(next(self._events), f"{at}/{name}", depth + 1)
            self._lines[f"{at}/{name}"] = event.start_mark.line + 1
            size += nodes + 1
        return members, size

    def _scalar(self, event: Any) -> Any:
        text = event.value
        # A plain scalar has no style: None, and "" from the C parser.
        if event.style or event.tag == _TEXT_TAG:
            return text
        if text in _WORDS:
            return _WORDS[text]
        return json.loads(text) if _NUMBER.fullmatch(text) else text

    def _spend(self, event: Any, nodes: int) -> None:
        self._left -= nodes
        if self._left < 0:
            self._refuse(event, "quá nhiều phần tử / too many nodes")

    def _refuse(self, event: Any, why: str) -> NoReturn:
        raise FileError(self._path, why, event.start_mark.line + 1)
