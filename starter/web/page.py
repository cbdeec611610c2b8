"""Making a page: a template with the words of the visitor's language around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from starter.web import language
from starter.web.assets import address
from starter.web.navigation import current, navigation
from starter.web.security.csrf import token_for
from starter.web.security.noted import problem_noted
from starter.web.services import services
from starter.web.texts import Texts, catalogue
from starter.web.visitor import visitor_or_none


def environment() -> Environment:
    """The templates of this package. Everything that is filled in is escaped."""
    made = Environment(
        loader=PackageLoader("starter.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": address, "languages": catalogue()}
    made.filters["described"] = _described
    return made


def _described(options: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """Options of a choice, each with its hint or none."""
    for code, text, *more in options:
        yield code, text, "".join(more)


def texts(request: HTTPConnection) -> Texts:
    """The words in the language of this page; in templates ``t``."""
    return services(request).texts.of(language.language(request))


def page(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """Make a page.

    Args:
        request: What was asked for.
        template: The template's name; it extends ``base.html``.
        status: HTTP's.
        **context: What the template needs beside ``t``, ``visitor``, ``csrf_token``, ``nav`` and ``path``. A page behind
            a one-time link brings a ``csrf_token`` of its own, from :func:`link_token`.
    """
    found = services(request).templates.get_template(template)
    response = HTMLResponse(found.render(_around(request) | context), status)
    language.remember(request, response)
    return response


def _around(request: Request) -> dict[str, object]:
    somebody = visitor_or_none(request)
    return {
        "t": texts(request),
        "visitor": somebody,
        "csrf_token": token_for(request, f"session:{somebody.session}") if somebody else None,
        "whose_token": token_for(request, f"person:{somebody.subject}") if somebody else None,
        "nav": navigation(somebody),
        "here": current(request.url.path),
        "path": request.url.path,
        "other_languages": language.others(request),
        "themed": services(request).web.theme is not None,
        "local": services(request).settings.local,
    }


def link_token(request: Request, token: str) -> str:
    """The form token for a page behind a one-time link."""
    return token_for(request, f"link:{token}")


def problem(request: Request, code: str, status: int) -> Response:
    """Say what went wrong and what to do now: ``problems.<code>`` has ``title``, ``text`` and ``next``.

    What does not exist and what somebody may not see are both ``not_found``: the same page, byte for byte.
    """
    problem_noted(request, code)
    return page(request, "problem.html", status, code=code)


def refusal(request: Request, text: str, status: int) -> Response:
    """Say why something was refused, in the sentence of the protocol."""
    return page(request, "problem.html", status, code="refused", sentence=text)
