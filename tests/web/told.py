"""Cases brought to where a test of the pages begins."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from html import unescape

from httpx2 import Response
from pydantic import JsonValue

from protocol.messages import Actor
from starter.actors import parse_actor
from starter.errors import TakenNotCarriedOut
from tests.starter.stack import an_intake
from tests.web.serving import Pages
from tests.web.visiting import Visit

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')

MEENT = "school:school-de-meent:m.dewit"
CJG = "cjg:cjg:s.yilmaz"
ZVH = "zvh:zvh:a.jansen"
GGD = "partner:ggd:l.smit"


def by(text: str) -> Actor:
    """Somebody, as the command line names them."""
    return parse_actor(text)


async def opened(web: Pages, **changed: JsonValue) -> str:
    """A case that De Meent opened."""
    return await web.cases.open(by(MEENT), an_intake(**changed))


async def tell(web: Pages, case: str, acting_as: str, name: str, note: str | None = None, **fields: JsonValue) -> None:
    """Tell a case something; told again under its id where a busy machine was late to carry it out."""
    message_id = secrets.token_hex(8)
    with suppress(TakenNotCarriedOut):
        await web.cases.tell(case, name, fields, by(acting_as), note, message_id)
        return
    await web.cases.tell(case, name, fields, by(acting_as), note, message_id)


async def talked(web: Pages, **changed: JsonValue) -> str:
    """A case whose talks were held, with the police called."""
    case = await opened(web, **changed)
    await tell(web, case, MEENT, "record_police_contact", contact="anonymous_consult")
    await tell(
        web, case, MEENT, "record_pupil_talk", note="De leerling vertelde wat er is gebeurd.", held_by=["mentor"]
    )
    await tell(
        web, case, MEENT, "record_parent_talk", existing_care=False, postponed_for_safety=False, pupil_present=True
    )
    return case


async def consented(web: Pages, *others: str) -> str:
    """The same, in which everybody said yes to the CJG, the ZVH, the GGD, and others."""
    case = await talked(web)
    persons: list[JsonValue] = ["pupil", "guardian-1"]
    await tell(web, case, MEENT, "request_consent", persons=persons, parties=["cjg", "zvh", "ggd", *others])
    for person in ("pupil", "guardian-1"):
        await tell(web, case, f"person:{person}", "answer_consent", person=person, answer="granted", channel="link")
    return case


async def coordinated(web: Pages) -> str:
    """The same, accepted by the CJG, with its severity set."""
    case = await consented(web)
    await tell(web, case, MEENT, "decide_report", needed=True)
    await tell(web, case, CJG, "accept_report")
    await tell(web, case, CJG, "set_severity", severity="medium")
    return case


async def escalated(web: Pages) -> str:
    """A case that was escalated without anybody's consent."""
    case = await talked(web, signals=["loverboy_contacts"])
    await tell(web, case, MEENT, "report_non_cooperation", note="De ouders werken niet mee.", who="parent")
    return case


async def sent(visit: Visit, path: str, *fields: tuple[str, str]) -> Response:
    """Open a form, fill it in and send it, as a browser without JavaScript does."""
    hidden = hidden_fields((await visit.get(path)).text)
    return await visit.post(path, [*hidden, *fields])


def hidden_fields(html: str) -> list[tuple[str, str]]:
    """What the form of an action brings along by itself; not the log-out form on top."""
    form = html.partition("<main")[2]
    return [(name, unescape(value)) for name, value in _HIDDEN.findall(form)]
