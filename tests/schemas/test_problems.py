"""One table of codes: well formed, said in both languages, and complete."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from schemas import problems
from schemas.problems import PROBLEMS

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
STATUSES = {400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503}
# What a client says of a server's answer never goes over the wire.
LOCAL_TO_ROOM = {"clock.range", "clock.stamp", "encoding.uuid"} | {
    *("answer.shape", "answer.chain"),
    *("receipt.shape", "receipt.signature", "receipt.server", "receipt.head"),
}


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_code_is_well_formed_and_said_in_both_languages(code: str) -> None:
    problem = PROBLEMS[code]
    assert CODE.fullmatch(code)
    assert problem.status in STATUSES
    assert problem.vi.strip() == problem.vi != ""
    assert problem.en.strip() == problem.en != ""
    assert problem.en.isascii()
    assert problem.vi != problem.en


def test_no_code_stands_twice_in_the_table() -> None:
    tree = ast.parse(Path(problems.__file__).read_text(encoding="utf-8"))
    table = max((n for n in ast.walk(tree) if isinstance(n, ast.Dict)), key=lambda n: len(n.keys))
    codes = [key.value for key in table.keys if isinstance(key, ast.Constant)]
    assert len(codes) == len(set(codes)) == len(PROBLEMS)


def test_every_code_that_the_sync_room_raises_is_in_the_table() -> None:
    raised = set()
    for path in sorted((ROOT / "sync").glob("*.py")):
        raised |= set(
            re.findall(r'SyncError\(\s*"([a-z0-9_.]+)"', path.read_text(encoding="utf-8"))
        )
    assert "batch.signature" in raised
    assert raised - LOCAL_TO_ROOM <= PROBLEMS.keys()
