"""How fast codes are verified, as ratios to the bare steps in the same run; --json for programs.

HC1: read() to base45 + zlib + CBOR + a bare verification by `cryptography`, for ES256 and PS256.
Own documents: read() to a bare ES256 verification. The yardstick decodes with `base45` and `cbor2`
where they are installed, and with our own decoders elsewhere; the output says which.
"""

from __future__ import annotations

import base64
import importlib
import json
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

sys.path.insert(0, str(Path(__file__).parents[1]))

from credentials import parse_trust, read
from credentials.base45 import base45_decode
from credentials.cbor import decode_cbor
from tests.credentials.expected import HOUR_S, ISSUED_S, NOW_MS
from tests.credentials.health_expected import TRUSTS
from tests.credentials.health_making import cbor, passport, rsa_key
from tests.credentials.signing import ISSUER_KEY, own, trust_key

PACKAGES = "base45 and cbor2"
RUNS = 40
CALLS = 60
LEAST_HC1 = 0.7
LEAST_HC1_OWN_DECODERS = 0.35
"""Our base45 takes less than half of the package's time: then the yardstick is the faster one."""
LEAST_OWN = 0.5

PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
SHA256 = hashes.SHA256()


def decoders() -> tuple[
    Callable[[str], bytes], Callable[[bytes], Any], Callable[[Any], bytes], str
]:
    """base45 and CBOR for the yardstick, and whose they are."""
    try:
        base45, cbor2 = (importlib.import_module(name) for name in ("base45", "cbor2"))
    except ImportError:
        return base45_decode, decode_cbor, cbor, "our own decoders"
    return base45.b45decode, cbor2.loads, cbor2.dumps, PACKAGES


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
    from_base45, from_cbor, to_cbor, _ = decoders()

    def bare() -> None:
        message = from_cbor(zlib.decompress(from_base45(text[4:]))[1:])
        protected, _, payload, signature = message
        from_cbor(protected)
        from_cbor(payload)
        bare_verify(key, signature, to_cbor(["Signature1", protected, b"", payload]))

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


def main(arguments: list[str]) -> int:
    """Print the figures; 1 when a ratio leaves its bound."""
    yardstick = decoders()[3]
    least_hc1 = LEAST_HC1 if yardstick == PACKAGES else LEAST_HC1_OWN_DECODERS
    measured = {
        "hc1_es256": (of_passport(passport(), TRUSTS["vn"], ISSUER_KEY.public_key()), least_hc1),
        "hc1_ps256": (
            of_passport(passport(key=rsa_key()), TRUSTS["rsa"], rsa_key().public_key()),
            least_hc1,
        ),
        "own": (of_own(), LEAST_OWN),
    }
    figures = {
        name: {
            "bare_per_s": round(bare),
            "read_per_s": round(whole),
            "ratio": round(whole / bare, 3),
            "least": least,
        }
        for name, ((bare, whole), least) in measured.items()
    }
    if "--json" in arguments:
        print(json.dumps({"yardstick": yardstick, "figures": figures}))
    else:
        print(f"yardstick: {yardstick}")
        for name, figure in figures.items():
            print(
                f"{name:10} bare {figure['bare_per_s']:7,}/s  read {figure['read_per_s']:7,}/s"
                f"  ratio {figure['ratio']:.2f}  (least {figure['least']})"
            )
    return int(any(figure["ratio"] < figure["least"] for figure in figures.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
