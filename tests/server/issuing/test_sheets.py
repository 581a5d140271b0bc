"""Real PDF pages: the text is Vietnamese text, and the codes on the rendered page verify."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from credentials import Trust, is_part, join_parts, parse_trust, read
from server.issuing.badges import badge_drafts
from server.issuing.columns import Kind
from server.issuing.paper import can_print, font_files
from server.issuing.rows import Defaults, Draft, drafts_of
from server.issuing.sheets import sheets_pdf
from server.issuing.sign import Document, issue_draft
from server.issuing.tables import Row, Table
from server.keys import KeyRing
from server.packs import trust_content
from tests.node import node
from tests.qr import read_qrs

NOW_MS = 1_795_320_000_000
UNIT = "UBND quận Thử Nghiệm"
NAME = "Nguyễn Thị Đậu Mười Ưỡn Ẵng"
DOTS_AN_INCH = 200

ADDRESS = "Số 125/17 ngõ 302 đường Nguyễn Văn Trỗi, tổ dân phố số 5, phường Mộ Lao, quận Hà Đông"
PERSON = {
    "name": NAME, "birth_date": "15/08/1990", "sex": "Nữ", "id_number": "001190012345",
    "phone": "0912345678", "address": ADDRESS,
}  # fmt: skip
LONG_PASS = PERSON | {
    "plate": "85C-045.67", "hours": "05:00-20:00", "origin": "2021/268",
    "destination": "2021/22910",
    "company": "Hợp tác xã Nông nghiệp Dịch vụ tổng hợp Phước Diêm và các đơn vị liên kết",
    "reason": "Vận chuyển rau, củ, quả và thực phẩm tươi sống cho các siêu thị, chợ đầu mối",
    "route": "Quốc lộ 6 – Quốc lộ 21B – đường Phùng Hưng – Lê Trọng Tấn – Tố Hữu",
}  # fmt: skip
FULL_CARD = PERSON | {
    "dose1_product": "AstraZeneca", "dose1_date": "01/06/2026",
    "dose2_product": "AstraZeneca", "dose2_date": "01/08/2026",
    "dose3_product": "Pfizer", "dose3_date": "01/10/2026", "test_type": "PCR",
    "test_result": "Âm tính", "test_sampled": "20/11/2026 08:00",
    "test_resulted": "20/11/2026 18:00", "recovered_on": "01/03/2026",
}  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.load_or_create(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def trust(keys: KeyRing) -> Trust:
    return parse_trust(trust_content(keys, NOW_MS))


@pytest.fixture(autouse=True)
def print_tools() -> None:
    if not can_print():
        pytest.skip("the extra print is not installed: no PDF was made")
    if shutil.which("pdftoppm") is None or shutil.which("pdftotext") is None:
        pytest.skip("no poppler-utils: no PDF was rendered")
    node()


def issued(keys: KeyRing, kind: Kind, *rows: dict[str, str]) -> list[Document]:
    heads = tuple(dict.fromkeys(name for row in rows for name in row))
    lines = tuple(
        Row(n, tuple(row.get(name, "") for name in heads)) for n, row in enumerate(rows, 2)
    )
    drafts, errors = drafts_of(
        kind, Table(heads, lines), Defaults(NOW_MS, NOW_MS + 30 * 86_400_000)
    )
    assert errors == []
    return [made(keys, one) for one in drafts]


def made(keys: KeyRing, draft: Draft) -> Document:
    document = issue_draft(keys, draft, NOW_MS)
    assert isinstance(document, Document)
    return document


def printed(folder: Path, pdf: bytes) -> tuple[str, list[list[str]]]:
    """The text of a PDF, and the codes of each rendered page."""
    path = folder / "a.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    subprocess.run(
        ["pdftoppm", "-r", str(DOTS_AN_INCH), "-png", str(path), str(folder / "page")], check=True
    )
    return text, [read_qrs(one) for one in sorted(folder.glob("page-*.png"))]


def size_mm(folder: Path) -> tuple[int, int]:
    out = subprocess.run(["pdfinfo", str(folder / "a.pdf")], capture_output=True, check=True).stdout
    line = next(one for one in out.decode().splitlines() if one.startswith("Page size"))
    _, _, width, _, height, *_ = line.split()
    return round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)


def test_a_permit_on_a4_is_readable_by_people_and_by_the_tablet(
    keys: KeyRing, trust: Trust, tmp_path: Path
) -> None:
    rows = (
        {"name": NAME, "reason": "Đi làm ở xưởng", "plate": "29Đ-123.45", "hours": "5h-20h"},
        {"name": "Lê Thử", "reason": "Khám bệnh " * 18},
    )
    documents = issued(keys, "permit", *rows)
    text, codes = printed(tmp_path, sheets_pdf(documents, unit=UNIT))
    for word in (NAME, "GIẤY ĐI ĐƯỜNG", "Đi làm ở xưởng", "05:00-20:00", UNIT, documents[0].id):
        assert word in text
    assert codes == [[one.texts[0]] for one in documents]
    found = read(codes[0][0], trust, NOW_MS)
    assert (found.status, found.identity and found.identity.name) == ("verified", NAME)
    assert size_mm(tmp_path) == (210, 297)


def test_a_pass_for_the_windscreen_is_a5(keys: KeyRing, tmp_path: Path) -> None:
    documents = issued(keys, "pass", {"plate": "29C-123.45", "company": "Vận tải Mẫu"})
    text, codes = printed(tmp_path, sheets_pdf(documents, unit=UNIT, windscreen=True))
    assert "THẺ LUỒNG XANH" in text and "29C-123.45" in text
    assert codes == [[documents[0].texts[0]]]
    assert size_mm(tmp_path) == (210, 148)


def test_a_windscreen_shows_the_whole_journey_and_not_who_drives_lives_where(
    keys: KeyRing, tmp_path: Path
) -> None:
    documents = issued(keys, "pass", LONG_PASS)
    text, codes = printed(tmp_path, sheets_pdf(documents, unit=UNIT, windscreen=True))
    said = " ".join(text.split())
    for word in ("85C-045.67", "Tố Hữu", "Ninh Thuận", "05:00-20:00", "chợ đầu mối", "liên kết"):
        assert word in said
    for word in ("001190012345", "0912345678", "Số 125/17", "15/08/1990"):
        assert word not in said
    assert codes == [[documents[0].texts[0]]]


def test_a_full_card_leaves_nothing_out(keys: KeyRing, tmp_path: Path) -> None:
    documents = issued(keys, "card", FULL_CARD)
    text, codes = printed(tmp_path, sheets_pdf(documents, unit=UNIT))
    said = " ".join(text.split())
    assert "Khỏi bệnh: 01/03/2026" in said and "Có giá trị đến" in said
    assert codes == [[documents[0].texts[0]]]


def test_a_badge_says_role_and_checkpoints_in_words(keys: KeyRing, tmp_path: Path) -> None:
    cells = {
        "officer": "hd-an", "name": NAME, "role": "lead", "checkpoints": "hd-ql6;hd-phung-hung"
    }  # fmt: skip
    draft = Draft(2, "badge", {}, None, NOW_MS + 86_400_000, cells)
    known = {"hd-ql6": "Chốt Quốc lộ 6", "hd-phung-hung": "Chốt Phùng Hưng"}
    drafts, _ = badge_drafts([draft], known, [])
    text, _ = printed(tmp_path, sheets_pdf([made(keys, one) for one in drafts], unit=UNIT))
    said = " ".join(text.split())
    assert "Chốt trưởng" in said and "Chốt Quốc lộ 6, Chốt" in said and "Phùng Hưng" in said
    assert "lead" not in said and "hd-ql6" not in said


def test_a_long_manifest_prints_all_its_parts_and_names(
    keys: KeyRing, trust: Trust, tmp_path: Path
) -> None:
    trip = {"company": "Công ty Mẫu", "plate": "29B-123.45", "trip": "1"}
    names = [f"Nguyễn Văn Mẫu {number}" for number in range(1, 61)]
    rows = [
        {"trip": "1", "name": name, "id_number": f"{number:012}"}
        for number, name in enumerate(names)
    ]
    rows[0] |= trip
    documents = issued(keys, "manifest", *rows)
    text, codes = printed(tmp_path, sheets_pdf(documents, unit=UNIT))
    assert all(name in text for name in names)
    seen = [read(one, trust, NOW_MS) for page in codes for one in page]
    assert len(seen) == len(documents[0].texts) > 1
    assert all(is_part(one) for one in seen)
    joined = join_parts(seen)
    assert joined.missing == ()
    assert joined.evidence.subject is not None
    assert [one["name"] for one in joined.evidence.subject["people"]] == names


def test_cards_stand_eight_to_a_page(keys: KeyRing, trust: Trust, tmp_path: Path) -> None:
    rows = [
        {"name": f"Lê Thử {n}", "dose1_product": "Vero Cell", "dose1_date": "01/08/2021"}
        for n in range(9)
    ]
    documents = issued(keys, "card", *rows)
    text, codes = printed(tmp_path, sheets_pdf(documents, unit=UNIT))
    assert [len(page) for page in codes] == [8, 1]
    assert {one for page in codes for one in page} == {one.texts[0] for one in documents}
    assert "Mũi 1/2" in text and "Lê Thử 8" in text
    assert len(read(codes[1][0], trust, NOW_MS).facts.doses) == 1


def test_the_extra_brings_a_font_with_vietnamese_letters() -> None:
    files = font_files()
    assert files is not None and all(one.stat().st_size > 100_000 for one in files)
