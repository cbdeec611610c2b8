"""Canaries that people type into the pages, and every address that they ask for meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias, cast
from urllib.parse import urlsplit

import httpx2

from proofs import wire
from proofs.canaries import Canaries
from tests.end_to_end.stack import LocalStack
from tests.web.filling import SCREENS, begun
from tests.web.serving import Pages
from tests.web.told import hidden_fields
from tests.web.visiting import Visit

Fields: TypeAlias = Mapping[str, str] | tuple[tuple[str, str], ...]
_OK, _DONE, _STALE, _WRONG = 200, 303, 403, 422


class _Places(NamedTuple):
    address: str
    provider: str


class Typed(NamedTuple):
    """What came of it."""

    case: str
    """One that was opened there."""
    addresses: list[str]
    """All that were asked for."""


class Remembering(Visit):
    """A browser that keeps every address that it asked for or was sent to."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self.addresses: list[str] = []

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes = b"") -> httpx2.Response:
        answer = await super()._ask(method, path, headers, content)
        self.addresses += [str(answer.url), *answer.headers.get_list("location")]
        return answer

    async def is_now(self, user: str) -> None:
        """Somebody else sits down."""
        self.cookies.clear()
        await self.follow(await self.log_in(user))

    async def sends(self, path: str, fields: Fields, status: int = _DONE) -> httpx2.Response:
        """Fill a form in and send it."""
        hidden = hidden_fields((await self.get(path)).text)
        answer = await self.post(path, [*hidden, *(fields.items() if isinstance(fields, Mapping) else fields)])
        assert status == answer.status_code, (path, answer.status_code, answer.text[-3000:])
        return answer


async def type_everywhere(stack: LocalStack, case: str, canary: Canaries) -> Typed:
    """Type into the pages: a signal of their own, and all for which the command line has no door.

    Args:
        stack: Where the pages are.
        case: One that waits for the CJG, which lacks cover.
        canary: For each field.
    """
    places = _Places(*(f"http://{wire.HOST}:{stack.ports[name]}" for name in ("web_port", "oidc_port")))
    async with Remembering(cast("Pages", places)) as visit:
        await visit.is_now("m.dewit")
        opened = await _signal(visit, canary)
        await _half_way(visit, canary)
        await visit.is_now("s.yilmaz")
        await visit.sends(f"/zaken/{case}/noodtoegang", {"reason": canary("page.emergency")})
        assert _OK == (await visit.get(f"/zaken/{case}")).status_code
        await visit.is_now("p.privacy")
        await _rights(visit, case, canary)
        await visit.is_now("f.admin")
        await _desk(visit, canary)
        return Typed(opened, visit.addresses)


async def _signal(visit: Remembering, canary: Canaries) -> str:
    """A signal that becomes a case, and something told to it; returns the case."""
    people = {
        "leerling": {"date_of_birth": "2012-04-03", **_person("page.pupil", canary)},
        "ouder-1": {"custody": "yes", "language": "nl", **_person("page.guardian", canary)},
        "notitie": {"note": canary("page.note")},
    }
    draft = await begun(visit)
    for sheet, usual in SCREENS.items():
        await visit.sends(f"{draft}/{sheet}", people.get(sheet, usual))
    opened = await visit.post(f"{draft}/controle")
    assert _DONE == opened.status_code
    case = urlsplit(opened.headers["location"]).path.rpartition("/")[2]
    await visit.sends(f"/zaken/{case}/record-police-contact", {"contact": "report", "note": canary("page.police note")})
    return case


def _person(who: str, canary: Canaries) -> dict[str, str]:
    return {
        "name": canary(f"{who}.name"),
        "email": canary.address(f"{who}.email"),
        "safe_contact": canary.address(f"{who}.safeContact"),
        "second_contact": canary.address(f"{who}.secondContact"),
    }


async def _half_way(visit: Remembering, canary: Canaries) -> None:
    """A signal that stays half-way, with something wrong in it, and what was typed in a session that was over."""
    draft = await begun(visit)
    person = {"date_of_birth": "2012-04-03", "email": canary.address("page.draft.pupil.email")}
    await visit.sends(f"{draft}/leerling", {"name": canary("page.draft.pupil.name"), **person})
    wrong = {"name": canary("page.draft.guardian.name"), "email": canary("page.draft.guardian.wrong")}
    await visit.sends(f"{draft}/ouder-1", wrong, _WRONG)
    await visit.sends(f"{draft}/notitie", {"note": canary("page.draft.note"), "incident": "met een spatie"}, _WRONG)
    older = hidden_fields((await visit.get(f"{draft}/notitie")).text)
    await visit.is_now("m.dewit")
    answer = await visit.post(f"{draft}/notitie", [*older, ("note", canary("page.typed"))])
    assert _STALE == answer.status_code
    assert "bewaard" in answer.text


async def _rights(visit: Remembering, case: str, canary: Canaries) -> None:
    """A request for correction: a field that was wrong, and a statement."""
    today = datetime.now(UTC).date().isoformat()
    who = {"subject": "guardian-1", "requester": "guardian-1", "parts": "school", "identified": "yes"}
    entered = await visit.sends(f"/rechten/nieuw?zaak={case}", {"kind": "correction", "received_on": today, **who})
    address = entered.headers["location"]
    doings = (
        ({"doen": "verbeteren", "field": "email", "value": canary("page.correction.wrong")}, _WRONG),
        ({"doen": "verbeteren", "field": "name", "value": canary("page.correction.name")}, _DONE),
        ({"doen": "verklaring", "part": "school", "statement": canary("page.statement")}, _DONE),
    )
    for doing, status in doings:
        await visit.get(address)
        assert status == (await visit.post(address, doing)).status_code, doing["doen"]


async def _desk(visit: Remembering, canary: Canaries) -> None:
    """A desk of somebody who is not in the case."""
    at = "page.contact"
    desk = {"desk_name": canary(f"{at}.name"), "desk_email": canary.address(f"{at}.email")}
    sent = {"id": "halt", "kind": "partner", "name": "Halt", "desk_phone": canary.number(f"{at}.phone"), **desk}
    await visit.sends("/organisaties/nieuw", sent)
    assert _OK == (await visit.get("/organisaties/halt")).status_code
