"""A served chot with one crossing, and a bearer token of everybody that its API knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from server.config import Config, save_config
from server.store.registered import Enrolment, UserRole
from tests.server.api.clients import (
    bearer,
    device_token,
    enrol,
    enrol_relay,
    prepare,
    user_token,
)
from tests.server.api.serving import Served, served

ROLES: tuple[UserRole, ...] = get_args(UserRole)
PLATE = "29C12345"
TOOLS = Path(__file__).parents[2] / "build" / "api-tools" / "bin"


@dataclass(slots=True)
class Live:
    """The server; `tokens` by "nobody", "tablet", "relay" and each role; the one crossing."""

    server: Served
    record: str = ""
    tokens: dict[str, str] = field(default_factory=lambda: {"nobody": ""})


@contextmanager
def live(folder: Path) -> Iterator[Live]:
    """A server on fresh data in `folder`."""
    data = folder / "data"
    # Who tries everything asks more than anybody: 429 would be all that it sees.
    save_config(Config(data, requests_per_minute={"device": 1_000_000, "user": 1_000_000}))
    places = (
        Enrolment("hd-ql6", "1", "máy 1"),
        Enrolment("hd-ql6", "", "mini", "relay", ("hd-ql6",)),
    )
    code, relay_code = prepare(data, ROLES, places)
    with served(data) as server:
        made = Live(server)
        tablet = enrol(server, code)
        made.tokens["tablet"] = device_token(server, tablet)
        made.record = tablet.crossing(plate=PLATE)
        sent = tablet.request(batch=tablet.batch())
        status, told, _ = server.call("/api/v1/sync", sent, bearer(made.tokens["tablet"]))
        assert (status, told["results"][0]["state"]) == (200, "accepted")
        made.tokens["relay"] = device_token(server, enrol_relay(server, relay_code))
        for role in ROLES:
            made.tokens[role] = user_token(server, role)
        yield made
