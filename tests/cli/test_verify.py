"""`chot verify` and `chot plate`: for a person, and line by line for a program."""

from __future__ import annotations

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from credentials import normalise_plate
from tests.cli.conftest import Chot
from tests.credentials.health_making import KID, cwt, hc1, passport, sign1
from tests.credentials.signer_making import certificate
from tests.credentials.signing import ISSUER_KEY, public_spki
from tests.e2e.camera import qr_picture
from tests.node import typescript_answers

PASSPORT = Path(__file__).parents[3] / "shared" / "vectors" / "vaccine_passport"
BATCH = Path(__file__).parents[2] / "web" / "tools" / "batch.ts"
DER = certificate(ISSUER_KEY).public_bytes(Encoding.DER)
LISTED = {"kid": base64.b64encode(KID).decode(), "rawData": base64.b64encode(DER).decode()}
AT = ("--at", "2021-11-22 08:00")


def written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), "utf-8")
    return path


def test_a_person_reads_what_is_proved(chot: Chot, tmp_path: Path) -> None:
    trust = written(tmp_path / "dsc.json", [LISTED])
    said = chot("verify", *AT, "--trust", trust, passport()).stdout
    assert "Chữ ký hợp lệ" in said and "Nguyễn Thị Mẫu" in said
    assert "mũi 2/2" in said and "so họ tên" in said
    english = chot("verify", *AT, "--trust", trust, "--lang", "en", passport()).stdout
    assert "Signature valid" in english and "Compare name" in english


def test_without_trust_it_is_a_claim_without_facts(chot: Chot) -> None:
    said = chot("verify", *AT, passport()).stdout
    assert "chưa được tin cậy" in said and "mũi" not in said


def test_the_content_of_a_trust_pack_is_taken_as_it_is(chot: Chot, tmp_path: Path) -> None:
    key = {"kid": LISTED["kid"], "alg": "ES256", "issuer": "VN", "usage": ["vaccination"]}
    jwk = {"jwk": None, "spki": public_spki(ISSUER_KEY)}
    trust = written(tmp_path / "trust.json", {"keys": [key | jwk], "revoked": []})
    assert "Chữ ký hợp lệ" in chot("verify", *AT, "--trust", trust, passport()).stdout


def test_a_trust_file_that_is_none_is_one_clear_line(chot: Chot, tmp_path: Path) -> None:
    for content in ("{", '{"revoked": []}', "[" * 100_000, "7"):
        trust = tmp_path / "trust.json"
        trust.write_text(content)
        result = chot("verify", "--trust", trust, "x", exit_code=1)
        assert str(trust) in result.output and len(result.output.splitlines()) == 1


LINES: list[dict[str, Any]] = [
    {"id": 1, "payload": "001190012345||Nguyễn Thị Mẫu|15081990|Nữ|Hà Nội|19042021"},
    {"id": "a", "payload": "hello", "now": "2021-11-22T08:00:00.1234567+07:00"},
    {"id": None, "payload": passport(), "now": "2021-11-22T08:00:00Z", "certificate": None},
    {"payload": "HC1:", "certificate": "AAAA"},
    {"id": {"x": [1]}, "payload": "\ud83d" * 3, "now": "2021-11-22"},
]


def signed_line(now: str) -> dict[str, Any]:
    """A passport under the kid that its certificate really has."""
    head = {1: -7, 4: sha256(DER).digest()[:8]}
    line = {"id": now, "payload": hc1(sign1(cwt(), protected=head)), "now": now}
    return line | {"certificate": LISTED["rawData"]}


def test_lines_are_answered_alike_in_both_languages(chot: Chot) -> None:
    lines = [*LINES, signed_line("2021-11-22T08:00:00Z"), signed_line("2022-01-01")]
    texts = [json.dumps(line) for line in lines]
    answered = chot("verify", "--batch", stdin="\n".join(texts)).stdout.splitlines()
    here = [json.loads(line) for line in answered]
    assert [(one["id"], one["family"], one["status"], one["code"]) for one in here] == [
        (1, "cccd", "claim", "unsigned"),
        ("a", "opaque", "unknown", "unrecognised"),
        (None, "hc1", "claim", "untrusted"),
        (None, "hc1", "unknown", "unrecognised"),
        ({"x": [1]}, "opaque", "unknown", "unrecognised"),
        ("2021-11-22T08:00:00Z", "hc1", "verified", "ok"),
        ("2022-01-01", "hc1", "invalid", "expired"),
    ]
    assert here[0]["identity"]["birth_date"] == "1990-08-15"
    assert typescript_answers(BATCH, texts, "verify") == here


def test_plates_are_answered_alike_in_both_languages(chot: Chot) -> None:
    lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(("29a-123.45", "", "đ"))]
    here = [
        json.loads(line)
        for line in chot("plate", "--batch", stdin="\n".join(lines)).stdout.splitlines()
    ]
    assert here[0] == {"id": 0, "normal": "29A12345", "candidates": ["car"]}
    assert [one["normal"] for one in here] == ["29A12345", "", "Đ"]
    assert typescript_answers(BATCH, lines, "plate") == here


def test_a_person_reads_the_plate(chot: Chot) -> None:
    said = chot("plate", "29A-123.45").stdout
    plate = normalise_plate("29A-123.45")
    assert said.splitlines() == [plate.normal, ", ".join(plate.candidates), plate.province]


