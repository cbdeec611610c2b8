"""What pages say of a file that was erased, and of one whose key is missing for the moment."""

from __future__ import annotations

import asyncpg

from store import Controller
from tests.web.serving import Pages
from tests.web.told import talked
from tests.web.visiting import Visit


async def note_of(web: Pages, case: str) -> str:
    """The address of a note of the school's."""
    return f"/zaken/{case}/notities/{(await web.store.notes(case))[0].note_id}"


async def test_what_was_erased_is_said_to_be(web: Pages, visit: Visit) -> None:
    """The case's page says so instead of names, a note's page instead of the note; the state stays."""
    case = await talked(web)
    note = await note_of(web, case)
    await visit.log_in("m.dewit")
    await web.store.destroy_key(case, Controller.SCHOOL)

    page, opened = await visit.get(f"/zaken/{case}"), await visit.get(note)

    assert (200, True) == (page.status_code, "Hun gegevens zijn gewist" in page.text)
    assert ("Ouder Een" in page.text, 'aria-current="step"' in page.text) == (False, True)
    assert (410, True) == (opened.status_code, "Dit is gewist" in opened.text)


async def test_a_missing_key_is_no_fault_and_loses_nothing(web: Pages, visit: Visit) -> None:
    """Until the key is back the page says that it cannot be opened now; then everything is there again."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    kept = await connection.fetchrow("DELETE FROM keystore.data_keys WHERE scope = $1 RETURNING *", case)

    for address in (f"/zaken/{case}", await note_of(web, case)):
        page = await visit.get(address)
        assert (503, True) == (page.status_code, "Dit kan nu niet worden geopend" in page.text)

    await connection.execute("INSERT INTO keystore.data_keys VALUES ($1, $2, $3, $4, $5)", *kept)
    await connection.close()
    assert "Ouder Een" in (await visit.get(f"/zaken/{case}")).text
