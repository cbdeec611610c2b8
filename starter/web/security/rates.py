"""How often something may be tried: counted in the database, so that all web processes count together."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from starter.web.page import problem
from starter.web.services import services

_WITHIN = timedelta(minutes=1)


class Tried(StrEnum):
    """What is counted."""

    LOGIN = "login"
    LINK = "link"


async def too_often(request: Request, what: Tried, *about: str) -> Response | None:
    """Count this attempt, by the address it comes from and by each thing it is about (such as a link's token).

    Returns:
        The page to answer with when one of them was tried too often.
    """
    here = services(request)
    most = here.web.login_rate if what is Tried.LOGIN else here.web.link_rate
    address = request.client.host if request.client else ""
    for who in (f"address {address}", *about):
        if not await here.store.attempt(f"{what} {who}", most, _WITHIN):
            answer = problem(request, "too_many", 429)
            answer.headers["Retry-After"] = str(int(_WITHIN.total_seconds()))
            return answer
    return None
