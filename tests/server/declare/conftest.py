"""A server whose clock the test moves, with levels published so that the lists have places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from credentials import evidence_to_json, parse_trust, read
from server.app import create_app
from server.config import Config, save_config
from server.context import Context
from server.packs import bundled, publish, trust_in_force

NOW_MS = 1_795_320_000_000
FORM = {
    "name": "Nguyễn Thị Mẫu", "birth_date": "15/08/1990", "sex": "F",
    "id_number": "001190012345", "phone": "0912 345 678", "address": "Số 1 Láng, Hà Nội",
    "origin": "Tỉnh Ninh Thuận", "destination": "Một nơi khác", "plate": "29A-123.45",
    "reason": "Về quê", "symptomatic": "yes", "symptoms": ["fever", "cough"], "exposure": "no",
}  # fmt: skip


class Site:
    """The application, its clock and a client."""

    def __init__(self, data: Path, level: str = "home") -> None:
        self.now_ms = NOW_MS
        config = Config(data, level="relay" if level == "relay" else "home")
        save_config(config)
        self.app = create_app(config, clock=lambda: self.now_ms)
        self.client: FlaskClient = self.app.test_client()
        context = self.app.extensions["chot"]
        assert isinstance(context, Context)
        self.context = context

    def declare(self, url: str = "/khai-bao", **change: Any) -> TestResponse:
        return self.client.post(url, data=FORM | change)

    def evidence(self, text: str) -> dict[str, Any]:
        trust = parse_trust(trust_in_force(self.context.store))
        return evidence_to_json(read(text, trust, self.now_ms))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    store, keys = made.context.store, made.context.keys
    publish(store, keys, "levels", "all", bundled("levels_2021_10"), NOW_MS)
    return made
