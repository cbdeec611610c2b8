"""How long files are kept: what comes, what was done, and when pupils left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.calendar import local_day
from protocol.keeping import DEFAULT_KEEPING, STAY, Keep, limits
from protocol.policy import Policy
from protocol.retention import (
    Act,
    Due,
    HoldGround,
    due,
    kept_by,
    longest_stay,
    months_after,
    places_holds,
    tells_departure,
)
from starter import standing
from starter.web.form import Form, form, typed, whole
from starter.web.page import page, texts
from starter.web.rights.asked import officer
from starter.web.services import services
from store import AccessEntry, PolicyVersionTaken

_AHEAD = 3
"""Months that the preview looks ahead."""
_MOST = 200
_SHOWN = 50
_AGREED = "gewist"
"""How many parts the officer was told that will be destroyed tonight, when they saved a second time."""
_NOTED = {"ja": "rights.left_noted", "vast": "rights.hold_noted", "termijnen": "rights.terms_noted"}


async def show(request: Request) -> Response:
    """The preview, the record and the rules."""
    return await _page(request, typed(request))


async def depart(request: Request) -> Response:
    """Note when a pupil left the school."""
    me, here, sent, t = officer(request), services(request), form(request), texts(request)
    found = await standing.find(here.store, sent.text("zaak"))
    day = read_day(sent.text("left_on"))
    errors = {} if found and tells_departure(found.case, me.staff) else {"zaak": t("rights.no_such_case")}
    if day is None or day > datetime.now(UTC).date():
        errors["left_on"] = t("rights.wrong_left_on")
    if errors or found is None or day is None:
        return await _page(request, sent, errors, 422)
    await here.store.told_departure(found.case.id, day, me.staff)
    return RedirectResponse("/rechten/bewaartermijnen?gedaan=ja", 303)


async def with_errors(request: Request, values: Form, errors: dict[str, str]) -> Response:
    """The page again, with what is wrong beside it."""
    return await _page(request, values, errors, 422)


async def ask(request: Request) -> Response:
    """The region's periods, to change."""
    officer(request)
    policy = await _policy(request)
    return _terms(request, policy, typed(request) or _as_typed(policy))


async def change(request: Request) -> Response:
    """Save the periods as a new version of the region's settings, when what it destroys was seen; they count at once."""
    me, here, sent, t = officer(request), services(request), form(request), texts(request)
    policy = await _policy(request)
    if sent.text("version") != str(policy.version):
        return _terms(request, policy, sent, {}, t("directory.changed_meanwhile"), 409)
    read = {name: _months(name, sent.text(name)) for name in (*DEFAULT_KEEPING, STAY)}
    errors = {
        name: t("directory.wrong_number", **limits(name)._asdict()) for name, found in read.items() if found is None
    }
    if errors or "terug" in sent or not places_holds(me.staff):
        return _terms(request, policy, sent, errors, status=422 if errors else 200)
    changed = _changed(policy, {name: found or 0 for name, found in read.items()})
    gone, agreed = await _gone_tonight(request, changed), whole(sent.text(_AGREED))
    if agreed is None or gone > agreed:
        return await _sure(request, policy, changed, gone)
    try:
        await here.store.change_policy(me.actor, changed)
    except PolicyVersionTaken:
        return _terms(request, policy, sent, {}, t("directory.changed_meanwhile"), 409)
    return RedirectResponse("/rechten/bewaartermijnen?gedaan=termijnen", 303)


async def _policy(request: Request) -> Policy:
    here = services(request)
    return await here.store.policy(here.region)


def _kept(policy: Policy) -> dict[str, Keep]:
    return {name: kept_by(policy, name) for name in DEFAULT_KEEPING}


def _changed(policy: Policy, months: dict[str, int]) -> Policy:
    """The next version; what is as the default is left out of it."""
    kept = {name: keep.model_copy(update={"months": months[name]}) for name, keep in _kept(policy).items()}
    others = {name: keep for name, keep in kept.items() if keep != DEFAULT_KEEPING.get(name)}
    return policy.model_copy(update={"version": policy.version + 1, "retention": others, STAY: months[STAY]})


def _months(name: str, typed_in: str) -> int | None:
    found, (least, most) = whole(typed_in), limits(name)
    return found if found is not None and least <= found <= most else None


def _as_typed(policy: Policy) -> Form:
    pairs = [(name, str(months)) for name, months in _in_months(policy).items()]
    return Form(tuple(pairs))


def _in_months(policy: Policy) -> dict[str, int]:
    return {**{name: keep.months for name, keep in _kept(policy).items()}, STAY: longest_stay(policy)}


async def _gone_tonight(request: Request, policy: Policy) -> int:
    """How many parts the next round would destroy under these settings: it may be tomorrow's by then."""
    tonight = local_day(policy.calendar, datetime.now(UTC)) + timedelta(days=1)
    coming = await _coming(request, tonight, policy)
    return sum(1 for step in coming if step.act is Act.DESTROY and step.hold is None)


async def _sure(request: Request, policy: Policy, changed: Policy, gone: int) -> Response:
    """Ask once more, with what would be destroyed."""
    before, after = _in_months(policy), _in_months(changed)
    return page(
        request, "rights/terms_sure.html",
        version=policy.version, values=after, gone=gone, gone_now=await _gone_tonight(request, policy),
        differ=[(name, before[name], months) for name, months in after.items() if before[name] != months],
    )  # fmt: skip


def _terms(  # noqa: PLR0913, PLR0917  # one for each part of what stands on it
    request: Request,
    policy: Policy,
    values: Form,
    errors: dict[str, str] | None = None,
    sentence: str = "",
    status: int = 200,
) -> Response:
    return page(
        request, "rights/terms.html", status,
        version=policy.version, rules=_kept(policy), values=values, errors=errors or {}, sentence=sentence,
        limits={name: limits(name) for name in (*DEFAULT_KEEPING, STAY)}, typed=typed(request),
    )  # fmt: skip


def read_day(text: str) -> date | None:
    """A day as browsers send it; nothing when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _page(request: Request, values: Form, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    me, here = officer(request), services(request)
    await here.store.log_access(AccessEntry(actor=me.staff, what="retention preview", purpose="retention"))
    policy = await here.store.policy(here.region)
    today = local_day(policy.calendar, datetime.now(UTC))
    coming = await _coming(request, months_after(today, _AHEAD), policy)
    return page(
        request, "rights/periods.html", status,
        today=today, coming=coming[:_MOST], more=max(0, len(coming) - _MOST),
        done=await here.store.retention_log(here.region, limit=_SHOWN),
        rules=_kept(policy), stay=longest_stay(policy),
        values=values, errors=errors or {}, typed=typed(request), noted=_NOTED.get(request.query_params.get("gedaan", "")),
        holds=await here.store.holds(here.region), hold_grounds=[(ground.value, texts(request).word(ground)) for ground in HoldGround],
    )  # fmt: skip


async def _coming(request: Request, until: date, policy: Policy) -> list[Due]:
    """What is due by then under these settings, the first on top."""
    found = [
        step async for part in services(request).store.held_parts(policy, until) for step in due(part, policy, until)
    ]
    return sorted(found, key=lambda step: (step.due_on, step.case_id))
