"""Answering a request for access: choosing what of the file is handed out, and the document itself."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.keeping import Part
from protocol.messages import Actor
from protocol.rights import RequestState
from starter.web.form import form
from starter.web.page import page, texts
from starter.web.rights.asked import Asked, asked
from starter.web.rights.export import Export, Opened, Told, about, export
from starter.web.services import services
from store import AccessEvent, JournalRow, KeyDestroyed, NoteRow


async def ask(request: Request) -> Response:
    """Every note of the parts that are asked for, to read and choose from: none is handed out by itself."""
    found = await _readable(request)
    journal = await services(request).store.journal(found.row.case_id)
    notes = await _notes(request, found, journal, None, AccessEvent.READ)
    return page(
        request, "rights/choose.html",
        asked=found, row=found.row, names=found.names, notes=notes,
        open=found.row.state is RequestState.OPEN,
    )  # fmt: skip


async def choose(request: Request) -> Response:
    """Keep which notes are handed out."""
    found = await _readable(request)
    store = services(request).store
    known = {row.note_id for row in about(await store.notes(found.row.case_id), found.row.parts)}
    await store.choose_for_request(found.row.request_id, known & set(form(request).all("notes")), found.me.staff)
    return RedirectResponse(f"/rechten/{found.row.request_id}/inzage", 303)


async def show(request: Request) -> Response:
    """The document, to print or to hand over."""
    made, found = await _made(request)
    return page(request, "rights/document.html", export=made, row=found.row)


async def as_json(request: Request) -> Response:
    """The same for a machine to read (AVG 15 lid 3, 20)."""
    made, found = await _made(request)
    return Response(
        made.model_dump_json(by_alias=True, indent=2),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="inzage-{found.row.request_id}.json"'},
    )


async def _made(request: Request) -> tuple[Export, Asked]:
    found = await _readable(request)
    store = services(request).store
    journal = await store.journal(found.row.case_id)
    rows = about(await store.notes(found.row.case_id), found.row.parts)
    notes = await _notes(request, found, journal, found.row.chosen, AccessEvent.EXPORT)
    statements = [one for part in found.row.parts for one in await _statements(request, found, part)]
    told = tuple(told for _, told in notes)
    opened = Opened(journal, told, len(rows) - len(told), tuple(statements))
    await store.note_step(found.row.request_id, found.me.staff, "exported", None)
    return export(found, opened, texts(request), datetime.now(UTC)), found


async def _readable(request: Request) -> Asked:
    """The request, when the file may be opened for it.

    Raises:
        HTTPException: 404: it is about something else, it is over, or it cannot be granted.
    """
    found = await asked(request)
    if not found.handed_out:
        raise HTTPException(404)
    return found


async def _notes(
    request: Request, found: Asked, journal: tuple[JournalRow, ...], only: tuple[str, ...] | None, event: AccessEvent
) -> list[tuple[NoteRow, Told]]:
    """Open the notes in the parts that are asked for; those of erased parts are gone."""
    store, recorded = services(request).store, {row.recorded.number: row.recorded for row in journal}
    opened = []
    for row in about(await store.notes(found.row.case_id), found.row.parts):
        if only is not None and row.note_id not in only:
            continue
        try:
            text = await store.note(found.row.case_id, row.note_id, found.entry(f"note {row.note_id}", event))
        except KeyDestroyed:
            continue
        filed = recorded[row.number]
        opened.append((row, Told(Part(row.controller.value), filed.at, _by(found, filed.actor), text or "")))
    return opened


def _by(found: Asked, actor: Actor) -> str:
    return found.names.role(actor.person) if actor.person else found.names(actor.organisation)


async def _statements(request: Request, found: Asked, part: Part) -> list[Told]:
    look = found.entry(f"statements {part}", AccessEvent.EXPORT)
    try:
        rows = await services(request).store.statements(found.row.case_id, part, look)
    except KeyDestroyed:
        return []
    return [Told(part, row.added_at, row.person, row.text) for row in rows if row.person == found.row.subject]
