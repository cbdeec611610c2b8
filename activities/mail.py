"""Mail over SMTP: one connection for a round of notices, and a clear answer for each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum
from types import TracebackType
from typing import Self

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPStatus,
)
from pydantic import SecretStr

from activities.addresses import sendable
from activities.dispatch import Dispatch
from activities.errors import DeliveryCode, MailUnavailable, Undeliverable
from activities.letter import mail
from activities.lines import KEEP, Line, Lines
from protocol.model import Frozen

_PERMANENT = 500
_NOT_THE_RECIPIENT = frozenset({421, 530, 534, 535, 538})
"""The server is closing down, or wants us to log in: nothing is wrong with the recipient."""


Around = Callable[[], AbstractContextManager[object]]
"""Is entered around each mail or webhook: to count it, to time it."""


class Tls(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class MailSettings(Frozen):
    """Which server takes the mail, and in whose name it goes.

    Attributes:
        sender: The From address, with or without a name.
        domain: What stands behind the @ of every Message-ID.
        authority: File with the certificates to trust, where the server's is not publicly signed.
        timeout: For each step of dialling; handing a mail in may take four times as long.
        patience: For how long one recipient's mailbox may put a mail off.
    """

    host: str
    port: int
    sender: str
    domain: str
    tls: Tls = Tls.STARTTLS
    username: str | None = None
    password: SecretStr | None = None
    authority: str | None = None
    timeout: timedelta = timedelta(seconds=15)
    patience: timedelta = timedelta(days=2)


class MailRound:
    """The mails of one round, over one connection that is found when the first of them comes."""

    def __init__(self, settings: MailSettings, lines: Lines, around: Around = nullcontext) -> None:
        self._settings = settings
        self._around = around
        self._sender = parseaddr(settings.sender)[1]
        self._lines = lines
        self._line: Line | None = None
        self._between_mails = True
        self._down = False

    async def send(self, dispatch: Dispatch) -> None:
        """Send one notice; returns when the server has taken it.

        Raises:
            Undeliverable: Nobody can be reached there, however often it is tried.
            MailUnavailable: Not now.
        """
        with self._around():
            await self._send(dispatch)

    async def _send(self, dispatch: Dispatch) -> None:
        recipient = sendable(dispatch.address)
        message = mail(dispatch, self._settings.sender, recipient, self._settings.domain)
        try:
            async with asyncio.timeout(4 * self._settings.timeout.total_seconds()):  # one limit, not one for each step
                await self._hand_in(message, recipient)
        except (SMTPException, OSError, TimeoutError) as error:
            self._down = isinstance(error, TimeoutError)
            await self._clear_up(error)
            raise self._judged(error, dispatch) from None
        except ValueError:
            raise Undeliverable(DeliveryCode.ADDRESS_INVALID) from None

    async def close(self) -> None:
        """Give the connection back; one that was left in the middle of a mail is of no use to anybody."""
        if self._line is None:
            return
        if self._between_mails:
            await self._lines.put_down(self._line)
        else:
            self._line.server.close()

    async def _hand_in(self, message: bytes, recipient: str) -> None:
        line = await self._connected()
        self._between_mails = False
        try:
            await self._begin(line.server, recipient, len(message))
        except (SMTPServerDisconnected, SMTPResponseException):
            if line.server.is_connected or not line.waited:
                raise
            # It ended while it waited, and nothing was handed in yet.
            line = await self._connected()
            await self._begin(line.server, recipient, len(message))
        await _to(line.server, recipient)
        await line.server.data(message, timeout=None)
        self._between_mails = True

    async def _begin(self, server: SMTP, recipient: str, size: int) -> None:
        options = [b"SIZE=%d" % size] if server.supports_extension("size") else []
        if not recipient.isascii():
            if not server.supports_extension("smtputf8"):
                raise SMTPNotSupported("SMTPUTF8")
            options += [b"SMTPUTF8", b"BODY=8BITMIME"]
        answer = await server.execute_command(b"MAIL", b"FROM:" + _bracketed(self._sender), *options, timeout=None)
        if answer.code != SMTPStatus.completed:
            raise SMTPSenderRefused(answer.code, answer.message, self._sender)

    async def _clear_up(self, error: Exception) -> None:
        """After an answer the next mail can go over the same connection; after anything else it cannot."""
        if self._line is None:
            return
        with suppress(SMTPException, OSError, TimeoutError):
            if isinstance(error, SMTPResponseException):
                await self._line.server.rset()
                self._between_mails = True
                return
        self._line.server.close()

    async def _connected(self) -> Line:
        if self._down:
            raise MailUnavailable
        if self._line is None:
            self._line = self._lines.take()
        if self._line is None or not self._line.server.is_connected:
            self._line = await self._dialled()
        return self._line

    async def _dialled(self) -> Line:
        server = _client(self._settings)
        try:
            await server.connect()
            await _greet(server)
        except (SMTPException, OSError, TimeoutError):
            server.close()
            self._down = True
            raise MailUnavailable from None
        return Line(server)

    def _judged(self, error: Exception, dispatch: Dispatch) -> Undeliverable | MailUnavailable:
        if isinstance(error, SMTPNotSupported):
            return Undeliverable(DeliveryCode.ADDRESS_UNSUPPORTED)
        refused, code = _refusal(error)
        if refused is None or code in _NOT_THE_RECIPIENT:
            return MailUnavailable()
        if code >= _PERMANENT:
            return Undeliverable(refused)
        if datetime.now(UTC) - dispatch.since > self._settings.patience:
            return Undeliverable(DeliveryCode.MAIL_NOT_TAKEN_IN_TIME)
        return MailUnavailable(recipient=True)


class Mailer:
    """The way out by mail. While it is entered, connections are kept for a moment between rounds."""

    def __init__(self, settings: MailSettings, keep: timedelta = KEEP, around: Around = nullcontext) -> None:
        self._settings = settings
        self._around = around
        self._lines = Lines(keep)

    async def __aenter__(self) -> Self:
        self._lines.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._lines.close()

    @asynccontextmanager
    async def round(self) -> AsyncIterator[MailRound]:
        """A round of sending, over at most one connection at a time."""
        one_round = MailRound(self._settings, self._lines, self._around)
        try:
            yield one_round
        finally:
            await one_round.close()


async def send_alone(settings: MailSettings, recipient: str, message: EmailMessage) -> None:
    """Send one mail that is about no case, over a connection of its own.

    Raises:
        MailUnavailable: Not now.
    """
    try:
        async with asyncio.timeout(4 * settings.timeout.total_seconds()), _client(settings) as server:
            await server.send_message(message, sender=parseaddr(settings.sender)[1], recipients=recipient)
    except (SMTPException, OSError, TimeoutError):
        raise MailUnavailable from None


def _client(settings: MailSettings) -> SMTP:
    return SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
        use_tls=settings.tls is Tls.TLS,
        start_tls=settings.tls is Tls.STARTTLS,
        cert_bundle=settings.authority,
        timeout=settings.timeout.total_seconds(),
        # The machine's own name is nobody's business.
        local_hostname=settings.domain,
    )


async def _greet(server: SMTP) -> None:
    """Say hello, unless protecting the connection or logging in has done so; a very old server knows only HELO."""
    if not server.is_ehlo_or_helo_needed:
        return
    try:
        await server.ehlo()
    except SMTPHeloError:
        await server.helo()


async def _to(server: SMTP, recipient: str) -> None:
    answer = await server.execute_command(b"RCPT", b"TO:" + _bracketed(recipient), timeout=None)
    if answer.code not in {SMTPStatus.completed, SMTPStatus.will_forward}:
        raise SMTPRecipientRefused(answer.code, answer.message, recipient)


def _bracketed(address: str) -> bytes:
    """An address in the envelope; the library would parse each again, which takes longer than to send it."""
    return f"<{address}>".encode()


def _refusal(error: Exception) -> tuple[DeliveryCode | None, int]:
    """What the server refused, and with which code; nothing when it only fell silent."""
    match error:
        case SMTPRecipientRefused():
            return DeliveryCode.RECIPIENT_REFUSED, error.code
        case SMTPDataError():
            return DeliveryCode.MAIL_REFUSED, error.code
        case SMTPResponseException():
            return None, error.code
        case _:
            return None, 0
