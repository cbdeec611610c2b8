"""In which language a page is: Dutch, unless another was asked for by the address; that is remembered in a cookie."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from starter.web.security.cookies import LANGUAGE, set_cookie
from starter.web.services import services
from starter.web.texts import DEFAULT_LANGUAGE

PARAMETER = "taal"


def language(request: HTTPConnection) -> str:
    """The language of the page that is asked for."""
    known = services(request).texts.languages
    wanted = (request.query_params.get(PARAMETER), request.cookies.get(LANGUAGE))
    return next((code for code in wanted if code and code in known), DEFAULT_LANGUAGE)


def remember(request: HTTPConnection, response: Response) -> None:
    """Keep the language that was asked for."""
    if request.query_params.get(PARAMETER) in services(request).texts.languages:
        set_cookie(response, LANGUAGE, language(request), max_age=365 * 86_400)


def others(request: HTTPConnection) -> list[tuple[str, str]]:
    """The other languages, each with the address of this page in it."""
    texts = services(request).texts.languages
    return [
        (code, f"{url.path}?{url.query}")
        for code in sorted(texts)
        if code != language(request)
        for url in (request.url.include_query_params(**{PARAMETER: code}),)
    ]
