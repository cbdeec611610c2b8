"""One request: how it stands, and deciding on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.keeping import Part
from protocol.rights import GROUNDS, Extension, RefusalGround, RequestState, Right, answer_by
from starter.pictures import holds_picture
from starter.web.form import Form, form, typed
from starter.web.page import page, texts
from starter.web.rights.asked import Asked, asked
from starter.web.services import services
from starter.web.texts import Texts
from store import KeyDestroyed, Store

FIELDS = ("name", "email", "safe_contact", "second_contact", "language", "date_of_birth")
"""Of a person's data, what can be corrected."""
_LONGEST = 20_000

_Doing = Callable[[Store, Asked, Form], Awaitable[tuple[str, str] | None]]
"""Does what was chosen; returns the field that is wrong with the text that says so, or nothing."""


async def show(request: Request) -> Response:
    """What is asked, by when there is to be an answer, what stands in the way, and what was done."""
    return await _page(request, await asked(request), typed(request))


async def act(request: Request) -> Response:
    """Give more time, correct, grant, refuse, or note that it was taken back."""
    found, sent = await asked(request), form(request)
    doing = _DOING.get(sent.text("doen"))
    if found.row.state is not RequestState.OPEN or doing is None:
        return await _page(request, found, sent, {"doen": texts(request)("rights.decided_already")}, 409)
    try:
        wrong = _picture(sent) or await doing(services(request).store, found, sent)
    except KeyDestroyed:
        wrong = ("doen", "rights.erased_already")
    if wrong:
        name, text = wrong
        return await _page(request, found, sent, {name: texts(request)(text)}, 422)
    return RedirectResponse(f"/rechten/{found.row.request_id}", 303)


def _picture(sent: Form) -> tuple[str, str] | None:
    return next(((name, "intake.wrong_picture") for name, value in sent if holds_picture(value)), None)


async def _extend(store: Store, found: Asked, sent: Form) -> tuple[str, str] | None:
    why = sent.text("extension")
    if why not in set(Extension):
        return "extension", "case.choose_one"
    if "told" not in sent:
        return "told", "rights.told_first"
    until = answer_by(found.row.received_on, extended=True)
    await store.extend_request(found.row.request_id, Extension(why), until, found.me.staff)
    return None


async def _correct(store: Store, found: Asked, sent: Form) -> tuple[str, str] | None:
    name, value = sent.text("field"), sent.text("value")
    person = found.people.get(found.row.subject)
    if found.row.kind is not Right.CORRECTION or name not in FIELDS or person is None:
        return "field", "case.choose_one"
    try:
        right = date.fromisoformat(value) if name == "date_of_birth" else value or None
        await store.correct_person(found.row, {name: right}, found.me.staff)
    except (ValueError, ValidationError):
        return "value", "rights.wrong_value"
    return None


async def _state(store: Store, found: Asked, sent: Form) -> tuple[str, str] | None:
    text, part = sent.text("statement"), sent.text("part")
    if part not in set(found.row.parts):
        return "part", "case.choose_one"
    if not text or len(text) > _LONGEST:
        return "statement", "rights.wrong_statement"
    await store.add_statement(found.row, Part(part), text, found.me.staff)
    return None


async def _grant(store: Store, found: Asked, _sent: Form) -> tuple[str, str] | None:
    if found.in_the_way:
        return "doen", "rights.cannot_grant"
    by, request_id = found.me.staff, found.row.request_id
    if found.row.kind is Right.ERASURE:
        for part in found.row.parts:
            if await store.erase_part(found.row.case_id, part, request_id, by):
                await store.note_step(request_id, by, "erased", part)
    await store.decide_request(request_id, RequestState.GRANTED, by)
    return None


async def _refuse(store: Store, found: Asked, sent: Form) -> tuple[str, str] | None:
    ground = sent.text("ground")
    if ground not in set(GROUNDS[found.row.kind]):
        return "ground", "case.choose_one"
    await store.decide_request(
        found.row.request_id, RequestState.REFUSED, found.me.staff, RefusalGround(ground)
    )  # fmt: skip
    return None


async def _withdraw(store: Store, found: Asked, _sent: Form) -> tuple[str, str] | None:
    await store.decide_request(found.row.request_id, RequestState.WITHDRAWN, found.me.staff)
    return None


_DOING: dict[str, _Doing] = {
    "verlengen": _extend,
    "verbeteren": _correct,
    "verklaring": _state,
    "toewijzen": _grant,
    "afwijzen": _refuse,
    "intrekken": _withdraw,
}


async def _page(
    request: Request, found: Asked, values: Form, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    store, t = services(request).store, texts(request)
    steps = await store.rights_steps(found.row.request_id)
    staff = await store.staff_names(sorted({step.user_id for step in steps if step.user_id}))
    return page(
        request, "rights/show.html", status,
        asked=found, row=found.row, names=found.names, values=values, errors=errors or {}, typed=typed(request),
        steps=steps, staff=staff, said=[_said(t, step.what, step.code) for step in steps], today=found.today,
        longer=answer_by(found.row.received_on, extended=True),
        grounds=[(ground.value, t.word(ground)) for ground in GROUNDS[found.row.kind]],
        extensions=[(why.value, t.word(why)) for why in Extension],
        fields=[(name, t(f"rights.field_{name}")) for name in FIELDS],
        parts=[(part.value, found.controller(part)) for part in found.row.parts],
    )  # fmt: skip


def _said(t: Texts, what: str, code: str | None) -> str:
    """One step, in words: its code is a ground, a part, a field, a reason or a number."""
    kinds = (Part, RefusalGround, Extension, Right)
    known = {word.value: t.word(word) for kind in kinds for word in kind} | {
        name: t(f"rights.field_{name}") for name in FIELDS
    }
    return t(f"rights.step_{what}", about=known.get(code or "", code or ""))
