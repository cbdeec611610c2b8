"""What a command works with: settings, store, Temporal when it is needed, and who asks."""

import os
import pwd
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from protocol.access import only_looks, reader
from protocol.messages import Actor
from protocol.vocabulary import Role
from runtime.settings import Settings, load
from starter.actors import parse_actor
from starter.standing import Standing, check_in_directory, directory, find_for, known
from store import AccessEntry, AccessEvent, KeyRing, Store

if TYPE_CHECKING:
    from temporalio.client import Client

    from starter.client import CaseClient

OPS = Actor(role=Role.OPS)
"""Who looks when nobody is named: sees state, no personal data."""

_PURPOSE = "command line"


class Session:
    """One command's work for one person."""

    def __init__(self, settings: Settings, store: Store, actor: Actor) -> None:
        """Work as this actor, with the user as typed."""
        self.settings = settings
        self.store = store
        self.actor = actor

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Read inside of this, print afterwards: no row of the access log, no data. Who looks is known before."""
        await self._pseudonymous()
        async with self.store.looking(reader(self.actor)):
            yield

    async def look(self, case_id: str, what: str) -> Standing:
        """Log that somebody looks at a case, and give how it stands for them.

        Raises:
            Refused: The case does not exist for them.
        """
        await self.log(what, case_id)
        await check_in_directory(self.store, self.settings.region, self.actor)
        return await find_for(self.store, case_id, self.actor)

    async def log(self, what: str, case_id: str | None = None, event: AccessEvent = AccessEvent.READ) -> None:
        """Write who does what into the access log, before it is done."""
        number = await known(self.store, case_id)
        actor, os_user = await self._pseudonymous(), _os_user()
        # Who sits at the shell looks on behalf of whom they name; who names nobody looks for themselves.
        await self.store.log_access(
            AccessEntry(
                actor=actor, case_id=number, what=what, purpose=_PURPOSE, event=event, os_user=os_user,
                on_behalf=actor.user or actor.person,
            )
        )  # fmt: skip

    async def temporal(self) -> "Client":
        """Connect to Temporal.

        Raises:
            TemporalUnreachable: It does not answer.
        """
        from runtime.codec import SealingCodec
        from runtime.temporal import connect

        return await connect(SealingCodec(self.store.keys), identity="vangnet-cli")

    def client(self) -> "CaseClient":
        """What opens cases and tells them things; it connects to Temporal when that is needed."""
        from starter.client import CaseClient

        return CaseClient(self.store, self.temporal, self.settings.region)

    async def _pseudonymous(self) -> Actor:
        """The actor as the log keeps them; who that is can be looked up by whoever may."""
        organisation, user = self.actor.organisation, self.actor.user
        if organisation is None or user is None:
            return self.actor
        listed = only_looks(self.actor) or organisation in await directory(self.store, self.settings.region)
        # Of an organisation that does not exist nobody's name is kept.
        named = (
            await self.store.staff_id(organisation, user) if listed else self.store.keys.pseudonym(organisation, user)
        )
        return self.actor.model_copy(update={"user": named})


@asynccontextmanager
async def session(acting_as: str | None = None) -> AsyncIterator[Session]:
    """Open what a command needs, and close it again.

    Raises:
        BadInput: Nobody can be meant by ``--as``.
        SettingsError: A setting is wrong or missing.
        StoreUnavailable: The database does not answer.
        KeyRingForeign: The key ring is another database's.
    """
    actor = OPS if acting_as is None else parse_actor(acting_as)
    settings = load(Settings)
    keys = KeyRing.parse(settings.key_ring_text())
    store = await Store.connect(settings.database_url.get_secret_value(), keys, largest=2)
    try:
        await store.check_key_ring()
        yield Session(settings, store, actor)
    finally:
        await store.close()


def _os_user() -> str:
    """Who runs this by the operating system; a variable like ``LOGNAME`` could say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
