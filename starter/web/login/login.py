"""Logging somebody in, and finding out again who they are by now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused
from starter.actors import check_actor
from starter.standing import directory
from starter.web.login import strength
from starter.web.login.attempt import Attempt
from starter.web.login.claims import Claims, Known, NoAccess, known
from starter.web.login.provider import LoginError, Provider, Tokens, Withdrawn
from starter.web.login.sitting import Sitting
from starter.web.login.tokens import BadToken
from starter.web.settings import WebSettings
from store import Store

_NOTED = timedelta(minutes=5)
"""How exact it is kept when the provider last confirmed somebody."""


class Login:
    """The way in."""

    def __init__(self, provider: Provider, settings: WebSettings, store: Store, region: str, public_url: str) -> None:
        self.provider = provider
        self._settings = settings
        self._store = store
        self._region = region
        self._public_url = public_url.rstrip("/")

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to; registered there."""
        return f"{self._public_url}/inloggen/terug"

    @property
    def logged_out_uri(self) -> str:
        """The same after logging out."""
        return f"{self._public_url}/uitgelogd"

    async def address(self, attempt: Attempt) -> str:
        """Where somebody logs in.

        Raises:
            ProviderUnreachable: The provider does not answer.
        """
        wanted = strength.asked(self._settings)
        return await self.provider.authorization_url(
            self.redirect_uri, attempt.state, attempt.nonce, attempt.verifier, wanted
        )

    async def finish(self, attempt: Attempt, code: str, issuer: str | None) -> Sitting:
        """Turn the provider's answer into somebody who is logged in.

        Args:
            attempt: The login that it answers.
            code: For tokens.
            issuer: Whose answer it says to be (RFC 9207).

        Raises:
            LoginError: The provider does not stand for it.
            NoAccess: It does, but they have no part in this.
        """
        await self.provider.check_issuer(issuer)
        tokens = await self.provider.exchange(code, attempt.verifier, self.redirect_uri)
        try:
            said = await self.provider.claims(tokens.id_token or "", attempt.nonce)
        except BadToken:
            raise LoginError from None
        strength.check(said, self._settings)
        return await self._sitting(tokens, await self._with_userinfo(said, tokens))

    async def again(self, sitting: Sitting) -> Sitting:
        """Ask who somebody is by now; the same object when nothing is worth writing down.

        Raises:
            Withdrawn: They have to log in again.
            NoAccess: They have no part in this any more.
            ProviderUnreachable: Nobody can say now.
        """
        if self._settings.oidc_fresh == "refresh":
            return await self._refreshed(sitting)
        try:
            said = await self.provider.userinfo(sitting.access_token)
        except Withdrawn:
            return await self._refreshed(sitting)
        return await self._confirmed(sitting, said)

    async def _refreshed(self, sitting: Sitting) -> Sitting:
        if sitting.refresh_token is None:
            raise Withdrawn
        tokens = await self.provider.refresh(sitting.refresh_token)
        kept = sitting.model_copy(
            update={"access_token": tokens.access_token, "refresh_token": tokens.refresh_token or sitting.refresh_token}
        )
        try:
            said: Claims = await self.provider.claims(tokens.id_token, None) if tokens.id_token else {}
        except BadToken:
            raise Withdrawn from None
        return await self._confirmed(kept, await self._with_userinfo(said, tokens))

    async def _with_userinfo(self, said: Claims, tokens: Tokens) -> Claims:
        """Claims come in the ID token, from userinfo, or in both."""
        if self._settings.oidc_fresh == "refresh" and said:
            return said
        told = await self.provider.userinfo(tokens.access_token)
        if said and told.get("sub") != said.get("sub"):
            raise Withdrawn
        return {**said, **told}

    async def _confirmed(self, sitting: Sitting, said: Claims) -> Sitting:
        if self._subject(said) != sitting.subject:
            raise Withdrawn
        found, now = await self._known(said), datetime.now(UTC)
        confirmed = now if now - sitting.confirmed_at > _NOTED else sitting.confirmed_at
        return sitting.model_copy(
            update={
                "role": found.actor.role,
                "organisation": found.organisation,
                "user": found.user,
                "name": found.name,
                "confirmed_at": confirmed,
            }
        )

    async def _sitting(self, tokens: Tokens, said: Claims) -> Sitting:
        found = await self._known(said)
        return Sitting(
            subject=self._subject(said),
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            confirmed_at=datetime.now(UTC),
            role=found.actor.role,
            organisation=found.organisation,
            user=found.user,
            name=found.name,
        )

    async def _known(self, said: Claims) -> Known:
        kinds = await directory(self._store, self._region)

        def fits(actor: Actor) -> bool:
            try:
                check_actor(actor, kinds, RefusalCode.UNKNOWN_ORGANISATION)
            except Refused:
                return False
            return True

        return known(said, self._settings, fits)

    def _subject(self, said: Claims) -> str:
        subject = said.get("sub")
        if not isinstance(subject, str) or not subject:
            raise NoAccess
        return f"{self._settings.oidc_issuer} {subject}"
