"""The form of an action, and telling the case what was filled in."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.access import sees
from protocol.decide import Taken, check
from protocol.messages import Message, name_of
from protocol.refusals import RefusalCode, Refused
from starter import standing
from starter.draft import read_draft
from starter.errors import BadInput, NotReachable, TakenNotCarriedOut
from starter.fields import MESSAGES
from starter.submission import Submission, read_submission
from starter.web.case import forms
from starter.web.case.changes import changes_since
from starter.web.case.controls import Control, Kind
from starter.web.case.look import Look, case_id, look
from starter.web.case.preview import Preview, preview
from starter.web.case.probe import SOMEBODY_ELSE, Probe
from starter.web.case.reading import Reading
from starter.web.form import Form, form, typed, whole
from starter.web.page import page
from starter.web.security.noted import Security, noted
from starter.web.services import services
from starter.web.visitor import visitor

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_REVIEWED = find_spec("starter.web.review") is not None
_BUTTONS = ("csrf", "meer", "terug", "bevestigd")
_PEOPLE = frozenset({"persons", "person", "invitees", "attendees", "action", "actions", "guardians", "task"})
"""Fields whose form shows who the people are."""
_ROWS = 5
_MOST_ROWS = 50


@dataclass(frozen=True)
class Asked:
    """One form as it was asked for, or sent."""

    request: Request
    look: Look
    message: type[Message]
    controls: tuple[Control, ...]
    values: Form
    id: str
    """Makes the message count once."""

    @property
    def name(self) -> str:
        """The message, as the protocol writes it."""
        return name_of(self.message)


async def show(request: Request) -> Response:
    """The empty form, or what was typed into it before a session expired."""
    asked = await _asked(request, typed(request))
    return _not_now(asked) or _page(asked)


async def send(request: Request) -> Response:
    """Tell the case, and show it as it is then; or the form again, with everything that was typed."""
    try:
        asked = await _asked(request, form(request))
    except Refused:
        return await _gone(request)
    told_before = await services(request).store.message(asked.look.case.id, asked.id) is not None
    refused = None if told_before else _not_now(asked)
    if refused or "meer" in asked.values or "terug" in asked.values:
        return refused or _page(asked)
    changed = () if told_before else await _changed(asked)
    if changed:
        return _page(asked, 409, changed=changed)
    reading = Reading(asked.look.t, asked.values).read(asked.controls)
    if reading.errors:
        return _page(asked, 422, errors=reading.errors)
    return await _tell(asked, reading)


async def _tell(asked: Asked, reading: Reading) -> Response:
    look, here = asked.look, services(asked.request)
    note = asked.values.text("note") or None
    try:
        submission = read_submission(asked.name, reading.fields, look.visitor.actor, note, asked.id, here.store.keys)
        told_before = await here.store.message(look.case.id, asked.id) is not None
        taken = None if told_before else _tried(asked, submission)
        shown = preview(look, taken) if taken and "bevestigd" not in asked.values else None
        if shown:
            return _preview_page(asked, shown)
        if _needs_reviewer(asked, reading):
            return await _propose(asked, reading, note)
        return await _told(asked, reading, note)
    except Refused as refused:
        noted(Security.REFUSED, look.visitor, refused.code)
        return _refused(asked, refused)
    except BadInput as wrong:
        return _page(asked, 422, sentence=wrong.text)
    except NotReachable:
        return _page(asked, 503, sentence=look.t("case.not_sent"))


async def _told(asked: Asked, reading: Reading, note: str | None) -> Response:
    here, me, case = services(asked.request), asked.look.visitor, asked.look.case.id
    try:
        await here.cases.tell(case, asked.name, reading.fields, me.actor, note, asked.id)
    except TakenNotCarriedOut:
        return RedirectResponse(f"/zaken/{case}?gedaan={asked.id}", 303)
    found = await standing.find(here.store, case)
    if found is None or not sees(found.case, me.staff):
        return RedirectResponse(f"/zaken?gedaan={asked.name}", 303)
    return RedirectResponse(f"/zaken/{case}?gedaan={asked.id}", 303)


def _tried(asked: Asked, submission: Submission) -> Taken | None:
    """What the protocol says of it now; the case itself decides again when it is told.

    Guardians get their ids only when they are told, so they are not tried.
    """
    look, keys = asked.look, services(asked.request).store.keys
    with_reviewer = submission
    if _needs_reviewer_field(asked) and forms.REVIEWER not in submission.fields:
        with_reviewer = submission._replace(fields={**submission.fields, forms.REVIEWER: SOMEBODY_ELSE})
    draft = read_draft(with_reviewer, {row.id: row.kind for row in look.directory}, keys)
    if not isinstance(draft.read, Message):
        return None
    return check(look.case, submission.told(look.case.id, draft.read), look.found.now, look.found.policy)


def _needs_reviewer_field(asked: Asked) -> bool:
    return _REVIEWED and forms.REVIEWER in asked.message.model_fields


def _needs_reviewer(asked: Asked, reading: Reading) -> bool:
    """Whether a colleague has to confirm before the case is told."""
    if not _needs_reviewer_field(asked):
        return False
    return asked.message.model_fields[forms.REVIEWER].is_required() or reading.fields.get("parents_excluded") is True


async def _propose(asked: Asked, reading: Reading, note: str | None) -> Response:
    """Lay it before a colleague: they tell the case by confirming it."""
    from starter.web.review import propose

    here, look = services(asked.request), asked.look
    await propose(here, look.visitor, look.case.id, asked.name, reading.fields, note, asked.id)
    return RedirectResponse(f"/zaken/{look.case.id}?voorgelegd=ja", 303)


async def _asked(request: Request, values: Form) -> Asked:
    """Find the case and make the form.

    Raises:
        HTTPException: 404: there is no such message.
        Refused: ``unknown_case``.
    """
    name = cast("str", request.path_params["message"])
    message = MESSAGES.get(name.replace("-", "_"))
    if message is None or "_" in name:
        raise HTTPException(404)
    found = await look(request, name_of(message), with_people=not _PEOPLE.isdisjoint(message.model_fields))
    controls = forms.Form(found, message, rows=_rows(values), reviewed=_REVIEWED).controls()
    return Asked(request, found, message, controls, values, _id(values))


def _rows(values: Form) -> int:
    had = min(whole(values.text("rows")) or 0, _MOST_ROWS)
    return min(had + _ROWS, _MOST_ROWS) if "meer" in values else had


def _id(values: Form) -> str:
    brought = values.text("id")
    return brought if _ID.fullmatch(brought) else f"f-{secrets.token_urlsafe(16)}"


async def _changed(asked: Asked) -> tuple[str, ...]:
    """What happened since the form was made."""
    number = whole(asked.values.text("number"))
    if number is None or number == asked.look.case.number:
        return ()
    return await changes_since(services(asked.request).store, asked.look, number)


async def _gone(request: Request) -> Response:
    """Sent twice by somebody whose first sending took them out of the case: not an error of theirs."""
    here, me, brought = services(request), visitor(request), form(request).text("id")
    known = await here.store.message(case_id(request), brought) if _ID.fullmatch(brought) else None
    if known is not None:
        journal = await here.store.journal(case_id(request))
        if any(row.recorded.message_id == brought and row.recorded.actor == me.staff for row in journal):
            return RedirectResponse(f"/zaken?gedaan={known.name}", 303)
    raise Refused(RefusalCode.UNKNOWN_CASE)


def _not_now(asked: Asked) -> Response | None:
    """Show no form, and so nobody's name, where the message cannot be told; what was written stays readable."""
    code = Probe(asked.look, asked.message).now()
    if code is None:
        return None
    return page(
        asked.request, "action_not_now.html", 409,
        case=asked.look.case, message=asked.name, written=asked.values.text("note"),
        sentence=asked.look.t.refusal(code, asked.look.case.step),
    )  # fmt: skip


