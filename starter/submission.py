"""What somebody hands in, read as far as that goes without knowing the case."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID, uuid4, uuid5

from pydantic import JsonValue

from protocol.messages import Actor, Message, OpenCase, Told, name_of
from starter.errors import BadInput
from starter.fields import message_type, normalised
from starter.limits import check_fields, check_note
from store import Intake, KeyRing

_MESSAGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_NOTES = UUID("6f1c7a52-3f0e-4b7d-9a44-0d1f5a1c2b90")


class Submission(NamedTuple):
    """What somebody tells a case, under the pseudonym that the case knows them by."""

    id: str
    name: str
    fields: dict[str, JsonValue]
    """As told, by the names of the protocol."""
    actor: Actor
    note: str | None
    digest: str
    """Keyed, over everything above but the id."""

    def told(self, case_id: str, message: Message, seen: int = 0) -> Told:
        """Put the message that was read from the fields into its envelope.

        Args:
            case_id: Which case it is for.
            message: The message.
            seen: The last event of the case that is recorded.
        """
        note_id = str(uuid5(_NOTES, f"{case_id}/{self.id}")) if self.note else None
        return Told(id=self.id, digest=self.digest, actor=self.actor, message=message, note_id=note_id, seen=seen)


def read_submission(  # noqa: PLR0913, PLR0917  # one for each part of what is told
    name: str,
    fields: Mapping[str, JsonValue],
    actor: Actor,
    note: str | None,
    message_id: str | None,
    keys: KeyRing,
) -> Submission:
    """Check what is told to a case, and digest it.

    Raises:
        UnknownMessage: The protocol has no message of this name that people tell.
        TooLarge: A field or the note is too large.
        BadInput: The text is no text, or the message id is not one.
    """
    known = name_of(message_type(name))
    check_fields(fields)
    check_note(note)
    written = note if note and note.strip() else None
    return _submission(known, normalised(fields), actor, written, message_id, keys)


def opening_submission(intake: Intake, actor: Actor, message_id: str | None, keys: KeyRing) -> Submission:
    """Digest an intake as the submission of ``open_case``."""
    fields = intake.model_dump(mode="json", exclude={"note"})
    return _submission(name_of(OpenCase), fields, actor, intake.note, message_id, keys)


def _submission(  # noqa: PLR0913, PLR0917  # the same
    name: str,
    fields: dict[str, JsonValue],
    actor: Actor,
    note: str | None,
    message_id: str | None,
    keys: KeyRing,
) -> Submission:
    teller = _pseudonymous(actor, keys)
    content = json.dumps([name, fields, teller.model_dump(mode="json"), note], sort_keys=True)
    digest = keys.message_digest(content.encode())
    return Submission(_checked_id(message_id), name, fields, teller, note, digest)


def _checked_id(message_id: str | None) -> str:
    if message_id is None:
        return str(uuid4())
    if not _MESSAGE_ID.fullmatch(message_id):
        raise BadInput("Het berichtnummer (--id) bestaat uit ten hoogste 128 letters, cijfers en . _ : -.")
    return message_id


def _pseudonymous(actor: Actor, keys: KeyRing) -> Actor:
    if actor.user is None or actor.organisation is None:
        return actor
    return actor.model_copy(update={"user": keys.pseudonym(actor.organisation, actor.user)})
