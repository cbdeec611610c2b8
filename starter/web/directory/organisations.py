"""Organisations, who answers there, and where their notices go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.notices import Contact
from protocol.vocabulary import OrganisationKind
from starter.errors import BadInput
from starter.limits import check_text
from starter.web.directory.who import administrator
from starter.web.form import Form, form, typed
from starter.web.page import page, texts
from starter.web.services import services
from starter.web.texts import Texts
from store import AccessEntry, ContactPerson, OrganisationRow, OrganisationTaken

_START = "/organisaties"
_TAKEN = frozenset({"nieuw", "instellingen", "wijzigingen"})
"""Words of our own addresses."""

Contacts = Mapping[Contact, ContactPerson]


async def everything(request: Request) -> Response:
    """The organisations of the region."""
    administrator(request)
    here = services(request)
    rows = await here.store.organisations(here.region)
    return page(request, "directory/list.html", rows=rows, done=request.query_params.get("gedaan") == "ja")


async def ask_new(request: Request) -> Response:
    """The form of a new organisation."""
    administrator(request)
    return _page(request, None, typed(request))


async def add(request: Request) -> Response:
    """Add an organisation."""
    administrator(request)
    return await _save(request, None)


async def show(request: Request) -> Response:
    """One organisation; the look at its contacts is logged."""
    row = await _found(request)
    me, here = administrator(request), services(request)
    look = AccessEntry(actor=me.staff, what=f"contacts {row.id}", purpose="directory")
    contacts = await here.store.contacts_for(here.region, row.id, look)
    return _page(request, row, typed(request) or _as_typed(row, contacts))


async def change(request: Request) -> Response:
    """Change an organisation."""
    return await _save(request, await _found(request))


async def _found(request: Request) -> OrganisationRow:
    administrator(request)
    here, wanted = services(request), cast("str", request.path_params["organisation"])
    rows = await here.store.organisations(here.region)
    row = next((row for row in rows if row.id == wanted), None)
    if row is None:
        raise HTTPException(404)
    return row


async def _save(request: Request, known: OrganisationRow | None) -> Response:
    t, sent, me = texts(request), form(request), administrator(request)
    here = services(request)
    row, errors = _read(sent, known, here.region, t)
    contacts, wrong = _read_contacts(sent, t)
    wrong |= _no_text(sent)
    if row is None or errors or wrong:
        return _page(request, known, sent, errors | wrong, status=422)
    try:
        await here.store.change_organisation(me.actor, row, contacts, new=known is None)
    except OrganisationTaken:
        return _page(request, known, sent, {"id": t("directory.wrong_taken")}, status=409)
    return RedirectResponse(f"{_START}?gedaan=ja", 303)


def _read(
    sent: Form, known: OrganisationRow | None, region: str, t: Texts
) -> tuple[OrganisationRow | None, dict[str, str]]:
    """An organisation keeps its id and kind: cases know it by them."""
    identity = {"id": known.id, "kind": known.kind} if known else {name: sent.text(name) for name in ("id", "kind")}
    if identity["id"] in _TAKEN:
        return None, {"id": t("directory.wrong_taken")}
    errors = {} if sent.text("name") else {"name": t("directory.wrong_name")}
    webhook = sent.text("webhook_url") or None
    try:
        row = OrganisationRow.model_validate({
            **identity, "region": region, "name": sent.text("name"), "webhook_url": webhook
        })  # fmt: skip
    except ValidationError as error:
        wrong = [str(one["loc"][0]) for one in error.errors(include_input=False, include_url=False)]
        named = {"webhookUrl": "webhook_url"}
        return None, errors | {named.get(name, name): t(f"directory.wrong_{named.get(name, name)}") for name in wrong}
    return row, errors


def _read_contacts(sent: Form, t: Texts) -> tuple[dict[Contact, ContactPerson], dict[str, str]]:
    """Who answers; where nothing is filled in for a contact it stays as it is."""
    found, errors = dict[Contact, ContactPerson](), dict[str, str]()
    for contact in Contact:
        given = {name: sent.text(f"{contact}_{name}") for name in ContactPerson.model_fields}
        if not any(given.values()):
            continue
        try:
            found[contact] = ContactPerson.model_validate(given | {"phone": given["phone"] or None})
        except ValidationError as error:
            for one in error.errors(include_input=False, include_url=False):
                errors[f"{contact}_{one['loc'][0]}"] = t(f"directory.wrong_contact_{one['loc'][0]}")
    return found, errors


def _no_text(sent: Form) -> dict[str, str]:
    """What no database keeps, such as a NUL, by field."""
    found = dict[str, str]()
    for name, value in sent:
        try:
            check_text(value, "Dit veld")
        except BadInput as refused:
            found[name] = refused.text
    return found


def _as_typed(row: OrganisationRow, contacts: Contacts) -> Form:
    pairs = [("name", row.name), ("webhook_url", row.webhook_url or "")]
    for contact, person in contacts.items():
        pairs += [(f"{contact}_{name}", value or "") for name, value in person]
    return Form(tuple(pairs))


def _page(
    request: Request, row: OrganisationRow | None, values: Form, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    kinds = [(kind.value, texts(request).word(kind)) for kind in OrganisationKind]
    return page(
        request, "directory/organisation.html", status,
        row=row, values=values, errors=errors or {}, kinds=kinds, contacts=tuple(Contact), typed=typed(request),
    )  # fmt: skip
