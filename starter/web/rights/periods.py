"""How long files are kept: what comes, what was done, and when pupils left."""

from __future__ import annotations

from datetime import UTC, date, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.calendar import local_day
from protocol.keeping import DEFAULT_KEEPING
from protocol.retention import Due, due, months_after, tells_departure
from starter import standing
from starter.web.form import Form, form, typed
from starter.web.page import page, texts
from starter.web.rights.asked import officer
from starter.web.services import services
from store import AccessEntry

_AHEAD = 3
"""Months that the preview looks ahead."""
_MOST = 200
_SHOWN = 50


async def show(request: Request) -> Response:
    """The preview, the record and the rules."""
    return await _page(request, typed(request))


async def depart(request: Request) -> Response:
    """Note when a pupil left the school."""
    me, here, sent, t = officer(request), services(request), form(request), texts(request)
    found = await standing.find(here.store, sent.text("zaak"))
    day = _day(sent.text("left_on"))
    errors = {} if found and tells_departure(found.case, me.staff) else {"zaak": t("rights.no_such_case")}
    if day is None or day > datetime.now(UTC).date():
        errors["left_on"] = t("rights.wrong_left_on")
    if errors or found is None or day is None:
        return await _page(request, sent, errors, 422)
    await here.store.told_departure(found.case.id, day, me.staff)
    return RedirectResponse("/rechten/bewaartermijnen?gedaan=ja", 303)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _page(request: Request, values: Form, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    me, here = officer(request), services(request)
    await here.store.log_access(AccessEntry(actor=me.staff, what="retention preview", purpose="retention"))
    policy = await here.store.policy(here.region)
    today = local_day(policy.calendar, datetime.now(UTC))
    coming = await _coming(request, months_after(today, _AHEAD))
    return page(
        request, "rights/periods.html", status,
        today=today, coming=coming[:_MOST], more=max(0, len(coming) - _MOST),
        done=await here.store.retention_log(here.region, limit=_SHOWN),
        rules={**DEFAULT_KEEPING, **policy.retention}, stay=policy.longest_stay,
        values=values, errors=errors or {}, typed=typed(request), noted=request.query_params.get("gedaan") == "ja",
    )  # fmt: skip


async def _coming(request: Request, until: date) -> list[Due]:
    """What is due by then, the first on top."""
    here = services(request)
    policy = await here.store.policy(here.region)
    found = [step async for part in here.store.held_parts(policy, until) for step in due(part, policy, until)]
    return sorted(found, key=lambda step: (step.due_on, step.case_id))
