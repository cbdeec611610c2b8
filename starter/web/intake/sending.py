"""The last screen of a new signal: everything that was answered, and sending it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.refusals import RefusalCode, Refused
from protocol.vocabulary import Signal
from starter.errors import BadInput
from starter.web.intake import draft as drafts
from starter.web.intake.answers import screens_wrong
from starter.web.intake.draft import Draft
from starter.web.intake.pages import Opened, address, case_of, find, known_already, to_case
from starter.web.intake.reading import intake
from starter.web.intake.screens import Screen
from starter.web.page import page, texts
from starter.web.security.noted import Security, noted
from starter.web.services import services
from starter.web.texts import Texts
from starter.web.visitor import visitor

_SHOWN = {
    Screen.PUPIL: ("name", "date_of_birth", "email", "safe_contact", "second_contact"),
    Screen.GUARDIANS: ("name", "custody", "email", "safe_contact", "second_contact", "language"),
    Screen.STAFF: ("staff_involved",),
    Screen.SEEN: ("note", "incident"),
}


class Answered(NamedTuple):
    """One sheet as it was filled in."""

    title: str
    sheet: str
    rows: tuple[tuple[str, str], ...]
    wrong: tuple[str, ...]


async def check(request: Request) -> Response:
    """Everything that was answered, with what is missing."""
    found = await find(request)
    if isinstance(found, Response):
        return found
    reached = found.draft.with_sheet(Screen.CHECK, found.draft.sheet(Screen.CHECK), Screen.CHECK)
    await drafts.kept(services(request), visitor(request), reached)
    return await _page(request, Opened(reached, found.answers))


async def send(request: Request) -> Response:
    """Open the case; sent twice it is one case."""
    found = await find(request)
    if isinstance(found, Response):
        return found
    if screens_wrong(found.answers, found.draft):
        return await _page(request, found, status=422)
    here, me, draft = services(request), visitor(request), found.draft
    try:
        case = await here.cases.open(me.actor, intake(draft), draft.id)
    except BadInput as wrong:
        return await _page(request, found, wrong.text, status=422)
    except Refused as refused:
        noted(Security.REFUSED, me, refused.code)
        return await _refused(request, found, refused)
    await here.store.drop_draft(me.staff, draft.id)
    return to_case(case, draft.id)


async def _refused(request: Request, found: Opened, refused: Refused) -> Response:
    if refused.code is RefusalCode.MESSAGE_ID_REUSED and await case_of(request, found.draft.id):
        # It was sent before, and changed since: what counts is the case.
        await services(request).store.drop_draft(visitor(request).staff, found.draft.id)
        return RedirectResponse(address(found.draft.id, Screen.CHECK), 303)
    return await _page(request, found, texts(request).refusal(refused.code, refused.step), status=409)


async def _page(request: Request, found: Opened, sentence: str = "", *, status: int = 200) -> Response:
    wrong, draft = screens_wrong(found.answers, found.draft), found.draft
    known = Screen.PUPIL not in wrong and await known_already(request, draft)
    return page(
        request, "intake/check.html", status,
        draft=draft, screen=Screen.CHECK, screens=len(Screen), known=known, sentence=sentence, sent=status == 422,  # noqa: PLR2004
        sections=list(_sections(texts(request), draft, wrong)), wrong=wrong,
    )  # fmt: skip


def _sections(t: Texts, draft: Draft, wrong: dict[str, dict[str, str]]) -> Iterator[Answered]:
    for screen in Screen:
        if screen is Screen.CHECK:
            return
        if screen is Screen.GUARDIANS:
            yield from _guardians(t, draft, wrong)
            continue
        yield _answered(t, draft, wrong, screen, t(f"intake.title_{screen.name.lower()}"))


def _guardians(t: Texts, draft: Draft, wrong: dict[str, dict[str, str]]) -> Iterator[Answered]:
    said = tuple(wrong.get(Screen.GUARDIANS, {}).values())
    if said or not draft.guardians:
        rows = () if draft.guardians else ((t("intake.title_guardians"), t("intake.no_guardians")),)
        yield Answered(t("intake.title_guardians"), Screen.GUARDIANS, rows, said)
    for place, sheet in enumerate(draft.guardians, start=1):
        yield _answered(t, draft, wrong, sheet, t("intake.guardian", number=place))


def _answered(t: Texts, draft: Draft, wrong: dict[str, dict[str, str]], sheet: str, title: str) -> Answered:
    return Answered(title, sheet, tuple(_rows(t, draft, sheet)), tuple(wrong.get(sheet, {}).values()))


def _rows(t: Texts, draft: Draft, sheet: str) -> Iterator[tuple[str, str]]:
    form = draft.sheet(sheet)
    if sheet == Screen.SIGNALS:
        yield t("intake.signals"), ", ".join(t.word(signal) for signal in Signal if signal in form.all("signals"))
        return
    for name in _SHOWN[Screen(sheet) if sheet in tuple(Screen) else Screen.GUARDIANS]:
        value = form.text(name)
        if value:
            yield t(f"intake.{name}"), t(f"intake.{value}") if value in {"yes", "no"} else _said(t, name, value)


def _said(t: Texts, name: str, value: str) -> str:
    if name == "language":
        return t(f"intake.language_{value}") if f"intake.language_{value}" in t else value
    if name == "date_of_birth":
        with suppress(ValueError):  # not filled in rightly yet: as it was typed
            return t.date(date.fromisoformat(value))
    return value
