"""A server in memory of one process, with a clock that stands until a test moves it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import create_app
from server.config import Config
from server.context import EXTENSION, Context
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.passwords import hash_password
from server.projector import Projector
from server.store.registered import Enrolment, User, UserRole
from server.tokens import make_access_token, password_mark
from tests.server.api.clients import PASSWORD, a_checkpoint
from tests.server.api.tablet import Tablet, new_key

START_MS = 1_795_312_800_000


@dataclass(slots=True)
class World:
    """The application under test, its clock and its test client."""

    app: Flask
    client: FlaskClient
    now_ms: int

    @property
    def context(self) -> Context:
        context = self.app.extensions[EXTENSION]
        assert isinstance(context, Context)
        return context

    def code(self, checkpoint: str = "hd-ql6", lane: str = "1", minutes: int = 30) -> str:
        """A fresh enrolment code."""
        code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
        enrolment = Enrolment(checkpoint, lane, f"{checkpoint} {lane}")
        self.context.store.add_enrolment(code_hash(code), enrolment, self.now_ms + minutes * 60_000)
        return code

    def enrol(self, checkpoint: str = "hd-ql6", lane: str = "1") -> Tablet:
        """A tablet, enrolled over HTTP."""
        key, jwk = new_key()
        sent = {"code": self.code(checkpoint, lane), "jwk": jwk}
        answer = self.client.post("/api/v1/devices/enrol", json=sent)
        assert answer.status_code == 201, answer.json
        return Tablet(answer.get_json()["device"], checkpoint, key, self.now_ms)

    def token(self, tablet: Tablet) -> dict[str, str]:
        """The Authorization header of a tablet."""
        sent = {"assertion": tablet.assertion(self.now_ms)}
        answer = self.client.post("/api/v1/auth/device-token", json=sent)
        assert answer.status_code == 200, answer.json
        return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}

    def sync(self, tablet: Tablet, **members: Any) -> TestResponse:
        """One round trip of a tablet."""
        sent = tablet.request(**members)
        return self.client.post("/api/v1/sync", json=sent, headers=self.token(tablet))

    def user(self, role: UserRole, totp_secret: str | None = None) -> User:
        """A console user with the test's password."""
        user = User(
            id=f"user-{role}",
            login=role,
            name="Trần Văn Thử",
            role=role,
            password_hash=hash_password(PASSWORD),
            totp_secret=totp_secret,
            disabled=False,
        )
        self.context.store.put_user(user)
        return user

    def project(self) -> None:
        """Bring the view up to the log, as the projector of a served process does."""
        with Projector(self.context.config, self.context.keys) as projector:
            projector.catch_up()

    def signed_in(self, role: UserRole) -> dict[str, str]:
        """The Authorization header of a user with this role (`test_login.py` signs in by HTTP)."""
        user = User(f"user-{role}", role, "Trần Văn Thử", role, "", None, False)
        self.context.store.put_user(user)
        token = make_access_token(
            "user",
            user.id,
            {"login": user.login, "password": password_mark(user.password_hash)},
            self.context.keys.session,
            self.context.store.epoch,
            self.now_ms,
        )
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def a_world(folder: Path) -> Iterator[World]:
    """A server with two checkpoints whose data are in `folder`."""
    made: list[World] = []
    app = create_app(Config(folder, demo=True), clock=lambda: made[0].now_ms if made else START_MS)
    world = World(app, app.test_client(), START_MS)
    made.append(world)
    for name, province in (("hd-ql6", "01"), ("nt-ca-na", "58")):
        world.context.store.put_checkpoint(a_checkpoint(name, province))
    try:
        yield world
    finally:
        world.context.store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh server."""
    with a_world(tmp_path / "data") as made:
        yield made
