"""The command line as an administrator meets it: clear lines, no tracebacks, nothing half-made."""

from __future__ import annotations

import re
import time
from pathlib import Path

import click
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cli.main import COMMANDS, main
from credentials import open_badge, parse_trust, verify_pack
from server.config import load_config
from server.enrolment import code_hash
from server.keys import KeyRing, public_jwk
from server.packs import officer_kek, trust_content
from server.store.protocol import Store
from server.store.sqlite import open_store
from sync.encoding import from_base64url, uuid7
from tests.cli.conftest import Chot
from tests.qr import read_qr


def store_of(data: Path) -> Store:
    return open_store(load_config(data))


def test_every_listed_command_is_real_and_explains_itself(chot: Chot) -> None:
    listed = chot("--help").output
    for name in COMMANDS:
        assert re.search(rf"^  {name}\s", listed, re.MULTILINE)
        command = main.get_command(click.Context(main), name)
        assert command is not None and command.help
        text = chot(name, "--help").output
        for sub in getattr(command, "commands", {}):
            assert sub in text
            assert "Usage:" in chot(name, sub, "--help").output


def test_version_is_that_of_the_package(chot: Chot) -> None:
    assert re.fullmatch(r"chot, version \d+\.\d+\.\d+\n", chot("--version").output)


def test_a_mistyped_directory_is_not_made_into_a_new_one(chot: Chot, tmp_path: Path) -> None:
    result = chot("device", "list", "--data", tmp_path / "nowhere", exit_code=1)
    assert "chot init --data" in result.output and "CHOT_DATA" in result.output
    assert not (tmp_path / "nowhere").exists()


def test_the_demo_is_never_mixed_into_real_data(chot: Chot, demo_data: Path) -> None:
    config = demo_data / "config.json"
    config.write_text(config.read_text().replace('"demo": true', '"demo": false'))
    result = chot("demo", "--data", demo_data, exit_code=1)
    assert "không phải dữ liệu diễn tập" in result.output


@pytest.mark.usefixtures("noon")
def test_making_the_demo_again_keeps_logins_and_packs(demo_data: Path, chot: Chot) -> None:
    before = (demo_data / "demo.json").read_text()
    store = store_of(demo_data)
    versions = {
        pack.name: pack.version for pack in store.packs(["all", "checkpoint:nt-ca-na"]).values()
    }
    store.close()
    chot("demo", "--days", "0", "--data", demo_data)
    store = store_of(demo_data)
    again = {
        pack.name: pack.version for pack in store.packs(["all", "checkpoint:nt-ca-na"]).values()
    }
    store.close()
    assert again == versions
    names = {"rules", "levels", "trust", "roster", "hotlines", "permits", "procedures"}
    assert set(versions) == names
    assert [line for line in before.splitlines() if "password" in line] == [
        line for line in (demo_data / "demo.json").read_text().splitlines() if "password" in line
    ]


def test_an_enrolment_link_works_once(chot: Chot, demo_data: Path) -> None:
    output = chot("device", "enrol", "--data", demo_data, "--checkpoint", "hd-ql6",
                  "--lane", "o-to", "--url", "https://10.0.0.5:8000", "--no-qr").output  # fmt: skip
    link = output.splitlines()[1]
    assert link.startswith("https://10.0.0.5:8000/tablet/#enrol=")
    code = code_hash(link.partition("=")[2])
    jwk = public_jwk(KeyRing.load_or_create(demo_data).documents)
    store = store_of(demo_data)
    now_ms = _wall_ms()
    first = store.enrol(code, uuid7(now_ms, bytes(10)), jwk, now_ms)
    assert first is not None and (first.checkpoint, first.lane) == ("hd-ql6", "o-to")
    # With the same key it is the answer that was lost; with another one the code is used up.
    assert store.enrol(code, uuid7(now_ms, bytes(9) + b"\1"), jwk, now_ms) == first
    other = public_jwk(KeyRing.load_or_create(demo_data).signing)
    assert store.enrol(code, uuid7(now_ms, bytes(9) + b"\1"), other, now_ms) is None
    store.close()


def test_an_unknown_checkpoint_is_answered_with_the_known_ones(chot: Chot, demo_data: Path) -> None:
    result = chot("device", "enrol", "--data", demo_data, "--checkpoint", "hn-ql6", exit_code=1)
    assert "hd-ql6" in result.output and "nt-ca-na" in result.output


