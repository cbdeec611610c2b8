"""Who works where, under which settings."""

from __future__ import annotations

import asyncio

import pytest

from protocol import vocabulary as v
from protocol.notices import Contact
from protocol.policy import Policy
from store import ContactPerson, OrganisationRow, PolicyUnknown, PolicyVersionTaken, Store, staff_scope
from store.sealing import Controller
from tests.store import builders as b


async def test_an_organisation_is_found_with_its_contacts(store: Store) -> None:
    """As it was saved; another region's directory does not show it."""
    await b.save_directory(store)
    (school,) = await store.organisations(b.REGION)
    assert (b.SCHOOL, v.OrganisationKind.SCHOOL, None) == (school.id, school.kind, school.webhook_url)
    contacts = await store.contacts(b.REGION, b.SCHOOL)
    assert (b.DESK_ADDRESS, b.LEAD_ADDRESS) == tuple(contacts[contact].email for contact in Contact)
    assert () == await store.organisations("elders")
    assert {} == await store.contacts("elders", b.SCHOOL)


async def test_an_organisation_can_be_changed(store: Store) -> None:
    """A contact that is not given stays as it was."""
    await b.save_directory(store)
    await b.save_directory(store, webhook_url="https://meent.example/in")
    (school,) = await store.organisations(b.REGION)
    assert "https://meent.example/in" == school.webhook_url
    new = ContactPerson(name="Nieuw", email="nieuw@meent.example")
    await store.save_organisation(school, {Contact.DESK: new})
    contacts = await store.contacts(b.REGION, b.SCHOOL)
    assert ("nieuw@meent.example", b.LEAD_ADDRESS) == tuple(contacts[contact].email for contact in Contact)


async def test_organisations_can_be_saved_at_once(store: Store) -> None:
    """The region's data key is made once, whoever is first."""
    rows = [
        OrganisationRow(region=b.REGION, id=f"school-{number}", kind=v.OrganisationKind.SCHOOL, name=f"{number}")
        for number in range(9)
    ]
    contact = {Contact.DESK: ContactPerson(name="Balie", email="balie@x.example")}
    await asyncio.gather(*(store.save_organisation(row, contact) for row in rows))
    assert tuple(rows) == await store.organisations(b.REGION)
    assert all([await store.contacts(b.REGION, row.id) == contact for row in rows])


async def test_a_member_of_staff_has_one_pseudonym(store: Store) -> None:
    """However the name is written; in another organisation it is another."""
    ids = await asyncio.gather(*(store.staff_id("cjg", name) for name in ("Jan Smit", "jan  smit", "JAN SMIT")))
    assert 1 == len(set(ids))
    other = await store.staff_id("zvh", "Jan Smit")
    assert other not in ids
    assert "smit" not in ids[0].lower()
    names = await store.staff_names([ids[0], other, "s-unknown"])
    assert {ids[0], other} == set(names)
    assert "jan smit" == " ".join(names[ids[0]].lower().split())


async def test_an_erased_name_leaves_the_pseudonym(store: Store) -> None:
    """Cases keep the pseudonym; nobody can look the name up any more."""
    ident = await store.staff_id("cjg", "Jan Smit")
    await store.destroy_key(staff_scope("cjg"), Controller.DIRECTORY)
    assert {} == await store.staff_names([ident])
    assert ident == await store.staff_id("cjg", "jan smit")


async def test_the_latest_policy_counts(store: Store) -> None:
    """Saving a version again changes nothing; a version never changes."""
    with pytest.raises(PolicyUnknown):
        await store.policy(b.REGION)
    second = Policy(region=b.REGION, version=2, silence=5)
    await store.save_policy(second)
    await store.save_policy(b.POLICY)
    await store.save_policy(second)
    assert second == await store.policy(b.REGION)
    assert b.POLICY == await store.policy(b.REGION, b.POLICY.version)
    with pytest.raises(PolicyUnknown):
        await store.policy(b.REGION, 3)
    with pytest.raises(PolicyVersionTaken):
        await store.save_policy(second.model_copy(update={"silence": 6}))
    assert second == await store.policy(b.REGION)
