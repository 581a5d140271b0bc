"""A real mail server on this machine: STARTTLS or TLS with its own authority, and a login."""

from __future__ import annotations

import socket
import ssl
from asyncio import AbstractServer
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from server.keys import KeyRing
from server.tls import lan_certificate

LOGIN, PASSWORD = "chot", "mat-khau-thu"


@dataclass
class MailServer:
    """Keeps what it takes. `answers` are given to the next messages in place of taking them."""

    port: int
    ca: Path
    taken: list[Envelope] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    logins: list[bool] = field(default_factory=list)
    goodbye: str = "221 Bye"

    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        found = []
        for one in self.taken:
            content = one.content
            assert isinstance(content, bytes)
            made = message_from_bytes(content, policy=policy.default)
            assert isinstance(made, EmailMessage)
            found.append(made)
        return found

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(envelope)
        return "250 taken"

    async def handle_QUIT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return self.goodbye

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        is_good = (data.login, data.password) == (LOGIN.encode(), PASSWORD.encode())
        self.logins.append(is_good)
        # Not `handled`: then aiosmtpd itself answers 535.
        return AuthResult(success=is_good, handled=False)


class _Listening(Controller):
    """On a port that is bound from the start, so that nobody else takes it meanwhile."""

    def __init__(self, handler: MailServer, listening: socket.socket, **more: Any) -> None:
        super().__init__(handler, "127.0.0.1", handler.port, ready_timeout=60.0, **more)
        self._listening = listening

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(
            self._factory_invoker, sock=self._listening, ssl=self.ssl_context
        )


@contextmanager
def mail_server(folder: Path, security: str = "starttls") -> Iterator[MailServer]:
    """A mail server of these habits on 127.0.0.1 while the block runs."""
    certificate = lan_certificate(
        folder, KeyRing.load_or_create(folder), datetime.now(UTC), ["127.0.0.1"], "mail"
    )
    ca = folder / "ca.pem"
    ca.write_bytes(certificate.ca_pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    listening = socket.create_server(("127.0.0.1", 0))
    made = MailServer(listening.getsockname()[1], ca)
    controller = _Listening(
        made,
        listening,
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
        authenticator=made.authenticate if security != "none" else None,
        auth_required=security != "none",
        # TLS from the first byte is not what aiosmtpd means by TLS.
        auth_require_tls=security == "starttls",
    )
    controller.start()
    try:
        yield made
    finally:
        controller.stop()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
