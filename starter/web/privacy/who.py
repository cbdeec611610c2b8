"""Who reads the access log."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from protocol.accounting import reads_access_log
from starter.web.visitor import Visitor, visitor


def officer(request: Request) -> Visitor:
    """The visitor, who may read the access log.

    Raises:
        HTTPException: 404: for everybody else these pages do not exist.
    """
    found = visitor(request)
    if not reads_access_log(found.actor):
        raise HTTPException(404)
    return found
