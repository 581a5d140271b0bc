"""`chot trust`: published lists of signers and of withdrawn documents reach the tablets' pack."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from cli.data import opened
from credentials import parse_trust, read
from server.packs import trust_in_force
from tests.cli.conftest import Chot
from tests.credentials.expected import NOW_MS
from tests.credentials.health_making import CARD_ISSUER, CARD_KID, KID, card, passport
from tests.credentials.signer_making import certificate
from tests.credentials.signing import ISSUER_KEY, OTHER_KEY, public_jwk

DER = certificate(ISSUER_KEY).public_bytes(Encoding.DER)
LISTED = {"kid": base64.b64encode(KID).decode(), "rawData": base64.b64encode(DER).decode()}
OTHER = base64.b64encode(certificate(OTHER_KEY).public_bytes(Encoding.DER)).decode()
JWKS = {"keys": [public_jwk(ISSUER_KEY) | {"kid": CARD_KID}], "issuer": CARD_ISSUER}


def written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), "utf-8")
    return path


def content_of(data: Path) -> dict[str, Any]:
    with opened(data) as store:
        return dict(trust_in_force(store) or {})


def code_of(data: Path, text: str) -> str:
    return read(text, parse_trust(content_of(data)), NOW_MS).code


def test_signers_are_believed_until_a_newer_list_leaves_them_out(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    own = content_of(demo_data)["keys"]
    where = ("--data", demo_data)
    assert code_of(demo_data, passport()) == "untrusted"
    dsc = written(tmp_path / "dsc.json", [LISTED])
    before = content_of(demo_data)
    said = chot("trust", "signers", *where, dsc, "--dry-run").stdout
    assert "VN\t+1\t-0" in said and "chưa nhận gì" in said.lower()
    assert content_of(demo_data) == before, "a preview publishes nothing"
    chot("trust", "signers", *where, dsc)
    assert "VN\t" not in chot("trust", "signers", *where, dsc).stdout, "the same list again"
    chot("trust", "signers", *where, written(tmp_path / "jwks.json", JWKS))
    assert (code_of(demo_data, passport()), code_of(demo_data, card())) == ("ok", "ok")
    assert "VN\t1\ttest vaccination recovery" in chot("trust", "list", *where).stdout
    said = chot(
        "trust", "signers", *where, written(tmp_path / "neu.json", [{"rawData": OTHER}])
    ).stdout
    assert "VN\t+1\t-1" in said
    assert (code_of(demo_data, passport()), code_of(demo_data, card())) == ("untrusted", "ok")
    assert [one for one in content_of(demo_data)["keys"] if one in own] == own


def test_a_foreign_list_cannot_speak_for_our_own_keys(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    own = content_of(demo_data)["keys"]
    forged = {"keys": [public_jwk(OTHER_KEY) | {"kid": own[0]["kid"]}], "issuer": CARD_ISSUER}
    chot("trust", "signers", "--data", demo_data, written(tmp_path / "jwks.json", forged))
    assert content_of(demo_data)["keys"] == own


def test_withdrawn_passports_count_no_more_until_the_list_says_so(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    where = ("--data", demo_data)
    chot("trust", "signers", *where, written(tmp_path / "dsc.json", [LISTED]))
    digest = base64.b64encode(sha256(b"URN:UVCI:01:VN:1#A").digest()[:16]).decode()
    batch = {"kid": LISTED["kid"], "hashType": "UCI", "entries": [{"hash": digest}, {"hash": "?"}]}
    said = chot("trust", "revocations", *where, written(tmp_path / "r.json", batch)).stdout
    assert "1 thu hồi" in said and "1 không đọc được" in said
    assert code_of(demo_data, passport()) == "revoked"
    # A signer's list coming again leaves what was withdrawn alone.
    chot("trust", "signers", *where, tmp_path / "dsc.json")
    assert code_of(demo_data, passport()) == "revoked"
    batch["entries"] = [{"hash": base64.b64encode(bytes(16)).decode()}]
    chot("trust", "revocations", *where, written(tmp_path / "r.json", batch))
    assert code_of(demo_data, passport()) == "ok"


def test_what_is_no_list_changes_nothing(chot: Chot, demo_data: Path, tmp_path: Path) -> None:
    before = content_of(demo_data)
    for name, value in (("signers", {}), ("signers", []), ("revocations", [{"kid": "a"}])):
        file = written(tmp_path / "sai.json", value)
        result = chot("trust", name, "--data", demo_data, file, exit_code=1)
        assert str(file) in result.stderr and len(result.stderr.splitlines()) == 1
    assert content_of(demo_data) == before
