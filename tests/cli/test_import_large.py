"""Lists of thousands: what a row may cost, and what a kill in the middle leaves."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.config import load_config
from server.issuing import sheet_files
from server.issuing.paper import can_print
from server.issuing.tables import MAX_ROWS
from server.keys import KeyRing
from server.packs import trust_in_force
from server.store.reference_protocol import WorkerPermit
from server.store.sqlite import open_store
from server.store.writer import Writer
from tests.cli.conftest import Chot

COMPANY = "Công ty TNHH Mẫu"
MANY = 2_000
STARTED = 200
PATIENCE_S = 300
RUN = "import sys; from cli.main import main; main(sys.argv[1:])"
KILLED_BEFORE_THE_NAME = """
import os, signal, sys
from server.issuing import whole_folder
whole_folder._name = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture
def factory(chot: Chot, demo_data: Path, tmp_path: Path) -> Path:
    """A server that knows one company; its data."""
    source = tmp_path / "don-vi.csv"
    source.write_text(f"Tên đơn vị\n{COMPANY}\n", "utf-8")
    chot("company", "import", source, "--data", demo_data)
    return demo_data


def workers(path: Path, count: int, more: str = "") -> Path:
    rows = (f"{COMPANY};Lê Thử;0240{90_000_000 + one};{more}" for one in range(count))
    path.write_text("\n".join(["Đơn vị;Họ tên;Số giấy tờ;Địa chỉ", *rows]), "utf-8")
    return path


def known(data: Path) -> list[WorkerPermit]:
    with closing(open_store(load_config(data))) as store:
        return store.worker_permits()


def audited(data: Path) -> list[str]:
    with closing(open_store(load_config(data))) as store:
        return [one.what for _, one in store.audited(0, 100_000)]


