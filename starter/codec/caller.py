"""Who asks: a token of the login provider, checked, and read as the pages read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused
from starter.actors import check_actor
from starter.standing import directory
from starter.web.login.claims import Claims, NoAccess, known
from starter.web.login.provider import Provider, Withdrawn
from starter.web.login.sitting import Sitting
from starter.web.login.tokens import BadToken
from starter.web.settings import WebSettings
from store import Store


class NobodyKnown(Exception):
    """The token is none, not the provider's, not for the console, or too old."""


@dataclass(frozen=True)
class Door:
    """Lets in who the provider stands for.

    Attributes:
        provider: Of the same settings as the pages', but for the client that tokens are issued for.
        settings: What the provider's words for roles and organisations mean here.
        passes: Which token the console passes on.
        store: Holds the directory.
        region: Whose.
    """

    provider: Provider
    settings: WebSettings
    passes: Literal["access", "id", "session"]
    store: Store
    region: str

    async def caller(self, authorization: str, session: str = "") -> Actor:
        """Read who asks; ``user`` is the pseudonym that cases and the access log know.

        Args:
            authorization: The header with a token.
            session: The key of a session of the pages, from its cookie.

        Raises:
            NobodyKnown: They have to log in again.
            NoAccess: They are known, and have no part in this.
            ProviderUnreachable: Nobody can say now.
        """
        if self.passes == "session" and session and not authorization:
            authorization = f"Bearer {await self._token_of(session)}"
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NobodyKnown
        try:
            claims = await self._claims(token.strip())
        except (BadToken, Withdrawn):
            raise NobodyKnown from None
        return await self._actor(claims)

    async def _token_of(self, session: str) -> str:
        """With which token the pages ask the provider who has this session; looking at payloads keeps none alive."""
        stored = await self.store.session(session, self.settings.limits, counts=False)
        if stored is None or not stored.alive:
            raise NobodyKnown
        return Sitting.model_validate_json(stored.content).access_token

    async def _claims(self, token: str) -> Claims:
        """Signed by the provider for the console, not expired; an access token also has to count there still."""
        said = await self.provider.claims(token, None)
        if self.passes == "id":
            return said
        told = await self.provider.userinfo(token)
        if told.get("sub") != said.get("sub"):
            raise Withdrawn
        return {**said, **told}

    async def _actor(self, claims: Claims) -> Actor:
        kinds = await directory(self.store, self.region)

        def fits(actor: Actor) -> bool:
            try:
                check_actor(actor, kinds, RefusalCode.UNKNOWN_ORGANISATION)
            except Refused:
                return False
            return True

        found = known(claims, self.settings, fits)
        return found.actor.model_copy(update={"user": await self.store.staff_id(found.organisation, found.user)})


__all__ = ["Door", "NoAccess", "NobodyKnown"]
