"""Holding a closed case for a criminal case: nothing of it is destroyed until that is over."""

from __future__ import annotations

from datetime import UTC, date, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.calendar import local_day
from protocol.retention import HOLD_MOST, HoldGround, places_holds, review_in_time
from starter import standing
from starter.web.form import Form, form
from starter.web.page import texts
from starter.web.rights import periods
from starter.web.rights.asked import officer
from starter.web.services import services
from starter.web.texts import Texts


async def change(request: Request) -> Response:
    """Place a hold, with its ground and when it is looked at again, or lift one; doing it again changes nothing."""
    me, store, sent = officer(request), services(request).store, form(request)
    if not places_holds(me.staff):
        raise HTTPException(404)
    number = sent.text("vast").lower()
    found = await standing.find(store, number)
    if found is None or found.case.open:
        wrong = "rights.no_such_case" if found is None else "rights.hold_open_case"
        return await periods.with_errors(request, sent, {"vast": texts(request)(wrong)})
    if sent.text("doen") == "loslaten":
        await store.lift_hold(number, me.staff)
    else:
        policy = await store.policy(services(request).region)
        terms = Terms(sent, local_day(policy.calendar, datetime.now(UTC)))
        if terms.ground is None or terms.review_on is None:
            return await periods.with_errors(request, sent, terms.errors(texts(request)))
        await store.place_hold(number, me.staff, terms.ground, terms.review_on)
    return RedirectResponse("/rechten/bewaartermijnen?gedaan=vast", 303)


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
