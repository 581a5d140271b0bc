"""No text of any size raises past its error type, hangs or takes much memory, in both languages."""

import json
import random
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.credentials.expected import NOW_MS
from tests.credentials.health_expected import TRUSTS
from tests.credentials.health_making import (
    base45,
    card_jws,
    card_payload,
    cwt,
    hc1,
    passport,
    shc,
    sign1,
)
from tests.credentials.signing import own
from tests.credentials.test_differential import READING, as_carried, mutated, signed_oddity
from tests.credentials.test_health_differential import flipped, odd_cwt
from tests.node import node

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
MOST_BYTES = 64 * MIB
MOST_BYTES_PYTHON = 16 * MIB
SLOWEST_MS = 2_000
EACH = 400
HUGE = 20_000_000
HEADS = (
    "", "HC1:", "HC1:NCF", "NCF", "HL0:6BF", "shc:/", "shc:/1/2/", "CHOT1:", "CHOT1:e30.", "http://",
    "https://a@", "001190012345|", "DN4|", "0", "\ufeff",
)  # fmt: skip
UNITS = ("0", ":", "|", ".", " ", "\t", "\r\n", "A", "/", "@", "-", "\\", "đ", "5676", "a.", "\x00")


def trust() -> dict[str, Any]:
    keys = [*TRUSTS["two_of_one_kid"]["keys"], *TRUSTS["card"]["keys"]]
    return {"keys": keys + READING["trusts"]["district"]["keys"], "revoked": []}


def giants() -> list[dict[str, Any]]:
    """As long as a code may be and a little longer, for every pair; a few that are far too long."""
    found: list[dict[str, Any]] = [
        {"head": head, "unit": unit, "count": size // len(unit)}
        for head in HEADS
        for unit in UNITS
        for size in (4_296 - len(head), 4_300)
    ]
    found += [{"head": head, "unit": "0", "count": HUGE} for head in HEADS]
    found += [{"head": "", "unit": unit, "count": HUGE // len(unit)} for unit in ("|", "\t", " ")]
    return found


def bombs() -> list[str]:
    """What stays small until it is unpacked."""
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    brackets = raw.compress(b"[" * 900_000) + raw.flush()
    nested = b"\x81" * 15 + b"\x82" * 20_000
    maps = b"\xbf" + b"".join(b"\x19" + n.to_bytes(2, "big") + b"\xf6" for n in range(16_000))
    return [
        hc1(bytes(50_000_000)),
        hc1(b"\x81" * 60_000),
        hc1(b"\x9f" * 60_000),
        hc1(b"\x80" * 65_535 + b"\0"),
        hc1(b"\x99\xff\xff" + b"\x80" * 65_000),
        hc1(b"\x9b" + b"\xff" * 8),
        hc1(b"\x5f" + b"\x40" * 60_000 + b"\xff"),
        hc1(b"\x7f" + b"\x60" * 60_000 + b"\xff"),
        hc1(nested),
        hc1(maps),
        hc1(sign1(maps)),
        hc1(sign1(b"\x9f" + b"\xf6" * 60_000 + b"\xff")),
        "HC1:" + base45(zlib.compress(bytes(5_000_000), 9))[:4290],
        shc(card_jws(brackets)),
        shc(card_jws(card_payload(), x="[" * 300)),
        own("decl", b'{"a":' + b"[" * 500),
        own("decl", {"n": "\U0001f697" * 700}),
        own("decl", {"x": 10**300}),
    ]


def oddities(rng: random.Random) -> list[str]:
    known = [case["text"] for case in READING["cases"] if len(case["text"]) < 4_000]
    signed = [passport(), shc(card_jws(card_payload())), *known]
    found = [mutated(rng, rng.choice(signed)) for _ in range(EACH)]
    found += [signed_oddity(rng) for _ in range(EACH)]
    found += [hc1(sign1(odd_cwt(rng))) for _ in range(EACH)]
    found += [hc1(sign1(flipped(rng, cwt()))) for _ in range(EACH)]
    found += [hc1(rng.randbytes(rng.randint(0, 3_000))) for _ in range(EACH)]
    return [as_carried(text) for text in found]


def lines(rng: random.Random) -> list[dict[str, Any]]:
    first = {"trust": trust(), "now_ms": NOW_MS}
    return [first, *giants(), *({"text": text} for text in bombs() + oddities(rng))]


def run(command: list[str], given: list[dict[str, Any]]) -> dict[str, Any]:
    text = "".join(f"{json.dumps(one)}\n" for one in given)
    done = subprocess.run(
        command,
        cwd=ROOT,
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    summary: dict[str, Any] = json.loads(done.stdout)
    assert summary["read"] == len(given) - 1
    assert summary["slowest_ms"] < SLOWEST_MS, summary
    return summary


def test_python_reads_any_text_in_bounded_time_and_memory(rng: random.Random) -> None:
    found = run([sys.executable, "-m", "tests.credentials.bounds_run"], lines(rng))
    assert found["peak_bytes"] < MOST_BYTES_PYTHON, found


def test_typescript_reads_any_text_in_bounded_time_and_memory(rng: random.Random) -> None:
    heap = ("--max-old-space-size=64", "--max-semi-space-size=4")
    command = [node(), *heap, str(ROOT / "web/tools/credentials-bounds.ts")]
    given = lines(rng)
    idle = run(command, [given[0] | {"idle": True}, *given[1:]])
    found = run(command, given)
    # The text itself is the caller's, and so is Node.
    assert found["peak_bytes"] - idle["peak_bytes"] < MOST_BYTES, (found, idle)
