"""The directory of a region and its settings, for the functional administrator."""

from starlette.routing import BaseRoute, Route

from starter.web.directory import log, organisations, settings
from starter.web.looks import logged

routes: list[BaseRoute] = [
    Route("/organisaties", organisations.everything, methods=["GET"]),
    Route("/organisaties/nieuw", organisations.ask_new, methods=["GET"]),
    Route("/organisaties/nieuw", organisations.add, methods=["POST"]),
    Route("/organisaties/instellingen", settings.show, methods=["GET"]),
    Route("/organisaties/instellingen", settings.change, methods=["POST"]),
    Route("/organisaties/wijzigingen", log.show, methods=["GET"]),
    Route("/organisaties/{organisation}", logged(organisations.show), methods=["GET"]),
    Route("/organisaties/{organisation}", organisations.change, methods=["POST"]),
]
