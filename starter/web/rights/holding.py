"""Holding a closed case for a criminal case: nothing of it is destroyed until that is over."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.retention import places_holds
from starter import standing
from starter.web.form import form
from starter.web.page import texts
from starter.web.rights import periods
from starter.web.rights.asked import officer
from starter.web.services import services


async def change(request: Request) -> Response:
    """Place a hold, or lift one; doing it again changes nothing."""
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
        await store.place_hold(number, me.staff)
    return RedirectResponse("/rechten/bewaartermijnen?gedaan=vast", 303)
