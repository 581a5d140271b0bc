"""tests/vectors/sync/*.json: the generator still writes them, and this room agrees with them.

web/shared/sync/vectors.test.ts reads the same files.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sync.batch import parse_batch, verify_batch, verify_es256
from sync.clock import order_stamp
from sync.digest import NOTHING, minus, plus
from sync.encoding import from_base64url
from sync.errors import SyncError
from sync.runs import check_links, read_run
from sync.seal import unseal, unwrap_content_key, wrapped_part
from tests.sync.make_vectors import to_text, vectors

FOLDER = Path(__file__).parent.parent / "vectors" / "sync"
NAMES = [
    "batch.json",
    "chain.json",
    "clock.json",
    "complaint.json",
    "encoding.json",
    "envelope.json",
    "events.json",
    "pull_digest.json",
    "pull_runs.json",
    "receipt.json",
    "registers.json",
    "seal.json",
]


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def number(jwk: dict[str, str], name: str) -> int:
    return int.from_bytes(from_base64url(jwk[name], 32), "big")


def public_key(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    numbers = ec.EllipticCurvePublicNumbers(number(jwk, "x"), number(jwk, "y"), ec.SECP256R1())
    return numbers.public_key()


def test_every_vector_file_is_the_one_the_generator_writes() -> None:
    made = {name: to_text(content) for name, content in vectors().items()}
    assert sorted(made) == NAMES
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert found == made


@pytest.mark.parametrize("run", load("batch.json")["runs"], ids=lambda run: str(run["name"]))
def test_b3_each_batch_of_the_vectors_verifies_alone(run: dict[str, Any]) -> None:
    batch = parse_batch(run["wire"])
    chain = verify_batch(batch, public_key(load("batch.json")["jwk"]))
    assert chain[-1].hex() == run["head"]


def test_s3_the_sealed_vectors_open_with_the_servers_key() -> None:
    vectors = load("seal.json")
    server = ec.derive_private_key(number(vectors["server_jwk"], "d"), ec.SECP256R1())
    assert vectors["cases"]
    for case in vectors["cases"]:
        key = unwrap_content_key(wrapped_part(case["sealed"]), server)
        assert unseal(case["sealed"], key, bytes.fromhex(case["commitment"])) == case["person"]


def test_p1_the_receipt_of_the_vectors_is_the_servers() -> None:
    vectors = load("receipt.json")
    signature = from_base64url(vectors["receipt"]["signature"], 64)
    text = vectors["signing_text"].encode("ascii")
    assert verify_es256(public_key(vectors["jwk"]), signature, text)


def test_a3_the_envelopes_of_the_vectors_are_signed_and_the_smallest_orders() -> None:
    vectors = load("envelope.json")
    key = public_key(vectors["jwk"])
    for one in vectors["envelopes"]:
        signature = from_base64url(one["signature"], 64)
        assert verify_es256(key, signature, one["signing_text"].encode("ascii"))
    keys = [(one["received"], one["server"]) for one in vectors["envelopes"]]
    assert keys.index(min(keys)) == vectors["smallest"]
    for one in vectors["orders"]:
        order = order_stamp(int(one["stamp"], 16), min(keys)[0])
        assert f"{order:016x}" == one["order"]


@pytest.mark.parametrize("case", load("pull_runs.json")["runs"], ids=lambda one: str(one["name"]))
def test_f6_a_run_of_the_vectors_stands_for_its_events(case: dict[str, Any]) -> None:
    events = read_run(case["run"])
    assert [(one.n, one.author, one.seq, one.hash.hex(), one.authority) for one in events] == [
        (one["n"], one["author"], one["seq"], one["hash"], one["authority"])
        for one in case["events"]
    ]
    check_links(events, {})


@pytest.mark.parametrize(
    "case", load("pull_runs.json")["refused"], ids=lambda one: str(one["name"])
)
def test_f6_a_run_that_is_none_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(SyncError, match=case["error"]):
        read_run(case["run"])


@pytest.mark.parametrize("case", load("pull_digest.json"))
def test_f9_the_digest_is_the_sum_of_what_came_without_what_left(case: dict[str, Any]) -> None:
    came, left = ([bytes.fromhex(one) for one in case[name]] for name in ("came", "left"))
    assert minus(plus(NOTHING, came), plus(NOTHING, left)).hex() == case["digest"]
