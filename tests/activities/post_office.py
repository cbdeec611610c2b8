"""A real SMTP server whose answers a test decides: what it takes, what it refuses, when it dies."""

# ruff: noqa: ARG002, N802  # aiosmtpd decides on names and arguments
from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass(frozen=True)
class Taken:
    """A mail as it was handed in."""

    recipients: tuple[str, ...]
    content: bytes


@dataclass
class PostOffice:
    """What it was handed, and how it answers."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    farewells: int = 0
    logins: int = 0
    to_sender: Callable[[SMTP], str] = lambda _: "250 OK"
    to_recipient: Callable[[str], str] = lambda _: "250 OK"
    delay: float = 0
    """Seconds that it takes over each mail."""
    to_data: Callable[[Envelope], str | None] = lambda _: "250 OK"
    """``None`` takes the mail and hangs up without a word."""
    _read: list[EmailMessage] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails as messages, each read once: aiosmtpd looks at every attribute here for each connection."""
        for mail in self.taken[len(self._read) :]:
            self._read.append(message_from_bytes(mail.content, policy=policy.default))
        return [*self._read]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count the connection."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Count who took leave."""
        self.farewells += 1
        return "221 Bye"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to the begin of a mail."""
        answer = self.to_sender(server)
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer for one recipient."""
        answer = self.to_recipient(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Answer for the mail."""
        await asyncio.sleep(self.delay)
        answer = self.to_data(envelope)
        if answer is None or answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(Taken(tuple(envelope.rcpt_tos), envelope.content))
        if answer is None:
            hang_up(server)
        return answer or "250 nobody hears this"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Let in who knows the password of the tests."""
        self.logins += 1
        return AuthResult(success=getattr(data, "password", b"") == b"geheim")


@asynccontextmanager
async def open_office(
    office: PostOffice, *, port: int = 0, tls: ssl.SSLContext | None = None, login: bool = False, utf8: bool = True
) -> AsyncIterator[PostOffice]:
    """Open it on this machine, on a free port unless one is given."""
    conversations: set[SMTP] = set()

    def conversation() -> SMTP:
        smtp = SMTP(
            office,
            hostname="localhost",
            enable_SMTPUTF8=utf8,
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=login,
            authenticator=office.authenticate if login else None,
        )
        conversations.add(smtp)
        return smtp

    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", port)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        for smtp in conversations:
            hang_up(smtp)
        await server.wait_closed()


def hang_up(smtp: SMTP) -> None:
    """End a conversation without a word."""
    if isinstance(smtp.transport, asyncio.WriteTransport):
        smtp.transport.abort()
