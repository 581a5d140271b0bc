"""The examples of every command's help, and what each needs before it can be run as it stands."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import openpyxl

from cli.main import main

BEGINS = re.compile(r"Ví dụ[^:\n]*:")


def examples() -> Iterator[tuple[str, str]]:
    """(command, example) of every command, in the words of its help."""
    for name, command in _commands(main, "chot"):
        for text in _examples_in(command.help or ""):
            yield name, text


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield name, command
        return
    if command.invoke_without_command:
        yield name, command
    for one in command.list_commands(context):
        found = command.get_command(context, one)
        assert found is not None
        yield from _commands(found, f"{name} {one}")


def manual_examples() -> list[tuple[str, str]]:
    """(command, line) of the README and the how-tos that no help has."""
    names = sorted((name for name, _ in commands()), key=len, reverse=True)
    root = Path(__file__).parent.parent.parent
    known = {text for _, text in examples()}
    found: dict[str, str] = {}
    for page in (root / "README.md", *sorted((root / "docs/how-to").glob("*.md"))):
        for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for line in block.splitlines():
                text = line.split("  #")[0].strip()
                if text.startswith("chot ") and text not in known:
                    found[text] = next(one for one in names if f"{text} ".startswith(f"{one} "))
    return [(name, text) for text, name in found.items()]


def commands() -> list[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    return list(_commands(main, "chot"))


def _examples_in(text: str) -> Iterator[str]:
    for found in BEGINS.finditer(text):
        rest = text[found.end() :].replace("\b", "").lstrip()
        block = re.split(r"\n\s*\n", rest)[0]
        lines = [line.strip().removesuffix("\\").strip() for line in block.splitlines()]
        joined = " ".join(line for line in lines if line)
        for one in re.split(r";? (?=chot )", joined):
            yield one.strip()


NOT_RUN = {
    "chot webhook test": "calls a neighbour; tests/cli/test_webhook.py has one",
    "chot webhook replay": "names a place in another log; tests/cli/test_webhook.py",
    "chot trust signers": "needs real keys; tests/cli/test_trust.py",
    "chot import-events": "needs a tablet's file; tests/cli/test_import_events.py",
    "chot report receive": "needs servers below; tests/cli/test_report_units.py",
    "chot report unit add": "needs the key of a server below; tests/cli/test_report_units.py",
    "chot report unit remove": "needs a unit below; tests/cli/test_report_units.py",
    "chot relay status": "needs a server above; tests/server/relay",
    "chot verify": "needs real codes; tests/cli/test_verify.py",
    "chot serve": "serves until it is stopped; tests/server/api/test_served.py",
    "chot simulate": "takes minutes; tests/cli/test_simulate.py runs a short one",
    "chot conformance": "needs a client; tests/cli/test_conformance.py",
    "chot schedule test-mail": "sends a mail; its own test has a mail server",
}
"""Commands whose examples are only parsed, and where they are run."""

MAKES_IT = ("init", "restore")
"""Commands to which /srv/chot is a folder that is to be; to others it is the reader's own."""

NOT_RUN_LINES = {
    "chot backup --data /srv/moment": "what Litestream brought back; backup.md",
    "chot restore /srv/moment.bak": "the same",
    "chot restore /media/usb/chot.bak --data /srv/chot --erasures": "tests/cli/test_backup.py",
    "chot restore chot.bak": "the backup of the line before; the help's example is run",
    "chot complaint 7WHG-484Z": "a code of nobody's crossing; the help's example is run",
    "chot erase --event": "events of no demo; tests/cli/test_erase_purge_compact.py",
    'chot revoke "CHOT1:eyJ…"': "the head of a code; tests/cli/test_issue.py",
    "chot levels import goi-y.csv": "a person fills it in first; tests/cli/test_levels.py",
    "chot permits quota --type pass --none": "ends what another line set",
    "chot permits publish permits.json": "the help's example is run",
    "chot rules check hn.yaml --against hn-cu.yaml": "tests/cli/test_rules_check.py",
    "chot rules explain --pack hn.yaml --journey hn_journeys.yaml": "test_rules_check.py",
    "chot watchlist remove 0192f0c2": "an entry of no demo; tests/cli/test_watchlist.py",
}
"""Lines of how-tos, by how they begin, that are parsed only (tests/test_docs.py), and why."""

ELSEWHERE = ("--server", "--batch <")
"""Examples with these ask a server from afar, or read a pipe; run in their own tests."""

ANSWERS: dict[str, tuple[int, ...]] = {
    "chot doctor": (1,),
    "chot report status": (1,),
}
"""Exit codes of examples whose honest answer in a demo is not 0."""

Prepare = Callable[[Path, "Run"], None]
Run = Callable[..., str]


