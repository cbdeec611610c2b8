"""What waits for a second reviewer, and deciding on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.access import sees
from protocol.accounting import Ground
from protocol.refusals import RefusalCode, Refused
from starter import standing
from starter.errors import BadInput, NotReachable, TakenNotCarriedOut
from starter.pictures import holds_picture
from starter.web.case.names import Names
from starter.web.form import form, typed
from starter.web.page import page, texts
from starter.web.review.effects import Effects, Scene, effects
from starter.web.review.proposing import REVIEWER, laid_before, reads, visible, waits_for
from starter.web.security.noted import Security, noted
from starter.web.services import services
from starter.web.texts import Texts
from starter.web.visitor import Visitor, visitor
from store import AccessEntry, AccessEvent, OpenedReview, Outcome, Proposed, ReviewRow, ReviewState, Store

_PURPOSE = "second review"


@dataclass(frozen=True)
class Opened:
    """A review that a page is about."""

    review: OpenedReview
    scene: Scene
    readable: bool
    """False where nothing of it was opened: the visitor's organisation reads no notes of the case now."""

    @property
    def row(self) -> ReviewRow:
        """What is known of it without opening it."""
        return self.review.row


async def everything(request: Request) -> Response:
    """What waits for the visitor, and what became of what they asked."""
    me, t = visitor(request), texts(request)
    look = AccessEntry(actor=me.staff, what="list of reviews", purpose=_PURPOSE, event=AccessEvent.SEARCH)
    await services(request).store.log_access(look)
    rows = await visible(services(request), me)
    asked = [row for row in rows if row.asker_id == me.staff.user]
    return page(
        request, "review/list.html",
        waiting=[row for row in rows if waits_for(me, row)], asked=asked, names=await _names(request, rows),
        said={row.review_id: _said(row, t) for row in asked}, t=t,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One review: what is proposed, and what it will lead to."""
    return _page(request, await _opened(request))


async def decide(request: Request) -> Response:
    """Confirm, decline, or take back what one asked."""
    opened, sent = await _opened(request), form(request)
    row, mine = opened.row, opened.row.asker_id == visitor(request).staff.user
    if sent.text("besluit") == "intrekken" and mine:
        await services(request).store.withdraw_review(row)
        return _again(row)
    if not opened.readable:
        return _page(request, opened, status=409)
    if mine or not waits_for(visitor(request), row):
        return _page(request, opened, texts(request)("review.decided_already"), status=409)
    if sent.text("besluit") == "bevestigen":
        return await _confirm(request, opened)
    return await _decline(request, opened)


async def _decline(request: Request, opened: Opened) -> Response:
    t, reason = texts(request), form(request).text("reason")
    if not reason or holds_picture(reason):
        wrong = t("intake.wrong_picture" if reason else "review.reason_missing")
        return _page(request, opened, errors={"reason": wrong}, status=422)
    me = visitor(request)
    await services(request).store.decline_review(opened.row, me.staff.user or "", reason)
    return _again(opened.row)


async def _confirm(request: Request, opened: Opened) -> Response:
    """Tell the case, in the asker's name and with the visitor as second reviewer."""
    store, row, me = services(request).store, opened.row, visitor(request)
    user, proposed = me.staff.user or "", opened.review.proposed
    if proposed is None or not await store.claim_review(row.review_id, user):
        return _page(request, await _opened(request), texts(request)("review.decided_already"), status=409)
    try:
        await _tell(request, row, proposed)
    except Refused as refused:
        noted(Security.REFUSED, me, refused.code)
        await store.settle_review(row.review_id, user, refused.code)
        return _again(row)
    except BadInput as wrong:
        return _page(request, opened, wrong.text, status=409)
    except NotReachable:
        return _page(request, opened, texts(request)("review.not_sent"), status=503)
    except TakenNotCarriedOut:
        pass
    await store.settle_review(row.review_id, user)
    return _again(row)


async def _tell(request: Request, row: ReviewRow, proposed: Proposed) -> None:
    fields = {**proposed.fields, REVIEWER: visitor(request).actor.user}
    cases = services(request).cases
    await cases.tell(row.case_id, row.name, fields, proposed.asker, proposed.note, row.message_id)


async def _opened(request: Request) -> Opened:
    """Open the review of the address; the look is logged.

    Raises:
        HTTPException: 404: there is none for this visitor, or its case does not exist for them.
    """
    store, me = services(request).store, visitor(request)
    wanted = cast("str", request.path_params["review"])
    row = next((row for row in await laid_before(services(request), me) if row.review_id == wanted), None)
    if row is None:
        raise HTTPException(404)
    found = await standing.find(store, row.case_id)
    readable = found is not None and await reads(store, found, me, row)
    review = await _review(store, row, me, readable=readable)
    if found is None or review is None or not sees(found.case, me.staff):
        raise HTTPException(404)
    directory = await standing.directory(store, services(request).region)
    names = await _names(request, (row,))
    return Opened(review, Scene(found, directory, store.keys, names, texts(request)), readable)


async def _review(store: Store, row: ReviewRow, me: Visitor, *, readable: bool) -> OpenedReview | None:
    """Open it, or leave it closed; both leave a row."""
    look = AccessEntry(actor=me.staff, case_id=row.case_id, what=f"review {row.review_id}", purpose=_PURPOSE)
    if readable:
        return await store.review(row.review_id, look)
    await store.log_access(look.model_copy(update={"outcome": Outcome.REFUSED, "basis": Ground.NONE}))
    return OpenedReview(row, None, None)


async def _names(request: Request, rows: tuple[ReviewRow, ...]) -> Names:
    here = services(request)
    users = {user for row in rows for user in (row.asker_id, row.decided_by) if user}
    staff = await here.store.staff_names(sorted(users))
    organisations = {row.id: row.name for row in await here.store.organisations(here.region)}
    return Names(texts(request), organisations, None, staff)


def _said(row: ReviewRow, t: Texts) -> str:
    """Why the protocol refused it."""
    return t.refusal(RefusalCode(row.refusal)) if row.refusal else ""


def _again(row: ReviewRow) -> Response:
    return RedirectResponse(f"/beoordelingen/{row.review_id}", 303)


def _effects(request: Request, opened: Opened) -> Effects | None:
    proposed = opened.review.proposed
    if proposed is None:
        return None
    me = visitor(request)
    reviewer = me.actor.user if opened.row.asker_id != me.staff.user else None
    return effects(opened.scene, opened.row, proposed, reviewer)


def _page(
    request: Request, opened: Opened, sentence: str = "", *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    me, row = visitor(request), opened.row
    return page(
        request, "review/show.html", status,
        review=opened.review, row=row, readable=opened.readable, names=opened.scene.names, effects=_effects(request, opened), sentence=sentence,
        errors=errors or {}, typed=typed(request), values=form(request) or typed(request), refused=_said(row, texts(request)),
        mine=row.asker_id == me.staff.user, decides=waits_for(me, row), waiting=row.state is ReviewState.WAITING,
    )  # fmt: skip
