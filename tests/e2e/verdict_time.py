"""How long a tablet takes from a decoded code to its verdict, in Chromium with the CPU slowed down.

Counted is what the tablet does, twice: from the last character to the evidence on the screen
(reading, signature, revocations), and from the last tap to the verdict (rules, levels).
"""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import Page, sync_playwright

from tests.credentials.health_making import CARD_ISSUER, CARD_KID, KID, card, passport, rsa_key
from tests.credentials.signer_making import certificate
from tests.credentials.signing import ISSUER_KEY, public_jwk
from tests.e2e.browser import launch
from tests.e2e.one_scan import CHECKPOINT, OFFICER
from tests.e2e.server import Served, chot, free_port, serving
from tests.e2e.tablet import Tablet
from tests.e2e.wedge import key_events

SLOWDOWN = 6
ROUNDS = 25
SCRIPT = Path(__file__).with_suffix(".js")


def decode_to_verdict_ms(folder: Path, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Family → the times of `rounds` codes. Raises AssertionError where one is not verified."""
    with _served(folder) as served, sync_playwright() as playwright:
        browser = launch(playwright, folder / "tablet", served.url)
        tablet = Tablet(browser)
        link = served.enrolment_link(CHECKPOINT, "o-to", served.url)
        tablet.enrol(link, badge=served.badge(OFFICER))
        tablet.open_shift(served.pin)
        tablet.installed()
        browser.page.evaluate(f"() => {{ {SCRIPT.read_text('utf-8')} }}")
        client = browser.context.new_cdp_session(browser.page)
        client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        codes = _codes(served)
        found: dict[str, list[float]] = {family: [] for family in codes}
        # One round before the clock counts: the first code of a shift also fills caches.
        for turn in range(rounds + 1):
            for family, text in codes.items():
                taken_ms = _time(browser.page, text)
                if turn:
                    found[family].append(taken_ms)
        browser.context.close()
    return found


def percentile(times_ms: list[float], percent: float) -> float:
    """The smallest time that this share of all does not exceed."""
    return sorted(times_ms)[math.ceil(len(times_ms) * percent / 100) - 1]


def _time(page: Page, text: str) -> float:
    taken: dict[str, Any] = page.evaluate("keys => timeOneCode(keys)", list(key_events(text)))
    assert taken["status"] == "verified", taken
    return float(taken["evidence_ms"] + taken["verdict_ms"])


def _codes(served: Served) -> dict[str, str]:
    now_s = int(time.time())
    holds = {"iat": now_s - 3600, "exp": now_s + 86_400}
    claims = {"jti": "time-1", "n": "Lê Văn Thử", "b": "1988-02-03", "y": [], "x": False}
    return {
        "hc1_es256": passport(**holds),
        "hc1_ps256": passport(key=rsa_key(), **holds),
        "shc": card(),
        "own": served.document("decl", claims),
    }


@contextmanager
def _served(folder: Path) -> Iterator[Served]:
    """A demo whose tablets believe the signers of the codes."""
    data = folder / "data"
    chot("demo", "--data", data, "--days", "0")
    kid = base64.b64encode(KID).decode()
    ders = [certificate(key).public_bytes(Encoding.DER) for key in (ISSUER_KEY, rsa_key())]
    certificates = [{"kid": kid, "rawData": base64.b64encode(der).decode()} for der in ders]
    cards = {"keys": [public_jwk(ISSUER_KEY) | {"kid": CARD_KID}], "issuer": CARD_ISSUER}
    for name, listed in (("dsc.json", certificates), ("jwks.json", cards)):
        (folder / name).write_text(json.dumps(listed), "utf-8")
        chot("trust", "signers", "--data", data, folder / name)
    with serving(data, port=free_port()) as served:
        yield served
