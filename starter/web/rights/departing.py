"""Noting when a pupil left the school, from which the school's period counts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.retention import tells_departure
from starter import standing
from starter.leaving import Leaving, leaving
from starter.web.form import form
from starter.web.page import texts
from starter.web.rights import periods, sure
from starter.web.rights.asked import officer
from starter.web.services import services


async def depart(request: Request) -> Response:
    """Note it; where parts go by it the coming night, once more asked and seen."""
    me, here, sent, t = officer(request), services(request), form(request), texts(request)
    number, day = standing.case_number(sent.text("zaak")), periods.read_day(sent.text("left_on"))
    found = await standing.find(here.store, number) if number else None
    errors = {} if found and tells_departure(found.case, me.staff) else {"zaak": t("rights.no_such_case")}
    told = await leaving(here.store, here.region, found.case.id, day) if found and day else Leaving(bool(day), ())
    if not told.possible:
        errors["left_on"] = t("rights.wrong_left_on")
    if errors or found is None or day is None or sure.BACK in sent:
        return await periods.again(request, sent, errors)
    if told.lost and not sure.agreed(sent, len(told.lost)):
        title, fields = t("rights.left_sure", day=t.date(day)), (("zaak", found.case.id), ("left_on", day))
        return sure.about_parts(request, title, told.lost, request.url.path, fields)
    await here.store.told_departure(found.case.id, day, me.staff)
    return RedirectResponse("/rechten/bewaartermijnen?gedaan=ja", 303)
