"""No row in the access log, no data: when the log cannot be written, no page shows anything of a case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg
import pytest

from protocol.notices import LinkPurpose
from tests.web.link_cases import PARENT, handed_over, link
from tests.web.serving import Pages
from tests.web.told import talked
from tests.web.visiting import Visit

_BREAK = """
CREATE OR REPLACE FUNCTION vangnet.no_row() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no row'; END $$;
CREATE TRIGGER no_row BEFORE INSERT ON vangnet.access_log FOR EACH ROW EXECUTE FUNCTION vangnet.no_row();
"""
_MEND = "DROP TRIGGER no_row ON vangnet.access_log"


class Shown(NamedTuple):
    """A page, and what of a case stands on it."""

    user: str
    path: str
    holds: str


PAGES = (
    Shown("m.dewit", "/zaken/{case}", "Ouder Een"),
    Shown("o.ops", "/zaken/{case}", "Journaal"),
    Shown("m.dewit", "/zaken/{case}/stand?nummer=1", "Ouder Een"),
    Shown("l.hendriks", "/zaken/{case}/stand?nummer=1&formulier", "Gesprek met de"),
    Shown("m.dewit", "/zaken/{case}/request-consent", "Ouder Een"),
    Shown("m.dewit", "/zaken/{case}/notities/{note}", "De leerling vertelde"),
    Shown("m.dewit", "/zaken", "{case}"),
    Shown("m.dewit", "/zaken?stap=parent_talk", "{case}"),
    Shown("f.admin", "/organisaties/ggd", "GGD"),
)


@asynccontextmanager
async def without_log(web: Pages) -> AsyncIterator[None]:
    """Nobody can write the access log."""
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    try:
        await connection.execute(_BREAK)
        yield
        await connection.execute(_MEND)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def case(whole_web: Pages) -> str:
    """A case with a note, which nobody changes; it stands on top of its lists, whatever other tests left there."""
    case = await talked(whole_web)
    connection = await asyncpg.connect(whole_web.stack.settings.database_url.get_secret_value())
    await connection.execute("UPDATE vangnet.overview SET due_at = due_at - interval '1 year' WHERE case_id = $1", case)
    await connection.close()
    return case


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: f"{shown.user} {shown.path}")
async def test_no_page_shows_anything_without_its_row(web: Pages, visit: Visit, case: str, shown: Shown) -> None:
    """With the log it stands there, and without it nothing does."""
    note = (await web.store.notes(case))[-1].note_id
    path, holds = shown.path.format(case=case, note=note), shown.holds.format(case=case)
    await visit.log_in(shown.user)
    with_log = await visit.get(path)

    async with without_log(web):
        without = await visit.get(path)

    assert (200, True) == (with_log.status_code, holds in with_log.text)
    assert without.status_code >= 500
    assert not [word for word in (holds, "Ouder Een", "Noor") if word in without.text]


async def test_searching_leads_nowhere_without_its_row(web: Pages, visit: Visit, case: str) -> None:
    """A number that was typed in leads to its case, and says nothing when that cannot be logged."""
    await visit.log_in("m.dewit")
    await visit.get("/zaken")
    found = await visit.post("/zaken", {"zaak": case})

    async with without_log(web):
        without = await visit.post("/zaken", {"zaak": case})

    assert (303, f"/zaken/{case}") == (found.status_code, found.headers["location"])
    assert without.status_code >= 500
    assert "location" not in without.headers


async def test_a_link_shows_nothing_without_its_row(web: Pages, visit: Visit) -> None:
    """Neither on the screen nor as a file."""
    case = await handed_over(web)
    path = await link(web, case, PARENT, LinkPurpose.HAND_OVER)
    await visit.get(path)
    behind = (await visit.post(path)).headers["location"]
    with_log = await visit.get(behind)

    async with without_log(web):
        without = [await visit.get(address) for address in (behind, f"{behind}.pdf")]

    assert 200 == with_log.status_code
    assert all(answer.status_code >= 500 for answer in without)
    assert not any(b"%PDF" in answer.content for answer in without)


async def test_a_look_in_vain_is_kept(web: Pages, visit: Visit, case: str) -> None:
    """Another school that tries a number leaves a row: refused, without a ground."""
    await visit.log_in("r.bakker")

    await visit.get(f"/zaken/{case}")

    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    row = await connection.fetchrow(
        "SELECT organisation, outcome, basis FROM vangnet.access_log WHERE scope = $1 ORDER BY number DESC LIMIT 1",
        case,
    )
    await connection.close()
    assert ("school-het-kompas", "refused", "none") == tuple(row)
