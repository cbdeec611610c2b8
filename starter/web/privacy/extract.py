"""The extract for the data subject: who looked at their data, when and why. Organisations and roles, no names."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from protocol.case import Case
from starter import standing
from starter.web.case.names import Names
from starter.web.form import form, typed
from starter.web.page import page, texts
from starter.web.privacy.who import officer
from starter.web.privacy.wording import Worded, worded
from starter.web.services import services
from store import AccessEntry, AccessEvent

PURPOSE = "data_subject"


class Extract(NamedTuple):
    """Everything that was shown of one person of a case."""

    case: str
    person: str
    whose: str
    lines: tuple[Worded, ...]


async def show(request: Request) -> Response:
    """Ask for a case and a person of it, or the extract: to read with them, or to print."""
    officer(request)
    number = request.query_params.get("zaak", "")
    case = await _case(request, number)
    found = await _extract(request, case) if case else None
    if found:
        return page(request, "privacy/extract.html", extract=found)
    names = Names(texts(request), {})
    persons = [(person, names(person)) for person in case.persons] if case else []
    before = typed(request).text("zaak")
    return page(request, "privacy/choose.html", case=case, persons=persons, typed=before, unknown=number and not case)


async def choose(request: Request) -> Response:
    """Lead to the extract of a case and a person. What was typed stands in an address only where there is such a case."""
    officer(request)
    sent = form(request)
    number, case = sent.text("zaak"), await _case(request, sent.text("zaak"))
    if number and case is None:
        return page(request, "privacy/choose.html", 422, case=None, persons=[], typed=number, unknown=True)
    person = sent.text("persoon") if case and sent.text("persoon") in case.persons else None
    chosen = {"zaak": case.id if case else None, "persoon": person}
    wanted = urlencode({name: value for name, value in chosen.items() if value})
    return RedirectResponse(f"/toegang/uittreksel?{wanted}".rstrip("?"), 303)


async def as_json(request: Request) -> Response:
    """The same for a program.

    Raises:
        HTTPException: 404: no such case, or no such person in it.
    """
    officer(request)
    case = await _case(request, request.query_params.get("zaak", ""))
    found = await _extract(request, case) if case else None
    if found is None:
        raise HTTPException(404)
    name = f"{found.case}-{found.person}.json"
    return JSONResponse(
        {"case": found.case, "person": found.person, "looks": [_as_data(line) for line in found.lines]},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _case(request: Request, wanted: str) -> Case | None:
    number = standing.case_number(wanted)
    found = await standing.find(services(request).store, number) if number else None
    return found.case if found else None


async def _extract(request: Request, case: Case) -> Extract | None:
    """What the person is given is an export, and stands in the log as one."""
    me, here, t = officer(request), services(request), texts(request)
    person = request.query_params.get("persoon", "")
    if person not in case.persons:
        return None
    look = AccessEntry(
        actor=me.staff,
        case_id=case.id,
        what="access_extract",
        purpose=PURPOSE,
        event=AccessEvent.EXPORT,
        subject=person,
    )
    rows = await here.store.accesses_to(case.id, person, look)
    names = Names(t, {row.id: row.name for row in await here.store.organisations(here.region)})
    return Extract(case.id, person, names(person), tuple(worded(row, t, names) for row in rows))


def _as_data(line: Worded) -> dict[str, object]:
    row = line.row
    return {
        "at": row.written_at.isoformat(),
        "organisation": row.organisation,
        "organisationName": line.organisation,
        "role": row.role,
        "event": row.event or AccessEvent.READ,
        "what": row.what,
        "why": row.purpose,
        "ground": row.basis,
        "emergency": line.emergency,
    }
