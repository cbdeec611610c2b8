"""Lines about security, for whoever watches: a fixed code each, the role and organisation of who it was, and nobody's name.

Which session it was stands there as the beginning of its hash: it ties lines together and opens nothing. Who that was is in the
access log, for who may read that.
"""

from __future__ import annotations

import logging
from enum import StrEnum

from starlette.requests import HTTPConnection

from protocol.messages import Actor
from starter.web.visitor import Visitor, visitor_or_none

_log = logging.getLogger(__name__)
_SHORT = 12


class Security(StrEnum):
    """What is noted."""

    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    SESSION_ENDED = "session_ended"
    """By the provider, or because the organisation is gone."""
    LOGIN_REFUSED = "login_refused"
    REFUSED = "refused"
    """By the protocol."""
    DENIED = "denied"
    """A page that is not there for who asks, or for anybody."""
    LINK_CLOSED = "link_closed"
    FORM_REFUSED = "form_refused"
    TOO_MANY = "too_many"


_OF_PROBLEM = {
    "not_found": Security.DENIED,
    "forbidden": Security.DENIED,
    "no_access": Security.LOGIN_REFUSED,
    "login_failed": Security.LOGIN_REFUSED,
    "login_weak": Security.LOGIN_REFUSED,
    "link": Security.LINK_CLOSED,
    "foreign": Security.FORM_REFUSED,
    "stale_form": Security.FORM_REFUSED,
    "too_many": Security.TOO_MANY,
}


def noted(what: Security, who: Visitor | None, why: str | None = None) -> None:
    """Write the line."""
    session = {"session": who.session[:_SHORT]} if who else {}
    _line(what, who.actor if who else None, why, session)


def noted_of(what: Security, actor: Actor, why: str | None = None) -> None:
    """The same of somebody who has no session yet, or none any more."""
    _line(what, actor, why, {})


def problem_noted(request: HTTPConnection, code: str) -> None:
    """Write a line about a page that says what went wrong, where that is about security."""
    what, who = _OF_PROBLEM.get(code), visitor_or_none(request)
    if what and (who or what is not Security.DENIED):  # addresses that anybody tries who is not logged in are noise
        noted(what, who, code)


def _line(what: Security, actor: Actor | None, why: str | None, session: dict[str, str]) -> None:
    about = {"role": actor.role.value, "organisation": actor.organisation} if actor else {}
    _log.info("security", extra={"code": what.value, **({"why": why} if why else {}), **about, **session})