def words(data: Path, source: Path, out: Path) -> list[str | Path]:
    until = ("--until", "31/12/2030", "--no-pdf")
    return ["worker", "import", source, "--data", data, "--out", out, *until]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often something dear was done: a transaction, a derived key, a stretched one."""
    counts: Counter[str] = Counter()

    def count(where: Any, name: str) -> None:
        plain: Callable[..., Any] = getattr(where, name)

        def run(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            return plain(*args, **kwargs)

        monkeypatch.setattr(where, name, run)

    count(Writer, "run")
    count(KeyRing, "derive")
    count(hashlib, "pbkdf2_hmac")
    count(os, "sync")
    return counts


def test_ten_times_the_workers_need_no_more_transactions_or_keys(
    chot: Chot, factory: Path, tmp_path: Path, counted: Counter[str]
) -> None:
    seen = []
    for start, count in ((0, 10), (10, 110)):
        source = workers(tmp_path / f"{count}.csv", count)
        counted.clear()
        chot(*words(factory, source, tmp_path / f"giay-{start}"))
        seen.append(dict(counted))
    assert seen[0] == seen[1]
    assert seen[0]["run"] <= 3 and "pbkdf2_hmac" not in seen[0] and seen[0]["sync"] == 1
    assert len(known(factory)) == 110


def test_taking_back_many_is_one_transaction_with_an_audit_entry_each(
    chot: Chot, factory: Path, tmp_path: Path, counted: Counter[str]
) -> None:
    chot(*words(factory, workers(tmp_path / "a.csv", 60), tmp_path / "giay"))
    before = audited(factory).count("document.revoked")
    counted.clear()
    chot(*words(factory, workers(tmp_path / "b.csv", 60, "Thôn Mẫu"), tmp_path / "moi"))
    assert counted["run"] <= 6
    assert audited(factory).count("document.revoked") == before + 60
    with closing(open_store(load_config(factory))) as store:
        entries = (trust_in_force(store) or {})["revocations"]
    assert sum(len(one["fingerprints"]) for one in entries) == 60


def test_a_watchlist_is_one_transaction_however_long(
    chot: Chot, demo_data: Path, tmp_path: Path, counted: Counter[str]
) -> None:
    seen = []
    for count in (10, 110):
        rows = (f"0240{90_000_000 + one};Lê Thử;F1;2021/22738;1/11/2026;1/12/2026"
                for one in range(count))  # fmt: skip
        source = tmp_path / f"{count}.csv"
        head = "Số giấy tờ;Họ tên;Diện;Xã;Từ;Đến"
        source.write_text("\n".join([head, *rows]), "utf-8")
        counted.clear()
        chot("watchlist", "import", source, "--data", demo_data)
        seen.append(dict(counted))
    assert seen[0] == seen[1]
    assert seen[0]["run"] == 1 and "pbkdf2_hmac" not in seen[0]


@pytest.mark.parametrize("kind", ["import", "issue"])
def test_an_officer_costs_one_stretched_key_and_no_transaction(
    chot: Chot, demo_data: Path, tmp_path: Path, counted: Counter[str], kind: str
) -> None:
    head, words = {
        "import": ("Mã cán bộ;Họ tên;Vai trò;Chốt", ("officer", "import")),
        "issue": ("Mã cán bộ;Họ tên;Vai trò;Chốt", ("issue", "badge")),
    }[kind]
    seen = []
    role = "officer"
    for start, count in ((0, 2), (2, 8)):
        rows = [f"cb-{one};Lê Thử;{role};hd-ql6" for one in range(start, start + count)]
        source = tmp_path / f"{count}.csv"
        source.write_text("\n".join([head, *rows]), "utf-8")
        out = tmp_path / f"the-{count}"
        counted.clear()
        if kind == "import":
            chot(*words, source, "--data", demo_data, "--badges", out)
        else:
            chot(*words, "--from", source, "--data", demo_data, "--out", out, "--no-pdf")
        assert counted["pbkdf2_hmac"] == count
        seen.append(counted["run"])
    assert seen[0] == seen[1]


def test_sheets_of_a_long_list_come_in_files_that_a_printer_takes(
    chot: Chot, factory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_print():
        pytest.skip("the extra print is not installed: no PDF was made")
    pypdf = pytest.importorskip("pypdf")
    monkeypatch.setattr(sheet_files, "SHEETS_A_FILE", 3)
    source, out = workers(tmp_path / "a.csv", 7), tmp_path / "giay"
    chot(*words(factory, source, out)[:-1])
    files = sorted(out.glob("*.pdf"))
    assert [one.name for one in files] == ["sheets-01.pdf", "sheets-02.pdf", "sheets-03.pdf"]
    assert [len(pypdf.PdfReader(one).pages) for one in files] == [3, 3, 1]


def test_a_factory_fits_one_file_and_one_row_too_many_is_said(
    chot: Chot, factory: Path, tmp_path: Path
) -> None:
    assert MAX_ROWS >= 20_000
    source = workers(tmp_path / "a.csv", MAX_ROWS + 1)
    said = chot(*words(factory, source, tmp_path / "giay"), exit_code=1)
    assert f"{MAX_ROWS}" in said.output.replace(".", "").replace(",", "")


def started(*asked: str | Path, script: str = RUN) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, asked)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def codes_below(folder: Path, out: Path) -> int:
    return len(list(folder.glob(f".{out.name}.*/codes/*.svg")))


@pytest.mark.slow
def test_a_kill_among_the_codes_leaves_nothing_and_the_next_run_completes(
    chot: Chot, factory: Path, tmp_path: Path
) -> None:
    source, out = workers(tmp_path / "a.csv", MANY), tmp_path / "giay"
    before = audited(factory)
    child = started(*words(factory, source, out))
    until = time.monotonic() + PATIENCE_S
    while codes_below(tmp_path, out) < STARTED:
        assert child.poll() is None and time.monotonic() < until, "it never began"
        time.sleep(0.01)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    assert STARTED <= codes_below(tmp_path, out) < MANY, "it was killed in the middle"
    assert known(factory) == [] and audited(factory) == before and not out.exists()
    said = chot(*words(factory, source, out))
    assert "đã bỏ phần dở dang" in said.stderr
    assert len(known(factory)) == MANY and codes_below(tmp_path, out) == 0
    assert len(list(out.glob("codes/*.svg"))) == len(list(out.glob("codes/*.png"))) == MANY
    assert audited(factory) == [*before, "worker.import"]


@pytest.mark.slow
def test_a_kill_between_database_and_folder_is_finished_by_the_next_run(
    chot: Chot, factory: Path, tmp_path: Path
) -> None:
    source, out = workers(tmp_path / "a.csv", 50), tmp_path / "giay"
    child = started(*words(factory, source, out), script=KILLED_BEFORE_THE_NAME)
    assert child.wait(PATIENCE_S) == -signal.SIGKILL
    permits, entries = known(factory), audited(factory)
    assert len(permits) == 50 and not out.exists()
    chot(*words(factory, source, out), "--dry-run")
    assert not out.exists(), "a preview changes nothing"
    said = chot(*words(factory, source, out))
    assert "đã hoàn tất" in said.stderr and "50 như cũ" in said.stdout
    assert known(factory) == permits and audited(factory) == entries, "nobody gets two"
    issued = (out / "issued.csv").read_text("utf-8-sig")
    assert all(one.permit in issued for one in permits)
