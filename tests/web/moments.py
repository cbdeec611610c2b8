"""A case at each moment of the matrix, told by who does it in practice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from tests.web.serving import Pages
from tests.web.told import CJG, MEENT, ZVH, consented, escalated, opened, talked, tell

AGENCY = "agency:veilig-thuis:j.vandijk"
GGD = "partner:ggd:l.smit"
POLICE = "partner:zedenpolitie:t.visser"
PREVENTION = "partner:jeugdpreventie:d.bos"


async def _asked(web: Pages) -> str:
    case = await talked(web)
    await tell(web, case, MEENT, "request_consent", persons=["pupil", "guardian-1"], parties=["cjg"])
    return case


async def _engaged(web: Pages, *partners: str) -> str:
    """Coordinated by the CJG; these are asked, and the police joined."""
    case = await consented(web, "zedenpolitie", "jeugdpreventie")
    await tell(web, case, MEENT, "decide_report", needed=True)
    await tell(web, case, CJG, "accept_report")
    await tell(web, case, CJG, "set_severity", severity="medium")
    asked: list[JsonValue] = ["zedenpolitie", *partners]
    await tell(web, case, CJG, "engage_partners", partners=asked)
    await tell(web, case, POLICE, "answer_partner_request", answer="accept")
    return case


async def _partners(web: Pages) -> str:
    case = await _engaged(web, "ggd", "jeugdpreventie")
    await tell(web, case, PREVENTION, "answer_partner_request", answer="accept")
    await tell(web, case, PREVENTION, "finish_partner", partner="jeugdpreventie")
    await tell(web, case, CJG, "forward_case", to="veilig-thuis")
    await tell(web, case, CJG, "escalate", note="De vier criteria.", reason="more_partners_needed")
    return case


async def _met(web: Pages, case: str) -> None:
    await tell(web, case, CJG, "decide_network_meeting", needed=True)
    at = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    invitees: list[JsonValue] = ["guardian-1", "zedenpolitie"]
    await tell(web, case, CJG, "plan_network_meeting", note="Op school.", at=at, invitees=invitees)


async def _meeting(web: Pages) -> str:
    case = await _engaged(web, "ggd")
    await _met(web, case)
    await tell(web, case, CJG, "declare_acute")
    return case


async def _directed(web: Pages) -> str:
    case = await _engaged(web, "ggd")
    await tell(web, case, GGD, "answer_partner_request", answer="accept")
    await _met(web, case)
    actions: list[JsonValue] = [
        {"owner": "zedenpolitie", "due": (datetime.now(UTC) + timedelta(days=20)).date().isoformat()}
    ]
    minutes, attendees = "Het verslag.", ["guardian-1", "zedenpolitie"]
    await tell(web, case, CJG, "record_network_meeting", note=minutes, attendees=[*attendees], actions=actions)
    await tell(web, case, CJG, "escalate", note="De vier criteria.", reason="more_partners_needed")
    await tell(web, case, ZVH, "accept_escalation")
    await tell(web, case, CJG, "forward_case", to="veilig-thuis")
    await tell(web, case, AGENCY, "accept_forward")
    await tell(web, case, "person:pupil", "withdraw_consent", person="pupil", parties=["ggd"])
    return case


async def _hand_over(web: Pages) -> str:
    case = await _engaged(web, "ggd")
    await tell(web, case, CJG, "de_escalate", note="Het gaat goed.", reason="goal_reached")
    return case


async def _closed(web: Pages) -> str:
    case = await _hand_over(web)
    await tell(web, case, MEENT, "confirm_hand_over")
    return case


_AT: dict[str, Callable[[Pages], Awaitable[str]]] = {
    "opened": opened,
    "talked": _asked,
    "reported": escalated,
    "partners": _partners,
    "meeting": _meeting,
    "directed": _directed,
    "hand_over": _hand_over,
    "closed": _closed,
}


async def cases_at(web: Pages) -> dict[str, str]:
    """A case at each moment."""
    return dict(zip(_AT, await asyncio.gather(*(make(web) for make in _AT.values())), strict=True))
