"""Who looks after a region's directory."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from protocol.access import keeps_directory
from starter.web.visitor import Visitor, visitor


def administrator(request: Request) -> Visitor:
    """The visitor, who is a functional administrator.

    Raises:
        HTTPException: 404: for everybody else these pages do not exist.
    """
    found = visitor(request)
    if not keeps_directory(found.actor):
        raise HTTPException(404)
    return found
