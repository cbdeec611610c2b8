"""Pages behind one-time links: no login, one question, and nothing that a mail scanner could set off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protocol.notices import LinkPurpose
from starter.web.links import code, consent, hand_over, partner
from starter.web.links.holder import Holder, holder
from starter.web.links.telling import closed
from starter.web.security.rates import Tried, too_often

Page = Callable[[Request, Holder], Awaitable[Response]]
_CONSENT, _PARTNER, _HAND_OVER = LinkPurpose.CONSENT, LinkPurpose.PARTNER_ANSWER, LinkPurpose.HAND_OVER


def _behind(
    pages: Mapping[LinkPurpose, Page], stopped: Callable[[Request, Holder], Awaitable[Response | None]] = code.stopped
) -> Callable[[Request], Awaitable[Response]]:
    """Lead the holder of a link to the page that is meant for it; everybody else to one that is the same for all."""

    async def found(request: Request) -> Response:
        if refused := await too_often(request, Tried.LINK, f"link {request.path_params['token']}"):
            return refused
        somebody = await holder(request)
        shown = pages.get(somebody.link.purpose) if somebody else None
        if not shown or not somebody:
            return closed(request)
        return await stopped(request, somebody) or await shown(request, somebody)

    return found


def _at_the_door(page: Page) -> Callable[[Request], Awaitable[Response]]:
    """A page where the code is asked or given, which no code stands before."""
    return _behind(dict.fromkeys(LinkPurpose, page), _open)


async def _open(_request: Request, _holder: Holder) -> None:
    return None


async def _nowhere(request: Request) -> Response:
    return await too_often(request, Tried.LINK) or closed(request)


routes: list[BaseRoute] = [
    Route("/k/{token}", _behind({_CONSENT: consent.show, _PARTNER: partner.show, _HAND_OVER: hand_over.show})),
    Route(
        "/k/{token}",
        _behind({_CONSENT: consent.answer, _PARTNER: partner.answer, _HAND_OVER: hand_over.opens}),
        methods=["POST"],
    ),
    Route("/k/{token}/code", _at_the_door(code.show)),
    Route("/k/{token}/code", _at_the_door(code.give), methods=["POST"]),
    Route("/k/{token}/code/sturen", _at_the_door(code.ask), methods=["POST"]),
    Route("/k/{token}/kiezen", _behind({_CONSENT: consent.choose})),
    Route("/k/{token}/kiezen", _behind({_CONSENT: consent.answer_one}), methods=["POST"]),
    Route("/k/{token}/stoppen", _behind({_CONSENT: consent.stop})),
    Route("/k/{token}/stoppen", _behind({_CONSENT: consent.stopped}), methods=["POST"]),
    Route("/k/{token}/overdracht", _behind({_HAND_OVER: hand_over.read})),
    Route("/k/{token}/overdracht.pdf", _behind({_HAND_OVER: hand_over.download})),
    Route("/k/{rest:path}", _nowhere, methods=["GET", "POST"]),
]
