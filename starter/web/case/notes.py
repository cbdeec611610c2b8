"""What stands in the file: notes and hand-over documents, each opened on a page of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from pydantic import JsonValue, TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from protocol.access import Field, Filed, reads_note
from protocol.keeping import Part
from starter.web.case.journal import reason_word
from starter.web.case.look import Look, entry, look
from starter.web.page import page, problem
from starter.web.services import services
from store import Controller, KeyDestroyed, NoteRow

_DOCUMENT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
_NUMBER = 9
"""The most digits of an event's number."""


def readable(found: Look, notes: Iterable[NoteRow]) -> tuple[NoteRow, ...]:
    """Of the notes in a file those that the visitor may open."""
    case, who, urgent = found.case, found.visitor.staff, found.emergency is not None
    filed = ((row, Filed(Part(row.controller), row.by, row.message)) for row in notes)
    return tuple(row for row, note in filed if reads_note(case, who, note, emergency=urgent))


async def note(request: Request) -> Response:
    """One note; the look is logged before it is shown."""
    found = await look(request, "note page", with_people=False)
    store, note_id = services(request).store, cast("str", request.path_params["note_id"])
    rows = readable(found, await store.notes(found.case.id))
    filed = next((row for row in rows if row.note_id == note_id), None)
    if filed is None:
        raise HTTPException(404)
    look_ = entry(found, f"note {note_id}", "note page")
    try:
        text = await store.note(found.case.id, note_id, look_)
    except KeyDestroyed:
        return problem(request, "erased", 410)
    journal = await store.journal(found.case.id)
    row = next((row for row in journal if row.recorded.number == filed.number), None)
    return page(request, "note.html", case=found.case, row=row, text=text or "", names=found.names)


async def hand_over(request: Request) -> Response:
    """The document of one hand-over."""
    found = await look(request, "hand-over page", with_people=False)
    number = cast("str", request.path_params["number"])
    if Field.HAND_OVER not in found.seen or not (number.isdecimal() and len(number) <= _NUMBER):
        raise HTTPException(404)
    look_ = entry(found, f"hand-over {number}", "hand-over page")
    try:
        document = await services(request).store.hand_over(found.case.id, int(number), Controller.SCHOOL, look_)
    except KeyDestroyed:
        return problem(request, "erased", 410)
    if document is None:
        raise HTTPException(404)
    read = _DOCUMENT.validate_json(document)
    return page(
        request, "hand_over.html",
        case=found.case, names=found.names, look=found, document=read, reason=reason_word(str(read["reason"]), found.t),
    )  # fmt: skip
