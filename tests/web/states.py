"""What forms bring when it does not go well, and other states that no address alone shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import asyncpg
from httpx2 import Response

from protocol.notices import LinkPurpose
from store import Controller
from tests.web.filling import SCREENS, begun, filled
from tests.web.link_cases import PARENT, about, asked, engaged, link
from tests.web.places import to_meet
from tests.web.serving import Pages
from tests.web.specimen import PATH
from tests.web.test_new_pages_for_all import expire_sessions
from tests.web.test_review import address, proposed
from tests.web.told import coordinated, escalated, hidden_fields, sent, talked
from tests.web.visiting import Visit

PROBLEMS = (
    "not_found", "forbidden", "foreign", "stale_form", "too_large", "no_uploads", "unreadable", "too_many",
    "unavailable", "taken", "failed", "erased", "shielded", "key_missing", "link",
    "login_failed", "login_away", "login_weak", "no_access",
)  # fmt: skip
"""Of each problem the page; ``tests.web.specimen`` shows them without that it has to go wrong."""


async def of_a_case(web: Pages, visit: Visit) -> dict[str, Response]:
    """Forms of a case: nothing filled in, refused, out of date, too late with a text in it, and what they led to."""
    case = await talked(web)
    form, wrong = f"/zaken/{case}/report-non-cooperation", {"note": "\0"}
    told = await sent(visit, form.replace("report-non-cooperation", "add-signal"), ("signals", "recruitment"))
    # The form of before that is now out of date.
    before = [("number", "1"), ("who", "parent"), ("note", "Een tekst.")]
    old = await visit.post(form, before)
    proposal = await proposed(web, case, "basis-states")
    return {
        "empty": await sent(visit, form),
        "refused text": await visit.post(form, wrong | {"who": "parent"}),
        "somebody was first": old,
        "not now": await visit.post(f"/zaken/{case}/set-severity", {"note": "Wat ik schreef.", "severity": "high"}),
        "done": await visit.follow(told),
        "proposed": await visit.get(f"/zaken/{case}?voorgelegd=ja"),
        "the asker confirms": await sent(visit, address(proposal), ("besluit", "bevestigen")),
        "no such step": await visit.get(f"/zaken?gedaan=escalate&stap={'x' * 9}"),
        "in English": await visit.get(f"/zaken/{case}?taal=en"),
        "form in English": await visit.get(f"{form}?taal=en"),
        "in Dutch again": await visit.get("/zaken?taal=nl"),
    }


async def of_an_erased_file(web: Pages, visit: Visit) -> dict[str, Response]:
    """A file that was erased, and one whose key is missing for the moment."""
    case, other = await talked(web), await talked(web)
    note = (await web.store.notes(case))[0].note_id
    await web.store.destroy_key(case, Controller.SCHOOL)
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    await connection.execute("DELETE FROM keystore.data_keys WHERE scope = $1", other)
    await connection.close()
    return {
        "erased": await visit.get(f"/zaken/{case}"),
        "note erased": await visit.get(f"/zaken/{case}/notities/{note}"),
        "key missing": await visit.get(f"/zaken/{other}"),
    }


async def of_an_intake(_web: Pages, visit: Visit) -> dict[str, Response]:
    """Each screen of a signal with nothing in it, and the last before all is there; thrown away."""
    draft, whole = await begun(visit), await filled(visit)
    found = {f"empty {screen}": await visit.follow(await visit.post(f"{draft}/{screen}")) for screen in SCREENS}
    found["not all there"] = await visit.get(f"{draft}/controle")
    found["sent too early"] = await visit.post(f"{draft}/controle")
    await visit.get(f"{whole}/weggooien")
    found["thrown away"] = await visit.follow(await visit.post(f"{whole}/weggooien"))
    return found


async def of_problems(_web: Pages, visit: Visit) -> dict[str, Response]:
    """Every page that says what went wrong, and some as they really come."""
    found = {code: await visit.get(f"{PATH}/probleem/{code}") for code in PROBLEMS}
    await visit.get(PATH)
    return found | {
        "404": await visit.get("/nergens"),
        "413": await visit.send(PATH, b"name=" + b"x" * 70_000, content_type="application/x-www-form-urlencoded"),
        "415": await visit.send(PATH, b"{}", content_type="application/json"),
        "500": await visit.get(f"{PATH}/stuk"),
    }


async def of_the_coordinator(web: Pages, visit: Visit) -> dict[str, Response]:
    """What the receiver will see, before it is sent; minutes without what they need; an emergency without a reason."""
    case, meeting, bare = await coordinated(web), await to_meet(web), await escalated(web)
    preview = await sent(visit, f"/zaken/{case}/escalate", ("reason", "more_partners_needed"), ("note", "Zo is het."))
    back = await sent(visit, f"/zaken/{case}/de-escalate", ("reason", "goal_reached"), ("note", "Het gaat goed."))
    return {
        "preview of the ZVH": preview,
        "preview of the school": back,
        "minutes": await sent(visit, f"/zaken/{meeting}/record-network-meeting"),
        "more rows": await sent(visit, f"/zaken/{meeting}/record-network-meeting", ("meer", "ja")),
        "no reason": await sent(visit, f"/zaken/{bare}/noodtoegang"),
        "emergency": await visit.follow(await sent(visit, f"/zaken/{bare}/noodtoegang", ("reason", "Er is haast."))),
    }


async def of_links(web: Pages, visit: Visit) -> dict[str, Response]:
    """Behind one-time links: nothing chosen, answered, taken back; a partner that declined."""
    case, other = await asked(web), await engaged(web)
    consent, partner = await link(web, case, PARENT), await link(web, other, "ggd", LinkPurpose.PARTNER_ANSWER)
    asks = ("about", await about(visit, consent))
    found = {
        "nothing chosen": await visit.post(consent, [asks]),
        "answered": await visit.follow(await visit.post(consent, [asks, ("answer", "granted")])),
    }
    found["taken back"] = await visit.follow(await _sent(visit, f"{consent}/stoppen"))
    found["partner chose nothing"] = await _sent(visit, partner)
    found["partner declined"] = await visit.follow(
        await _sent(visit, partner, ("answer", "decline"), ("note", "Geen plaats."))
    )
    return found


async def _sent(visit: Visit, path: str, *fields: tuple[str, str]) -> Response:
    return await visit.post(path, [*hidden_fields((await visit.get(path)).text), *fields])


async def of_a_session_that_ended(web: Pages, visit: Visit) -> dict[str, Response]:
    """A page and a form after an hour away."""
    case = await talked(web)
    await visit.get(f"/zaken/{case}/add-signal")
    await expire_sessions(web)
    return {"expired": await visit.post(f"/zaken/{case}/add-signal", {"signals": "recruitment"})}


Made = Callable[[Pages, Visit], Awaitable[dict[str, Response]]]
STATES: dict[Made, str | None] = {
    of_a_case: "m.dewit",
    of_an_erased_file: "m.dewit",
    of_an_intake: "m.dewit",
    of_problems: "m.dewit",
    of_the_coordinator: "s.yilmaz",
    of_links: None,
    of_a_session_that_ended: "m.dewit",
}
"""What makes answers, and who is logged in for it."""
