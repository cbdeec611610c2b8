"""Who is logged in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from protocol.messages import Actor


@dataclass(frozen=True)
class Visitor:
    """Somebody who is logged in, as they are at this request."""

    actor: Actor
    """As what they act; ``user`` is how they log in, as :class:`starter.client.CaseClient` wants it."""
    staff: Actor
    """The same with ``user`` as the pseudonym that cases, the journal and the access log know."""
    name: str
    """For showing to themselves; nowhere else."""
    organisation: str
    """The name of their organisation."""
    session: str
    """Which session this is; gives no access to it."""
    subject: str = ""
    """Who it is, at the login provider."""


def visitor(request: HTTPConnection) -> Visitor:
    """Who asks for a page that is not public; the middleware has seen to it that there is somebody."""
    found = visitor_or_none(request)
    if found is None:
        raise LookupError("a public page has no visitor")
    return found


def visitor_or_none(request: HTTPConnection) -> Visitor | None:
    """Who asks, where that may be nobody."""
    return getattr(request.state, "visitor", None)
