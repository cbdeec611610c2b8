"""A partner answers whether it takes part, once and without logging in (step 5)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.decide import asks_why
from protocol.events import PartnerAnswered, Recorded
from protocol.messages import AnswerPartnerRequest, name_of
from protocol.vocabulary import PartnerAnswer
from starter.pictures import holds_picture
from starter.web.form import Form, form
from starter.web.links.holder import Holder
from starter.web.links.telling import Saying, message_id, result, tell
from starter.web.page import link_token, page, texts
from starter.web.services import services

_MESSAGE = name_of(AnswerPartnerRequest)


async def show(request: Request, holder: Holder) -> Response:
    """The question, or what this organisation answered to it."""
    if _asked(request, holder):
        return _ask(request, holder, Form(), {})
    return page(request, "links/partner_answered.html", holder=holder, answered=await _answered(request, holder))


def _asked(request: Request, holder: Holder) -> bool:
    """Whether the question is open, and this link was not used for an earlier one."""
    used_for = holder.link.used_for
    return _MESSAGE in holder.may and used_for in {None, _id(request, holder)}


def _id(request: Request, holder: Holder) -> str:
    partner = holder.case.partner(holder.link.party)
    return message_id(services(request).store.keys, holder, "partner", str(partner.since if partner else 0))


def _ask(request: Request, holder: Holder, sent: Form, errors: dict[str, str]) -> Response:
    partner = holder.case.partner(holder.link.party)
    shown = {
        "holder": holder,
        "asker": holder.name(partner.engaged_by if partner else holder.case.coordinator),
        "values": sent,
        "errors": errors,
        "csrf_token": link_token(request, holder.token),
    }
    return page(request, "links/partner.html", 422 if errors else 200, **shown)


async def _answered(request: Request, holder: Holder) -> Recorded | None:
    """The answer that this link gave; for a link that was not used, the last one of the organisation."""
    rows = [row.recorded for row in await services(request).store.journal(holder.case.id)]
    answers = [
        row
        for row in rows
        if isinstance(row.event, PartnerAnswered)
        and row.event.organisation == holder.link.party
        and holder.link.used_for in {None, row.message_id}
    ]
    return answers[-1] if answers else None


async def answer(request: Request, holder: Holder) -> Response:
    """Take the answer; of several that come at once, one counts."""
    sent = form(request)
    errors = _errors(request, sent)
    if errors:
        return _ask(request, holder, sent, errors)
    id_ = _id(request, holder)
    if not await services(request).store.use_link(holder.token, id_):
        return await _said_before(request, holder, sent)
    said = Saying(_MESSAGE, {"answer": sent.text("answer")}, id_, sent.text("note") or None)
    return await tell(request, holder, said, holder.address)


async def _said_before(request: Request, holder: Holder, sent: Form) -> Response:
    """Who sends the same answer again is led to it; another one comes too late."""
    given = await _answered(request, holder)
    if given and isinstance(given.event, PartnerAnswered) and given.event.answer == sent.text("answer"):
        return RedirectResponse(holder.address, 303)
    return result(request, holder, "too_late", 409)


def _errors(request: Request, sent: Form) -> dict[str, str]:
    t = texts(request)
    if sent.text("answer") not in set(PartnerAnswer):
        return {"answer": t("link.partner.missing")}
    if holds_picture(sent.text("note")):
        return {"note": t("intake.wrong_picture")}
    if not sent.text("note") and asks_why(AnswerPartnerRequest(answer=PartnerAnswer(sent.text("answer")))):
        return {"note": t("link.partner.reason_missing")}
    return {}
