"""A client that a public generator makes of the description works against a live server.

Nothing of it is written by hand but the few calls a person would write: log in, search, read.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.api_product.live import PLATE, TOOLS, live
from tests.server.api.clients import PASSWORD

ROOT = Path(__file__).parents[2]
GENERATOR = TOOLS / "openapi-python-client"
SECONDS = 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not GENERATOR.exists(), reason="no openapi-python-client: make api-tools"),
]

PROGRAM = """
import json, sys, time
from chot_client import AuthenticatedClient, Client
from chot_client.api.auth import login
from chot_client.api.crossings import crossing, review
from chot_client.api.searches import open_search, search_page
from chot_client.models import (
    LoginRequest, Problem, Reference, ReviewRequest, ReviewRequestDecision, SearchCriteria,
    SearchRequest, SearchRequestPurpose,
)

base, password, plate = sys.argv[1:]
client = Client(base_url=base, raise_on_unexpected_status=True)
refused = login.sync(client=client, body=LoginRequest(login="reviewer", password="sai"))
assert isinstance(refused, Problem) and refused.code == "auth.invalid", refused
token = login.sync(client=client, body=LoginRequest(login="reviewer", password=password))
signed_in = AuthenticatedClient(base, token.access_token, raise_on_unexpected_status=True)
wanted = SearchRequest(
    purpose=SearchRequestPurpose.TRACING,
    reference=Reference(request_number="12/YC"),
    criteria=SearchCriteria(plate=plate),
)
opened = open_search.sync(client=signed_in, body=wanted, idempotency_key="a-1")
assert open_search.sync(client=signed_in, body=wanted, idempotency_key="a-1").id == opened.id
until = time.monotonic() + 20
while not (page := search_page.sync(opened.id, client=signed_in)).rows:
    assert time.monotonic() < until, "the crossing never came to be seen"
(row,) = page.rows
whole = crossing.sync(row.record, client=signed_in, search=opened.id)
seen = ReviewRequest(decision=ReviewRequestDecision.SEEN)
written = review.sync(row.record, client=signed_in, body=seen)
unsaid = open_search.sync(client=signed_in, body=SearchRequest(
    purpose=SearchRequestPurpose.TRACING, criteria=SearchCriteria()))
print(json.dumps({
    "role": token.user.role,
    "record": row.record,
    "plate": whole.row.plate,
    "people": {number: one["name"] for number, one in whole.people.to_dict().items()},
    "state": whole.history[0].state,
    "event": written.event,
    "unsaid": [unsaid.code, unsaid.errors[0].field],
}))
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the package `chot_client`."""
    folder = tmp_path_factory.mktemp("generated")
    run = subprocess.run(
        [
            *(str(GENERATOR), "generate", "--path", str(ROOT / "docs" / "openapi.json")),
            *("--meta", "none", "--output-path", str(folder / "chot_client")),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env=os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Warning" not in run.stdout, run.stdout
    return folder


def test_it_logs_in_searches_and_reads_a_crossing(generated: Path, tmp_path: Path) -> None:
    with live(tmp_path) as made:
        run = subprocess.run(
            [str(TOOLS / "python"), "-c", PROGRAM, made.server.base, PASSWORD, PLATE],
            cwd=generated,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert run.returncode == 0, run.stderr[-4000:]
        told = json.loads(run.stdout)
        assert ":" in told.pop("event")
        assert told == {
            "role": "reviewer",
            "record": made.record,
            "plate": PLATE,
            "people": {"1": "Nguyễn Thị Mẫu"},
            "state": "accepted",
            "unsaid": ["search.purpose", "reference/request_number"],
        }
