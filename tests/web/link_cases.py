"""Cases at which somebody holds a one-time link, and the links themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from protocol.case import Case
from protocol.events import event_name
from protocol.notices import LinkPurpose
from protocol.vocabulary import ConsentStatus
from starter.client import CaseClient
from starter.standing import find
from store import Controller
from tests.starter.stack import CJG, GGD, REGION, SCHOOL, actor, until
from tests.web.serving import Pages
from tests.web.visiting import Visit

ABOUT = re.compile(r'name="about" value="([^"]*)"')
PARENT, PUPIL = "guardian-1", "pupil"
BOTH_ASKED = ("cjg", "ggd")


async def tell(
    web: Pages, case: str, name: str, acting_as: str = SCHOOL, note: str | None = None, **fields: JsonValue
) -> None:
    """Tell a case something, however busy the machine is."""
    patient = CaseClient(web.store, web.stack.temporal, REGION, patience=timedelta(seconds=60))
    await patient.tell(case, name, fields, actor(acting_as), note)


async def asked(web: Pages, parties: Sequence[str] = BOTH_ASKED, persons: Sequence[str] = (PUPIL, PARENT)) -> str:
    """A case in which the school asks these people for consent."""
    case = await web.stack.open()
    await tell(web, case, "record-police-contact", contact="report")
    await tell(web, case, "record-pupil-talk", held_by=["mentor"])
    await tell(web, case, "record-parent-talk", existing_care=False, postponed_for_safety=False, pupil_present=True)
    await tell(web, case, "request-consent", persons=[*persons], parties=[*parties])
    return case


async def granted(web: Pages, case: str, person: str) -> None:
    """Somebody said yes to everything."""
    await tell(web, case, "answer-consent", f"person:{person}", person=person, answer="granted", channel="link")


async def engaged(web: Pages) -> str:
    """A case in which the GGD is asked to take part."""
    case = await asked(web)
    for person in (PUPIL, PARENT):
        await granted(web, case, person)
    await tell(web, case, "decide-report", needed=True)
    await tell(web, case, "accept-report", CJG)
    await tell(web, case, "set-severity", CJG, severity="high")
    await tell(web, case, "engage-partners", CJG, partners=["ggd"])
    return case


async def handed_over(web: Pages) -> str:
    """A case that goes back to the school, with an agreement of the GGD and one of the parent."""
    case = await engaged(web)
    due = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    await tell(web, case, "answer-partner-request", GGD, answer="accept")
    await tell(web, case, "decide-network-meeting", CJG, needed=True)
    await tell(web, case, "plan-network-meeting", CJG, "op school", at=at, invitees=[PARENT, "ggd"])
    actions: list[JsonValue] = [{"owner": "ggd", "due": due}, {"owner": PARENT, "due": due}]
    await tell(web, case, "record-network-meeting", CJG, "verslag", attendees=[PARENT, "ggd"], actions=actions)
    for action in ("action-1", "action-2"):
        await tell(web, case, "complete-action", CJG, action=action)
    await tell(web, case, "de-escalate", CJG, "het gaat goed", reason="goal_reached")

    async def filed() -> bool:
        return bool(await web.store.hand_over_numbers(case, Controller.SCHOOL))

    # The link is sent after that.
    await until(filed, timedelta(seconds=60))
    return case


async def sent(web: Pages, case: str) -> None:
    """Wait until everything is sent: finding an address is a look of its own in the access log."""

    async def done() -> bool:
        return not await web.store.unsent(case)

    await until(done, timedelta(seconds=60))


async def links(web: Pages, case: str, party: str, purpose: LinkPurpose = LinkPurpose.CONSENT) -> list[str]:
    """Where somebody's links lead, the oldest first."""
    found = [row for row in await web.store.notices(case) if (row.party, row.link) == (party, purpose)]
    return [f"/k/{web.store.keys.link_token(row.notice_id)}" for row in found]


async def link(web: Pages, case: str, party: str, purpose: LinkPurpose = LinkPurpose.CONSENT) -> str:
    """Where somebody's last link leads."""
    return (await links(web, case, party, purpose))[-1]


async def state(web: Pages, case: str) -> Case:
    """How a case stands."""
    found = await find(web.store, case)
    assert found
    return found.case


async def consents(web: Pages, case: str, person: str) -> dict[str, ConsentStatus]:
    """Where somebody stands towards each organisation."""
    return {c.party: c.status for c in (await state(web, case)).consents if c.person == person}


async def events(web: Pages, case: str, name: str) -> int:
    """How often something happened in a case."""
    return [event_name(row.recorded.event) for row in await web.store.journal(case)].count(name)


async def about(visit: Visit, path: str) -> str:
    """What the form on a page asks; the page's token is remembered for the post."""
    found = ABOUT.search((await visit.get(path)).text)
    assert found
    return found[1]
