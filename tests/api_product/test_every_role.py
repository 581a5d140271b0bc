"""schemathesis calls every operation as everybody: no 5xx, no answer the description does not have.

It stands in an environment of its own (`make api-tools`). What it would have us take is more than
the shapes say, a point off the curve or a search without its reason, so `positive_data_acceptance`
is left out; what it must not be able to send is tried by `negative_data_rejection`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.api.described import operations_of
from server.openapi import describe
from tests.api_product.live import ROLES, TOOLS, Live, live

ST = TOOLS / "st"
SECONDS = 300
EVERYBODY = ("nobody", "tablet", "relay", *ROLES)
WHOLE = ("nobody", "tablet", "relay", "reviewer", "admin")
"""Who is tried with every border of every field; the rest may do no more than these together."""

OPERATIONS = {one["operationId"]: one for _, _, one in operations_of(describe())}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ST.exists(), reason="no schemathesis here: make api-tools"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("product")) as made:
        yield made


def admitted(who: str) -> list[str]:
    """The operations that are open to `who`."""
    return [
        name
        for name, one in OPERATIONS.items()
        if who in one["x-permissions"]["roles"]
        or one["x-permissions"]["who"].rpartition(" ")[2] == who
        or (who == "nobody" and not one["security"])
    ]


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_role_meets_a_5xx_or_an_answer_that_is_not_described(
    running: Live, who: str, tmp_path: Path
) -> None:
    own = admitted(who)
    # The last word of a tablet ends it: said when all else was.
    first = [one for one in own if one != "device_wiped"]
    all_phases = "examples,coverage,fuzzing,stateful" if who in WHOLE else "examples,fuzzing"
    for names, phases, examples in (
        (first, all_phases, 10),
        ([one for one in OPERATIONS if one not in own], "examples,fuzzing", 2),
        ([one for one in own if one == "device_wiped"], "examples,coverage,fuzzing", 10),
    ):
        if names:
            schemathesis(running, who, names, phases, examples, tmp_path)
    status, told, _ = running.server.call("/api/v1/health")
    assert (status, told["status"]) == (200, "ok")
    assert "Traceback" not in running.server.log.read_text("utf-8")


def schemathesis(
    running: Live, who: str, names: list[str], phases: str, examples: int, folder: Path
) -> None:
    """Call these operations with the token of `who`; what it found is what fails."""
    base, token = running.server.base, running.tokens[who]
    bearer = ["--header", f"Authorization: Bearer {token}"] if token else []
    chosen = [part for name in names for part in ("--include-operation-id", name)]
    run = subprocess.run(
        [
            *(str(ST), "run", f"{base}/api/v1/openapi.json", "--url", base, "--seed", "2021"),
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
            *("--phases", phases, "--max-examples", str(examples), "--no-shrink"),
            *("--continue-on-failure", "--no-color", "--warnings", "off"),
            *bearer,
            *chosen,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    tried = [line.strip() for line in run.stdout.splitlines() if " generated" in line]
    print(f"{who}: {len(names)} operations, {''.join(tried)}")
