"""The second factor: a code that goes to the other contact of whoever the link is for.

Nothing is sent until somebody presses a button, so a mail scanner that opens the link sets nothing off.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.access.second_factor import DIGITS, Door, door
from protocol.case import Case
from protocol.notices import LinkPurpose
from starter.web.form import form
from starter.web.links.holder import Holder
from starter.web.links.opened import CONFIRMED
from starter.web.page import link_token, page, texts
from starter.web.services import services
from store import Asking, Behind, Giving

_SAID = {Asking.TOO_MANY: "too_many", Asking.LOCKED: "locked", Giving.LOCKED: "locked"}


async def stopped(request: Request, holder: Holder) -> Response | None:
    """What stands between the holder of a link and the page that they ask for; nothing where nothing does."""
    match await _door(request, holder):
        case Door.CODE if request.url.path == holder.address and request.method != "POST":
            return await _locked(request, holder) or _page(request, holder, "links/code_ask.html")
        case Door.CODE:
            return RedirectResponse(holder.address, 303)
        case Door.CALL:
            return _page(request, holder, "links/code_call.html", 403)
    return None


async def _door(request: Request, holder: Holder) -> Door:
    here, link = services(request), holder.link
    policy = await here.store.policy(holder.case.region)
    needed = door(policy, link.purpose, second_contact=False)
    if needed is Door.OPEN or CONFIRMED.holds(request, holder.token):
        return Door.OPEN
    return door(
        policy, link.purpose, second_contact=await here.store.has_second_contact(link.case_id, link.party)
    )  # fmt: skip


async def ask(request: Request, holder: Holder) -> Response:
    """Have a code sent; asked twice at once it is one code."""
    if await _door(request, holder) is not Door.CODE:
        return RedirectResponse(holder.address, 303)
    asked = await services(request).store.ask_code(_behind(holder))
    if asked is Asking.SENT:
        return RedirectResponse(f"{holder.address}/code", 303)
    return _said(request, holder, _SAID[asked])


async def show(request: Request, holder: Holder) -> Response:
    """Where the code is filled in."""
    if await _door(request, holder) is not Door.CODE:
        return RedirectResponse(holder.address, 303)
    return await _locked(request, holder) or _page(request, holder, "links/code_give.html")


async def give(request: Request, holder: Holder) -> Response:
    """Take the code; when it is right, this browser is let in for a while."""
    if await _door(request, holder) is not Door.CODE:
        return RedirectResponse(holder.address, 303)
    code = "".join(form(request).text("code").split())
    # What can be no code is no try: an impatient click locks nobody out.
    could_be = code.isascii() and code.isdecimal() and len(code) == DIGITS
    given = await services(request).store.give_code(_behind(holder), code) if could_be else Giving.WRONG
    if given is Giving.RIGHT:
        response = RedirectResponse(holder.address, 303)
        CONFIRMED.keep(request, response, holder.token)
        return response
    if given in _SAID:
        return _said(request, holder, _SAID[given])
    error = texts(request)(f"link.code.{_reader(holder)}.{given}")
    return _page(request, holder, "links/code_give.html", 422, errors={"code": error})


async def _locked(request: Request, holder: Holder) -> Response | None:
    """A link that is locked offers nothing that cannot be had: it says so, and whom to call."""
    locked = await services(request).store.link_locked(_behind(holder))
    return _said(request, holder, _SAID[Asking.LOCKED]) if locked else None


def _behind(holder: Holder) -> Behind:
    return Behind(case_id=holder.link.case_id, person=holder.link.party, token=holder.token)


def _said(request: Request, holder: Holder, code: str) -> Response:
    return _page(request, holder, "links/code_not_now.html", 429, said=code)


def _page(request: Request, holder: Holder, template: str, status: int = 200, **more: object) -> Response:
    shown = {
        "holder": holder,
        "words": f"link.code.{_reader(holder)}",
        "call": holder.name(_whom_to_call(holder.case, holder.link.purpose)),
        "csrf_token": link_token(request, holder.token),
        "errors": {},
    }
    return page(request, template, status, **{**shown, **more})


def _reader(holder: Holder) -> str:
    return "pupil" if holder.link.party == "pupil" else "parent"


def _whom_to_call(case: Case, purpose: LinkPurpose) -> str:
    """Who has sent the link: the coordinator, which in the first steps is the school; afterwards whoever coordinated."""
    return case.coordinator if case.open or purpose is LinkPurpose.CONSENT else case.school
