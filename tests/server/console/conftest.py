"""A real application over a real SQLite store, with a clock that the test moves."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import create_app
from server.config import Config
from server.console.times import VIETNAM
from server.keys import KeyRing
from server.projector import Projector
from server.store.published import AuditEntry
from server.store.registered import Checkpoint, User, UserRole
from server.store.sqlite import SqliteStore, open_store
from sync.encoding import uuid7

NOON_MS = int(datetime(2026, 11, 23, 12, 20, tzinfo=VIETNAM).timestamp()) * 1000

PASSWORD = "mật khẩu đủ dài"
PASSWORD_HASH = Argon2id(
    salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=8
).derive_phc_encoded(PASSWORD.encode())
"""Of far fewer rounds than a real one, for the sake of the tests' time."""

ROLES: tuple[UserRole, ...] = ("reviewer", "approver", "command", "community", "health", "admin")


@dataclass
class Console:
    """The application, its store and the hands of a test."""

    store: SqliteStore
    projector: Projector
    now_ms: int = NOON_MS
    app: Flask = field(init=False)
    made: list[str] = field(default_factory=list)

    def visitor(self) -> FlaskClient:
        return self.app.test_client()

    def sign_in(self, role: UserRole) -> FlaskClient:
        """A client signed in as the user of a role; its login is the role's name."""
        client = self.visitor()
        answer = post(client, "/console/login", {"login": role, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def cross(self, **changed: Any) -> str:
        """Write one crossing and project it; its record."""
        name = changed.pop("name", "Nguyễn Văn Thử")
        person = {"name": name, "id_number": "001090000123", "phone": "0912345678"}
        record = uuid7(self.now_ms, secrets.token_bytes(10))
        fields = {
            "lane": "1",
            "direction": "in",
            "mode": "checked",
            "purpose": "goods",
            "plate": {"read": "29C-123.45", "normal": "29C12345"},
            "vehicle_class": "truck",
            "verdict": {"outcome": "turn_back", "reasons": ["level_4"], "rules": ["r1"]},
            "action": "turned_back",
        } | changed
        evidence = {"family": "pc_covid", "status": "claim", "code": "unsigned"}
        self.store.write(
            kind="crossing",
            record=record,
            home="hd-ql6",
            user="officer-1",
            fields=fields,
            person=None,
            now_ms=self.now_ms,
            items={
                "people": {"1": {"role": "driver", "evidence": evidence}},
                "goods": {"1": {"group": "food", "quantity": 2.5, "unit": "tonne"}},
            },
            person_items={"people": {"1": person}},
        )
        self.projector.catch_up()
        self.made.append(record)
        self.now_ms += 60_000
        return record

    def audit(self) -> list[AuditEntry]:
        return [entry for _, entry in self.store.audited(0, 1_000)]

    def last_n(self) -> int:
        return self.store.projected()[1]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    config = Config(tmp_path, demo=True)
    keys = KeyRing.load_or_create(tmp_path)
    with open_store(config, keys) as store:
        for role in ROLES:
            user = User(f"id-{role}", role, f"Người {role}", role, PASSWORD_HASH, None, False)
            store.put_user(user)
        for place, name in (("hd-ql6", "Chốt Quốc lộ 6"), ("nt-ca-na", "Chốt Cà Ná")):
            store.put_checkpoint(
                Checkpoint(
                    place, name, "QL", "01", "268", "09556", "city", "active", "024", ("1", "2")
                )
            )
        with Projector(config, keys) as projector:
            projector.catch_up()
            console = Console(store, projector)
            console.app = create_app(config, store, lambda: console.now_ms)
            yield console


def csrf_of(client: FlaskClient) -> str:
    """The token that this client's forms carry."""
    with client.session_transaction(base_url="http://localhost/console/") as cookie:
        token = cookie.get("csrf")
    if token is None:
        page = client.get("/console/login").text
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found
        token = found[1]
    return str(token)


def post(client: FlaskClient, url: str, data: dict[str, Any]) -> TestResponse:
    """POST a form with its CSRF token."""
    return client.post(url, data=data | {"csrf": csrf_of(client)})