def shown(text: str, folder: Path) -> list[str]:
    """The words of an example with what a reader puts in: real ids, folders that are there."""
    words = shlex.split(text.partition(" > ")[0])[1:]
    data = folder / "data"
    filled = []
    for word in words:
        if word.startswith("/srv/chot"):
            word = str(folder / "srv" / "chot") if words[0] in MAKES_IT else str(data)
        elif word.startswith("/media/usb"):
            (folder / "usb").mkdir(exist_ok=True)
            word = str(folder / "usb" / Path(word).name)
        elif word in ("019a…", "01…"):
            word = _id_for(words, data)
        elif word == "4K7Q-M2XR":
            word = complaint_code(data)
        filled.append(word)
    return filled


def _id_for(words: list[str], data: Path) -> str:
    if words[0] == "device":
        return value(data / "log.db", "SELECT id FROM devices WHERE kind = 'tablet'")
    if words[0] == "alerts":
        return value(
            data / "view.db",
            "SELECT record FROM alerts",
        )
    return value(data / "view.db", "SELECT record FROM crossings WHERE people > 1")


def complaint_code(data: Path) -> str:
    """That of a crossing of the demo."""
    from sync.complaint import complaint_code as code_of
    from sync.complaint import shown_code

    return shown_code(code_of(value(data / "view.db", "SELECT record FROM crossings")))


def value(path: Path, sql: str) -> str:
    """The first value of a query."""
    connection = sqlite3.connect(path)
    try:
        (found,) = connection.execute(f"{sql} LIMIT 1").fetchone()
    finally:
        connection.close()
    return str(found)


def put(name: str, text: str) -> Prepare:
    """A file that the reader has."""

    def prepare(folder: Path, run: Run) -> None:
        (folder / name).write_text(text, "utf-8")

    return prepare


def before(*commands: str) -> Prepare:
    """Commands of the page before this one."""

    def prepare(folder: Path, run: Run) -> None:
        for one in commands:
            run(*shown(one, folder))

    return prepare


def both(*steps: Prepare) -> Prepare:
    def prepare(folder: Path, run: Run) -> None:
        for one in steps:
            one(folder, run)

    return prepare


def template(command: str, name: str) -> Prepare:
    """A file as the command's own template gives it."""
    return before(f"chot {command} --template {name}")


def copied(source: str, name: str) -> Prepare:
    root = Path(__file__).parent.parent.parent

    def prepare(folder: Path, run: Run) -> None:
        shutil.copy(root / source, folder / name)

    return prepare


def as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def rows(name: str, *lines: str) -> Prepare:
    """A file of these rows, cells between |: CSV, or a workbook by its name."""

    def prepare(folder: Path, run: Run) -> None:
        cells = [line.split("|") for line in lines]
        if name.endswith(".xlsx"):
            book = openpyxl.Workbook()
            for one in cells:
                book.active.append(one)
            book.save(folder / name)
            return
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(cells)

    return prepare


def in_force(folder: Path, run: Run) -> None:
    """The rules of the example, with no rule that is over."""
    path = folder / "hn.yaml"
    path.write_text(path.read_text("utf-8").replace("2021-11-01T", "2029-11-01T"), "utf-8")


def retained(folder: Path, run: Run) -> None:
    """A schedule of how long data of each class are kept."""
    path = folder / "data" / "config.json"
    settings = json.loads(path.read_text("utf-8"))
    path.write_text(as_json(settings | {"retention": {"person": 30}}), "utf-8")


TEMPLATES = tuple(
    f"chot {one} import"
    for one in ("checkpoint", "hotlines", "lane", "officer", "permits", "procedures")
)
"""Imports whose template holds what is there already."""

QUOTAS = {"quotas": [{"type": "pass", "per_day": 2}]}
SCHEDULE = {"folder": "bao-cao", "formats": ["json"]}
JOURNEY = {
    "journey": {
        "direction": "in",
        "purpose": "work",
        "origin": {"dataset": "2021", "code": "24"},
        "checkpoint": {"id": "hd-ql6", "province": "01", "class": "border"},
    }
}
WATCHED = (
    "Số giấy tờ,Số CMND cũ,Họ tên,Diện,Xã,Địa chỉ,Từ,Đến,Ngày lấy mẫu,Ghi chú\n"
    "001190012345,,Nguyễn Thị Mẫu,F1,2021/22738,Thôn 2,01/11/2026,01/10/2027,,\n"
)
INDICATORS = "Mã,Ca mới/100k/tuần,Tiêm 1 mũi (%),Đáp ứng điều trị,Từ\n22771,160,40,có,01/01/2030\n"
RULES = both(copied("tests/cli/rules_files/cua_ngo.yaml", "hn.yaml"), in_force)
ADD_BULLETIN = (
    "chot bulletin add --type pass --expired-after 01/11/2026 --counts-until 31/12/2029"
    ' --reference "5187/VPCP-CN"'
)
SUSPEND = 'chot permits suspend --company "Công ty TNHH Đại Phát" --reference "12/UBND"'
ISSUE = 'chot report issue --at "2026-01-01 18:00" --number 05'
MADE = 'chot evidence make 019a… --purpose "điều tra" --case "12" --output ho-so.zip'
PERSON = "Nguyễn Thị Mẫu|001190012345"
PERMITS = rows("giay.csv", "Họ tên|Số giấy tờ|Lý do|Đến", f"{PERSON}|Đi làm|31/12/2030")
ADD_WEBHOOK = "chot webhook add quan-ben https://ben.example/chot --feed turn_backs:268"
COMPANY_NAME = "Công ty TNHH Đại Phát"
ISSUED = "chot issue permit --from giay.csv --out giay-di-duong"
COMPANY = rows("don-vi.xlsx", "Tên đơn vị", COMPANY_NAME)
LEVELS = rows("cap-do.csv", "Mã|Cấp|Từ", "22771|4|01/01/2030")

