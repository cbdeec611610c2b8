"""``vangnet region``: what its commands do."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from protocol.messages import OrganisationId
from protocol.model import Frozen
from protocol.notices import Contact
from protocol.policy import Policy
from protocol.vocabulary import OrganisationKind
from starter.calendar import calendar
from starter.cli.files import read_fields
from starter.cli.output import write, write_json
from starter.cli.session import session
from starter.errors import BadInput
from store import AccessEvent, ContactPerson, OrganisationRow, PolicyUnknown, Store


class Beginner(Frozen):
    """An organisation, and who answers there."""

    id: OrganisationId
    kind: OrganisationKind
    name: Annotated[str, Field(min_length=1, max_length=200)]
    desk: ContactPerson
    team_lead: ContactPerson | None = None

    @property
    def contacts(self) -> dict[Contact, ContactPerson]:
        """Who answers, by what for."""
        found = {Contact.DESK: self.desk, Contact.TEAM_LEAD: self.team_lead}
        return {contact: person for contact, person in found.items() if person is not None}


class Beginning(Frozen):
    """What a region begins with: its organisations, and which of them coordinates and which directs."""

    organisations: tuple[Beginner, ...]
    cjg: OrganisationId = "cjg"
    zvh: OrganisationId = "zvh"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        kinds = {each.id: each.kind for each in self.organisations}
        wanted = {self.cjg: OrganisationKind.CJG, self.zvh: OrganisationKind.ZVH}
        if len(kinds) != len(self.organisations) or any(kinds.get(id_) is not kind for id_, kind in wanted.items()):
            raise ValueError("incomplete")
        return self


async def begin(file: str, *, as_json: bool) -> None:
    """Put into the directory what is not there yet, and print what that was.

    Raises:
        BadInput: The file says something else than a region's organisations.
    """
    beginning = _read(file)
    async with session() as here:
        await here.log("region begin", event=AccessEvent.CHANGE)
        added = await _organisations(here.store, here.settings.region, beginning)
        settled = await _first_settings(here.store, here.settings.region, beginning)
    if as_json:
        write_json({"added": [*added], "settings": settled})
    else:
        write(f"Toegevoegd: {', '.join(added) or 'niets'}. Instellingen: {'gemaakt' if settled else 'waren er al'}.")


def _read(file: str) -> Beginning:
    fields = read_fields(file)
    try:
        return Beginning.model_validate(fields)
    except ValidationError as error:
        # Where it is wrong, and never what stands there: a name or an address.
        where = sorted({".".join(str(part) for part in problem["loc"]) for problem in error.errors()} - {""})
        whole = "Een organisatie staat er dubbel, of de CJG of het ZVH ontbreekt."
        raise BadInput(f"Niet goed: {', '.join(where)}." if where else whole) from None


async def _organisations(store: Store, region: str, beginning: Beginning) -> tuple[str, ...]:
    there = {row.id for row in await store.organisations(region)}
    new = [each for each in beginning.organisations if each.id not in there]
    for each in new:
        row = OrganisationRow(region=region, id=each.id, kind=each.kind, name=each.name)
        await store.save_organisation(row, each.contacts)
    return tuple(each.id for each in new)


async def _first_settings(store: Store, region: str, beginning: Beginning) -> bool:
    """Save the first version: one that is there never changes."""
    try:
        await store.policy(region)
    except PolicyUnknown:
        days = calendar(datetime.now(UTC).year)
        await store.save_policy(Policy(region=region, cjg=beginning.cjg, zvh=beginning.zvh, calendar=days))
        return True
    return False
