"""Who looked at what, when and why."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from starter.web.case.names import Names
from starter.web.form import form, typed
from starter.web.page import page, texts
from starter.web.privacy.choice import NO_CASE, Choice, after, cursor
from starter.web.privacy.who import officer
from starter.web.privacy.wording import worded
from starter.web.services import services
from store import AccessCursor, AccessEntry, AccessEvent, AccessFilter, AccessRow

PAGE = 50
PURPOSE = "oversight"


async def everything(request: Request) -> Response:
    """Looks, the latest first, a page at a time. This is a look itself, and so the next one's first row."""
    officer(request)
    return await _shown(request, await Choice.of(request, request.query_params))


async def search(request: Request) -> Response:
    """Lead to the looks that were asked for. No address holds what was typed where there is no such case."""
    officer(request)
    sent = form(request)
    choice = await Choice.of(request, dict(sent))
    if choice.zaak == NO_CASE:
        return await _shown(request, choice, sent.text("zaak"), 422)
    return RedirectResponse(choice.address(), 303)


async def _shown(request: Request, choice: Choice, searched: str | None = None, status: int = 200) -> Response:
    me, here, t = officer(request), services(request), texts(request)
    wanted = choice.filter
    look = AccessEntry(
        actor=me.staff,
        case_id=choice.case,
        what=f"access_log {choice.words}".strip(),
        purpose=PURPOSE,
        event=AccessEvent.SEARCH,
    )
    rows = await here.store.accesses(wanted, look, limit=PAGE + 1, after=cursor(request))
    organisations = {row.id: row.name for row in await here.store.organisations(here.region)}
    names = Names(t, organisations)
    return page(
        request, "privacy/list.html", status,
        lines=[worded(row, t, names) for row in rows[:PAGE]], staff=await here.store.staff_names(_users(rows)),
        choice=choice, filtered=wanted != AccessFilter(), organisations=sorted(organisations.items(), key=lambda one: one[1]),
        events=[(event.value, t(f"privacy.event.{event}")) for event in AccessEvent],
        next=choice.address(na=after(_cursor(rows[PAGE - 1]))) if len(rows) > PAGE else None,
        searched=searched, case=searched or choice.case or typed(request).text("zaak"), begun="na" in request.query_params,
    )  # fmt: skip


def _users(rows: tuple[AccessRow, ...]) -> list[str]:
    """Everybody who is named in these rows, by pseudonym."""
    return sorted({user for row in rows for user in (row.user_id, row.on_behalf, row.os_user) if user})


def _cursor(row: AccessRow) -> AccessCursor:
    return AccessCursor(row.written_at, row.scope, row.number)
