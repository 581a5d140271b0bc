"""`chot verify` for a person: what stands under a code, word for word, in both languages.

`python -m tests.cli.test_verify_remarks` writes the golden file anew; read its difference.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli.main import main

HERE = Path(__file__).parent
GOLDEN = HERE / "verify_remarks.txt"
VECTORS = HERE.parent / "vectors" / "credentials"
DAY_MS = 86_400_000
CASES: dict[str, tuple[str, int]] = {
    # case of the vectors → what it shows, and how old its trust list is, in days
    "decl_short": ("verified", 0),
    "decl_untrusted": ("signed by a key that is not trusted", 0),
    "decl_revoked": ("revoked", 0),
    "decl_other_issuer": ("of a key that is not for it", 0),
    "extended_before_its_end": ("verified, and a bulletin would extend it", 0),
    "extended_after_its_end": ("extended by a bulletin", 0),
    "extended_over": ("over, bulletin and all", 0),
    "manifest_part": ("one code of several", 0),
    "hc1": ("verified, its trust list two days old", 2),
    "hc1_untrusted": ("a passport whose signer is not trusted", 0),
    "hc1_trust_old": ("verified, its trust list older than a week", 8),
    "hc1_expired": ("expired", 0),
    "hc1_issued_in_the_future": ("not yet valid", 0),
    "hc1_last_second": ("in its last hour", 0),
    "hc1_revoked_id": ("on a revocation list", 0),
}
TEXTS = {
    "an ID card": "001190012345||Nguyễn Thị Mẫu|15081990|Nữ|Hà Nội|19042021",
    "an ID card whose number does not fit": "001290012345||Lê Văn Thử|15081990|Nam||19042021",
    "half a code": "HC1:NCFOXN",
    "something else": "LUONGXANH-79-00012345",
}


def said() -> str:
    """What is printed of each case, one after the other."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for case, trust in _cases():
            what, age_days = CASES[case["id"]]
            found.append(f"# {case['id']}: {what}\n")
            found.append(_printed(Path(folder), case["text"], trust, case["now_ms"], age_days))
        for what, text in TEXTS.items():
            found.append(f"# {what}\n{_printed(Path(folder), text, None, 1_637_539_200_000, 0)}")
    return "\n".join(found)


def _cases() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for name in ("reading", "health"):
        held = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
        found |= {one["id"]: (one, held["trusts"][one["trust"]]) for one in held["cases"]}
    return [found[name] for name in CASES]


def _printed(folder: Path, text: str, trust: object, now_ms: int, age_days: int) -> str:
    at = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat()
    arguments = ["verify", "--at", at, text]
    if trust is not None:
        file = folder / "trust.json"
        file.write_text(json.dumps(trust), "utf-8")
        written_s = (now_ms - age_days * DAY_MS) / 1000
        os.utime(file, (written_s, written_s))
        arguments += ["--trust", str(file)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_a_person_reads_is_as_it_was_agreed() -> None:
    assert said() == GOLDEN.read_text("utf-8")


def test_every_remark_stands_in_vietnamese_then_in_english() -> None:
    lines = GOLDEN.read_text("utf-8").splitlines()
    remarked = [n for n, line in enumerate(lines) if line.startswith("  ! ")]
    assert len(remarked) > len(CASES)
    for n in remarked:
        assert not lines[n].isascii(), lines[n]
        assert lines[n + 1].startswith("    ") and lines[n + 1].isascii(), lines[n + 1]


if __name__ == "__main__":
    GOLDEN.write_text(said(), "utf-8")
