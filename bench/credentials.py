"""How fast codes are verified, as ratios to the bare steps in the same run; --json for programs.

HC1: read() to base45 + zlib + CBOR + a bare verification by `cryptography`, for ES256 and PS256.
Own documents: read() to a bare ES256 verification. Then, where Chromium and a built tablet are:
what the tablet takes from a decoded code to its verdict with the CPU slowed down six times. These
are wall-clock times: beside them stands how busy the machine was, as on a busy one the slowest of
them say nothing about the tablet.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import base45
import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

sys.path.insert(0, str(Path(__file__).parents[1]))

from credentials import parse_trust, read
from tests.conftest import CHROMIUM
from tests.credentials.expected import HOUR_S, ISSUED_S, NOW_MS
from tests.credentials.health_expected import TRUSTS
from tests.credentials.health_making import passport, rsa_key
from tests.credentials.signing import ISSUER_KEY, own, trust_key
from tests.e2e.verdict_time import SLOWDOWN, decode_to_verdict_ms, percentile

TABLET = Path(__file__).parents[1] / "web" / "dist" / "tablet" / "sw.js"
RUNS = 40
CALLS = 60
LEAST_HC1 = 0.7
LEAST_OWN = 0.5
MOST_VERDICT_MS = 300
VERDICT_PERCENT = 95

PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
SHA256 = hashes.SHA256()


def bare_verify(key: Any, signature: bytes, signed: bytes) -> None:
    """Raises InvalidSignature."""
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, PSS, SHA256)
    else:
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256))


def calls_a_second(calls: list[Callable[[], object]]) -> list[float]:
    """The best of many short runs of each, in turns so that a busy machine meets all alike."""
    best = [float("inf")] * len(calls)
    for _ in range(RUNS):
        for place, call in enumerate(calls):
            started = time.process_time()
            for _ in range(CALLS):
                call()
            best[place] = min(best[place], time.process_time() - started)
    return [CALLS / seconds for seconds in best]


def of_passport(text: str, content: dict[str, Any], key: Any) -> tuple[float, float]:
    """Bare and whole readings a second."""
    trust = parse_trust(content)
    if read(text, trust, NOW_MS).code != "ok":
        raise AssertionError("the sample does not verify")

    def bare() -> None:
        message = cbor2.loads(zlib.decompress(base45.b45decode(text[4:]))[1:])
        protected, _, payload, signature = message
        cbor2.loads(protected)
        cbor2.loads(payload)
        bare_verify(key, signature, cbor2.dumps(["Signature1", protected, b"", payload]))

    bare_rate, whole_rate = calls_a_second([bare, lambda: read(text, trust, NOW_MS)])
    return bare_rate, whole_rate


def of_own() -> tuple[float, float]:
    claims = {
        "iss": "ha-dong", "iat": ISSUED_S, "exp": ISSUED_S + 72 * HOUR_S, "jti": "d-1",
        "n": "Nguyễn Thị Mẫu", "b": "1990-08-15", "i": "001190012345", "o": "2021/00268",
        "v": "29A-123.45", "y": [], "x": False,
    }  # fmt: skip
    text = own("decl", claims)
    trust = parse_trust({"keys": [trust_key()], "revoked": []})
    if read(text, trust, NOW_MS).code != "ok":
        raise AssertionError("the sample does not verify")
    signed, _, tail = text.removeprefix("CHOT1:").rpartition(".")
    signature = base64.urlsafe_b64decode(tail + "==")
    key = ISSUER_KEY.public_key()
    bare_rate, whole_rate = calls_a_second(
        [
            lambda: bare_verify(key, signature, signed.encode()),
            lambda: read(text, trust, NOW_MS),
        ]
    )
    return bare_rate, whole_rate


def ratios() -> dict[str, dict[str, float]]:
    """Readings a second beside the bare steps, and the least that their ratio may be."""
    measured = {
        "hc1_es256": (of_passport(passport(), TRUSTS["vn"], ISSUER_KEY.public_key()), LEAST_HC1),
        "hc1_ps256": (
            of_passport(passport(key=rsa_key()), TRUSTS["rsa"], rsa_key().public_key()),
            LEAST_HC1,
        ),
        "own": (of_own(), LEAST_OWN),
    }
    return {
        name: {
            "bare_per_s": round(bare),
            "read_per_s": round(whole),
            "ratio": round(whole / bare, 3),
            "least": least,
        }
        for name, ((bare, whole), least) in measured.items()
    }


def verdict_times() -> dict[str, dict[str, float]] | str:
    """Decode-to-verdict of each family in Chromium, or why it could not be measured."""
    if not os.access(CHROMIUM, os.X_OK):
        return f"no Chromium at {CHROMIUM}"
    if not TABLET.exists():
        return "the tablet is not built: make web"
    with tempfile.TemporaryDirectory() as folder:
        times = decode_to_verdict_ms(Path(folder))
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return {
        family: {
            "load_per_core": round(load / cores, 1),
            "codes": len(taken_ms),
            "p50_ms": round(percentile(taken_ms, 50)),
            "p95_ms": round(percentile(taken_ms, VERDICT_PERCENT)),
            "most_ms": MOST_VERDICT_MS,
        }
        for family, taken_ms in times.items()
    }


def main(arguments: list[str]) -> int:
    """Print the figures; 1 when one leaves its bound. `--no-browser` leaves Chromium out."""
    figures = ratios()
    times = "left out" if "--no-browser" in arguments else verdict_times()
    if "--json" in arguments:
        print(json.dumps({"figures": figures, "decode_to_verdict": times}))
    else:
        say(figures, times)
    slow = isinstance(times, dict) and any(t["p95_ms"] > t["most_ms"] for t in times.values())
    return int(slow or any(figure["ratio"] < figure["least"] for figure in figures.values()))


def say(figures: dict[str, dict[str, float]], times: dict[str, dict[str, float]] | str) -> None:
    """The figures for a person."""
    for name, figure in figures.items():
        print(
            f"{name:10} bare {figure['bare_per_s']:7,}/s  read {figure['read_per_s']:7,}/s"
            f"  ratio {figure['ratio']:.2f}  (least {figure['least']})"
        )
    if isinstance(times, str):
        print(f"decode to verdict in Chromium: {times}")
        return
    print(f"decode to verdict in Chromium, CPU slowed down {SLOWDOWN} times:")
    for family, time_ in times.items():
        print(
            f"{family:10} p50 {time_['p50_ms']:4} ms  p95 {time_['p95_ms']:4} ms"
            f"  (most {time_['most_ms']}; {time_['codes']} codes;"
            f" machine load {time_['load_per_core']} a core)"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
