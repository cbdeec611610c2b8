"""Who looked at what, when and why."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from starter.standing import CASE_ID
from starter.web.case.names import Names
from starter.web.page import page, texts
from starter.web.privacy.choice import Choice, after, cursor
from starter.web.privacy.who import officer
from starter.web.privacy.wording import worded
from starter.web.services import services
from store import AccessCursor, AccessEntry, AccessEvent, AccessFilter, AccessRow

PAGE = 50
PURPOSE = "oversight"


async def everything(request: Request) -> Response:
    """Looks, the latest first, a page at a time. This is a look itself, and so the next one's first row."""
    me, here, t = officer(request), services(request), texts(request)
    choice = Choice.of(request)
    wanted = choice.filter
    case = wanted.case_id if wanted.case_id and CASE_ID.fullmatch(wanted.case_id) else None
    look = AccessEntry(
        actor=me.staff,
        case_id=case,
        what=f"access_log {choice.words}".strip(),
        purpose=PURPOSE,
        event=AccessEvent.SEARCH,
    )
    rows = await here.store.accesses(wanted, look, limit=PAGE + 1, after=cursor(request))
    organisations = {row.id: row.name for row in await here.store.organisations(here.region)}
    names = Names(t, organisations)
    return page(
        request, "privacy/list.html",
        lines=[worded(row, t, names) for row in rows[:PAGE]], staff=await here.store.staff_names(_users(rows)),
        choice=choice, filtered=wanted != AccessFilter(), organisations=sorted(organisations.items(), key=lambda one: one[1]),
        events=[(event.value, t(f"privacy.event.{event}")) for event in AccessEvent],
        next=choice.address(na=after(_cursor(rows[PAGE - 1]))) if len(rows) > PAGE else None,
        begun="na" in request.query_params,
    )  # fmt: skip


def _users(rows: tuple[AccessRow, ...]) -> list[str]:
    """Everybody who is named in these rows, by pseudonym."""
    return sorted({user for row in rows for user in (row.user_id, row.on_behalf, row.os_user) if user})


def _cursor(row: AccessRow) -> AccessCursor:
    return AccessCursor(row.written_at, row.scope, row.number)
