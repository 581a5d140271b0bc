"""A written report by SMTP (RFC 5321, RFC 3207): what the files hold, and nothing else.

The text says which report it is, how complete, and the digests of its files. A report names nobody.
"""

from __future__ import annotations

import contextlib
import hashlib
import mimetypes
import smtplib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from server.reporting.words import moment
from server.scheduling.faults import ScheduleError
from server.scheduling.ledger import Written
from server.scheduling.settings import Mail
from server.scheduling.writing import sha256_of

TIMEOUT_S = 30.0
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {".docx": _WORD, ".xlsx": _SHEET, ".json": "application/json"}


def message(
    mail: Mail, written: Written, folder: Path, unit: str, server_id: str, now_ms: int
) -> EmailMessage:
    """The mail with the files as they lie there. Raises ScheduleError("folder").

    Its Message-ID follows from server and report: where a mail was taken and the answer lost, what
    is sent again is the same mail to whoever looks at the id.
    """
    job = written.job
    is_draft = job.kind == "draft"
    made = _made(
        mail, f"{'DỰ THẢO báo cáo' if is_draft else 'Báo cáo'} {moment(job.at_ms)} – {unit}"
    )
    about = hashlib.sha256(f"{server_id} {job.kind} {job.at_ms}".encode()).hexdigest()
    made["Message-ID"] = f"<{about[:32]}@chot.invalid>"
    made["Date"] = format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    state = "Dự thảo, trước giờ chốt số liệu." if is_draft else "Chưa ban hành, chưa có số."
    lines = [
        f"{unit}: báo cáo đến {moment(job.at_ms)}.",
        f"{state} Số liệu đầy đủ từ {written.complete}/{written.checkpoints} chốt.",
        f"Theo nhật ký đến số {written.n}, lập lúc {moment(written.made_ms)}.",
        "",
        "Report as attached; it has no number until it is issued. SHA-256:",
        *(f"{digest}  {name}" for name, digest in written.files.items()),
    ]
    made.set_content("\n".join(lines) + "\n", cte="base64")
    for name, digest in written.files.items():
        path = folder / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ScheduleError("folder", f"{path}: {error.strerror}") from None
        if sha256_of(path) != digest:
            raise ScheduleError("folder", f"{path}: đã bị sửa từ khi lập / changed since")
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "text/plain"
        main, _, sub = kind.partition("/")
        made.add_attachment(data, main, sub, filename=name)
    return made


def trial_message(mail: Mail, unit: str, now_ms: int) -> EmailMessage:
    """A mail that shows that mails arrive, and holds nothing."""
    made = _made(mail, f"Thư thử – {unit}")
    made["Date"] = format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    made.set_content(
        "Thư thử của máy chủ chốt: báo cáo 06h, 12h, 18h sẽ đến địa chỉ này.\n"
        "A test of this checkpoint server: its reports will come to this address.\n",
        cte="base64",
    )
    return made


def send(mail: Mail, made: EmailMessage, data_dir: Path) -> Sequence[str]:
    """Hand it to the mail server; the recipients it did not take, where it took some.

    Raises ScheduleError("mail.…"): connect, tls, password, login, refused, failed.
    """
    password = _password(mail, data_dir)
    try:
        server = _connected(mail, data_dir)
        try:
            if mail.login:
                _log_in(server, mail, password)
            refused = server.send_message(made, mail.sender, list(mail.to))
        finally:
            # The mail is taken, or it is not: how the talk ends makes nothing of it undone.
            with contextlib.suppress(OSError):
                server.quit()
            server.close()
        return sorted(refused)
    except smtplib.SMTPNotSupportedError as error:
        # No STARTTLS, no AUTH: whoever offers neither gets nothing.
        raise ScheduleError("mail.tls", f"{mail.host}: {error}") from None
    except smtplib.SMTPAuthenticationError as error:
        raise ScheduleError("mail.login", f"{mail.host}: {_said(error)}") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(sorted({str(code) for code, _ in error.recipients.values()}))
        raise ScheduleError(
            "mail.refused", f"{mail.host}: không nhận địa chỉ nào ({codes})"
        ) from None
    except smtplib.SMTPResponseException as error:
        raise ScheduleError("mail.failed", f"{mail.host}: {_said(error)}") from None
    except ssl.SSLError as error:
        raise ScheduleError("mail.tls", f"{mail.host}: {error.reason or error}") from None
    except UnicodeError:
        # What a name with an empty or a long part ends in before anybody is asked for it.
        raise ScheduleError(
            "mail.connect", f"{mail.host}: không phải tên máy / is no name"
        ) from None
    except OSError as error:
        # Also every other SMTPException: the talk ended where it should not have.
        raise ScheduleError("mail.connect", f"{mail.host}:{mail.port}: {error}") from None


def _made(mail: Mail, subject: str) -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = Address(addr_spec=mail.sender)
    made["To"] = [Address(addr_spec=one) for one in mail.to]
    made["Auto-Submitted"] = "auto-generated"
    return made


def _connected(mail: Mail, data_dir: Path) -> smtplib.SMTP:
    if mail.security == "none":
        return smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_S)
    context = ssl.create_default_context()
    if mail.ca_file:
        try:
            context.load_verify_locations(data_dir / mail.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ScheduleError("mail.tls", f"{mail.ca_file}: {error}") from None
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_S)
    try:
        # Raises where it is not offered: a password never goes out in clear.
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, mail: Mail, password: str) -> None:
    try:
        server.login(mail.login, password)
    except UnicodeError:
        # smtplib sends ASCII, whatever the mail server would take.
        raise ScheduleError(
            "mail.login", f"{mail.host}: tên, mật khẩu thư phải không dấu / must be ASCII"
        ) from None


def _password(mail: Mail, data_dir: Path) -> str:
    if not mail.login:
        return ""
    path = data_dir / mail.password_file
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise ScheduleError("mail.password", f"{path}: {error.strerror}") from None


def _said(error: smtplib.SMTPResponseException) -> str:
    """What the server answered, on one line and bounded."""
    text = error.smtp_error
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{error.smtp_code} {' '.join(words.split())[:200]}"
