"""What the people in a case ask for under the law, and how long files are kept: for the privacy officer."""

from starlette.routing import BaseRoute, Route

from starter.web.looks import logged
from starter.web.rights import departing, document, entering, handling, holding, listing, periods, terms

routes: list[BaseRoute] = [
    Route("/rechten", logged(listing.everything), methods=["GET"]),
    Route("/rechten/nieuw", logged(entering.ask), methods=["GET"]),
    Route("/rechten/nieuw", entering.enter, methods=["POST"]),
    Route("/rechten/bewaartermijnen", logged(periods.show), methods=["GET"]),
    Route("/rechten/bewaartermijnen", departing.depart, methods=["POST"]),
    Route("/rechten/bewaartermijnen/vasthouden", holding.change, methods=["POST"]),
    Route("/rechten/bewaartermijnen/aanpassen", logged(terms.show), methods=["GET"]),
    Route("/rechten/bewaartermijnen/aanpassen", terms.change, methods=["POST"]),
    Route("/rechten/{request_id}", logged(handling.show), methods=["GET"]),
    Route("/rechten/{request_id}", handling.act, methods=["POST"]),
    Route("/rechten/{request_id}/stukken", logged(document.ask), methods=["GET"]),
    Route("/rechten/{request_id}/stukken", document.choose, methods=["POST"]),
    Route("/rechten/{request_id}/inzage", logged(document.show), methods=["GET"]),
    Route("/rechten/{request_id}/inzage.json", logged(document.as_json), methods=["GET"]),
]
