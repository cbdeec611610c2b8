"""The hand-over for parents: the document that goes back, to read, to print and to keep (step 7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.accounting import ground
from starter.web.links.holder import Holder
from starter.web.links.opened import OPENED
from starter.web.links.pdf import pdf
from starter.web.links.sheet import Document, Sheet, sheet
from starter.web.links.telling import closed
from starter.web.page import link_token, page, texts
from starter.web.services import services
from store import AccessEntry, AccessEvent, AccessPoint, Controller, KeyDestroyed

Shown = Callable[[Request, Holder, Sheet], Response]


async def show(request: Request, holder: Holder) -> Response:
    """A page without anything personal: only a person presses its button."""
    return page(request, "links/hand_over.html", holder=holder, csrf_token=link_token(request, holder.token))


async def opens(request: Request, holder: Holder) -> Response:
    """The button was pressed: what is behind the link can be read in this browser for a while."""
    answer = RedirectResponse(f"{holder.address}/overdracht", 303)
    OPENED.keep(request, answer, holder.token)
    return answer


def _for_who_opened(shown: Shown, event: AccessEvent) -> Callable[[Request, Holder], Awaitable[Response]]:
    async def read(request: Request, holder: Holder) -> Response:
        if not OPENED.holds(request, holder.token):
            return RedirectResponse(holder.address, 303)
        document = await _document(request, holder, event)
        if document is None:
            return closed(request)
        return shown(request, holder, sheet(document, holder.link.party, texts(request), holder.name))

    return read


async def _document(request: Request, holder: Holder, event: AccessEvent) -> Document | None:
    """Look into the file, which the access log remembers; nothing when it is erased."""
    link = holder.link
    look = AccessEntry(
        actor=holder.actor, case_id=link.case_id, what=f"hand_over {link.number}", purpose="hand_over link", event=event,
        access_point=AccessPoint.LINK, basis=ground(holder.case, holder.actor), at=holder.standing.now,
    )  # fmt: skip
    try:
        found = await services(request).store.hand_over(link.case_id, link.number, Controller.SCHOOL, look)
    except KeyDestroyed:
        return None
    return Document.model_validate_json(found) if found else None


def _on_screen(request: Request, holder: Holder, shown: Sheet) -> Response:
    return page(request, "links/sheet.html", sheet=shown, holder=holder)


def _as_file(request: Request, _holder: Holder, shown: Sheet) -> Response:
    name = texts(request)("link.hand_over.file")
    return Response(
        pdf(shown), media_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


read = _for_who_opened(_on_screen, AccessEvent.READ)
download = _for_who_opened(_as_file, AccessEvent.EXPORT)