def test_a_user_is_added_with_a_hashed_password(chot: Chot, demo_data: Path) -> None:
    password = "mat-khau-rat-dai-1"
    who = ("thanhtra", "--name", "Thanh tra", "--role", "approver", "--no-totp")
    chot("user", "add", *who, "--data", demo_data, stdin=f"{password}\n{password}\n")
    assert "thanhtra\tapprover" in chot("user", "list", "--data", demo_data).output
    for file in demo_data.iterdir():
        assert not file.is_file() or password.encode() not in file.read_bytes()
    short = chot("user", "add", "x", "--name", "X", "--role", "admin", "--data", demo_data,
                 "--password", "ngan", exit_code=1)  # fmt: skip
    assert "10 ký tự" in short.output


def test_an_officers_badge_opens_the_roster_pack_with_the_right_pin_only(
    chot: Chot, demo_data: Path, tmp_path: Path
) -> None:
    badge = tmp_path / "badge.png"
    chot("officer", "add", "hd-an", "--name", "Nguyễn Văn Thử", "--role", "officer", "--data",
         demo_data, "--checkpoint", "hd-ql6", "--badge", badge, "--pin", "135790")  # fmt: skip
    keys = KeyRing.load_or_create(demo_data)
    text = read_qr(badge)
    evidence, secret = open_badge(text, parse_trust(trust_content(keys, _wall_ms())), _wall_ms())
    assert evidence.status == "verified" and secret is not None
    store = store_of(demo_data)
    pack = store.pack("roster", "checkpoint:hd-ql6")
    store.close()
    assert pack is not None
    content = verify_pack(pack.jws, public_jwk(keys.packs), _wall_ms()).content
    mine = next(one for one in content["officers"] if one["id"] == "hd-an")
    wrapped = from_base64url(mine["wrapped"])
    right = AESGCM(officer_kek(secret, "135790", "hd-an"))
    assert len(right.decrypt(wrapped[:12], wrapped[12:], b"hd-an")) == 32
    wrong = AESGCM(officer_kek(secret, "135791", "hd-an"))
    with pytest.raises(InvalidTag):
        wrong.decrypt(wrapped[:12], wrapped[12:], b"hd-an")


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_tablet_is_ordered_to_wipe_itself(chot: Chot, demo_data: Path) -> None:
    listed = chot("device", "list", "--data", demo_data).output
    device = next(line.split("\t")[0] for line in listed.splitlines() if "\t" in line)
    said = chot("device", "wipe", device, "--data", demo_data, "--yes").output
    assert "Đã ra lệnh" in said
    lines = chot("device", "list", "--data", demo_data).output.splitlines()
    assert [line for line in lines if "chờ xóa" in line] == [
        line for line in lines if line.startswith(device)
    ]
    assert (
        "Không có máy bảng"
        in chot("device", "wipe", "nobody", "--data", demo_data, "--yes", exit_code=1).output
    )


def test_another_history_key_is_wrapped_anew_for_every_officer(chot: Chot, demo_data: Path) -> None:
    def roster() -> tuple[str, set[str]]:
        store = store_of(demo_data)
        pack = store.packs(["checkpoint:hd-ql6"])["roster"]
        store.close()
        keys = KeyRing.load_or_create(demo_data)
        content = verify_pack(pack.jws, public_jwk(keys.packs), int(time.time() * 1000)).content
        return content["history_key_id"], {one["wrapped"] for one in content["officers"]}

    before, wrapped = roster()
    assert "Đã đổi khóa" in chot("checkpoint", "renew-key", "hd-ql6", "--data", demo_data).output
    after, again = roster()
    assert after != before
    assert wrapped and wrapped.isdisjoint(again)
    said = chot("checkpoint", "renew-key", "nowhere", "--data", demo_data, exit_code=1).output
    assert "Không có chốt" in said


def test_a_damaged_or_closed_file_is_one_clear_line(chot: Chot, demo_data: Path) -> None:
    log = demo_data / "log.db"
    for beside in ("log.db-wal", "log.db-shm"):
        (demo_data / beside).unlink(missing_ok=True)
    log.write_bytes(b"no database" * 1000)
    said = chot("device", "list", "--data", demo_data, exit_code=1).output
    assert "file is not a database" in said and "chot doctor" in said


def test_a_folder_in_place_of_a_file_is_one_clear_line(chot: Chot, demo_data: Path) -> None:
    (demo_data / "letterhead.json").mkdir()
    where = ("--data", demo_data, "--format", "html")
    said = chot("report", *where, exit_code=1).output
    assert said.startswith("Error: Đây là thư mục, không phải tệp / Is a directory")
