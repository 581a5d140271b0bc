"""The public test set of EU certificates, stage by stage, through both languages' batch.

A case says of each stage whether it passes. Where every stage that it names passes, the code has to
verify; where one fails, it has to be refused with that stage's code.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from credentials import import_trust, parse_trust, read
from credentials.evidence import Facts
from tests.node import typescript_answers
from tests.qr import read_qr

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "vectors"
SET = SHARED / "dgc" / "cases.jsonl"
PASSPORT = SHARED / "vaccine_passport"

# What a failed stage may be called.
CODES = {
    "prefix": {"prefix"},
    "base45": {"base45"},
    "zlib": {"zlib"},
    "decode": {"cbor"},
    "signature": {"signature", "untrusted"},
    "key_usage": {"key_usage"},
    "validity": {"not_yet_valid", "expired"},
}
# Faults of the set: what is answered instead, and why that is right.
FAULTS = {
    "common/CBO2": ("cbor", "signed, but its payload is no CBOR; the set calls that the signature"),
    "LI/4": ("key_usage", "a test, signed with a key whose usage names vaccinations only"),
    "LU/INCERT_R_DCC_Recovery": ("not_yet_valid", "its clock is four days before the issue"),
    "SG/4": ("not_yet_valid", "its clock is a week before the issue"),
    "common/DGC1": ("malformed", "the set expects nothing of it: it names nobody"),
}


def lines() -> list[str]:
    if not SET.exists():
        pytest.skip("../shared/vectors/dgc is not here: the public set was not run")
    return SET.read_text("utf-8").splitlines()


def check(case: dict[str, Any], answer: dict[str, Any]) -> None:
    failed = {stage for stage, passes in case["expected"].items() if not passes}
    assert answer["id"] == case["id"]
    assert answer["family"] == "hc1"
    if case["id"] in FAULTS:
        assert answer["code"] == FAULTS[case["id"]][0], case["id"]
        assert answer["status"] == "invalid"
    elif failed:
        assert answer["code"] in set.union(*(CODES[stage] for stage in failed)), case["id"]
        assert answer["status"] in ("invalid", "claim")
    else:
        assert (answer["status"], answer["code"]) == ("verified", "ok"), case["id"]
    if (told := case.get("certificate_json")) and answer["status"] == "verified":
        assert answer["identity"]["name"]
        birth = told["dob"][:10] or None
        assert answer["identity"]["birth_date"] == birth


def test_python_answers_the_whole_set_as_expected() -> None:
    given = lines()
    done = CliRunner().invoke(main, ["verify", "--batch"], input="\n".join(given))
    assert done.exit_code == 0, done.output
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(given) > 100
    for line, answer in zip(given, answers, strict=True):
        check(json.loads(line), answer)


def test_typescript_answers_the_whole_set_as_expected() -> None:
    given = lines()
    answers = typescript_answers(ROOT / "web/tools/batch.ts", given, "verify")
    assert len(answers) == len(given)
    for line, answer in zip(given, answers, strict=True):
        check(json.loads(line), answer)


def test_every_named_fault_is_a_case_that_disagrees_with_the_set() -> None:
    cases = {case["id"]: case for case in map(json.loads, lines())}
    for name, (code, _) in FAULTS.items():
        expected = cases[name]["expected"]
        failed = [stage for stage, passes in expected.items() if not passes]
        assert all(code not in CODES[stage] for stage in failed), name


@pytest.fixture
def vietnamese_code() -> str:
    picture = PASSPORT / "vn-sample-test-key.png"
    if not picture.exists():
        pytest.skip("../shared/vectors/vaccine_passport is not here")
    return read_qr(picture)


def test_the_vietnamese_sample_is_a_claim_that_proves_nothing(vietnamese_code: str) -> None:
    signers = json.loads((PASSPORT / "vn-production-signer.json").read_text("utf-8"))
    trust = parse_trust(import_trust(signers).content())
    found = read(vietnamese_code, trust, 1_656_633_600_000)
    assert (found.family, found.status, found.code) == ("hc1", "claim", "untrusted")
    assert found.issuer == "VN" and found.identity is not None and found.identity.name
    assert found.facts == Facts()


def test_the_vietnamese_production_signer_is_imported() -> None:
    listed = PASSPORT / "vn-production-signer.json"
    if not listed.exists():
        pytest.skip("../shared/vectors/vaccine_passport is not here")
    document = json.loads(listed.read_text("utf-8"))
    found = import_trust(document)
    assert (found.unusable, found.skipped) == ([], [])
    (key,) = found.keys
    assert (key["kid"], key["alg"], key["issuer"]) == (document[0]["kid"], "PS256", "VN")
    # It names purposes, but none of the EU's: so all three.
    assert key["usage"] == ["test", "vaccination", "recovery"]
    assert len(base64.b64decode(key["spki"])) > 256
    assert parse_trust(found.content()).keys_for(document[0]["kid"])
