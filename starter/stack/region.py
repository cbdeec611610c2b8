"""The demo region: the organisations of interface.md with made-up people, and the settings it works by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from protocol.notices import Contact
from protocol.policy import Policy
from protocol.vocabulary import OrganisationKind as Kind
from starter.calendar import calendar
from starter.stack.environment import REGION
from store import ContactPerson, OrganisationRow, PolicyUnknown, Store


class Demo(NamedTuple):
    """An organisation of the demo region."""

    id: str
    kind: Kind
    name: str
    desk: str
    team_lead: str


ORGANISATIONS = (
    Demo("school-de-meent", Kind.SCHOOL, "Scholengemeenschap De Meent", "Zorgteam", "M. de Wit"),
    Demo("school-het-kompas", Kind.SCHOOL, "Het Kompas College", "Ondersteuningsteam", "R. Bakker"),
    Demo("cjg", Kind.CJG, "Centrum voor Jeugd en Gezin", "Casusregie", "S. Yilmaz"),
    Demo("veilig-thuis", Kind.AGENCY, "Veilig Thuis", "Meldpunt", "J. van Dijk"),
    Demo("zvh", Kind.ZVH, "Zorg- en Veiligheidshuis", "Procesregie", "A. Jansen"),
    Demo("leerplicht", Kind.PARTNER, "Leerplicht", "Leerplichtambtenaar", "K. Mulder"),
    Demo("zedenpolitie", Kind.PARTNER, "Zedenpolitie", "Team zeden", "T. Visser"),
    Demo("wijkagent", Kind.PARTNER, "Wijkagent school en jeugd", "Wijkagent", "P. de Groot"),
    Demo("ggd", Kind.PARTNER, "GGD", "Jeugdgezondheidszorg", "L. Smit"),
    Demo("ggz", Kind.PARTNER, "GGZ", "Jeugdteam", "F. Meijer"),
    Demo("jeugdpreventie", Kind.PARTNER, "Jeugdpreventie", "Preventieteam", "D. Bos"),
    Demo("slachtofferhulp", Kind.PARTNER, "Slachtofferhulp", "Jeugdteam", "E. Vos"),
)


async def set_up(store: Store) -> None:
    """Put the region into the directory; done again it changes nothing.

    The settings are saved the first time only: a version of them never changes, and their calendar is one of the
    year in which they were made.
    """
    there = {row.id for row in await store.organisations(REGION)}
    for demo in ORGANISATIONS:
        if demo.id in there:
            continue  # somebody may have changed it on the pages
        row = OrganisationRow(region=REGION, id=demo.id, kind=demo.kind, name=demo.name)
        await store.save_organisation(row, _contacts(demo))
    try:
        await store.policy(REGION)
    except PolicyUnknown:
        await store.save_policy(Policy(region=REGION, calendar=calendar(datetime.now(UTC).year)))


def _contacts(demo: Demo) -> dict[Contact, ContactPerson]:
    domain = f"{demo.id}.voorbeeld.example"
    return {
        Contact.DESK: ContactPerson(name=demo.desk, email=f"casussen@{domain}", phone="010 000 00 00"),
        Contact.TEAM_LEAD: ContactPerson(name=demo.team_lead, email=f"teamleider@{domain}"),
    }
