"""Idempotency-Key across restarts: what was done is told again, and done once (ADR 0028)."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from server.config import Config
from server.idempotent import HEADER, REPLAYED
from server.keys import KeyRing
from server.searches import LIFETIME_MS as SEARCH_LIFETIME_MS
from server.searches import OpenSearches
from server.store.once import LIFETIME_MS, Asked, DoneBeforeError
from server.store.published import AuditEntry
from server.store.sqlite import SqliteStore, open_store
from tests.server.api.clients import bearer, enrol, user_token
from tests.server.api.conftest import World, a_world
from tests.server.api.serving import served
from tests.server.api.test_served import eventually, prepared, sync, token

SEARCH = {
    "purpose": "tracing",
    "reference": {"request_number": "12/YC"},
    "criteria": {"name": "Phạm Thị Thử"},
}
SEEN = {"decision": "seen", "note": "Đã gọi lại"}


def test_a_killed_server_tells_the_same_and_does_it_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (code,) = prepared(data)
    with served(data) as server:
        tablet = enrol(server, code)
        record = tablet.crossing(name="Phạm Thị Thử")
        sync(server, tablet, token(server, tablet), batch=tablet.batch())
        who = bearer(user_token(server, "reviewer"))
        path = f"/api/v1/crossings/{record}/reviews"

        def written() -> Any:
            answer = server.call(path, SEEN, who | {HEADER: "k-review"})
            return answer if answer[0] == 201 else None

        status, review, headers = eventually(written)
        assert status == 201 and REPLAYED.lower() not in headers
        status, search, _ = server.call("/api/v1/searches", SEARCH, who | {HEADER: "k-search"})
        assert status == 201
        server.process.kill()
        server.process.wait()
    with served(data) as server:
        another = SEARCH | {"criteria": {"name": "Lê Văn Mẫu"}}
        for where, sent, other, key, first in (
            (path, SEEN, {"decision": "seen"}, "k-review", review),
            ("/api/v1/searches", SEARCH, another, "k-search", search),
        ):
            status, told, headers = server.call(where, sent, who | {HEADER: key})
            assert (status, told, headers[REPLAYED.lower()]) == (201, first, "true")
            status, told, _ = server.call(where, other, who | {HEADER: key})
            assert (status, told["code"]) == (422, "request.reused")
        # The search that a restart forgot is open again, and shows what it was stated for.
        page = f"/api/v1/searches/{search['id']}"
        rows = eventually(lambda: server.call(page, headers=who)[1].get("rows"))
        assert [one["record"] for one in rows] == [record]
        assert server.call(path, SEEN, who | {HEADER: "k-other"})[1] != review
        assert server.stop() == 0
    with contextlib.closing(open_store(Config(data), KeyRing.load_or_create(data))) as store:
        searches = [one for one in store.audited_of("search") if one.who == "reviewer"]
        assert [one.subject for one in searches] == [search["id"]]
        events = [one for batch in store.own_batches(0, 100) for one in batch.batch.events]
        reviewed = [one for one in events if '"kind":"review"' in one.body]
        assert len(reviewed) == 2  # under k-review and under k-other


def test_nothing_that_was_asked_lies_there_in_clear(world: World, tmp_path: Path) -> None:
    headers = world.signed_in("reviewer") | {HEADER: "k-canhsat-1"}
    made = world.client.post("/api/v1/searches", json=SEARCH, headers=headers).get_json()["id"]
    ((key, request, at_ms, kept),) = rows(tmp_path / "data")
    assert (at_ms, kept) == (world.now_ms, made)
    # Two digests that whoever guesses who and what cannot make without the server's keys.
    for digest in (key, request):
        assert len(digest) == 32
        for guess in ("k-canhsat-1", '["key",["user-reviewer","k-canhsat-1"]]'):
            assert digest != hashlib.sha256(guess.encode()).digest()
    world.context.store.close()
    assert b"k-canhsat-1" not in (tmp_path / "data" / "log.db").read_bytes()


def test_a_server_that_fails_before_the_commit_did_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = world.signed_in("reviewer") | {HEADER: "k"}

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("server.store.sqlite.keep_done", full)
        answer = world.client.post("/api/v1/searches", json=SEARCH, headers=headers)
        assert answer.status_code >= 500
    assert world.context.store.audited_of("search") == []
    again = world.client.post("/api/v1/searches", json=SEARCH, headers=headers)
    assert (again.status_code, REPLAYED in again.headers) == (201, False)


def test_a_server_that_fails_after_the_commit_did_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = world.signed_in("reviewer") | {HEADER: "k"}

    def lost(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(OpenSearches, "add", lost)
        answer = world.client.post("/api/v1/searches", json=SEARCH, headers=headers)
        assert answer.status_code == 500
    again = world.client.post("/api/v1/searches", json=SEARCH, headers=headers)
    assert (again.status_code, again.headers[REPLAYED]) == (201, "true")
    (entry,) = world.context.store.audited_of("search")
    assert again.get_json() == {"id": entry.subject}
    page = world.client.get(f"/api/v1/searches/{entry.subject}", headers=headers)
    assert page.status_code == 200


def test_a_search_that_is_over_stays_over(world: World) -> None:
    headers = world.signed_in("reviewer") | {HEADER: "k"}
    made = world.client.post("/api/v1/searches", json=SEARCH, headers=headers).get_json()["id"]
    world.now_ms += SEARCH_LIFETIME_MS + 1
    headers = world.signed_in("reviewer") | {HEADER: "k"}
    again = world.client.post("/api/v1/searches", json=SEARCH, headers=headers)
    assert again.get_json()["id"] == made
    page = world.client.get(f"/api/v1/searches/{made}", headers=headers)
    assert page.get_json()["code"] == "search.unknown"


def test_after_a_day_a_key_stands_for_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path / "data") as world:
        headers = world.signed_in("reviewer") | {HEADER: "k"}
        first = world.client.post("/api/v1/searches", json=SEARCH, headers=headers).get_json()
        world.now_ms += LIFETIME_MS
        headers = world.signed_in("reviewer") | {HEADER: "k"}
        answer = world.client.post("/api/v1/searches", json=SEARCH, headers=headers)
        assert answer.get_json() != first and REPLAYED not in answer.headers
        assert len(rows(tmp_path / "data")) == 1


def test_of_two_processes_one_does_it(tmp_path: Path) -> None:
    keys = KeyRing.load_or_create(tmp_path)
    with (
        contextlib.closing(open_store(Config(tmp_path), keys)) as one,
        contextlib.closing(open_store(Config(tmp_path), keys)) as other,
        ThreadPoolExecutor(8) as threads,
    ):
        tries = [threads.submit(ask, (one, other)[n % 2], 1, n) for n in range(8)]
        failed = [isinstance(each.exception(), DoneBeforeError) for each in tries]
        assert failed.count(False) == 1 and len(one.audited_of("search")) == 1


def ask(store: SqliteStore, key: int, at_ms: int) -> int:
    entry = AuditEntry(at_ms, "u", "search", f"s{at_ms}")
    return store.audit(entry, once=Asked(bytes([key]) * 32, bytes(32), at_ms))


def rows(data: Path) -> list[tuple[bytes, bytes, int, str]]:
    with contextlib.closing(sqlite3.connect(data / "log.db")) as log:
        return log.execute("SELECT key, request, at_ms, made FROM done").fetchall()
