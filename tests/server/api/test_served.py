"""Enrol, push, pull, search and review against a really served process, over HTTP and TLS."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from server.api.files import UNFINISHED
from server.config import Config, save_config
from server.store.registered import Enrolment
from server.token_limits import LEAST_REQUESTS
from sync.batch import plain_event
from tests.server.api.clients import bearer, device_token, enrol, prepare, user_token
from tests.server.api.serving import Served, served
from tests.server.api.tablet import Tablet, events_of

MEMORY_LIMIT_KB = 80_000


def prepared(data: Path, tablets: int = 1) -> list[str]:
    """A checkpoint, a reviewer, and codes for so many tablets."""
    places = [Enrolment("hd-ql6", str(lane), f"máy {lane}") for lane in range(1, tablets + 1)]
    return prepare(data, ["reviewer"], places)


def token(server: Served, tablet: Tablet) -> dict[str, str]:
    """The Authorization header of a tablet."""
    return bearer(device_token(server, tablet))


def sync(server: Served, tablet: Tablet, headers: dict[str, str], **members: Any) -> Any:
    status, told, got = server.call("/api/v1/sync", tablet.request(**members), headers, packed=True)
    assert status == 200, told
    assert "traceback" not in json.dumps(got).lower()
    return told


def eventually(found: Any, seconds: float = 10.0) -> Any:
    """The first true value of `found()`: what another process does is waited for, not slept on."""
    deadline = time.monotonic() + seconds
    while True:
        value = found()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.02)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, list[str]]]:
    data = tmp_path_factory.mktemp("served") / "data"
    codes = prepared(data, 6)
    with served(data) as server:
        yield server, codes


def test_two_tablets_see_each_other_and_the_reviewer_sees_both(
    running: tuple[Served, list[str]],
) -> None:
    server, codes = running
    one, other = enrol(server, codes[0]), enrol(server, codes[1])
    record = one.crossing(name="Phạm Thị Thử")
    one.write(plain_event("not JSON", None))
    one.crossing(name="Lê Văn Mẫu")
    other.crossing(name="Trần Văn Mẫu")
    one_token, other_token = token(server, one), token(server, other)

    pushed = sync(server, one, one_token, batch=one.batch())
    assert [result["state"] for result in pushed["results"]] == ["accepted", "rejected", "accepted"]
    lost = sync(server, one, one_token, batch=one.batch())
    assert [result["state"] for result in lost["results"]] == ["duplicate", "rejected", "duplicate"]
    assert lost["receipt"]["through"] == 3

    seen = sync(server, other, other_token, batch=other.batch())
    assert len(events_of(seen)) == 3
    back = sync(server, one, one_token, cursor=pushed["cursor"])
    assert [event["device"] for event in events_of(back)] == [other.device]
    assert {"trust", "roster", "hotlines"} <= back["packs"].keys()

    headers = bearer(user_token(server, "reviewer"))
    sent = {
        "purpose": "tracing",
        "reference": {"request_number": "1/YC"},
        "criteria": {"name": "pham thi thu"},
    }
    _, search, _ = server.call("/api/v1/searches", sent, headers)

    def rows() -> Any:
        return server.call(f"/api/v1/searches/{search['id']}", headers=headers)[1]["rows"]

    assert [row["record"] for row in eventually(rows)] == [record]
    path = f"/api/v1/crossings/{record}"
    _, whole, _ = server.call(f"{path}?search={search['id']}", headers=headers)
    assert whole["people"]["1"]["name"] == "Phạm Thị Thử"
    status, _, _ = server.call(f"{path}/reviews", {"decision": "seen"}, headers)
    assert status == 201
    reviewed = eventually(lambda: rows()[0]["review"] == "seen")
    assert reviewed


def test_many_pushes_at_once_lose_and_double_nothing(
    running: tuple[Served, list[str]],
) -> None:
    server, codes = running
    tablets = [enrol(server, code) for code in codes[2:6]]

    def drain(tablet: Tablet) -> str:
        headers = token(server, tablet)
        for at in range(10):
            for _ in range(5):
                tablet.crossing()
            sync(server, tablet, headers, batch=tablet.batch(first=5 * at + 1), feeds=[])
            sync(server, tablet, headers, batch=tablet.batch(first=max(1, 5 * at - 3)), feeds=[])
        return tablet.device

    with ThreadPoolExecutor(len(tablets)) as pool:
        devices = set(pool.map(drain, tablets))
    reader, headers = tablets[0], token(server, tablets[0])
    got: list[tuple[str, int]] = []
    page: dict[str, Any] = {"cursor": None, "held_after": None, "more": True}
    while page["more"]:
        page = sync(server, reader, headers, cursor=page["cursor"], held_after=page["held_after"])
        got += [(event["device"], event["seq"]) for event in events_of(page)]
    ours = [one for one in got if one[0] in devices]
    assert sorted(ours) == sorted((device, seq) for device in devices for seq in range(1, 51))


def test_errors_of_the_real_server_have_the_one_shape(
    running: tuple[Served, list[str]],
) -> None:
    server, _ = running
    cases: list[tuple[str, Any, dict[str, str], int, str]] = [
        ("/api/v1/sync", {}, {}, 401, "auth.missing"),
        ("/api/v1/none", None, {}, 404, "request.not_found"),
        ("/api/v1/health", {}, {}, 405, "request.method"),
        ("/api/v1/auth/login", b"{", {}, 400, "request.malformed"),
        ("/api/v1/auth/login", b"x", {"Content-Type": "text/plain"}, 415, "request.encoding"),
        ("/api/v1/auth/login", b"x" * 100_000, {}, 413, "request.too_large"),
    ]
    for path, body, headers, status, code in cases:
        got, told, answer_headers = server.call(path, body, headers)
        assert (got, told["code"], told["status"]) == (status, code, status)
        assert answer_headers["content-type"] == "application/problem+json"


def test_stays_small_and_ends_when_asked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepared(data)
    with served(data) as server:
        memory_kb = server.pss_kb()
        print(f"{memory_kb / 1000:.0f} MB")
        assert server.stop() == 0
        assert memory_kb < MEMORY_LIMIT_KB


def test_second_server_on_the_same_data_is_refused(
    running: tuple[Served, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    server, _ = running
    data = server.log.parent / "data"
    with pytest.raises(AssertionError, match="ProjectorRunningError"), served(data):
        pass
    assert server.call("/api/v1/health")[0] == 200


def test_a_token_that_floods_is_told_to_wait_and_tablets_are_not(tmp_path: Path) -> None:
    data = tmp_path / "data"
    # The least there is: on a slow machine the default comes back while the flood is under way.
    save_config(Config(data, requests_per_minute=LEAST_REQUESTS))
    (code,) = prepared(data)
    with served(data) as server, ThreadPoolExecutor(16) as threads:
        tablet = enrol(server, code)
        device = token(server, tablet)
        flood = bearer(user_token(server, "reviewer"))
        path = "/api/v1/crossings/01900000-0000-7000-8000-000000000000"
        asked = [threads.submit(server.call, path, None, flood) for _ in range(600)]
        waits_s = []
        while not all(one.done() for one in asked):
            began = time.monotonic()
            tablet.crossing()
            sync(server, tablet, device, batch=tablet.batch())
            waits_s.append(time.monotonic() - began)
        answers = [one.result() for one in asked]
        refused = [headers for status, _, headers in answers if status == 429]
        assert len(refused) >= 300 and {status for status, _, _ in answers} == {404, 429}
        assert all(int(headers["retry-after"]) >= 1 for headers in refused)
        print(f"{len(refused)} of 600 refused; syncs beside: {len(waits_s)}, {max(waits_s):.2f} s")


def test_killed_server_leaves_no_worker_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepared(data)
    with served(data) as server:
        server.process.kill()
        server.process.wait()

        def gone() -> bool:
            try:
                server.call("/api/v1/health")
            except (urllib.error.URLError, ConnectionError):
                return True
            return False

        assert eventually(gone)


def test_events_outlive_the_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (code,) = prepared(data)
    with served(data) as server:
        tablet = enrol(server, code)
        tablet.crossing()
        sync(server, tablet, token(server, tablet), batch=tablet.batch())
        server.process.kill()
        server.process.wait()
    (data / f"{UNFINISHED}x").mkdir()  # a file with names that was being made for somebody
    with served(data) as server:
        assert not list(data.glob(f"{UNFINISHED}*"))
        told = sync(server, tablet, token(server, tablet), batch=tablet.batch())
        assert told["results"] == [{"seq": 1, "state": "duplicate"}]
        assert told["receipt"]["through"] == 1


def test_lan_serves_tls_and_the_page_beside_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (code,) = prepared(data)
    with served(data, lan=True) as server:
        tablet = enrol(server, code)
        tablet.crossing()
        told = sync(server, tablet, token(server, tablet), batch=tablet.batch())
        assert told["results"][0]["state"] == "accepted"
        port = int(server.base.rsplit(":", 1)[1])
        with urllib.request.urlopen(f"http://127.0.0.1:{port + 1}/chot-ca.pem") as answer:
            assert answer.read() == (data / "tls" / "ca.pem").read_bytes()
        assert server.stop() == 0
