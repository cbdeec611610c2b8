"""Entering a request that came in by letter, by telephone or at the counter."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.calendar import local_day
from protocol.case import Case
from protocol.keeping import Part
from protocol.rights import Right, answer_by, can_have_come_in
from starter import standing
from starter.standing import Standing
from starter.web.case.names import Names
from starter.web.form import Form, form, typed
from starter.web.page import page, texts
from starter.web.rights.asked import officer
from starter.web.services import services
from starter.web.texts import Texts
from store import Asked

W = TypeVar("W", bound=StrEnum)


class _Read(NamedTuple):
    """What was typed, as far as it is right."""

    kind: Right | None
    subject: str
    requester: str
    parts: tuple[Part, ...]
    received_on: date | None


async def ask(request: Request) -> Response:
    """Ask for the case first, and then who asks what."""
    officer(request)
    number = request.query_params.get("zaak", "")
    found = await _found(request, number)
    if found is None:
        errors = {"zaak": texts(request)("rights.no_such_case")} if number else {}
        return page(request, "rights/which.html", number=typed(request).text("zaak"), errors=errors)
    return _form(request, found.case, typed(request))


async def enter(request: Request) -> Response:
    """Enter the request; its deadline counts from the day on which it came in."""
    me, here, sent, t = officer(request), services(request), form(request), texts(request)
    found = await _found(request, sent.text("zaak"))
    if found is None:
        errors = {"zaak": t("rights.no_such_case")}
        return page(request, "rights/which.html", 422, number=sent.text("zaak"), errors=errors)
    if "kiezen" in sent:
        return RedirectResponse(f"/rechten/nieuw?zaak={found.case.id}", 303)
    policy = await here.store.policy(here.region)
    read = _read(sent, found.case)
    errors = _errors(t, read, local_day(policy.calendar, datetime.now(UTC)), identified="identified" in sent)
    if errors or read.kind is None or read.received_on is None:
        return _form(request, found.case, sent, errors, 422)
    asked = Asked(
        region=here.region, case_id=found.case.id, kind=read.kind, subject=read.subject, requester=read.requester,
        parts=read.parts, received_on=read.received_on, due_on=answer_by(read.received_on),
    )  # fmt: skip
    request_id = await here.store.enter_request(asked, me.staff, _id(sent))
    return RedirectResponse(f"/rechten/{request_id}", 303)


async def _found(request: Request, wanted: str) -> Standing | None:
    number = standing.case_number(wanted)
    return await standing.find(services(request).store, number) if number else None


def _id(sent: Form) -> str | None:
    """The id that the form was given, so that a double click enters one request."""
    found = sent.text("id")
    return found if found.startswith("r-") and found.isascii() and found[2:].isalnum() else None


def _read(sent: Form, case: Case) -> _Read:
    persons = {person: person for person in case.persons}
    parts = {part.value: part for part in Part}
    try:
        received = date.fromisoformat(sent.text("received_on"))
    except ValueError:
        received = None
    return _Read(
        kind=_word(Right, sent.text("kind")),
        subject=persons.get(sent.text("subject"), ""),
        requester=persons.get(sent.text("requester"), ""),
        parts=tuple(parts[value] for value in sent.all("parts") if value in parts),
        received_on=received,
    )


def _word(kind: type[W], value: str) -> W | None:
    return kind(value) if value in {word.value for word in kind} else None


def _errors(t: Texts, read: _Read, today: date, *, identified: bool) -> dict[str, str]:
    wrong = {
        name: t("case.choose_one") for name in ("kind", "subject", "requester", "parts") if not getattr(read, name)
    }
    if read.received_on is None or not can_have_come_in(read.received_on, today):
        wrong["received_on"] = t("rights.wrong_received_on")
    return wrong if identified else wrong | {"identified": t("rights.not_identified")}


def _form(
    request: Request, case: Case, values: Form, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    t = texts(request)
    names = Names(t, {})
    return page(
        request, "rights/new.html", status,
        case=case, values=values, errors=errors or {}, typed=typed(request), request_id=f"r-{secrets.token_hex(8)}",
        kinds=[(kind.value, t.word(kind), t(f"rights.about_{kind}")) for kind in Right],
        persons=[(person, names(person)) for person in case.persons],
        parts=[(part.value, t.word(part)) for part in Part],
    )  # fmt: skip
