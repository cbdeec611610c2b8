"""What a school tells about the people of a case: the only place of names, addresses and dates of birth."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, ValidationInfo

from protocol import vocabulary as v
from protocol.messages import IncidentId, PersonId, Told
from protocol.model import Frozen
from protocol.policy import Policy

LONGEST_NOTE = 64 * 1024
"""The most characters of free text that one message brings."""

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Address = Annotated[str, Field(max_length=254, pattern=r"^[^\s@<>,;:\"\x00-\x1f\x7f]+@[^\s@<>,;:\"\x00-\x1f\x7f]+$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
NoteText = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


def _another(value: str | None, others: ValidationInfo) -> str | None:
    """Refuse a second contact that is where the links go already: whoever reads along there would read the code, too."""
    known = {others.data.get("email"), others.data.get("safe_contact")} - {None}
    if value is not None and value.casefold() in {address.casefold() for address in known if address}:
        raise ValueError("not another address")
    return value


SecondContact = Annotated[Address | None, AfterValidator(_another), Field(exclude_if=lambda value: value is None)]
"""Another mailbox, that only this person reads: a link's code goes there. Stands after the addresses that it differs from."""


class Personal(Frozen):
    """Personal data; a validation error does not repeat it."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Person(Personal):
    """Somebody in a case, as their row is sealed."""

    name: Name
    email: Address | None = None
    safe_contact: Address | None = None
    """Used instead of ``email``, never beside it: the ordinary mailbox may be read along."""
    second_contact: SecondContact = None
    language: Language = "nl"
    date_of_birth: date | None = None
    """Of the pupil only."""

    @property
    def address(self) -> str | None:
        """Where notices go."""
        return self.safe_contact or self.email


class PupilIntake(Personal):
    """The pupil, as ``intake.json`` has it."""

    name: Name
    date_of_birth: date
    email: Address | None = None
    safe_contact: Address | None = None
    second_contact: SecondContact = None
    language: Language = "nl"

    @property
    def person(self) -> Person:
        """What is sealed of it."""
        return Person.model_validate(dict(self))


class GuardianIntake(Personal):
    """A parent or guardian, as ``intake.json`` has it; custody is no secret to the case."""

    name: Name
    email: Address | None = None
    custody: bool
    language: Language = "nl"
    safe_contact: Address | None = None
    second_contact: SecondContact = None

    @property
    def person(self) -> Person:
        """What is sealed of it."""
        return Person.model_validate({name: value for name, value in self if name != "custody"})


class Intake(Personal):
    """The whole of ``intake.json``: what a school tells when it opens a case (step 1)."""

    signals: tuple[v.Signal, ...]
    staff_involved: bool
    incident: IncidentId | None = None
    pupil: PupilIntake
    guardians: Annotated[tuple[GuardianIntake, ...], Field(max_length=50)] = ()
    note: NoteText | None = None

    @property
    def people(self) -> dict[str, Person]:
        """Everybody under the id that the case knows them by, guardians counted from 1."""
        numbered = enumerate(self.guardians, start=1)
        return {"pupil": self.pupil.person} | {f"guardian-{place}": guardian.person for place, guardian in numbered}


class Opening(Frozen):
    """Everything that starting a case's workflow needs: ids, codes and settings only."""

    case_id: str
    region: str
    school: str
    told: Told
    """An ``open_case``."""
    policy: Policy
    opened_at: AwareDatetime | None = None
    """When it was accepted: its first deadlines count from then, however late its workflow starts."""


class Content(Personal):
    """What is told beside a message and never travels in it."""

    note: NoteText | None = None
    guardians: dict[PersonId, Person] | None = None
    """New or changed data of guardians; a guardian who is not named keeps what was told before."""

    @property
    def empty(self) -> bool:
        """Nothing to seal."""
        return self.note is None and not self.guardians
