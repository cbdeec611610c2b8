"""The requests: what is to be answered, the first due on top."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from protocol.calendar import local_day
from protocol.rights import RequestState
from starter.web.page import page
from starter.web.rights.asked import officer
from starter.web.services import services
from store import AccessEntry


async def everything(request: Request) -> Response:
    """Open requests with their deadline, then what was decided."""
    me, here = officer(request), services(request)
    await here.store.log_access(AccessEntry(actor=me.staff, what="list of requests", purpose="rights"))
    rows = await here.store.rights_requests(here.region)
    policy = await here.store.policy(here.region)
    return page(
        request, "rights/list.html",
        waiting=[row for row in rows if row.state is RequestState.OPEN],
        decided=[row for row in rows if row.state is not RequestState.OPEN],
        today=local_day(policy.calendar, datetime.now(UTC)),
    )  # fmt: skip
