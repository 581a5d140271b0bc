"""Where packs and journeys come from: files, packs that are shipped, what the server published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

import rules
from cli.data import opened
from cli.rules.files import YAML_SUFFIXES, FileError, read_rule_file
from credentials.pack import PackError
from rules import PackContent, RuleError, RulePack, parse_pack_content
from rules.authoring import Sample, Samples, parse_samples, with_effective_from
from server.keys import KeyRing
from server.packs import EVERYBODY, bundled, content_of
from server.rulebook import rules_of
from server.store.protocol import Store
from server.store.registered import Checkpoint

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SERVER = "server"


class ShippedPacks(Mapping[str, Any]):
    """The contents of the packs that are shipped, by name, each read when it is asked for."""

    def __init__(self) -> None:
        folder = Path(rules.__file__).parent / "packs"
        self._names = tuple(sorted(file.stem for file in folder.glob("*.json")))
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = bundled(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


SHIPPED = ShippedPacks()
ANY_TIME_MS = 0
"""Since when a rule holds that leaves it open, where a draft is only looked at."""


def journeys_of(rule_file: Path, named: tuple[Path, ...], now_ms: int) -> Samples:
    """The journeys of the named files, or of the one beside a rule file; none where there is none.

    Beside `hn.yaml` lies `hn_journeys.yaml` (or `.json`).
    """
    paths = named or tuple(
        path
        for suffix in (*YAML_SUFFIXES, ".json")
        if (path := rule_file.with_name(f"{rule_file.stem}_journeys{suffix}")).is_file()
    )
    when_ms: int | None = None
    cases: list[Sample] = []
    for path in paths:
        read = read_rule_file(path)
        try:
            found = parse_samples(read.value, SHIPPED, now_ms)
        except RuleError as error:
            raise FileError(path, f"{error.code} {error.at}", read.line_of(error.at)) from None
        when_ms = found.now_ms if when_ms is None else when_ms
        cases += found.cases
    return Samples(now_ms if when_ms is None else when_ms, tuple(cases))


def content_of_file(path: Path) -> PackContent:
    """The rules of a file to compare with."""
    read = read_rule_file(path)
    try:
        return parse_pack_content(with_effective_from(read.value, ANY_TIME_MS))
    except RuleError as error:
        raise FileError(path, f"{error.code} {error.at}", read.line_of(error.at)) from None


def pack_of_server(data: Path, checkpoint: str, now_ms: int) -> RulePack | None:
    """The rules that a checkpoint's tablets have now; None where none were published."""
    with opened(data) as store:
        checkpoint_named(store, checkpoint)
        try:
            return rules_of(store, KeyRing.load_or_create(data), checkpoint, now_ms)
        except (PackError, RuleError) as error:
            raise click.ClickException(
                f"Gói đang dùng của '{checkpoint}' không đọc được / cannot be read: {error}"
            ) from None


def levels_of_server(data: Path, now_ms: int) -> Any:
    """The content of the levels pack in force; None where none is published."""
    with opened(data) as store:
        pack = store.pack("levels", EVERYBODY)
        return None if pack is None else content_of(pack, KeyRing.load_or_create(data), now_ms)


def checkpoint_named(store: Store, id_: str) -> Checkpoint:
    """A checkpoint by its id; a mistyped one is told."""
    for one in store.checkpoints():
        if one.id == id_:
            return one
    raise click.ClickException(f"Không có chốt '{id_}' / no such checkpoint.")
