"""A page that does not show everything yet says so: an empty queue would be believed."""

from __future__ import annotations

from unittest import mock

import pytest

from server.console.pages import BEHIND_EVENTS
from tests.server.console.conftest import Console


@pytest.mark.parametrize(("missing", "told"), [(BEHIND_EVENTS, False), (BEHIND_EVENTS + 1, True)])
def test_pages_say_how_much_they_do_not_show_yet(
    console: Console, missing: int, told: bool
) -> None:
    client = console.sign_in("reviewer")
    with mock.patch.object(console.store, "projected", lambda: (40, 40 + missing)):
        page = client.get("/console/").text
    assert (f"còn {missing} sự kiện chưa hiện" in page) is told
    assert "chưa hiện" not in client.get("/console/").text
