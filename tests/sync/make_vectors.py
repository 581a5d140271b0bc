"""Writes tests/vectors/sync/*.json: what Python and TypeScript must agree on, with their answers.

Seeded, so that a second run writes the same files; `test_vectors.py` holds them to that. Run from
the repository root: `python -m tests.sync.make_vectors`.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.sync.chain_cases import (
    batch_cases,
    chain_cases,
    envelope_cases,
    receipt_cases,
    seal_cases,
)
from tests.sync.pull_cases import digest_cases, pull_run_cases
from tests.sync.register_cases import register_cases
from tests.sync.text_cases import clock_cases, complaint_cases, encoding_cases, event_cases

SEED = 20211021
FOLDER = Path(__file__).parent.parent / "vectors" / "sync"


def vectors() -> dict[str, Any]:
    """File name → content, the same on every run."""
    rng = random.Random(SEED)
    return {
        "clock.json": clock_cases(),
        "encoding.json": encoding_cases(rng),
        "chain.json": chain_cases(rng),
        "batch.json": batch_cases(rng),
        "receipt.json": receipt_cases(rng),
        "seal.json": seal_cases(rng),
        "events.json": event_cases(),
        "registers.json": register_cases(rng),
        "pull_runs.json": pull_run_cases(rng),
        "pull_digest.json": digest_cases(rng),
        "envelope.json": envelope_cases(rng),
        "complaint.json": complaint_cases(random.Random(SEED)),
    }


def to_text(content: Any) -> str:
    """The text of a vector file."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in vectors().items():
        (FOLDER / name).write_text(to_text(content), encoding="utf-8")


if __name__ == "__main__":
    main()
