"""Reason codes in the words that the rules of their checkpoint have for them.

SQL asks for the words row by row, in a read during which nothing else can be read: what is not
known yet is noted, learnt after the portion, and the portion is read once more.
"""

from __future__ import annotations

import json

from rules.errors import RuleError
from rules.pack import BUILT_IN_REASONS, parse_pack_content
from server.packs import EVERYBODY, checkpoint_scope, said_by
from server.spreadsheet import defused
from server.store.protocol import Store
from server.store.published import Pack

MOST_EARLIER = 200
"""Earlier versions of rules that are looked through for a code which the newest does not have."""
MOST_SHOWN = 20_000
"""Lists kept as they are shown: a day has some hundreds of different ones."""


class ReasonWords(dict[str, str]):
    """What stands in a file for "<checkpoint><JSON list of codes>", by that text.

    A code that no rules here know stays. A mapping, so that SQL asks it without running Python.
    """

    def __init__(self, store: Store, *, is_defused: bool) -> None:
        super().__init__()
        self._store = store
        self._is_defused = is_defused
        self._texts: dict[str, dict[str, str]] = {}
        self._is_all: set[str] = set()
        self._wanted: set[str] = set()

    def __missing__(self, asked: str) -> str:
        checkpoint, bracket, listed = asked.partition("[")
        codes = [str(one) for one in json.loads(f"{bracket}{listed}")]
        texts = self._texts.get(checkpoint)
        is_known = texts is not None and all(one in texts for one in codes)
        if codes and not is_known and checkpoint not in self._is_all:
            self._wanted.add(checkpoint)
            return ""
        text = "; ".join((texts or {}).get(one, one) for one in codes)
        if self._is_defused:
            text = str(defused(text))
        if len(self) >= MOST_SHOWN:
            self.clear()
        self[asked] = text
        return text

    def learn(self) -> bool:
        """Whether words were missing: they are there now, and the portion is to be read again.

        First those of the rules in force; where they lack a code, those of the rules before.
        """
        for checkpoint in self._wanted:
            if checkpoint in self._texts:
                self._texts[checkpoint] = self._earlier(checkpoint) | self._texts[checkpoint]
                self._is_all.add(checkpoint)
            else:
                self._texts[checkpoint] = self._newest(checkpoint)
        was_missing = bool(self._wanted)
        self._wanted.clear()
        return was_missing

    def _newest(self, checkpoint: str) -> dict[str, str]:
        own = self._store.pack("rules", checkpoint_scope(checkpoint))
        pack = own or self._store.pack("rules", EVERYBODY)
        built_in = {one.code: one.vi for one in BUILT_IN_REASONS.values()}
        return built_in if pack is None else _texts(pack)

    def _earlier(self, checkpoint: str) -> dict[str, str]:
        """Of two versions the newer one's words; a checkpoint's own before those for all."""
        found: dict[str, str] = {}
        for scope in (checkpoint_scope(checkpoint), EVERYBODY):
            pack = self._store.pack("rules", scope)
            for _ in range(MOST_EARLIER):
                if pack is None:
                    break
                found = _texts(pack) | found
                pack = self._store.pack("rules", scope, pack.version)
        return found


def _texts(pack: Pack) -> dict[str, str]:
    try:
        content = parse_pack_content(said_by(pack))
    except RuleError:
        return {}
    return {code: reason.vi for code, reason in content.reasons().items()}
