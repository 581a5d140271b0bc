"""What SQL makes of a value for a file is what Python would make of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from server.exporting.words import style_of
from server.spreadsheet import RUN, defused
from server.store.export_protocol import Column
from server.store.view.exported import shown_sql

LISTS = [
    [],
    ["card.missing"],
    ["card.missing", "declaration_required"],
    ["một, hai", "ba; bốn"],
    ['a "quoted" word', "c"],
    ["back\\slash", '", "'],
    ["]", "["],
    *([f"{one}1+1"] for one in RUN),
    *([f"{one}1+1", "x"] for one in RUN),
    ["x", "=1+1"],
    ["-"],
    ["^"],
    ["!"],
]


def shown(value: str, column: Column, *, is_defused: bool) -> str:
    sql = shown_sql(column, "?1", style_of("en", "local", defused=is_defused))
    with closing(sqlite3.connect(":memory:")) as database:
        (found,) = database.execute(f"SELECT {sql}", (value,)).fetchone()
    return str(found)


@pytest.mark.parametrize("words", LISTS, ids=json.dumps)
def test_a_list_is_its_words_and_runs_nothing(words: list[str]) -> None:
    column = Column("reasons", many=True, free=True)
    stored = json.dumps(words, ensure_ascii=False)
    assert shown(stored, column, is_defused=False) == "; ".join(words)
    assert shown(stored, column, is_defused=True) == defused("; ".join(words))


@pytest.mark.parametrize("text", ["", "30A-123.45", "]x", "[x", "*", "?", *(f"{r}x" for r in RUN)])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert shown(text, Column("plate", free=True), is_defused=True) == defused(text)
