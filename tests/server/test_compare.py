"""`chot rebuild --compare`: the view in use holds what a view made anew from the log holds."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.compare import OtherViewError, compare_view
from server.store.reader import ViewMissingError
from server.store.view.view_digest import TABLES
from tests.server.store.conftest import World
from tests.server.store.test_as_of import history


@pytest.fixture
def world(tmp_path: Path, rng: random.Random) -> Iterator[World]:
    world = World.fresh(tmp_path / "data", rng)
    history(world, rng)
    # Whatever the seed: one event beyond a gap that stays open.
    tablet = world.tablet()
    tablet.batch(tablet.crossing())
    tablet.push(world.store, tablet.batch(tablet.crossing()))
    world.project()
    yield world
    world.store.close()


def changed(world: World, sql: str) -> None:
    connection = sqlite3.connect(world.config.view_path)
    with connection:
        connection.execute(sql)
    connection.close()


def test_v6_a_view_that_followed_holds_what_a_new_one_holds(world: World) -> None:
    compared = compare_view(world.config, world.sqlite.keys)
    assert compared.difference is None
    assert compared.watermark == world.store.projected()[1]
    assert compared.digests.keys() == TABLES.keys()
    assert not list(world.config.data_dir.glob("view.db.compare*"))


def test_v6_every_table_is_compared(world: World) -> None:
    with sqlite3.connect(world.config.view_path) as connection:
        tables = {
            str(name)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    connection.close()
    beside = {"meta", "to_look", "to_decide", "_sqlite_migrations"}
    assert {one for one in tables if not one.startswith("plates_")} - beside == TABLES.keys()


@pytest.mark.parametrize(
    ("sql", "table", "columns"),
    [
        ("UPDATE crossings SET action = 'passed', flags = 0", "crossings", ("action", "flags")),
        ("DELETE FROM tokens", "tokens", ()),
        ("UPDATE unverified SET closed = 1", "unverified", ("closed",)),
        ("DELETE FROM links", "links", ()),
    ],
)
def test_v6_the_first_difference_is_named_by_table_row_and_columns(
    world: World, sql: str, table: str, columns: tuple[str, ...]
) -> None:
    changed(world, sql)
    found = compare_view(world.config, world.sqlite.keys).difference
    assert found is not None
    assert found.table == table
    assert set(found.columns) <= set(columns)


def test_v6_a_view_that_is_behind_is_compared_with_as_much_of_the_log(world: World) -> None:
    tablet = world.tablet()
    tablet.push(world.store, tablet.crossings(3))
    watermark, newest = world.store.projected()
    assert newest == watermark + 3
    compared = compare_view(world.config, world.sqlite.keys)
    assert (compared.watermark, compared.difference) == (watermark, None)


def test_v6_another_or_no_view_is_not_compared(world: World) -> None:
    changed(world, "UPDATE meta SET value = '0' WHERE key = 'schema'")
    with pytest.raises(OtherViewError):
        compare_view(world.config, world.sqlite.keys)
    world.config.view_path.unlink()
    with pytest.raises(ViewMissingError):
        compare_view(world.config, world.sqlite.keys)
