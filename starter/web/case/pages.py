"""The page of one case, and what keeps it up to date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from protocol import vocabulary as v
from protocol.access import Field, deadlines_seen
from protocol.case import Deadline
from protocol.deadlines import owner
from protocol.events import Recorded
from protocol.notices import Contact
from protocol.refusals import RefusalCode
from starter.view import view
from starter.web.case.actions import actions
from starter.web.case.changes import changes_since
from starter.web.case.journal import sentence, sentences, turns, who
from starter.web.case.look import Look, entry, look
from starter.web.case.meeting import agreements, held
from starter.web.case.names import Names
from starter.web.case.notes import readable
from starter.web.case.people import party_consents
from starter.web.case.steps import page_steps
from starter.web.due import Due, due
from starter.web.form import whole
from starter.web.page import page
from starter.web.services import services
from store import ContactPerson, Controller, JournalRow, MessageState, NoteRow, Store

PURPOSE = "case page"


class DueLine(NamedTuple):
    """A deadline. What ends it is offered first among the actions."""

    task: v.Task
    owner: str
    subject: str | None
    due: Due


class Banner(NamedTuple):
    """What came of what the visitor just did."""

    kind: str
    title: str
    sentences: tuple[str, ...]


async def show(request: Request) -> Response:
    """The case."""
    found = await look(request, PURPOSE)
    return page(request, "case.html", 200, **await _content(request, found), banner=await _banner(request, found))


async def stand(request: Request) -> Response:
    """Whether anything changed since an event: nothing when not, otherwise the case as it is now.

    Asked for every few seconds by every open page, so that nobody's data is opened unless something changed.
    """
    found = await look(request, PURPOSE, with_people=False, noted=False)
    number = whole(request.query_params.get("nummer", ""))
    over = "nood" in request.query_params and found.emergency is None
    if not over and (number is None or number >= found.case.number):
        return Response(status_code=204)
    if over or number is None:
        return page(request, "case_body.html", 200, **await _content(request, await look(request, PURPOSE)))
    news = await changes_since(services(request).store, found, number)
    if "formulier" in request.query_params:
        if not news:
            return Response(status_code=204)
        await services(request).store.log_access(entry(found, "news", PURPOSE))
        return page(request, "case_news.html", case=found.case, news=news, number=number)
    found = await look(request, PURPOSE)
    return page(request, "case_body.html", 200, **(await _content(request, found) | {"news": news}))


async def _content(request: Request, found: Look) -> dict[str, object]:
    here, t = services(request), found.t
    if Field.JOURNAL in found.seen:
        await here.store.log_access(entry(found, "journal", PURPOSE))
    journal = await here.store.journal(found.case.id) if Field.JOURNAL in found.seen else ()
    notes = readable(found, await here.store.notes(found.case.id))
    found = await _with_staff(here.store, found, journal)
    shown = view(found.case, found.visitor.staff, found.found.now, found.found.policy, emergency=bool(found.emergency))
    allowed = {name.replace("-", "_") for name in shown.allowed}
    return {
        "look": found,
        "case": found.case,
        "names": found.names,
        "shown": shown,
        "steps": page_steps(found.case, journal or None),
        "actions": actions(found, allowed),
        "due": _due(found),
        "held": held(journal, notes),
        "agreements": agreements(found, allowed),
        "parties": party_consents(found.case, shown.consents or ()),
        "turns": turns(journal, t, found.names, notes),
        "notes": _notes(found, notes, journal),
        "documents": await _documents(here.store, found),
        "school_desk": await _school_desk(here.store, found),
        "news": (),
    }


async def _with_staff(store: Store, found: Look, journal: Iterable[JournalRow]) -> Look:
    """Add the names of members of staff, for who may know who the people are."""
    if Field.PEOPLE not in found.seen:
        return found
    users = {row.recorded.actor.user for row in journal} | {
        getattr(row.recorded.event, "second_reviewer", None) for row in journal
    }
    staff = await store.staff_names(sorted(user for user in users if user))
    names = Names(found.t, {row.id: row.name for row in found.directory}, found.people, staff)
    return replace(found, names=names)


def _due(found: Look) -> tuple[DueLine, ...]:
    ordered = sorted(deadlines_seen(found.case, found.visitor.staff), key=lambda deadline: deadline.due_at)
    return tuple(_due_line(found, deadline) for deadline in ordered)


def _due_line(found: Look, deadline: Deadline) -> DueLine:
    whose = owner(found.case, deadline)
    when = due(found.t, found.found.policy.calendar, deadline.due_at, found.found.now)
    return DueLine(deadline.task, whose, deadline.subject if deadline.subject != whose else None, when)


class NoteLine(NamedTuple):
    """A note, by what it was filed with."""

    note_id: str
    at: datetime
    who: str
    sentence: str


def _notes(found: Look, notes: Iterable[NoteRow], journal: Iterable[JournalRow]) -> tuple[NoteLine, ...]:
    by_number = {row.recorded.number: row.recorded for row in journal}
    return tuple(_note(found, note, by_number[note.number]) for note in notes if note.number in by_number)


def _note(found: Look, note: NoteRow, filed: Recorded) -> NoteLine:
    t, names = found.t, found.names
    return NoteLine(note.note_id, filed.at, who(filed.actor, t, names), sentence(filed.event, t, names))


async def _documents(store: Store, found: Look) -> tuple[int, ...]:
    if Field.HAND_OVER not in found.seen:
        return ()
    return await store.hand_over_numbers(found.case.id, Controller.SCHOOL)


async def _school_desk(store: Store, found: Look) -> ContactPerson | None:
    """Whom to call at the school, for everybody else."""
    if Field.CALL not in found.seen or found.visitor.staff.organisation == found.case.school:
        return None
    return (await store.contacts(found.case.region, found.case.school)).get(Contact.DESK)


async def _banner(request: Request, found: Look) -> Banner | None:
    """Say what came of the message that the address names; a refresh says the same."""
    t = found.t
    if "voorgelegd" in request.query_params:
        return Banner("info", t("case.proposed"), (t("case.proposed_text"),))
    told = request.query_params.get("gedaan", "")
    known = await services(request).store.message(found.case.id, told) if told else None
    if known is None:
        return None
    if known.state is MessageState.STAGED:
        return Banner("warning", t("case.taken"), (t("case.taken_text"),))
    if known.state is MessageState.REFUSED:
        code = RefusalCode(known.refusal) if known.refusal else RefusalCode.MESSAGE_ID_REUSED
        return Banner("error", t("case.refused"), (t.refusal(code, found.case.step),))
    return Banner("ok", t("case.done", action=t.message(known.name)), await _led_to(request, found, told))


async def _led_to(request: Request, found: Look, message_id: str) -> tuple[str, ...]:
    rows = await services(request).store.journal(found.case.id)
    own = [row.recorded for row in rows if row.recorded.message_id == message_id]
    return sentences(own, found.t, found.names) if all(r.actor == found.visitor.staff for r in own) else ()
