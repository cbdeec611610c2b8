"""A submission read as a message of the protocol, up to what only the case itself can add."""

from typing import NamedTuple

from protocol.case import Case
from protocol.decide import asks_why
from protocol.messages import Message, SetGuardians, name_of
from protocol.refusals import RefusalCode, Refused
from starter.fields import Directory, parse_message, read_model
from starter.guardians import GuardiansTold
from starter.submission import Submission
from store import Content, KeyRing, Store

_SECOND_REVIEWER = "second_reviewer"


class Draft(NamedTuple):
    """Either a message that can travel as it is, or guardians who have yet to get their ids."""

    submission: Submission
    read: Message | GuardiansTold

    async def settle(self, store: Store, case: Case) -> tuple[Message, Content]:
        """Make the message that goes to the case, and what goes to the file beside it.

        The same submission always settles the same way: ids are allotted to its message id.

        Raises:
            Refused: ``note_missing`` for a partner that declines without a reason, ``unknown_person`` for a guardian
                who is said to be in the case and is not.
        """
        note = self.submission.note
        if isinstance(self.read, Message):
            if asks_why(self.read) and note is None:
                raise Refused(RefusalCode.NOTE_MISSING)
            return self.read, Content(note=note)
        if not set(self.read.known) <= set(case.persons):
            raise Refused(RefusalCode.UNKNOWN_PERSON)
        new = self.read.new
        allotted = await store.allot_persons(case.id, self.submission.id, new) if new else ()
        message, people = self.read.settle(allotted)
        return message, Content(note=note, guardians=people)


def read_draft(submission: Submission, directory: Directory, keys: KeyRing) -> Draft:
    """Read the fields of a submission.

    Raises:
        BadInput: A field is unknown, missing or malformed; the sentence names it.
        Refused: ``unknown_organisation``.
    """
    if submission.name == name_of(SetGuardians):
        told = read_model(GuardiansTold, submission.fields, directory)
        told.check()
        return Draft(submission, told)
    message = parse_message(submission.name, submission.fields, directory)
    return Draft(submission, _with_pseudonym(message, submission, keys))


def second_reviewer(submission: Submission) -> str | None:
    """The second reviewer as told: a member of staff of the actor's own organisation."""
    name = submission.fields.get(_SECOND_REVIEWER)
    return name if isinstance(name, str) else None


def _with_pseudonym(message: Message, submission: Submission, keys: KeyRing) -> Message:
    reviewer = second_reviewer(submission)
    if reviewer is None:
        return message
    return message.model_copy(update={_SECOND_REVIEWER: keys.pseudonym(submission.actor.organisation or "-", reviewer)})
