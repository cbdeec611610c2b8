"""Changes of a region's directory and settings, each with who made it: the functional administrator's log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import asyncpg
from pydantic import AwareDatetime

from protocol.messages import Actor
from protocol.model import Frozen
from protocol.notices import Contact
from protocol.policy import Policy
from store.access_log import AccessEntry, AccessLog
from store.data_keys import directory_scope, made_data_key
from store.directory import ContactPerson, Directory, OrganisationRow, contact_place, opened_contact
from store.errors import OrganisationTaken, PolicyVersionTaken
from store.policies import Policies
from store.queries import query
from store.sealing import Controller, seal
from store.staff import kept_staff_id

_LOCK = query("lock_organisation")
_SAVE = query("save_organisation")
_SAVE_CONTACT = query("save_contact")
_CONTACTS = query("contacts")
_POLICY = query("policy")
_SAVE_POLICY = query("save_policy")
_LOG = query("log_directory_change")
_CHANGES = query("directory_changes")

POLICY = "policy"
"""The subject of changes of a region's settings."""


class Change(NamedTuple):
    """One field that was changed. Of personal data only that it was."""

    subject: str
    field: str
    old: str | None
    new: str | None


class ChangeRow(Frozen):
    """A change, when and by whom."""

    change: int
    at: AwareDatetime
    organisation: str | None
    user_id: str | None
    subject: str
    field: str
    old: str | None
    new: str | None


class DirectoryChanges(Directory, Policies, AccessLog):
    """Changing a region, with its log in the same transaction: no row, no change."""

    async def contacts_for(self, region: str, organisation: str, look: AccessEntry) -> dict[Contact, ContactPerson]:
        """Look up who answers at an organisation, to show it to somebody; the look is logged."""
        async with self._transaction() as connection:
            await self._log(connection, look)
            return await self._contacts_now(connection, region, organisation)

    async def change_organisation(
        self, actor: Actor, row: OrganisationRow, contacts: Mapping[Contact, ContactPerson], *, new: bool
    ) -> tuple[Change, ...]:
        """Add or change an organisation; returns what changed, which is what was logged.

        Args:
            actor: Who does it, with the user as they log in.
            row: As it is to be.
            contacts: As they are to be; one that is not given stays as it is.
            new: Whether it is to be added: then it may not be there yet.

        Raises:
            OrganisationTaken: It is to be added, and there is one of this id.
        """
        async with self._transaction() as connection:
            found = await connection.fetchrow(_LOCK, row.region, row.id)
            if found is not None and new:
                raise OrganisationTaken(row.id)
            known = OrganisationRow.model_validate(dict(found)) if found else None
            before = await self._contacts_now(connection, row.region, row.id)
            changed = {contact: person for contact, person in contacts.items() if before.get(contact) != person}
            await connection.execute(_SAVE, *dict(row).values())
            await self._save_contacts(connection, row, changed)
            changes = (*_changed(known, row), *(Change(row.id, contact.value, None, None) for contact in changed))
            await self._note(connection, actor, row.region, changes)
        return changes

    async def change_policy(self, actor: Actor, policy: Policy) -> tuple[Change, ...]:
        """Save a new version of a region's settings; returns what changed, which is what was logged.

        Raises:
            PolicyVersionTaken: Somebody else saved this version.
        """
        async with self._transaction() as connection:
            text = await connection.fetchval(_POLICY, policy.region, None)
            before = Policy.model_validate_json(text) if text else None
            changes = tuple(_changed_settings(before, policy))
            if not changes:
                return ()
            if not await connection.fetchval(_SAVE_POLICY, policy.region, policy.version, policy.model_dump_json()):
                raise PolicyVersionTaken(f"{policy.region}/{policy.version}")
            await self._note(connection, actor, policy.region, changes)
        return changes

    async def directory_changes(
        self, region: str, *, before: int | None = None, limit: int = 50
    ) -> tuple[ChangeRow, ...]:
        """List changes, the latest first; ``before`` goes on where another list ended."""
        async with self._connection() as connection:
            rows = await connection.fetch(_CHANGES, region, before, limit)
        return tuple(ChangeRow.model_validate(dict(row)) for row in rows)

    async def _contacts_now(
        self, connection: asyncpg.Connection, region: str, organisation: str
    ) -> dict[Contact, ContactPerson]:
        rows = await connection.fetch(_CONTACTS, region, organisation)
        key = await made_data_key(connection, self._keys, directory_scope(region), Controller.DIRECTORY)
        return {
            contact: opened_contact(key, region, organisation, contact, row["sealed"])
            for row in rows
            for contact in (Contact(row["contact"]),)
        }

    async def _save_contacts(
        self, connection: asyncpg.Connection, row: OrganisationRow, contacts: Mapping[Contact, ContactPerson]
    ) -> None:
        key = await made_data_key(connection, self._keys, directory_scope(row.region), Controller.DIRECTORY)
        for contact, person in contacts.items():
            sealed = seal(key, contact_place(row.region, row.id, contact), person.model_dump_json())
            await connection.execute(_SAVE_CONTACT, row.region, row.id, contact, sealed)

    async def _note(
        self, connection: asyncpg.Connection, actor: Actor, region: str, changes: tuple[Change, ...]
    ) -> None:
        organisation, user = actor.organisation or "-", actor.user or "-"
        user_id = await kept_staff_id(connection, self._keys, organisation, user)
        for change in changes:
            await connection.execute(_LOG, region, organisation, user_id, *change)


def _changed(before: OrganisationRow | None, after: OrganisationRow) -> Iterator[Change]:
    for name in ("kind", "name", "webhook_url"):
        old, new = getattr(before, name, None), getattr(after, name)
        if old != new:
            yield Change(after.id, name, old and str(old), new and str(new))


def _changed_settings(before: Policy | None, after: Policy) -> Iterator[Change]:
    old = _flat(before) if before else {}
    for name, value in _flat(after).items():
        if old.get(name) != value:
            yield Change(POLICY, name, old.get(name), value)
    for name in old.keys() - _flat(after).keys():
        yield Change(POLICY, name, old[name], None)


def _flat(policy: Policy) -> dict[str, str]:
    """Every setting by its place, such as ``terms.pupil_talk.sexting.days``."""
    written = policy.model_dump(mode="json", exclude={"region", "version"})
    return {place: text for place, text in _places(written, "") if text}


def _places(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _places(part, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        yield place, ", ".join(map(str, value))
    elif value is not None:
        yield place, str(value)
