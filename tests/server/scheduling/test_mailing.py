"""Reports by mail, against a mail server that is one: TLS, login, refusals, and again later."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.scheduling.due import Job
from server.scheduling.ledger import open_fault, read_ledger
from server.scheduling.mailing import message
from server.scheduling.running import Done
from server.scheduling.settings import load_schedule
from tests.server.scheduling.conftest import HOUR_MS, MINUTE_MS, Scheduled
from tests.server.scheduling.mail_server import (
    LOGIN,
    PASSWORD,
    MailServer,
    free_port,
    mail_server,
)
from tests.server.store.tablets import ID_NUMBER, NAME, NOON_MS, PHONE

FIRST_MS = NOON_MS - 20 * MINUTE_MS
DUE_MS = NOON_MS + 5 * MINUTE_MS
TO = ["bcd@quan.example", "quanuy@quan.example"]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path / "mail") as made:
        yield made


def mailing(scheduled: Scheduled, mail: MailServer, **more: object) -> None:
    """The schedule with this mail server, from before noon on."""
    shutil.copy(mail.ca, scheduled.data / "mail-ca.pem")
    (scheduled.data / "keys" / "smtp-password").write_text(f"{PASSWORD}\n")
    settings = {
        "host": "127.0.0.1",
        "port": mail.port,
        "ca_file": "mail-ca.pem",
        "login": LOGIN,
        "sender": "chot@quan.example",
        "to": TO,
    }
    scheduled.set(formats=["json", "docx"], mail=settings | more)
    scheduled.run(FIRST_MS)


def test_a_report_is_mailed_once_over_starttls_with_a_login(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mailing(scheduled, mail)
    done = scheduled.run(DUE_MS)
    assert [one.job for one in done.mailed] == [Job(NOON_MS, "report")] and not done.faults
    [taken], [made] = mail.taken, mail.messages()
    assert mail.logins == [True]
    assert taken.mail_from == "chot@quan.example" and taken.rcpt_tos == TO
    assert made["Subject"] == "Báo cáo 12:00 ngày 22/11/2026 – Chốt kiểm soát"
    assert made["Auto-Submitted"] == "auto-generated"
    files = {one.get_filename(): one.get_content() for one in made.iter_attachments()}
    assert sorted(str(name) for name in files) == scheduled.files()
    body = made.get_body()
    assert body is not None
    text = body.get_content()
    for name, data in files.items():
        data = data if isinstance(data, bytes) else data.encode()
        assert data == (scheduled.folder / str(name)).read_bytes()
        assert f"{hashlib.sha256(data).hexdigest()}  {name}" in text
    assert "0/1 chốt" in text and "Chưa ban hành" in text
    scheduled.restarted()
    assert scheduled.run(DUE_MS + MINUTE_MS) == Done() and len(mail.taken) == 1


def test_a_mail_holds_nothing_of_anybody(scheduled: Scheduled, mail: MailServer) -> None:
    mailing(scheduled, mail)
    scheduled.run(DUE_MS)
    [made] = mail.messages()
    for part in made.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        assert not [one for one in (NAME, ID_NUMBER, PHONE) if one.encode() in data]
    entries = scheduled.world.store.audited_of("schedule.mail")
    assert [one.details["recipients"] for one in entries] == [2]
    assert not [one for one in TO if one in str(entries)]


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")  # it does not see this TLS
def test_tls_from_the_first_byte(scheduled: Scheduled, tmp_path: Path) -> None:
    with mail_server(tmp_path / "mail", "tls") as mail:
        mailing(scheduled, mail, security="tls")
        assert len(scheduled.run(DUE_MS).mailed) == 1
        assert mail.logins == [True] and len(mail.taken) == 1


def test_on_this_machine_it_may_be_without_tls(scheduled: Scheduled, tmp_path: Path) -> None:
    with mail_server(tmp_path / "mail", "none") as mail:
        mailing(scheduled, mail, security="none", login="")
        assert len(scheduled.run(DUE_MS).mailed) == 1


def test_a_mail_that_was_not_taken_is_sent_again_later_as_the_same_mail(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mail.answers = ["451 come again later"] * 2
    mailing(scheduled, mail)
    done = scheduled.run(DUE_MS)
    assert [error.code for _, _, error in done.faults] == ["mail.failed"] and len(done.written) == 1
    assert scheduled.run(DUE_MS + MINUTE_MS - 1) == Done(), "a minute is waited"
    assert len(scheduled.run(DUE_MS + MINUTE_MS).faults) == 1
    assert scheduled.run(DUE_MS + 2 * MINUTE_MS) == Done(), "and then longer"
    assert len(scheduled.run(DUE_MS + 3 * MINUTE_MS).mailed) == 1
    [first] = [made["Message-ID"] for made in mail.messages()]
    # As if the answer had been lost: what goes out again has the same id.
    [again] = read_ledger(scheduled.world.store).written.values()
    asked = load_schedule(scheduled.data)
    assert asked is not None and asked.mail is not None
    made = message(asked.mail, again, scheduled.folder, "", scheduled.world.store.server_id, 0)
    assert made["Message-ID"] == first
    assert len(scheduled.world.store.audited_of("schedule.fault")) == 1
    assert open_fault(read_ledger(scheduled.world.store), DUE_MS + 4 * MINUTE_MS) is None


def test_a_mail_server_that_is_down_stops_no_report(scheduled: Scheduled, mail: MailServer) -> None:
    mailing(scheduled, mail, port=free_port())
    done = scheduled.run(DUE_MS)
    assert len(done.written) == 1 and len(scheduled.files()) == 2
    assert [error.code for _, _, error in done.faults] == ["mail.connect"]
    mailing(scheduled, mail)
    scheduled.restarted()
    assert len(scheduled.run(DUE_MS + 30 * MINUTE_MS).mailed) == 1
    # What is a day old interests nobody any more.
    assert read_ledger(scheduled.world.store).to_mail(DUE_MS + 30 * MINUTE_MS) == []


def test_a_wrong_password_is_told_and_nothing_is_sent(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mailing(scheduled, mail)
    (scheduled.data / "keys" / "smtp-password").write_text("khac")
    [(_, _, error)] = scheduled.run(DUE_MS).faults
    assert error.code == "mail.login" and "535" in str(error) and "khac" not in str(error)
    (scheduled.data / "keys" / "smtp-password").unlink()
    [(_, _, error)] = scheduled.run(DUE_MS + MINUTE_MS).faults
    assert error.code == "mail.password" and mail.taken == []


def test_nothing_goes_to_whom_no_trusted_certificate_names(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mailing(scheduled, mail, ca_file="")
    [(_, _, error)] = scheduled.run(DUE_MS).faults
    assert error.code == "mail.tls" and mail.logins == []


def test_no_password_goes_to_a_server_without_tls(scheduled: Scheduled, tmp_path: Path) -> None:
    with mail_server(tmp_path / "mail", "none") as mail:
        mailing(scheduled, mail)
        [(_, _, error)] = scheduled.run(DUE_MS).faults
        assert error.code == "mail.tls" and mail.logins == [] and mail.taken == []


def test_an_address_that_does_not_exist_is_counted_and_all_of_them_are_an_error(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mail.refuses = {TO[1]}
    mailing(scheduled, mail)
    [sent] = scheduled.run(DUE_MS).mailed
    assert sent.refused == 1 and mail.taken[0].rcpt_tos == TO[:1]
    mail.refuses = set(TO)
    [(_, _, error)] = scheduled.run(DUE_MS + 6 * 60 * MINUTE_MS).faults
    assert error.code == "mail.refused" and "550" in str(error)


@pytest.mark.parametrize("drafts", [False, True])
def test_drafts_are_mailed_only_where_that_is_asked_for(
    scheduled: Scheduled, mail: MailServer, drafts: bool
) -> None:
    mailing(scheduled, mail, drafts=drafts)
    settings = json.loads((scheduled.data / "schedule.json").read_text("utf-8"))
    scheduled.set(**settings | {"draft_minutes": 10})
    done = scheduled.run(NOON_MS - 10 * MINUTE_MS)
    assert [one.job.kind for one in done.written] == ["draft"]
    assert [one.job.kind for one in done.mailed] == ["draft"] * drafts
    if drafts:
        [made] = mail.messages()
        assert str(made["Subject"]).startswith("DỰ THẢO báo cáo 12:00 ngày 22/11/2026")
    scheduled.run(DUE_MS)
    assert [str(one["Subject"])[:7] for one in mail.messages()][drafts:] == ["Báo cáo"]


def test_a_file_that_somebody_changed_is_not_sent_as_ours(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mail.answers = ["451 come again later"]
    mailing(scheduled, mail)
    scheduled.run(DUE_MS)
    file = scheduled.folder / "bao-cao-2026-11-22-12h00.json"
    file.write_text(file.read_text("utf-8").replace('"people": 1', '"people": 9'), "utf-8")
    [(_, _, error)] = scheduled.run(DUE_MS + MINUTE_MS).faults
    assert error.code == "folder" and mail.taken == []


def test_a_mail_that_was_taken_is_not_sent_again_for_a_goodbye_that_fails(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mail.goodbye = "421 too many connections"
    mailing(scheduled, mail)
    done = scheduled.run(DUE_MS)
    assert [one.job for one in done.mailed] == [Job(NOON_MS, "report")] and not done.faults
    scheduled.restarted()
    assert scheduled.run(DUE_MS + HOUR_MS) == Done() and len(mail.taken) == 1


@pytest.mark.parametrize("host", ["mail..example", f"{'a' * 70}.example"])
def test_a_host_that_can_be_no_name_is_a_fault_and_stops_no_report(
    scheduled: Scheduled, mail: MailServer, host: str
) -> None:
    mailing(scheduled, mail, host=host)
    done = scheduled.run(DUE_MS)
    assert [error.code for *_, error in done.faults] == ["mail.connect"]
    assert len(done.written) == 1


def test_a_password_with_marks_is_a_fault_and_stops_no_report(
    scheduled: Scheduled, mail: MailServer
) -> None:
    mailing(scheduled, mail)
    (scheduled.data / "keys" / "smtp-password").write_text("Mật khẩu thư\n", "utf-8")
    done = scheduled.run(DUE_MS)
    assert [error.code for *_, error in done.faults] == ["mail.login"]
    assert len(done.written) == 1 and not mail.taken