def test_a_line_that_is_none_is_named(chot: Chot) -> None:
    good = json.dumps(LINES[0])
    for odd in ("[]", "{", "7", '{"id": 9}', '{"id": 9, "payload": 1}', "[" * 100_000):
        result = chot("verify", "--batch", stdin=f"{good}\n{odd}\n", exit_code=1)
        assert '"unsigned"' in result.stdout
        assert "2" in result.stderr or "9" in result.stderr
    result = chot("verify", "--batch", stdin='{"payload": "x", "now": "hôm nay"}', exit_code=1)
    assert "ISO 8601" in result.stderr


def photo(path: Path, *texts: str) -> Path:
    """A picture of these codes, side by side."""
    pictures = [qr_picture(text) for text in texts]
    width, height = sum(one.width for one in pictures), max(one.height for one in pictures)
    paper = Image.new("RGB", (width, height), "white")
    left = 0
    for one in pictures:
        paper.paste(one, (left, 0))
        left += one.width
    paper.save(path)
    return path


@pytest.mark.parametrize("name", ["ma.png", "MA.JPG", "ma.webp"])
def test_a_picture_is_read_as_the_code_on_it(chot: Chot, tmp_path: Path, name: str) -> None:
    said = chot("verify", *AT, "--lang", "en", photo(tmp_path / name, passport())).stdout
    assert "not trusted" in said and "Nothing in it is proved" in said and "Nguyễn Thị Mẫu" in said


def test_every_code_of_a_picture_is_told(chot: Chot, tmp_path: Path) -> None:
    id_card = "001190012345||Lê Văn Thử|15081990|Nữ|Hà Nội|19042021"
    said = chot("verify", *AT, photo(tmp_path / "hai.png", id_card, passport())).stdout
    assert "Lê Văn Thử" in said and "Nguyễn Thị Mẫu" in said


def test_a_transparent_background_is_paper(chot: Chot, tmp_path: Path) -> None:
    dark = qr_picture("001190012345||Lê Văn Thử").convert("L").point(lambda value: 255 - value)
    black = Image.new("RGBA", dark.size, (0, 0, 0, 0))
    black.putalpha(dark)
    black.save(tmp_path / "ma.png")
    assert "Lê Văn Thử" in chot("verify", tmp_path / "ma.png").stdout


def test_a_picture_that_is_none_is_one_clear_line(chot: Chot, tmp_path: Path) -> None:
    blank = tmp_path / "trang.png"
    Image.new("1", (300, 300), 1).save(blank)
    broken = tmp_path / "hong.jpg"
    broken.write_bytes(b"\xff\xd8\xff" + bytes(200))
    gif = tmp_path / "hoat-hinh.png"
    Image.new("1", (30, 30), 1).save(gif, "GIF")
    huge = tmp_path / "to.png"
    Image.new("1", (30_000, 30_000), 1).save(huge)
    missing = tmp_path / "khong-co.png"
    for path, why in (
        (blank, "no QR code"),
        (broken, "no picture"),
        (gif, "no picture"),
        (huge, "too large"),
        (missing, "no such picture"),
        (Path("x" * 5_000 + ".png"), "no such picture"),
    ):
        result = chot("verify", path, exit_code=1)
        assert why in result.stderr and len(result.stderr.splitlines()) == 1


def test_without_the_package_for_pictures_it_is_named(
    chot: Chot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    result = chot("verify", photo(tmp_path / "ma.png", "hello"), exit_code=1)
    assert "chot[photo]" in result.stderr


def test_the_published_vietnamese_sample_is_a_claim(chot: Chot) -> None:
    if not (PASSPORT / "vn-sample-test-key.png").exists():
        pytest.skip("../shared/vectors/vaccine_passport is not here")
    trust = ("--trust", PASSPORT / "vn-production-signer.json", "--lang", "en")
    at = ("--at", "2022-07-01")
    said = chot("verify", *at, *trust, PASSPORT / "vn-sample-test-key.png").stdout
    assert "Vaccine passport" in said and "not trusted" in said and "issued by VN" in said
    assert "Nothing in it is proved" in said


def test_withdrawn_is_told_and_a_list_without_trust_is_a_usage_error(
    chot: Chot, tmp_path: Path
) -> None:
    trust = written(tmp_path / "dsc.json", [LISTED])
    digest = base64.b64encode(sha256(b"URN:UVCI:01:VN:1#A").digest()[:16]).decode()
    batch = {"kid": LISTED["kid"], "hashType": "UCI", "entries": [{"hash": digest}]}
    revoked = written(tmp_path / "thu-hoi.json", batch)
    assert (
        "thu hồi" in chot("verify", *AT, "--trust", trust, "--revoked", revoked, passport()).stdout
    )
    other = written(tmp_path / "khac.json", batch | {"kid": "AAAAAAAAAAA="})
    said = chot("verify", *AT, "--trust", trust, "--revoked", other, passport()).stdout
    assert "Chữ ký hợp lệ" in said
    chot("verify", "--revoked", revoked, passport(), exit_code=2)
    odd = written(tmp_path / "sai.json", batch | {"hashType": "MD5"})
    result = chot("verify", "--trust", trust, "--revoked", odd, passport(), exit_code=1)
    assert "hashType" in result.stderr and str(odd) in result.stderr


def test_neither_a_code_nor_a_batch_is_a_usage_error(chot: Chot) -> None:
    for command in ("verify", "plate"):
        chot(command, exit_code=2)
        chot(command, "x", "--batch", exit_code=2)
