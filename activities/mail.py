"""Mail over SMTP: one connection for a round of notices, and a clear answer for each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from pydantic import SecretStr

from activities.addresses import sendable
from activities.dispatch import Dispatch
from activities.errors import DeliveryCode, MailUnavailable, Undeliverable
from activities.letter import mail
from protocol.model import Frozen

_PERMANENT = 500
_NOT_THE_RECIPIENT = frozenset({421, 530, 534, 535, 538})
"""The server is closing down, or wants us to log in: nothing is wrong with the recipient."""


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
        timeout: For each step of the conversation with the server.
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
    """The mails of one round, over one connection that is made when the first of them comes."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._server: SMTP | None = None
        self._down = False

    async def send(self, dispatch: Dispatch) -> None:
        """Send one notice; returns when the server has taken it.

        Raises:
            Undeliverable: Nobody can be reached there, however often it is tried.
            MailUnavailable: Not now.
        """
        recipient = sendable(dispatch.address)
        message = mail(dispatch, self._settings.sender, recipient, self._settings.domain)
        server = await self._connected()
        try:
            async with asyncio.timeout(4 * self._settings.timeout.total_seconds()):
                await self._hand_in(server, message, recipient)
        except (SMTPException, OSError, TimeoutError) as error:
            self._down = isinstance(error, TimeoutError)
            if not isinstance(error, SMTPRecipientsRefused | SMTPResponseException):
                server.close()
            raise self._judged(error, dispatch) from None
        except ValueError:
            raise Undeliverable(DeliveryCode.ADDRESS_INVALID) from None

    async def close(self) -> None:
        """Take leave of the server; what it took, it keeps."""
        if self._server is not None and self._server.is_connected:
            with suppress(SMTPException, OSError, TimeoutError):
                await self._server.quit()
        if self._server is not None:
            self._server.close()

    async def _connected(self) -> SMTP:
        if self._down:
            raise MailUnavailable
        if self._server is not None and self._server.is_connected:
            return self._server
        server = self._server = _client(self._settings)
        try:
            await server.connect()
        except (SMTPException, OSError, TimeoutError):
            self._down = True
            raise MailUnavailable from None
        return server

    async def _hand_in(self, server: SMTP, message: EmailMessage, recipient: str) -> None:
        envelope_sender = parseaddr(self._settings.sender)[1]
        if recipient.isascii():
            await server.sendmail(envelope_sender, recipient, message.as_bytes(policy=policy.SMTP))
            return
        await server.sendmail(
            envelope_sender,
            recipient,
            message.as_bytes(policy=policy.SMTPUTF8),
            mail_options=["SMTPUTF8", "BODY=8BITMIME"],
        )

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
    """The way out by mail."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def round(self) -> AsyncIterator[MailRound]:
        """A round of sending, over at most one connection at a time."""
        one_round = MailRound(self._settings)
        try:
            yield one_round
        finally:
            await one_round.close()


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


def _refusal(error: Exception) -> tuple[DeliveryCode | None, int]:
    """What the server refused, and with which code; nothing when it only fell silent."""
    match error:
        case SMTPRecipientsRefused(recipients=[first, *_]):
            return DeliveryCode.RECIPIENT_REFUSED, first.code
        case SMTPDataError():
            return DeliveryCode.MAIL_REFUSED, error.code
        case SMTPResponseException():
            return None, error.code
        case _:
            return None, 0
