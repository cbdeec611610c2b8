"""How long files are kept: what comes, and what was done."""

from __future__ import annotations

from datetime import UTC, date, datetime

from starlette.requests import Request
from starlette.responses import Response

from protocol.calendar import local_day
from protocol.keeping import DEFAULT_KEEPING, Keep
from protocol.policy import Policy
from protocol.retention import Due, HoldGround, due, kept_by, longest_stay, months_after
from starter.web.form import Form, typed
from starter.web.page import page, texts
from starter.web.rights.asked import officer
from starter.web.services import services
from store import AccessEntry

_AHEAD = 3
"""Months that the preview looks ahead."""
_MOST = 200
_SHOWN = 50
_NOTED = {"ja": "rights.left_noted", "vast": "rights.hold_noted", "termijnen": "rights.terms_noted"}


async def show(request: Request) -> Response:
    """The preview, the record and the rules."""
    return await again(request, typed(request), {})


async def again(request: Request, values: Form, errors: dict[str, str]) -> Response:
    """The page with what was typed, and with what is wrong beside it."""
    me, here = officer(request), services(request)
    await here.store.log_access(AccessEntry(actor=me.staff, what="retention preview", purpose="retention"))
    policy = await region_policy(request)
    today = local_day(policy.calendar, datetime.now(UTC))
    coming = await _coming(request, months_after(today, _AHEAD), policy)
    return page(
        request, "rights/periods.html", 422 if errors else 200,
        today=today, coming=coming[:_MOST], more=max(0, len(coming) - _MOST),
        done=await here.store.retention_log(here.region, limit=_SHOWN),
        rules=kept(policy), stay=longest_stay(policy),
        values=values, errors=errors, typed=typed(request), noted=_NOTED.get(request.query_params.get("gedaan", "")),
        holds=await here.store.holds(here.region), hold_grounds=[(ground.value, texts(request).word(ground)) for ground in HoldGround],
    )  # fmt: skip


async def region_policy(request: Request) -> Policy:
    """The region's settings as they are now."""
    here = services(request)
    return await here.store.policy(here.region)


def kept(policy: Policy) -> dict[str, Keep]:
    """Every period that counts, by its rule."""
    return {name: kept_by(policy, name) for name in DEFAULT_KEEPING}


def read_day(text: str) -> date | None:
    """A day as browsers send it; nothing when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _coming(request: Request, until: date, policy: Policy) -> list[Due]:
    """What is due by then, the first on top."""
    found = [
        step async for part in services(request).store.held_parts(policy, until) for step in due(part, policy, until)
    ]
    return sorted(found, key=lambda step: (step.due_on, step.case_id))
