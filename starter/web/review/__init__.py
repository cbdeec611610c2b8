"""The second reviewer: confirms with an own login, before the case is told."""

from starlette.routing import BaseRoute, Route

from starter.web.looks import walled
from starter.web.review import pages
from starter.web.review.proposing import Proposal, propose, waiting_for

__all__ = ["Proposal", "propose", "routes", "waiting_for"]

routes: list[BaseRoute] = [
    Route("/beoordelingen", walled(pages.everything), methods=["GET"]),
    Route("/beoordelingen/{review}", walled(pages.show), methods=["GET"]),
    Route("/beoordelingen/{review}", pages.decide, methods=["POST"]),
]