PREPARE: dict[str, Prepare] = {
    "chot webhook remove": before(ADD_WEBHOOK),
    "chot webhook rotate": before(ADD_WEBHOOK),
    "chot bulletin end 1": before(ADD_BULLETIN),
    "chot evidence check ho-so.zip": before(MADE),
    "chot hold release": before("chot hold add --case 12/CSDT --record 019a…"),
    "chot init": put("mat-khau.txt", "mat-khau-rat-dai\n"),
    "chot issue permit --from giay.csv --out giay-di-duong --until 31/12/2026": PERMITS,
    "chot issue pass --from xe.xlsx --out luong-xanh --windscreen": rows(
        "xe.xlsx", "Biển số|Họ tên|Số giấy tờ|Đến", f"29C-123.45|{PERSON}|31/12/2030"
    ),
    "chot levels publish": both(LEVELS, before("chot levels import cap-do.csv --dataset 2021")),
    "chot levels discard": both(LEVELS, before("chot levels import cap-do.csv --dataset 2021")),
    "chot levels suggest": put("chi-so.csv", INDICATORS),
    "chot permits publish": put("giay-to.json", as_json(QUOTAS)),
    "chot permits resume": before(SUSPEND),
    "chot report hand-up": before(ISSUE),
    "chot report show": before(ISSUE),
    "chot restore": before("chot backup --output /media/usb/chot.bak"),
    'chot revoke --batch giay-di-duong/issued.csv --reason "Cấp nhầm"': both(
        PERMITS, before("chot issue permit --from giay.csv --out giay-di-duong")
    ),
    "chot rules check": both(
        RULES, copied("tests/cli/rules_files/cua_ngo_journeys.yaml", "mau.yaml")
    ),
    "chot rules explain": both(
        RULES,
        copied("tests/cli/rules_files/luot.yaml", "luot.yaml"),
        put("luot.json", as_json(JOURNEY)),
    ),
    "chot rules publish": RULES,
    "chot schedule run": put("data/schedule.json", as_json(SCHEDULE)),
    "chot schedule show": put("data/schedule.json", as_json(SCHEDULE)),
    "chot trust revocations": put(
        "thu-hoi.json", as_json({"kid": "AQ==", "hashType": "UCI", "entries": []})
    ),
    "chot company import don-vi.xlsx --dry-run": COMPANY,
    "chot levels import cap-do.csv --dataset 2021 --dry-run": LEVELS,
    "chot offences import can-cu.csv --dry-run": rows(
        "can-cu.csv", "Vi phạm|Văn bản|Điều khoản", "no_mask|117/2020/NĐ-CP|Điều 12 khoản 1"
    ),
    "chot purge": retained,
    "chot road import duong.csv --dry-run": rows(
        "duong.csv", "Mã đường|Tên đường", "ql1a|Quốc lộ 1A"
    ),
    "chot roster import phan-cong.xlsx --dry-run": rows(
        "phan-cong.xlsx",
        "Mã chốt|Ngày|Ca|Cán bộ",
        "nt-ca-na|23/11/2099|06:00-14:00|nt-ca-na-quet",
    ),
    "chot worker import": both(
        COMPANY,
        before("chot company import don-vi.xlsx"),
        rows("nguoi.xlsx", "Đơn vị|Họ tên|Số giấy tờ|Lý do", f"{COMPANY_NAME}|{PERSON}|Đi làm"),
    ),
    "chot watchlist import": put("f1.csv", WATCHED),
    **{
        text: template(name.removeprefix("chot "), text.split()[3])
        for name, text in examples()
        if name in TEMPLATES and "--template" not in text
    },
}
"""What is there before an example, or before each of a command, is run."""

TYPED = {
    "chot officer add": "135790\n135790\n",
    "chot user add": "mat-khau-rat-dai\n" * 2,
    "chot user password": "mat-khau-rat-dai\n" * 2,
    "chot watchlist check": "001190012345\n",
}
"""What is typed where a command asks; else: yes."""


def prepared(name: str, example: str) -> Prepare | None:
    """What is there before: said for the example, for its dry run, or for all of its command."""
    if "--template" in example:
        return None
    known = PREPARE.get(example) or PREPARE.get(f"{example} --dry-run") or PREPARE.get(name)
    if known is None and name in TEMPLATES:
        return template(name.removeprefix("chot "), example.split()[3])
    if known is None and example.startswith("chot revoke --batch"):
        return both(PERMITS, before(ISSUED))
    return known
