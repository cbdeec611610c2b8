"""``/inloggen``, the way back from the provider, and ``/uitloggen``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from starter.web.login.attempt import LASTS, Attempt, own_path
from starter.web.login.claims import NoAccess
from starter.web.login.provider import LoginError, ProviderUnreachable
from starter.web.login.sitting import Sitting
from starter.web.login.strength import TooWeak
from starter.web.page import page, problem
from starter.web.security.cookies import LOGIN, SESSION, delete_cookie, set_cookie
from starter.web.security.noted import Security, noted, noted_of
from starter.web.security.rates import Tried, too_often
from starter.web.services import services
from starter.web.visitor import visitor, visitor_or_none
from store.keys import token_hash

_STATUS = {ProviderUnreachable: 503, TooWeak: 403}


async def _begin(request: Request) -> Response:
    """Send somebody to the provider."""
    back = own_path(request.query_params.get("terug", "/"))
    if visitor_or_none(request):
        return RedirectResponse(back, 303)
    if refused := await too_often(request, Tried.LOGIN):
        return refused
    if elsewhere := _elsewhere(request):
        return RedirectResponse(elsewhere, 303)
    attempt = Attempt(back=back)
    try:
        response = RedirectResponse(await services(request).login.address(attempt), 303)
    except LoginError as error:
        return problem(request, error.code, 503)
    sealed = attempt.sealed(services(request).store.keys)
    set_cookie(response, LOGIN, sealed, max_age=int(LASTS.total_seconds()))
    return response


def _elsewhere(request: Request) -> str | None:
    """The same page at the address that the provider sends people back to.

    Who tries this on their own machine may say ``localhost``, whose cookies are not those of ``127.0.0.1``. In
    production the proxy knows by which name people come.
    """
    settings = services(request).settings
    here = f"{request.url.scheme}://{request.url.netloc}"
    if not settings.local or settings.public_url.startswith(here):
        return None
    return f"{settings.public_url}{request.url.path}?{request.url.query}"


async def _return(request: Request) -> Response:
    """Let in who the provider sends back."""
    if refused := await too_often(request, Tried.LOGIN):
        return refused
    attempt = Attempt.opened(request.cookies.get(LOGIN, ""), services(request).store.keys)
    response = await _let_in(request, attempt) if attempt else problem(request, "login_failed", 400)
    delete_cookie(response, LOGIN)
    return response


async def _let_in(request: Request, attempt: Attempt) -> Response:
    asked = request.query_params
    code = asked.get("code", "")
    if not code or not attempt.is_answered_by(asked.get("state", "")):
        return problem(request, "login_failed", 400)
    try:
        sitting = await services(request).login.finish(attempt, code, asked.get("iss"))
    except NoAccess as error:
        return problem(request, error.code, 403)
    except LoginError as error:
        return problem(request, error.code, _STATUS.get(type(error), 400))
    response = RedirectResponse(attempt.back, 303)
    set_cookie(response, SESSION, await _seat(request, sitting))
    noted_of(Security.LOGGED_IN, sitting.actor)
    return response


async def _seat(request: Request, sitting: Sitting) -> str:
    """Begin a session with a key of its own; the one of before is over, whoever's it was."""
    store = services(request).store
    if before := request.cookies.get(SESSION):
        await store.end_session(token_hash(before).hex())
    await store.staff_id(sitting.organisation, sitting.user)
    return await store.begin_session(sitting.subject, sitting.model_dump_json())


async def _leave(request: Request) -> Response:
    """End the session here, then at the provider."""
    here, me = services(request), visitor(request)
    await here.store.end_session(me.session)
    noted(Security.LOGGED_OUT, me)
    request.state.visitor = None
    try:
        there = await here.login.provider.end_session_url(here.login.logged_out_uri)
    except LoginError:
        there = None
    response = page(request, "logged_out.html", there=there)
    delete_cookie(response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    if there:
        # Not a redirect: a form of ours may lead to our own pages only, also by way of redirects.
        response.headers["Refresh"] = f"0; url={there}"
    return response


async def _left(request: Request) -> Response:
    return page(request, "logged_out.html", there=None)


routes: list[BaseRoute] = [
    Route("/inloggen", _begin),
    Route("/inloggen/terug", _return),
    Route("/uitloggen", _leave, methods=["POST"]),
    Route("/uitgelogd", _left),
]
