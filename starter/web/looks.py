"""Pages that show something of a case: read in one transaction with their rows of the access log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from protocol.access import reader
from starter.web.services import services
from starter.web.visitor import visitor
from store import SYSTEM

Page = Callable[[Request], Awaitable[Response]]

_LOGGED: set[object] = set()
_WALLED: set[object] = set()


def logged(shown: Page) -> Page:
    """Make a page of which nothing is shown unless the rows about it are written: no row, no data."""
    return _made(shown, lambda _: (SYSTEM, None))


def walled(shown: Page) -> Page:
    """The same, and the database holds the visitor to what the protocol lets them read of a file."""
    made = _made(shown, _as_visitor)
    _WALLED.add(made)
    return made


def _as_visitor(request: Request) -> tuple[str, str | None]:
    staff = visitor(request).staff
    return reader(staff), staff.user


def _made(shown: Page, reads_as: Callable[[Request], tuple[str, str | None]]) -> Page:
    @wraps(shown)
    async def read(request: Request) -> Response:
        async with services(request).store.looking(*reads_as(request)):
            return await shown(request)

    _LOGGED.add(read)
    return read


def is_walled(page: object) -> bool:
    """Whether a page was made so."""
    return page in _WALLED


def is_logged(page: object) -> bool:
    """Whether a page was made so."""
    return page in _LOGGED
