"""Who a session belongs to, kept up with what the login provider says of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused
from starter.actors import check_actor
from starter.web.login.claims import NoAccess
from starter.web.login.provider import ProviderUnreachable, Withdrawn
from starter.web.login.sitting import Sitting
from starter.web.security.cookies import SESSION
from starter.web.security.noted import Security, noted_of
from starter.web.services import Services, services
from starter.web.visitor import Visitor
from store import OrganisationRow, StoredSession

_log = logging.getLogger(__name__)

_UNCONFIRMED = timedelta(minutes=15)
"""How long a session goes on while the login provider cannot be asked."""
_POLLING = "hx-request"


@dataclass(frozen=True)
class Session:
    """A session that a browser has the key of."""

    id: str
    sitting: Sitting
    alive: bool

    @property
    def subject(self) -> str:
        """Who it is, at the login provider."""
        return self.sitting.subject


async def admit(request: Request) -> Session | None:
    """Find the session of a request; while it is alive, ``request.state.visitor`` is who has it.

    What a page asks for by itself does not keep a session alive.
    """
    token, here = request.cookies.get(SESSION), services(request)
    if not token:
        return None
    polls = request.method == "GET" and _POLLING in request.headers
    stored = await here.store.session(token, here.web.limits, counts=not polls)
    if stored is None:
        return None
    session = Session(stored.id, Sitting.model_validate_json(stored.content), stored.alive)
    if not session.alive:
        return session
    return await _seated(request, await _up_to_date(here, stored, session))


async def _seated(request: Request, session: Session | None) -> Session | None:
    """Let a visitor in as what they are today: the directory is asked at each request."""
    if session is None:
        return None
    here = services(request)
    found = await _visitor(here, session)
    if found is None:
        await here.store.end_session(session.id)
        return None
    request.state.visitor = found
    return session


async def _visitor(here: Services, session: Session) -> Visitor | None:
    """The visitor of a session, or nobody when their organisation is gone or is something else by now."""
    sitting = session.sitting
    organisations = {row.id: row for row in await here.store.organisations(here.region)}
    try:
        allowed_as(sitting.actor, organisations)
    except Refused:
        return None
    organisation = organisations.get(sitting.organisation)
    pseudonym = here.store.keys.pseudonym(sitting.organisation, sitting.user)
    return Visitor(
        actor=sitting.actor,
        staff=sitting.actor.model_copy(update={"user": pseudonym}),
        name=sitting.name,
        organisation=organisation.name if organisation else "",
        session=session.id,
        subject=session.subject,
    )


def allowed_as(actor: Actor, organisations: dict[str, OrganisationRow]) -> None:
    """Refuse who acts as what their organisation is not (see :func:`starter.actors.check_actor`)."""
    kinds = {name: row.kind for name, row in organisations.items()}
    check_actor(actor, kinds, RefusalCode.UNKNOWN_ORGANISATION)


async def _up_to_date(here: Services, stored: StoredSession, session: Session) -> Session | None:
    """Ask the provider again where what it said is too old; a session of who lost their access is over."""
    if not (stored.unchecked and await here.store.claim_session_check(stored.id, here.web.limits.fresh)):
        return session
    try:
        sitting = await here.login.again(session.sitting)
    except NoAccess as error:
        await here.store.end_sessions_of(session.subject)
        noted_of(Security.SESSION_ENDED, session.sitting.actor, error.code)
        return None
    except Withdrawn:
        await here.store.end_session(stored.id)
        noted_of(Security.SESSION_ENDED, session.sitting.actor, "withdrawn")
        return None
    except ProviderUnreachable:
        return await _unconfirmed(here, session)
    if sitting != session.sitting:
        await here.store.change_session(stored.id, sitting.model_dump_json())
    return replace(session, sitting=sitting)


async def _unconfirmed(here: Services, session: Session) -> Session | None:
    if datetime.now(UTC) - session.sitting.confirmed_at < _UNCONFIRMED:
        return session
    _log.warning("login_provider_away")
    await here.store.end_session(session.id)
    return None
