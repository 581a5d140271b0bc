"""`--server`: the audit and the health of a server, asked by who answers for it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.config import load_config
from server.store.published import AuditEntry
from server.store.sqlite import open_store
from tests.cli.afar.conftest import admin_of, of
from tests.cli.conftest import NOON_MS, Chot


def test_the_audit_from_afar_is_that_of_the_server(
    chot: Chot, busy: Path, server: str, tmp_path: Path
) -> None:
    admin = of(chot, busy, server, admin_of(busy), tmp_path / "admin.token")
    with closing(open_store(load_config(busy))) as store:
        for n in range(3):
            store.audit(AuditEntry(NOON_MS + n, "cli", "thử.xem", f"S{n}", details={"a": "Ước"}))
    ask = ("--what", "thử", "--last", "2")
    here = chot("audit", "--data", busy, *ask, "--json").stdout
    assert chot("audit", *admin, *ask, "--json").stdout == here
    assert [one["subject"] for one in json.loads(here)] == ["S1", "S2"]
    assert chot("audit", *admin, *ask).stdout == chot("audit", "--data", busy, *ask).stdout
    for more in (("--text", "ƯỚC"), ("--about", "S0"), ("--from", "2026-11-22 11:00")):
        here = chot("audit", "--data", busy, "--what", "thử", *more).stdout
        assert chot("audit", *admin, "--what", "thử", *more).stdout == here
    looks = json.loads(chot("audit", *admin, "--what", "audit", "--json").stdout)
    assert [one["who"] for one in looks[-2:]] == ["cli", admin_of(busy)]
    assert "nguyên vẹn" in chot("audit", *admin, "--verify").output
    assert "nhiều nhất 1000" in chot("audit", *admin, "--last", "1001", exit_code=1).output


def test_an_audit_that_was_changed_is_told_from_afar(
    chot: Chot, busy: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = of(chot, busy, server, admin_of(busy), tmp_path / "admin.token")
    monkeypatch.setattr("server.store.sqlite.SqliteStore.verify_audit", lambda _: 7)
    assert "đứt ở dòng 7" in chot("audit", *admin, "--verify", exit_code=1).output


def test_what_a_newer_server_says_besides_is_left(
    chot: Chot, afar: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = dict.fromkeys(("who", "what", "subject", "purpose", "reference"), "x")
    answers: dict[str, dict[str, Any]] = {
        "/audit": {
            "entries": [{**entry, "n": 1, "at_ms": 1, "details": {}, "new": 1}],
            "broken_at": None,
        },
        "/doctor": {"findings": [{"check": "x", "level": "ok", "said": "y", "mend": "", "new": 1}]},
    }
    for module in ("cli.audit", "cli.doctor"):
        monkeypatch.setattr(f"{module}.ask", lambda _, path, *__, **___: answers[path])
    assert json.loads(chot("audit", *afar, "--json").stdout)[0]["n"] == 1
    assert json.loads(chot("doctor", *afar, "--json").stdout)[0]["said"] == "y"
    answers["/audit"]["entries"][0].pop("who")
    answers["/doctor"]["findings"][0]["level"] = "worse"
    for command in ("audit", "doctor"):
        assert "phiên bản khác" in chot(command, *afar, exit_code=1).output


def test_only_who_answers_for_a_server_reads_its_audit_and_its_health(
    chot: Chot, busy: Path, server: str, tmp_path: Path
) -> None:
    for login, refused in (("canhsat", ("audit", "doctor")), ("chihuy", ("audit", "doctor"))):
        options = of(chot, busy, server, login, tmp_path / f"{login}.token")
        for command in refused:
            said = chot(command, *options, exit_code=1).output
            assert "auth.forbidden" in said and "admin" in said


def test_what_a_server_lacks_is_told_from_afar(
    chot: Chot, busy: Path, server: str, tmp_path: Path
) -> None:
    admin = of(chot, busy, server, admin_of(busy), tmp_path / "admin.token")
    there = json.loads(chot("doctor", *admin, "--json", exit_code=1).stdout)
    here = json.loads(chot("doctor", "--data", busy, "--json", exit_code=1).stdout)
    assert [one["check"] for one in there] == [one["check"] for one in here]
    assert next(one for one in there if one["check"] == "backup")["level"] == "warn"
    assert "→ chot backup" in chot("doctor", *admin, exit_code=1).output
    looks = json.loads(chot("audit", "--data", busy, "--what", "doctor", "--json").stdout)
    assert looks[-1]["who"] == admin_of(busy)
