"""A pool of connections to PostgreSQL, whose errors are the store's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import NamedTuple, Self

import asyncpg

from store.errors import connecting, translated
from store.keys import KeyRing
from store.queries import query
from store.wall import SYSTEM

_ACT_AS = query("act_as")
_ACT_AS_APPLICATION = query("act_as_application")
_ACQUIRE = timedelta(seconds=10).total_seconds()
_SETTINGS = {
    "application_name": "vangnet",
    "jit": "off",  # it takes longer than any of our queries
    "timezone": "UTC",
    "vangnet.acting": SYSTEM,  # who looks says so, see _bound_transaction
    # A machine that vanishes holds what it held for half a minute, and not for its system's two hours.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}
_PLANS_ONCE = {"plan_cache_mode": "force_generic_plan"}


class _Bound(NamedTuple):
    """A connection with a transaction that all work of this task is part of."""

    database: object
    connection: asyncpg.Connection


_BOUND: ContextVar[_Bound | None] = ContextVar("bound", default=None)


class Database:
    """What every part of the store works with: connections, and the keys."""

    def __init__(self, pool: asyncpg.Pool, keys: KeyRing, holders: int) -> None:
        self._pool = pool
        self._keys = keys
        # A mail server that hangs holds a connection for each sender: recording must still get one.
        self._holding = asyncio.Semaphore(holders)

    @classmethod
    async def connect(  # noqa: PLR0913  # the pool's settings
        cls,
        dsn: str,
        keys: KeyRing,
        *,
        smallest: int = 1,
        largest: int = 10,
        patience: timedelta = timedelta(seconds=30),
        plans_once: bool = False,
    ) -> Self:
        """Open the pool.

        Args:
            dsn: Where PostgreSQL is.
            keys: The key ring.
            smallest: Connections that are always open.
            largest: The most connections at a time. Sending a notice holds one; at most half of them are
                used for that, and further senders wait.
            patience: How long one statement may take.
            plans_once: Plan each statement once for a connection, and not for its values: for who tells the same few
                keyed statements again and again. Planning one that writes a turn takes as long as carrying it out.

        Raises:
            StoreUnavailable: Nobody answers there.
            AddressInvalid: It is no address.
            LoginRefused: Not by this name and password.
            DatabaseUnknown: Not under this name.
        """
        with connecting():
            pool = await asyncpg.create_pool(
                dsn,
                min_size=smallest,
                max_size=largest,
                command_timeout=patience.total_seconds(),
                timeout=_ACQUIRE,
                init=_act_as_application,
                reset=_roll_back,
                server_settings=_SETTINGS | (_PLANS_ONCE if plans_once else {}),
            )
        return cls(pool, keys, holders=max(1, largest // 2))

    async def close(self) -> None:
        """Close all connections; what is under way is waited for."""
        with translated():
            await self._pool.close()

    @property
    def keys(self) -> KeyRing:
        """The key ring that the store was opened with."""
        return self._keys

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            StoreUnavailable: There is none.
        """
        async with self._connection() as connection:
            await connection.execute("SELECT 1")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        bound = _BOUND.get()
        if bound is not None and bound.database is self:
            with translated():
                yield bound.connection
            return
        with translated():
            # The pool's own limit would make a task for each.
            async with asyncio.timeout(_ACQUIRE):
                connection = await self._pool.acquire()
            try:
                yield connection
            finally:
                await self._pool.release(connection)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def _bound_transaction(self, acting: str = SYSTEM, user: str = "") -> AsyncIterator[asyncpg.Connection]:
        """A transaction that everything which this task does with the store is part of.

        Args:
            acting: As whom: the database shows nobody what the protocol does not let them read.
            user: Whose emergencies count.
        """
        async with self._transaction() as connection:
            if acting != SYSTEM:
                await connection.execute(_ACT_AS, acting, user)
            token = _BOUND.set(_Bound(self, connection))
            try:
                yield connection
            finally:
                _BOUND.reset(token)


async def _act_as_application(connection: asyncpg.Connection) -> None:
    """Work as the role that owns nothing, also where the login may do more."""
    await connection.execute(_ACT_AS_APPLICATION)


async def _roll_back(connection: asyncpg.Connection) -> None:
    """Hand a connection back clean. We change no session, so asyncpg's round trip for that is saved."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")
