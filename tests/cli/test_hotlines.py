"""`chot hotlines`, `chot procedures`: all rows or none, published to tablets, kept afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.data import now_ms, opened
from server.keys import KeyRing
from server.packs import EVERYBODY, publish_packs, said_by
from tests.cli.conftest import Chot

HEAD = "Loại,Tên,Số,Chức vụ,Chốt,Cho dân,Trực từ,Trực đến\n"
HEALTH = "Y tế,Trung tâm Y tế,0259 000 0115,,nt-ca-na;nt-bac-ai,có,,\n"
POLICE = "công an,Trực ban,113,,,không,,\n"
LEADER = ",Phạm Văn Trực,0900000011,Phó Chủ tịch,,,01/01/2099 06:00,01/01/2099 18:00\n"
PAST = ",Hoàng Thị Cũ,0900000012,Phó Chủ tịch,,,01/01/2020 06:00,01/01/2020 18:00\n"


def content(data: Path, name: str) -> dict[str, Any]:
    with opened(data) as store:
        pack = store.pack(name, EVERYBODY)
        assert pack is not None
        return dict(said_by(pack))


def test_a_book_is_imported_whole_and_outlives_other_changes(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "danh-ba.csv"
    file.write_text(HEAD + HEALTH + POLICE + LEADER + PAST, "utf-8")
    before = content(demo_data, "hotlines")
    chot("hotlines", "import", file, "--data", demo_data, "--dry-run")
    assert content(demo_data, "hotlines") == before
    chot("hotlines", "import", file, "--data", demo_data)
    after = content(demo_data, "hotlines")
    assert after["hotlines"] == before["hotlines"], "each checkpoint's own number stays"
    assert after["book"] == [
        {
            "kind": "health",
            "name": "Trung tâm Y tế",
            "number": "0259 000 0115",
            "public": True,
            "checkpoints": ["nt-bac-ai", "nt-ca-na"],
        },
        {"kind": "police", "name": "Trực ban", "number": "113", "public": False},
    ]
    assert after["duty"] == [
        {
            "name": "Phạm Văn Trực",
            "title": "Phó Chủ tịch",
            "number": "0900000011",
            "from": "2098-12-31T23:00:00Z",
            "until": "2099-01-01T11:00:00Z",
        }
    ], "whoever's duty is over is on no tablet"
    with opened(demo_data) as store:
        publish_packs(store, KeyRing.load_or_create(demo_data), now_ms())
        assert [one.what for _, one in store.audited(0, 10_000)].count("hotlines.published") == 1
    assert content(demo_data, "hotlines") == after
    shown = chot("hotlines", "show", "--data", demo_data, "--checkpoint", "hd-ql6").output
    assert "Trực ban" in shown
    assert "Trung tâm Y tế" not in shown


def test_one_wrong_row_and_nothing_is_taken(chot: Chot, demo_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "danh-ba.csv"
    wrong = (
        "bác sĩ,Trung tâm,115,,,,,\n",
        "y tế,,115,,,,,\n",
        "y tế,Trung tâm,một một năm,,,,,\n",
        "y tế,Trung tâm,115,,hd-khong-co,,,\n",
        ",Phạm Văn Trực,0900000011,,,,01/01/2099,\n",
        ",Phạm Văn Trực,0900000011,,,,02/01/2099 06:00,01/01/2099 06:00\n",
        ",Phạm Văn Trực,0900000011,,,,01/01/2099,01/06/2099\n",
    )
    before = content(demo_data, "hotlines")
    file.write_text(HEAD + POLICE + "".join(wrong), "utf-8")
    said = chot("hotlines", "import", file, "--data", demo_data, exit_code=1).output
    assert [f"Dòng {row}," in said for row in range(2, 10)] == [False, *[True] * 7]
    assert content(demo_data, "hotlines") == before


def test_procedures_are_the_usual_ones_until_a_unit_has_its_own(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    usual = content(demo_data, "procedures")
    assert {one["at"] for one in usual["steps"]} == {"open", "close"}
    file = tmp_path / "quy-trinh.csv"
    head = "Mã,Lúc,Việc,Tiếng Anh\n"
    file.write_text(head + "bien-bao,đầu ca,Biển báo đủ,Signs in place\ntiền,giữa ca,,\n", "utf-8")
    said = chot("procedures", "import", file, "--data", demo_data, exit_code=1).output
    assert "Dòng 3, Mã" in said
    assert "Dòng 3, Lúc" in said
    assert "Dòng 3, Việc" in said
    file.write_text(head + "bien-bao,đầu ca,Biển báo đủ,Signs in place\nso,giao ca,Sổ,\n", "utf-8")
    chot("procedures", "import", file, "--data", demo_data)
    own = {"id": "bien-bao", "at": "open", "vi": "Biển báo đủ", "en": "Signs in place"}
    last = {"id": "so", "at": "close", "vi": "Sổ"}
    assert content(demo_data, "procedures") == {"steps": [own, last]}
    with opened(demo_data) as store:
        publish_packs(store, KeyRing.load_or_create(demo_data), now_ms())
    assert content(demo_data, "procedures") == {"steps": [own, last]}
    assert "đầu ca\tbien-bao\tBiển báo đủ" in chot("procedures", "show", "--data", demo_data).output
    chot("procedures", "reset", "--data", demo_data)
    assert content(demo_data, "procedures") == usual
