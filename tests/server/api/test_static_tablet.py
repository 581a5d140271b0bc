"""The built tablet's files, as a service worker needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import static_tablet
from tests.server.api.conftest import World


def test_index_answers_by_its_own_name(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No browser starts a page from a redirected answer that a service worker kept."""
    (tmp_path / "index.html").write_text("<p>tablet</p>", "utf-8")
    monkeypatch.setattr(static_tablet, "FOLDERS", (tmp_path,))
    for path in ("/tablet/", "/tablet/index.html"):
        answer = world.client.get(path)
        assert (answer.status_code, answer.text) == (200, "<p>tablet</p>"), path
