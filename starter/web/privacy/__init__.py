"""Who looked at what, when and why: for the privacy officer, and as an extract for who it is about."""

from starlette.routing import BaseRoute, Route

from starter.web.looks import logged
from starter.web.privacy import emergencies, extract, looks

routes: list[BaseRoute] = [
    Route("/toegang", logged(looks.everything), methods=["GET"]),
    Route("/toegang", logged(looks.search), methods=["POST"]),
    Route("/toegang/noodtoegang", logged(emergencies.everything), methods=["GET"]),
    Route("/toegang/uittreksel", logged(extract.show), methods=["GET"]),
    Route("/toegang/uittreksel", extract.choose, methods=["POST"]),
    Route("/toegang/uittreksel.json", logged(extract.as_json), methods=["GET"]),
]
