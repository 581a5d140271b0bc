"""Two who publish a pack at once: one is first, the other's change goes on top of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.config import Config
from server.keys import KeyRing
from server.packs import EVERYBODY, MOST_TRIES, content_of, publish, publish_changed
from server.permits import permits_content, set_quota, suspend
from server.store.protocol import Store
from server.store.published import Pack, PackVersionError
from server.store.sqlite import open_store

NOW_MS = 1_795_320_000_000


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing.load_or_create(tmp_path)


@pytest.fixture
def store(tmp_path: Path, keys: KeyRing) -> Iterator[Store]:
    with closing(open_store(Config(tmp_path), keys)) as store:
        yield store


def said(store: Store, keys: KeyRing, name: str = "notes") -> tuple[int, Any]:
    pack = store.pack(name, EVERYBODY)
    assert pack is not None
    return pack.version, content_of(pack, keys, NOW_MS)


def test_a_change_that_was_overtaken_is_made_again_of_what_is_there(
    store: Store, keys: KeyRing
) -> None:
    seen: list[object] = []

    def change(last: Mapping[str, Any] | None) -> dict[str, Any]:
        if not seen:
            publish(store, keys, "notes", EVERYBODY, {"first": 1}, NOW_MS)
        seen.append(last)
        return {**(last or {}), "second": 2}

    made = publish_changed(store, keys, "notes", EVERYBODY, change, NOW_MS)
    assert seen == [None, {"first": 1}]
    assert made is not None and made.version == 2
    assert said(store, keys) == (made.version, {"first": 1, "second": 2})


def test_many_threads_lose_nothing_and_versions_rise_by_one(store: Store, keys: KeyRing) -> None:
    ready = threading.Barrier(6)
    made: list[Pack | None] = []

    def add(number: int) -> None:
        ready.wait()
        made.append(
            publish_changed(
                store,
                keys,
                "notes",
                EVERYBODY,
                lambda last: {**(last or {}), str(number): 1},
                NOW_MS,
            )
        )

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.version for one in made if one is not None) == [1, 2, 3, 4, 5, 6]
    assert said(store, keys) == (6, {str(number): 1 for number in range(6)})


def test_who_is_overtaken_for_ever_is_told(store: Store, keys: KeyRing) -> None:
    count = 0

    def change(last: Mapping[str, Any] | None) -> dict[str, Any]:
        nonlocal count
        count += 1
        publish(store, keys, "notes", EVERYBODY, {"other": count}, NOW_MS)
        return {"mine": 1}

    with pytest.raises(PackVersionError):
        publish_changed(store, keys, "notes", EVERYBODY, change, NOW_MS)
    assert count == MOST_TRIES


def test_a_quota_and_a_suspension_at_once_both_stand(store: Store, keys: KeyRing) -> None:
    ready = threading.Barrier(2)

    def quota() -> None:
        ready.wait()
        set_quota(store, keys, ("type", "pass"), (2, None), "a", NOW_MS)

    def suspension() -> None:
        ready.wait()
        suspend(store, keys, {"type": "permit", "reference": "TB 1"}, None, "b", NOW_MS)

    threads = [threading.Thread(target=one) for one in (quota, suspension)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    content = permits_content(store)
    assert [one["type"] for one in content["quotas"]] == ["pass"]
    assert [one["type"] for one in content["suspended"]["types"]] == ["permit"]
