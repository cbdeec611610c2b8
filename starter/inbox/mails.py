"""A caught mail, and the box that keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel


class Mail(BaseModel):
    """One mail as it was handed in. ``sender`` and ``to`` are the envelope's: who really gets it."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)

    number: int
    sender: str
    to: tuple[str, ...]
    subject: str
    message_id: str
    date: str
    received_at: AwareDatetime
    text: str
    html: str
    headers: dict[str, str]

    def is_to(self, address: str) -> bool:
        """Whether this mail went to an address; capitals do not matter."""
        return address.casefold() in (recipient.casefold() for recipient in self.to)

    def shown(self) -> dict[str, object]:
        """The mail as programs read it."""
        found = self.model_dump(mode="json", by_alias=True)
        return {"from": found.pop("sender"), **found}


class Box:
    """All caught mails, oldest first: in memory, and in a file that the next run finds."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "mails.jsonl"
        self._mails = list(_read(self._file))

    def add(self, sender: str, to: tuple[str, ...], content: bytes) -> Mail:
        """Keep a mail. It is in the file when this returns."""
        number = self._mails[-1].number + 1 if self._mails else 1
        mail = _parsed(number, sender, to, content)
        with self._file.open("a", encoding="utf-8") as file:
            # The line break comes first: the line before may have been cut off.
            file.write("\n" + mail.model_dump_json())
        self._mails.append(mail)
        return mail

    def all(self, to: str = "") -> tuple[Mail, ...]:
        """The mails, to this address only when one is given."""
        return tuple(mail for mail in self._mails if not to or mail.is_to(to))

    def one(self, number: int) -> Mail | None:
        """The mail with this number."""
        return next((mail for mail in self._mails if mail.number == number), None)

    def clear(self) -> None:
        """Throw all mails away."""
        self._file.unlink(missing_ok=True)
        self._mails.clear()


def _read(file: Path) -> Iterator[Mail]:
    lines = file.read_text("utf-8").split("\n") if file.exists() else []
    for line in lines:
        # A line that cannot be read was cut off when a run was killed.
        with suppress(ValidationError):
            yield Mail.model_validate_json(line)


def _parsed(number: int, sender: str, to: tuple[str, ...], content: bytes) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    return Mail(
        number=number,
        sender=sender,
        to=to,
        subject=_readable(message["Subject"]),
        message_id=_readable(message["Message-ID"]),
        date=_readable(message["Date"]),
        received_at=datetime.now(UTC),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers={name: _readable(value) for name, value in message.items()},
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return _readable(part.get_content())
    except LookupError:
        # It claims a character set that nobody knows.
        return _readable(part.get_payload())


def _readable(value: object) -> str:
    return str(value or "")
