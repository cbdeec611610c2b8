"""The directory: a region's organisations, and who answers there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from protocol import vocabulary as v
from protocol.messages import OrganisationId
from protocol.model import Frozen
from protocol.notices import Contact
from store.data_keys import data_key, directory_scope, made_data_key
from store.database import Database
from store.person import Address, Name, Personal
from store.queries import query
from store.sealing import Controller, Place, seal, unseal

_ORGANISATIONS = query("organisations")
_SAVE = query("save_organisation")
_SAVE_CONTACT = query("save_contact")
_CONTACTS = query("contacts")


class OrganisationRow(Frozen):
    """An organisation in a region's directory."""

    region: str
    id: OrganisationId
    kind: v.OrganisationKind
    name: str
    webhook_url: Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s]+$")] | None = None
    """Where notices for its desk go instead of by mail."""


Phone = Annotated[str, Field(max_length=30, pattern=r"^\+?[0-9][0-9 ()-]{4,}$")]


class ContactPerson(Personal):
    """Who answers at an organisation."""

    name: Name
    email: Address
    phone: Phone | None = None
    """To call: a mail cannot be talked to, and holds nothing."""


class Directory(Database):
    """Organisations and their contacts."""

    async def organisations(self, region: str) -> tuple[OrganisationRow, ...]:
        """Return a region's organisations, by id."""
        async with self._connection() as connection:
            rows = await connection.fetch(_ORGANISATIONS, region)
        return tuple(OrganisationRow.model_validate(dict(row)) for row in rows)

    async def save_organisation(
        self, organisation: OrganisationRow, contacts: Mapping[Contact, ContactPerson] | None = None
    ) -> None:
        """Add or change an organisation; a contact that is not given stays as it is."""
        region, scope = organisation.region, directory_scope(organisation.region)
        async with self._transaction() as connection:
            await connection.execute(_SAVE, *dict(organisation).values())
            key = await made_data_key(connection, self._keys, scope, Controller.DIRECTORY)
            for contact, person in (contacts or {}).items():
                place = contact_place(region, organisation.id, contact)
                sealed = seal(key, place, person.model_dump_json())
                await connection.execute(_SAVE_CONTACT, region, organisation.id, contact, sealed)

    async def contacts(self, region: str, organisation: str) -> dict[Contact, ContactPerson]:
        """Look up who answers at an organisation."""
        async with self._connection() as connection:
            rows = await connection.fetch(_CONTACTS, region, organisation)
            if not rows:
                return {}
            key = await data_key(connection, self._keys, directory_scope(region), Controller.DIRECTORY)
        return {
            contact: opened_contact(key, region, organisation, contact, row["sealed"])
            for row in rows
            for contact in (Contact(row["contact"]),)
        }


def contact_place(region: str, organisation: str, contact: Contact) -> Place:
    """Where a contact stands."""
    return Place("contacts", directory_scope(region), Controller.DIRECTORY, f"{organisation}/{contact}")


def opened_contact(key: bytes, region: str, organisation: str, contact: Contact, sealed: bytes) -> ContactPerson:
    """Unseal a contact."""
    return ContactPerson.model_validate_json(unseal(key, contact_place(region, organisation, contact), sealed))
