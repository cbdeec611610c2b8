"""Filling in a new signal: the first page, and a page for each sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.vocabulary import Signal
from starter.case_ids import case_id
from starter.web.form import Form, form, typed
from starter.web.intake import draft as drafts
from starter.web.intake.answers import Answers
from starter.web.intake.draft import Draft
from starter.web.intake.reading import intake
from starter.web.intake.screens import Screen, is_guardian, screen_of
from starter.web.page import page, texts
from starter.web.services import services
from starter.web.visitor import visitor
from store import PupilIntake

_START = "/zaken/nieuw"
_NOT_TYPED = ("csrf", "naar", "weg")
_TEMPLATES = {
    Screen.SIGNALS: "signals",
    Screen.PUPIL: "pupil",
    Screen.GUARDIANS: "guardians",
    Screen.STAFF: "staff",
    Screen.SEEN: "seen",
}
_TRIES = 5
_EMPTY = Draft("", Screen.SIGNALS, 0, {})


@dataclass(frozen=True)
class Opened:
    """A draft that a page is about."""

    draft: Draft
    answers: Answers


async def start(request: Request) -> Response:
    """What a new signal is, and the visitor's drafts."""
    here, me = services(request), visitor(request)
    await _answers(request, _EMPTY)
    found = await here.store.drafts(me.staff)
    lines = [(line, Screen(line.place)) for line in found]
    return page(request, "intake/start.html", lines=lines, gone="weg" in request.query_params)


async def begin(request: Request) -> Response:
    """Begin a draft."""
    await _answers(request, _EMPTY)
    draft_id = await drafts.begun(services(request), visitor(request))
    return RedirectResponse(address(draft_id, Screen.SIGNALS), 303)


async def show(request: Request) -> Response:
    """A sheet: what was typed before the session expired, or what the draft holds."""
    sheet = _sheet(request)
    found = await find(request)
    if isinstance(found, Response):
        return found
    values = typed(request) or found.draft.sheet(sheet)
    return _page(request, found, sheet, values)


async def keep(request: Request) -> Response:
    """Keep what was typed, right or wrong, and go on when nothing is wrong with it."""
    sheet = _sheet(request)
    for _ in range(_TRIES):
        found = await find(request)
        if isinstance(found, Response):
            return found
        changed = _changed(request, found.draft, sheet)
        if await drafts.kept(services(request), visitor(request), changed):
            return await _after(request, changed, sheet)
    raise HTTPException(409)


def _changed(request: Request, draft: Draft, sheet: str) -> Draft:
    if "weg" in form(request) and is_guardian(sheet):
        return draft.without_sheet(sheet)
    screen = screen_of(sheet) or Screen.SIGNALS
    return draft.with_sheet(sheet, form(request).without(*_NOT_TYPED), screen)


async def _after(request: Request, draft: Draft, sheet: str) -> Response:
    if "weg" in form(request):
        return RedirectResponse(address(draft.id, Screen.GUARDIANS), 303)
    answers = await _answers(request, draft)
    errors = answers.of(sheet)
    if errors:
        return _page(request, Opened(draft, answers), sheet, form(request), errors, status=422)
    if sheet == Screen.PUPIL and "toch" not in form(request) and await known_already(request, draft):
        return _page(request, Opened(draft, answers), sheet, form(request), known=True, status=409)
    return RedirectResponse(address(draft.id, _next(request, sheet)), 303)


def _next(request: Request, sheet: str) -> Screen:
    if is_guardian(sheet):
        return Screen.GUARDIANS
    return Screen.CHECK if form(request).text("naar") == Screen.CHECK else Screen(sheet).next


async def ask_to_discard(request: Request) -> Response:
    """Ask before a draft is thrown away."""
    found = await find(request)
    return found if isinstance(found, Response) else page(request, "intake/discard.html", draft=found.draft)


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    await services(request).store.drop_draft(visitor(request).staff, _draft_id(request))
    return RedirectResponse(f"{_START}?weg=ja", 303)


async def find(request: Request) -> Opened | Response:
    """Open the draft of the address; where it was sent already, lead to its case.

    Raises:
        HTTPException: 404: the visitor has no such draft.
        Refused: ``not_allowed``: the visitor opens no cases.
    """
    here, me, draft_id = services(request), visitor(request), _draft_id(request)
    draft = await drafts.opened(here, me, draft_id)
    if draft is not None:
        return Opened(draft, await _answers(request, draft))
    case = await case_of(request, draft_id)
    if case is None:
        raise HTTPException(404)
    return to_case(case, draft_id)


async def case_of(request: Request, draft_id: str) -> str | None:
    """The case that was opened from a draft of the visitor's school."""
    store = services(request).store
    case = case_id(store.keys.derive("case id"), visitor(request).actor.organisation or "", draft_id)
    return case if await store.message(case, draft_id) else None


def to_case(case: str, draft_id: str) -> Response:
    """Go to the case that was opened."""
    return RedirectResponse(f"/zaken/{case}?gedaan={draft_id}", 303)


async def known_already(request: Request, draft: Draft) -> bool:
    """Whether the visitor's school has an open case of the same pupil; which one is not told."""
    here, me = services(request), visitor(request)
    pupil = PupilIntake.model_validate(intake(draft)["pupil"])
    school = me.actor.organisation or ""
    return bool(await here.store.same_pupil(here.region, school, pupil.name, pupil.date_of_birth))


def address(draft_id: str, sheet: str) -> str:
    """Where a sheet is."""
    return f"{_START}/{draft_id}/{sheet}"


async def _answers(request: Request, draft: Draft) -> Answers:
    here = services(request)
    answers = Answers(draft, visitor(request).actor, await here.store.policy(here.region), texts(request))
    answers.may_open()
    return answers


def _draft_id(request: Request) -> str:
    return cast("str", request.path_params["draft"])


def _sheet(request: Request) -> str:
    sheet = cast("str", request.path_params["sheet"])
    if screen_of(sheet) in {None, Screen.CHECK}:
        raise HTTPException(404)
    return sheet


def _page(  # noqa: PLR0913  # one for each part of what stands on it
    request: Request,
    found: Opened,
    sheet: str,
    values: Form,
    errors: dict[str, str] | None = None,
    *,
    known: bool = False,
    status: int = 200,
) -> Response:
    screen = screen_of(sheet) or Screen.SIGNALS
    template = "guardian" if is_guardian(sheet) else _TEMPLATES[screen]
    back = request.query_params.get("naar") or form(request).text("naar")
    return page(
        request, f"intake/{template}.html", status,
        draft=found.draft, screen=screen, sheet=sheet, screens=len(Screen), values=values, errors=errors or {},
        known=known, typed=typed(request), back=Screen.CHECK if back == Screen.CHECK else "",
        signals=[(signal.value, texts(request).word(signal)) for signal in Signal],
        guardians=[(name, found.draft.sheet(name), found.answers.of(name)) for name in found.draft.guardians],
    )  # fmt: skip
