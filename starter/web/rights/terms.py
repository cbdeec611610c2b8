"""The region's periods as a form: saved they count at once, when what goes by them was seen."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.calendar import local_day
from protocol.keeping import DEFAULT_KEEPING, STAY, Part, limits
from protocol.policy import Policy
from protocol.retention import destroyed_by, longest_stay, next_round, places_holds
from protocol.vocabulary import OutcomeKind
from starter.web.form import Form, Shown, form, typed, whole
from starter.web.page import page, texts
from starter.web.rights import sure
from starter.web.rights.asked import officer
from starter.web.rights.periods import kept, region_policy
from starter.web.services import services
from starter.web.texts import Texts
from store import PolicyVersionTaken


async def show(request: Request) -> Response:
    """The region's periods, to change."""
    officer(request)
    policy = await region_policy(request)
    return _page(request, policy, Shown(typed(request) or _as_typed(policy)))


async def change(request: Request) -> Response:
    """Save the periods as a new version of the region's settings, when what it destroys was seen; they count at once."""
    me, here, sent, t = officer(request), services(request), form(request), texts(request)
    policy = await region_policy(request)
    meanwhile = Shown(sent, sentence=t("directory.changed_meanwhile"), status=409)
    if sent.text("version") != str(policy.version):
        return _page(request, policy, meanwhile)
    read = {name: _months(name, sent.text(name)) for name in (*DEFAULT_KEEPING, STAY)}
    errors = {
        name: t("directory.wrong_number", **limits(name)._asdict()) for name, found in read.items() if found is None
    }
    if errors or sure.BACK in sent or not places_holds(me.staff):
        return _page(request, policy, Shown(sent, errors, status=422 if errors else 200))
    changed = _changed(policy, {name: found or 0 for name, found in read.items()})
    gone = await _gone_tonight(request, changed)
    if not sure.agreed(sent, gone):
        return await _ask(request, policy, changed, gone)
    try:
        await here.store.change_policy(me.actor, changed)
    except PolicyVersionTaken:
        return _page(request, policy, meanwhile)
    return RedirectResponse("/rechten/bewaartermijnen?gedaan=termijnen", 303)


def _changed(policy: Policy, months: dict[str, int]) -> Policy:
    """The next version; what is as the default is left out of it."""
    periods = {name: keep.model_copy(update={"months": months[name]}) for name, keep in kept(policy).items()}
    others = {name: keep for name, keep in periods.items() if keep != DEFAULT_KEEPING.get(name)}
    return policy.model_copy(update={"version": policy.version + 1, "retention": others, STAY: months[STAY]})


def _months(name: str, typed_in: str) -> int | None:
    found, (least, most) = whole(typed_in), limits(name)
    return found if found is not None and least <= found <= most else None


def _as_typed(policy: Policy) -> Form:
    return Form(tuple((name, str(months)) for name, months in _in_months(policy).items()))


def _in_months(policy: Policy) -> dict[str, int]:
    return {**{name: keep.months for name, keep in kept(policy).items()}, STAY: longest_stay(policy)}


async def _gone_tonight(request: Request, policy: Policy) -> int:
    """How many parts the coming round would destroy under these settings."""
    day = next_round(local_day(policy.calendar, datetime.now(UTC)))
    parts = services(request).store.held_parts(policy, day)
    return sum([len(destroyed_by((part,), policy, day)) async for part in parts])


async def _ask(request: Request, policy: Policy, changed: Policy, gone: int) -> Response:
    """Ask once more, with what would be destroyed."""
    t, before, after = texts(request), _in_months(policy), _in_months(changed)
    now = await _gone_tonight(request, policy)
    lines = tuple(
        t("rights.sure_change", rule=_rule(t, name), before=before[name], after=months)
        for name, months in after.items() if before[name] != months
    )  # fmt: skip
    question = sure.Question(
        title=t("rights.sure"), warning=(t("rights.sure_gone", number=gone), t("rights.sure_now", number=now)),
        text=t("rights.sure_text"), lines=lines or (t("rights.sure_nothing"),), action=request.url.path,
        fields=(("version", policy.version), *after.items()), yes=t("rights.sure_save"), no=t("rights.sure_back"),
    )  # fmt: skip
    return sure.ask(request, question, gone)


def _rule(t: Texts, name: str) -> str:
    if name == STAY:
        return t("rights.terms_stay")
    part, outcome = name.split(".")
    return f"{t.word(Part(part))}, {t.word(OutcomeKind(outcome))}"


def _page(request: Request, policy: Policy, shown: Shown) -> Response:
    return page(
        request, "rights/terms.html", shown.status,
        version=policy.version, rules=kept(policy), values=shown.values, errors=shown.errors, sentence=shown.sentence,
        limits={name: limits(name) for name in (*DEFAULT_KEEPING, STAY)}, typed=typed(request),
    )  # fmt: skip
