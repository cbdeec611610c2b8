"""Emergencies: who opened a file without cover, until when, and what they wrote."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from starter.web.case.names import Names
from starter.web.page import page, texts
from starter.web.privacy.who import officer
from starter.web.services import services
from store import AccessEntry, AccessEvent

PURPOSE = "oversight"


async def everything(request: Request) -> Response:
    """The last hundred, the latest first."""
    me, here = officer(request), services(request)
    look = AccessEntry(actor=me.staff, what="emergencies", purpose=PURPOSE, event=AccessEvent.SEARCH)
    rows = await here.store.emergencies(here.region, look)
    names = Names(texts(request), {row.id: row.name for row in await here.store.organisations(here.region)})
    staff = await here.store.staff_names(sorted({row.user_id for row in rows}))
    return page(request, "privacy/emergencies.html", rows=rows, names=names, staff=staff)
