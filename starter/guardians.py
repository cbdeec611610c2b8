"""Guardians that somebody sets: their data goes to the file, and who has custody to the case."""

from typing import Annotated

from pydantic import Field

from protocol.messages import MOST, Guardian, PersonId, SetGuardians
from starter.errors import BadInput
from store import Person
from store.person import Address, Language, Name, Personal, SecondContact


class GuardianTold(Personal):
    """A guardian as ``intake.json`` has it; ``person`` names one who is in the case already."""

    person: PersonId | None = None
    custody: bool
    name: Name | None = None
    """Without it, nothing of what the file holds about this person changes."""
    email: Address | None = None
    language: Language = "nl"
    safe_contact: Address | None = None
    second_contact: SecondContact = None


class GuardiansTold(Personal):
    """The fields of ``set_guardians`` as people write them: the whole list, each time."""

    guardians: Annotated[tuple[GuardianTold, ...], Field(max_length=MOST)]

    @property
    def new(self) -> int:
        """How many of them the case does not know yet."""
        return sum(guardian.person is None for guardian in self.guardians)

    @property
    def known(self) -> tuple[str, ...]:
        """Who is said to be in the case already."""
        return tuple(guardian.person for guardian in self.guardians if guardian.person is not None)

    def check(self) -> None:
        """Refuse a guardian of whom nobody could tell who it is.

        Raises:
            BadInput: Data without a name, or a new guardian without one.
        """
        for place, guardian in enumerate(self.guardians):
            kept = guardian.person is not None and not guardian.model_fields_set - {"person", "custody"}
            if guardian.name is None and not kept:
                raise BadInput(f"Het veld guardians.{place}.name ontbreekt.")

    def settle(self, allotted: tuple[str, ...]) -> tuple[SetGuardians, dict[str, Person]]:
        """Part what goes to the case from what goes to the file.

        Args:
            allotted: The ids of those who are new, in order.
        """
        free = iter(allotted)
        told = [(guardian.person or next(free), guardian) for guardian in self.guardians]
        message = SetGuardians(
            guardians=tuple(Guardian(person=person, custody=guardian.custody) for person, guardian in told)
        )
        return message, {person: _data(guardian) for person, guardian in told if guardian.name is not None}


def _data(guardian: GuardianTold) -> Person:
    return Person.model_validate({name: value for name, value in guardian if name not in ("person", "custody")})
