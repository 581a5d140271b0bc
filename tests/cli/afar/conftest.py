"""A server of a busy day, and who asks it by `--server`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from werkzeug.serving import make_server

from server.app import create_app
from server.config import load_config
from server.passwords import hash_password
from server.store.registered import User
from server.store.sqlite import open_store
from tests.cli.conftest import Chot

WINDOW = ("--from", "2026-11-21", "--to", "2026-11-22 11:00")


@pytest.fixture(scope="module")
def server(busy: Path) -> Iterator[str]:
    with closing(open_store(load_config(busy))) as store:
        served = make_server("127.0.0.1", 0, create_app(load_config(busy), store), threaded=True)
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}"
        finally:
            served.shutdown()
            thread.join()
            served.server_close()


@pytest.fixture
def afar(chot: Chot, busy: Path, server: str, tmp_path: Path) -> tuple[str | Path, ...]:
    """Options of a command that asks the server, as the steering committee's program."""
    token = tmp_path / "doc.token"
    chot("user", "token", "chihuy", "--data", busy, "--output", token)
    assert token.stat().st_mode & 0o077 == 0
    return ("--server", server, "--token-file", token)


@pytest.fixture
def approver(busy: Path, server: str, tmp_path: Path) -> tuple[str | Path, ...]:
    """Options of a command that asks as an approver who logged in."""
    return logged_in(busy, server, "approver", tmp_path / "approver.token")


def logged_in(busy: Path, server: str, role: str, token: Path) -> tuple[str | Path, ...]:
    with closing(open_store(load_config(busy))) as store:
        user = User(f"u-{role}", f"nguoi-{role}", "Thử", role, hash_password("x"), None, False)  # type: ignore[arg-type]
        store.put_user(user)
    sent = json.dumps({"login": f"nguoi-{role}", "password": "x"}).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{server}/api/v1/auth/login", sent, headers)) as answer:
        token.write_text(json.loads(answer.read())["access_token"])
    return ("--server", server, "--token-file", token)


def of(chot: Chot, busy: Path, server: str, login: str, token: Path) -> tuple[str | Path, ...]:
    """Options of a command that asks as this user, by a token for reading."""
    chot("user", "token", login, "--data", busy, "--output", token)
    return ("--server", server, "--token-file", token)


def admin_of(busy: Path) -> str:
    with closing(open_store(load_config(busy))) as store:
        return next(one.login for one in store.users() if one.role == "admin")
