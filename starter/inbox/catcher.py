"""The SMTP side of the mail catcher."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from starter.inbox.mails import Box

_LARGEST = 10 * 1024 * 1024
HOST = "127.0.0.1"


class Catcher:
    """Takes every mail that is handed in and puts it into the box."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802  # aiosmtpd's
        """Keep the mail, then say so."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self._box.add(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        return "250 OK"


async def listen(box: Box, port: int) -> asyncio.Server:
    """Take mail on this machine only."""

    def conversation() -> SMTP:
        return SMTP(Catcher(box), data_size_limit=_LARGEST, enable_SMTPUTF8=True, hostname="localhost")

    return await asyncio.get_running_loop().create_server(conversation, HOST, port)
