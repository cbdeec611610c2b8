"""Holding a closed case for a criminal case: nothing of it is destroyed until that is over."""

from __future__ import annotations

from datetime import UTC, date, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.calendar import local_day
from protocol.policy import Policy
from protocol.retention import HOLD_MOST, HoldGround, lost_by_letting_go, places_holds, review_in_time
from starter import standing
from starter.web.form import Form, form
from starter.web.page import texts
from starter.web.rights import periods, sure
from starter.web.rights.asked import officer
from starter.web.services import services
from starter.web.texts import Texts

_NOTED = "/rechten/bewaartermijnen?gedaan=vast"


async def change(request: Request) -> Response:
    """Place a hold, with its ground and when it is looked at again, or lift one; doing it again changes nothing."""
    me, here, sent = officer(request), services(request), form(request)
    if not places_holds(me.staff):
        raise HTTPException(404)
    number = standing.case_number(sent.text("vast"))
    found = await standing.find(here.store, number) if number else None
    if found is None or found.case.open:
        wrong = "rights.no_such_case" if found is None else "rights.hold_open_case"
        return await periods.again(request, sent, {"vast": texts(request)(wrong)})
    policy = await here.store.policy(here.region)
    if sent.text("doen") == "loslaten":
        return await _lift(request, found.case.id, policy)
    return await _place(request, found.case.id, policy)


async def _place(request: Request, case_id: str, policy: Policy) -> Response:
    me, sent = officer(request), form(request)
    terms = Terms(sent, local_day(policy.calendar, datetime.now(UTC)))
    if terms.ground is None or terms.review_on is None:
        return await periods.again(request, sent, terms.errors(texts(request)))
    await services(request).store.place_hold(case_id, me.staff, terms.ground, terms.review_on)
    return RedirectResponse(_NOTED, 303)


async def _lift(request: Request, case_id: str, policy: Policy) -> Response:
    """Let a case go; where parts of it go by that the coming night, once more asked and seen."""
    me, store, sent = officer(request), services(request).store, form(request)
    today = local_day(policy.calendar, datetime.now(UTC))
    lost = lost_by_letting_go(await store.held_of(policy, case_id), policy, today)
    if sure.BACK in sent:
        return RedirectResponse("/rechten/bewaartermijnen", 303)
    if lost and not sure.agreed(sent, len(lost)):
        title, fields = texts(request)("rights.hold_sure", case=case_id), (("vast", case_id), ("doen", "loslaten"))
        return sure.about_parts(request, title, lost, request.url.path, fields)
    await store.lift_hold(case_id, me.staff)
    return RedirectResponse(_NOTED, 303)


class Terms:
    """Why and until when, as somebody typed it."""

    def __init__(self, sent: Form, today: date) -> None:
        self.ground = HoldGround(sent.text("ground")) if sent.text("ground") in set(HoldGround) else None
        day = periods.read_day(sent.text("review_on"))
        self.review_on = day if day and review_in_time(day, today) else None

    def errors(self, t: Texts) -> dict[str, str]:
        """What is missing or wrong, by field."""
        found = {} if self.ground else {"ground": t("rights.hold_no_ground")}
        return found if self.review_on else found | {"review_on": t("rights.hold_wrong_day", most=HOLD_MOST)}
