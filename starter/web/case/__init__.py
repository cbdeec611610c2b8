"""One case: how it stands, what can be done, and doing it."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from starter.web.case import notes, pages, telling

routes: list[BaseRoute] = [
    Route("/zaken/{case_id}", pages.show),
    Route("/zaken/{case_id}/stand", pages.stand),
    Route("/zaken/{case_id}/notities/{note_id}", notes.note),
    Route("/zaken/{case_id}/overdracht/{number}", notes.hand_over),
    Route("/zaken/{case_id}/{message}", telling.show),
    Route("/zaken/{case_id}/{message}", telling.send, methods=["POST"]),
]
