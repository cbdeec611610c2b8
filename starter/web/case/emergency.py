"""Break-glass: somebody with a task and without cover opens the file, and writes why it cannot wait."""

from __future__ import annotations

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from starter.errors import BadInput
from starter.limits import check_note, says_something
from starter.web.case.look import Look, look
from starter.web.form import form, typed
from starter.web.page import page
from starter.web.services import services

PURPOSE = "emergency form"


async def show(request: Request) -> Response:
    """The form: what it does, and the question why."""
    return await _page(request, await _found(request), typed(request).text("reason"))


async def begin(request: Request) -> Response:
    """Open the file, and show it. Sent again while it is open, it shows the case."""
    found = await look(request, PURPOSE, with_people=False, noted=False)
    case = RedirectResponse(f"/zaken/{found.case.id}", 303)
    if found.emergency:
        return case
    if not found.may_break_glass:
        raise HTTPException(404)
    reason, store = form(request).text("reason"), services(request).store
    wrong = _wrong(found, reason)
    if wrong:
        return await _page(request, found, reason, wrong, 422)
    await store.break_glass(found.case.id, found.visitor.staff, reason, await _lasts(request))
    return case


async def _found(request: Request) -> Look:
    """The case, for who may.

    Raises:
        Refused: ``unknown_case``.
        HTTPException: 404: they read the file already, or an emergency would show them nothing.
    """
    found = await look(request, PURPOSE, with_people=False)
    if not found.may_break_glass:
        raise HTTPException(404)
    return found


def _wrong(found: Look, reason: str) -> str:
    if not says_something(reason):
        return found.t("emergency.reason_missing")
    try:
        check_note(reason)
    except BadInput as wrong:
        return wrong.text
    return ""


async def _lasts(request: Request) -> timedelta:
    """By the region's settings of today."""
    here = services(request)
    return timedelta(minutes=(await here.store.policy(here.region)).emergency_minutes)


async def _page(request: Request, found: Look, reason: str, error: str = "", status: int = 200) -> Response:
    minutes = int(await _lasts(request) / timedelta(minutes=1))
    return page(
        request, "emergency.html", status,
        case=found.case, reason=reason, errors={"reason": error} if error else {}, minutes=minutes, typed=typed(request),
    )  # fmt: skip
