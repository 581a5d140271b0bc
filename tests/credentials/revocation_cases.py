"""Vectors of published revocation lists and what becomes of them."""

import base64
import hashlib
from typing import Any

KID = "ABEiM0RVZnc="
WHOLE = hashlib.sha256(b"URN:UVCI:01:VN:1#A").digest()
HALF = base64.b64encode(WHOLE[:16]).decode()
HEX = WHOLE[:16].hex()


def batch(**known: Any) -> dict[str, Any]:
    """A batch as the EU's gateway publishes it."""
    said = {"country": "VN", "expires": "2022-01-01T00:00:00Z", "kid": KID, "hashType": "UCI"}
    return said | {"entries": [{"hash": HALF}]} | known


def entry(kid: str | None, *fingerprints: str, before_ms: int | None = None) -> dict[str, Any]:
    return {"kid": kid, "issued_before_ms": before_ms, "fingerprints": list(fingerprints)}


def card_hex(rid: str) -> str:
    return hashlib.sha256(f"shc:card-1:{rid}".encode()).hexdigest()[:32]


def revocation_lists() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def taken(name: str, document: Any, *revocations: Any, skipped: int = 0) -> None:
        imported = {"revocations": list(revocations), "skipped": skipped}
        found.append({"id": name, "list": document, "imported": imported, "where": None})

    def refused(name: str, document: Any, where: str) -> None:
        found.append({"id": name, "list": document, "imported": None, "where": where})

    for kind in ("SIGNATURE", "UCI", "COUNTRYCODEUCI"):
        taken(f"batch_{kind.lower()}", batch(hashType=kind), entry(KID, HEX))
    taken("several", [batch(), batch(kid="UNKNOWN_KID")], entry(KID, HEX), entry(None, HEX))
    whole = base64.b64encode(WHOLE).decode()
    taken("whole_hashes_and_bare_text", batch(entries=[whole]), entry(KID, HEX))
    odd = [{"hash": HALF[:-1]}, {"hash": HALF[:-4]}, {}, 7, None, {"hash": HALF.lower() + "="}]
    taken("odd_entries", batch(entries=[*odd, {"hash": HALF}]), entry(KID, HEX), skipped=6)
    taken("empty", batch(entries=[]))
    taken("nothing", [])
    cards = {"kid": "card-1", "method": "rid", "ctr": 1, "rids": ["r1", "r2.1637539200", "r3"]}
    taken(
        "cards",
        cards,
        entry("card-1", card_hex("r1"), card_hex("r3")),
        entry("card-1", card_hex("r2"), before_ms=1_637_539_200_000),
    )
    rids = ["", "a b", "x" * 25, "r.", "r.1.2", 5, "r.999999999999", "ok"]
    taken("odd_cards", cards | {"rids": rids}, entry("card-1", card_hex("ok")), skipped=7)
    refused("text", "x", "batches[0]")
    refused("second_no_batch", [batch(), []], "batches[1]")
    refused("no_kid", batch(kid=None), "batches[0].kid")
    refused("long_kid", batch(kid="k" * 121), "batches[0].kid")
    refused("unknown_hash", batch(hashType="SHA-1"), "batches[0].hashType")
    refused("no_entries", batch(entries=None), "batches[0].entries")
    refused("cards_of_another_method", cards | {"method": "x"}, "batches[0].method")
    refused("rids_no_list", cards | {"rids": {}}, "batches[0].rids")
    return found
