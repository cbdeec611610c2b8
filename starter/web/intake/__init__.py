"""A new signal (step 1): one topic on each screen, kept as a draft until it is sent."""

from starlette.routing import BaseRoute, Route

from starter.web.intake import pages, sending

routes: list[BaseRoute] = [
    Route("/zaken/nieuw", pages.start, methods=["GET"]),
    Route("/zaken/nieuw", pages.begin, methods=["POST"]),
    Route("/zaken/nieuw/{draft}/weggooien", pages.ask_to_discard, methods=["GET"]),
    Route("/zaken/nieuw/{draft}/weggooien", pages.discard, methods=["POST"]),
    Route("/zaken/nieuw/{draft}/controle", sending.check, methods=["GET"]),
    Route("/zaken/nieuw/{draft}/controle", sending.send, methods=["POST"]),
    Route("/zaken/nieuw/{draft}/{sheet}", pages.show, methods=["GET"]),
    Route("/zaken/nieuw/{draft}/{sheet}", pages.keep, methods=["POST"]),
]
