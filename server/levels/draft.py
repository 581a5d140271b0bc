"""Levels that were imported and not published yet: a file beside the log, bound to a version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credentials.jws import parse_json, parse_jws
from credentials.pack import MAX_PACK_CHARACTERS
from rules.grace import LevelBook, parse_level_book
from server.keys import KeyRing
from server.packs import EVERYBODY, publish
from server.store.protocol import Store
from server.store.published import AuditEntry, Pack

FILE = "levels_draft.json"
NO_CONTENT: Mapping[str, Any] = {"levels": []}


class DraftError(Exception):
    """A draft that cannot be used: "outdated" (another version was published since), "none"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be published. `base`: the version it changes, 0 for none; `files`: its sources."""

    base: int
    files: tuple[str, ...]
    content: Mapping[str, Any]

    @property
    def book(self) -> LevelBook:
        """Raises RuleError for content that no tablet would take."""
        return parse_level_book(self.content)


def in_force(store: Store) -> Draft:
    """The published levels as a draft that changes nothing."""
    pack = store.pack("levels", EVERYBODY)
    if pack is None:
        return Draft(0, (), NO_CONTENT)
    # From our own store, so its signature was checked when it was published.
    content = parse_json(parse_jws(pack.jws, MAX_PACK_CHARACTERS).payload)["content"]
    return Draft(pack.version, (), content)


def read_draft(data: Path, store: Store) -> Draft | None:
    """The draft on disk, None without one. Raises DraftError("outdated")."""
    try:
        text = (data / FILE).read_text("utf-8")
    except FileNotFoundError:
        return None
    value = json.loads(text)
    if value["base"] != in_force(store).base:
        raise DraftError("outdated")
    return Draft(value["base"], tuple(value["files"]), value["content"])


def write_draft(data: Path, draft: Draft) -> None:
    """Whole or not at all."""
    value = {"base": draft.base, "files": draft.files, "content": draft.content}
    part = data / f"{FILE}.part"
    part.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    part.replace(data / FILE)


def discard_draft(data: Path) -> bool:
    """Whether there was one."""
    found = (data / FILE).exists()
    (data / FILE).unlink(missing_ok=True)
    return found


def publish_draft(data: Path, store: Store, keys: KeyRing, draft: Draft, now_ms: int) -> Pack:
    """Sign and publish; the draft is gone then. Raises DraftError, RelayPackError."""
    if draft.base != in_force(store).base:
        raise DraftError("outdated")
    pack = publish(store, keys, "levels", EVERYBODY, draft.content, now_ms)
    if pack is None:
        raise DraftError("none")
    details = {"version": pack.version, "files": list(draft.files)}
    store.audit(AuditEntry(now_ms, "cli", "levels.published", f"v{pack.version}", details=details))
    discard_draft(data)
    return pack