def _refused(asked: Asked, refused: Refused) -> Response:
    """Say why, beside the note when it is that which is missing."""
    sentence = asked.look.t.refusal(refused.code, refused.step)
    if refused.code is RefusalCode.NOTE_MISSING:
        return _page(asked, 422, errors={"note": sentence})
    if refused.code is RefusalCode.MESSAGE_ID_REUSED:
        return _page(
            replace(asked, id=f"f-{secrets.token_urlsafe(16)}"), 409, sentence=asked.look.t("case.sent_before")
        )
    return _page(asked, 409, sentence=sentence)


def _page(
    asked: Asked,
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
    sentence: str = "",
    changed: tuple[str, ...] = (),
) -> Response:
    message, controls = asked.message, asked.controls
    return page(
        asked.request, "action.html", status,
        look=asked.look, case=asked.look.case, names=asked.look.names, people=asked.look.people,
        message=asked.name, controls=controls, values=asked.values, message_id=asked.id,
        number=asked.look.case.number, note_needed=message.NOTE, errors=errors or {}, sentence=sentence,
        changed=changed, typed=typed(asked.request), reviewed=_reviewed(asked),
        more=any(control.kind in {Kind.AGREEMENTS, Kind.GUARDIANS} for control in controls),
        rows=max((len(control.rows) for control in controls), default=0),
    )  # fmt: skip


def _reviewed(asked: Asked) -> str:
    """When a colleague has to confirm: ``always``, ``sometimes``, or never."""
    if not _needs_reviewer_field(asked):
        return ""
    return "always" if asked.message.model_fields[forms.REVIEWER].is_required() else "sometimes"


def _preview_page(asked: Asked, shown: Preview) -> Response:
    fields = [(name, value) for name, value in asked.values.without(*_BUTTONS, "id", "number")]
    return page(
        asked.request, "action_preview.html",
        look=asked.look, case=asked.look.case, names=asked.look.names, message=asked.name, preview=shown,
        fields=fields, message_id=asked.id, number=asked.look.case.number,
    )  # fmt: skip
