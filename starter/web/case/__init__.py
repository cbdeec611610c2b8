"""One case: how it stands, what can be done, and doing it."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from starter.web.case import emergency, notes, pages, telling
from starter.web.looks import walled

routes: list[BaseRoute] = [
    Route("/zaken/{case_id}", walled(pages.show)),
    Route("/zaken/{case_id}/stand", walled(pages.stand)),
    Route("/zaken/{case_id}/notities/{note_id}", walled(notes.note)),
    Route("/zaken/{case_id}/overdracht/{number}", walled(notes.hand_over)),
    Route("/zaken/{case_id}/noodtoegang", walled(emergency.show)),
    Route("/zaken/{case_id}/noodtoegang", emergency.begin, methods=["POST"]),
    Route("/zaken/{case_id}/{message}", walled(telling.show)),
    Route("/zaken/{case_id}/{message}", telling.send, methods=["POST"]),
]
