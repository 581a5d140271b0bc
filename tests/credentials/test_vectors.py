"""The vectors that the TypeScript twin runs too (web/shared/credentials/vectors.test.ts)."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from credentials import (
    Conditions,
    PackError,
    PartsError,
    TrustError,
    evidence_to_json,
    import_revocations,
    join_parts,
    normalise_plate,
    parse_trust,
    read,
    recognise,
    verify_pack,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "credentials"


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


READINGS = [
    (vectors["trusts"], case)
    for vectors in (load("reading"), load("health"))
    for case in vectors["cases"]
]
PACKS = load("packs")


@pytest.mark.parametrize(("trusts", "case"), READINGS, ids=[case["id"] for _, case in READINGS])
def test_reads_as_written_in_the_vectors(trusts: dict[str, Any], case: dict[str, Any]) -> None:
    trust = parse_trust(trusts[case["trust"]])
    conditions = Conditions(**case.get("conditions", {}))
    found = read(case["text"], trust, case["now_ms"], case["leeway_ms"], conditions)
    assert evidence_to_json(found) == case["evidence"]
    assert recognise(case["text"]) == case["evidence"]["family"]


@pytest.mark.parametrize("case", load("plates"), ids=lambda case: repr(case["text"]))
def test_plate_has_normal_form_and_candidates(case: dict[str, Any]) -> None:
    found = asdict(normalise_plate(case["text"]))
    assert found | {"candidates": list(found["candidates"])} == case["plate"]


@pytest.mark.parametrize("case", PACKS["cases"], ids=lambda case: case["id"])
def test_pack_verifies_or_is_refused_with_its_code(case: dict[str, Any]) -> None:
    try:
        payload = verify_pack(case["text"], PACKS["root_jwk"], case["now_ms"])
    except PackError as error:
        carried = None if error.payload is None else asdict(error.payload)
        assert (error.code, carried) == (case["code"], case["payload"])
    else:
        assert (None, asdict(payload)) == (case["code"], case["payload"])


@pytest.mark.parametrize("case", load("parts"), ids=lambda case: case["id"])
def test_parts_join_or_are_refused_with_their_code(case: dict[str, Any]) -> None:
    trust = parse_trust(load("reading")["trusts"][case["trust"]])
    read_parts = [read(text, trust, case["now_ms"]) for text in case["texts"]]
    try:
        found = join_parts(read_parts)
    except PartsError as error:
        assert (error.code, None) == (case["code"], case["joined"])
    else:
        joined = {"evidence": evidence_to_json(found.evidence), "missing": list(found.missing)}
        assert (None, joined) == (case["code"], case["joined"])


@pytest.mark.parametrize("case", load("trust_errors"), ids=lambda case: case["id"])
def test_trust_content_is_refused_whole(case: dict[str, Any]) -> None:
    with pytest.raises(TrustError) as caught:
        parse_trust(case["content"])
    assert caught.value.where == case["where"]


@pytest.mark.parametrize("case", load("revocations"), ids=lambda case: case["id"])
def test_revocation_list_is_taken_or_refused_with_its_place(case: dict[str, Any]) -> None:
    try:
        found = import_revocations(case["list"])
    except TrustError as error:
        assert (error.where, None) == (case["where"], case["imported"])
    else:
        assert (None, asdict(found)) == (case["where"], case["imported"])
