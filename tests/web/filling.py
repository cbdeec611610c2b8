"""A new signal, filled in screen by screen."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.web.visiting import Visit

SIGNALS = (("signals", "nude_photos"), ("signals", "image_spread"))
PUPIL = (("name", "Sam de Proef"), ("date_of_birth", "2012-04-03"), ("email", "sam@leerling.test"))
GUARDIAN = (("name", "Ouder de Proef"), ("custody", "yes"), ("email", "ouder@thuis.test"), ("language", "nl"))
STAFF = (("staff_involved", "no"),)
SEEN = (("note", "De mentor zag dat de foto rondging."),)

SCREENS = {
    "signalen": SIGNALS,
    "leerling": PUPIL,
    "ouder-1": GUARDIAN,
    "ouders": (),
    "medewerkers": STAFF,
    "notitie": SEEN,
}


async def begun(visit: Visit) -> str:
    """Begin a signal; returns the address of its draft."""
    await visit.get("/zaken/nieuw")
    answer = await visit.post("/zaken/nieuw")
    assert 303 == answer.status_code
    return urlsplit(answer.headers["location"]).path.rpartition("/")[0]


async def filled(visit: Visit, pupil: tuple[tuple[str, str], ...] = PUPIL) -> str:
    """Fill everything in, up to the last screen; returns the address of the draft."""
    draft = await begun(visit)
    for sheet, fields in (SCREENS | {"leerling": pupil}).items():
        answer = await visit.post(f"{draft}/{sheet}", fields)
        assert 303 == answer.status_code, (sheet, answer.text)
    return draft
