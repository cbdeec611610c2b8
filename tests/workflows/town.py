"""A region in which cases run: Temporal, PostgreSQL, mail and a worker, all of them real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import asyncpg
from pydantic import JsonValue, SecretStr
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.webhooks import Webhooks
from protocol.notices import Contact
from protocol.vocabulary import Signal
from runtime.codec import SealingCodec
from runtime.settings import Settings, Tls
from starter.client import CaseClient
from store import ContactPerson, KeyRing, OrganisationRow, Store
from tests.activities.post_office import PostOffice
from tests.protocol.telling import DIRECTORY, POLICY, actor
from tests.workflows.case import ToldCase
from tests.workflows.dying_worker import Errand
from tests.workflows.names import LOVERBOY, SCHOOL
from tests.workflows.server import TemporalServer
from worker import worker

_HURRY = timedelta(milliseconds=500)
_STOPS = timedelta(minutes=1)
_OF_ALL_CONTACTS = {Contact.DESK: "balie", Contact.TEAM_LEAD: "teamleider"}


class Manner(NamedTuple):
    """How a town's worker works."""

    cached_cases: int = 100
    """Cases that it keeps in memory; with none, each is replayed from its history at every task."""
    linger: timedelta = timedelta(milliseconds=50)
    """How long a delivery waits for more. For a case that skips days no time passes meanwhile, so hardly at all."""
    sealed: bool = True
    """Not where histories are recorded that replay without keys."""


async def settle_region(store: Store) -> None:
    """The directory and settings of the tests' region."""
    await store.save_policy(POLICY)
    for name, kind in DIRECTORY.items():
        contacts = {
            contact: ContactPerson(name=desk, email=f"{desk}@{name}.example")
            for contact, desk in _OF_ALL_CONTACTS.items()
        }
        await store.save_organisation(
            OrganisationRow(region=POLICY.region, id=name, kind=kind, name=name.title()), contacts
        )


def intake(
    signals: Sequence[Signal] = LOVERBOY, age: int = 13, parents: Sequence[str] = ("moeder", "vader")
) -> dict[str, JsonValue]:
    """What a school tells: a pupil of this age, with these parents who have custody."""
    born = datetime.now(UTC).date() - timedelta(days=round(age * 365.25) + 100)
    return {
        "signals": [signal.value for signal in signals],
        "staffInvolved": False,
        "pupil": {"name": "Noor Proef", "dateOfBirth": born.isoformat(), "email": "noor@thuis.example"},
        "guardians": [{"name": name, "email": f"{name}@thuis.example", "custody": True} for name in parents],
        "note": "Gezien op het schoolplein.",
    }


_CUT = """
DELETE FROM vangnet.journal WHERE case_id = $1
AND number = (SELECT max(number) FROM vangnet.journal WHERE case_id = $1)
"""
_HEAD = """
UPDATE vangnet.cases SET head_number = last.number, head_hash = last.hash
FROM (SELECT number, hash FROM vangnet.journal WHERE case_id = $1 ORDER BY number DESC LIMIT 1) AS last
WHERE case_id = $1
"""


@dataclass
class Town:
    """Everything that a case needs, for one test."""

    client: Client
    dsn: str
    store: Store
    office: PostOffice
    webhooks: Webhooks
    settings: Settings
    cases: CaseClient = field(init=False)
    in_a_hurry: CaseClient = field(init=False)
    """The same door, for somebody who does not wait long."""
    opened: list[ToldCase] = field(default_factory=list)
    _worker: AsyncExitStack = field(default_factory=AsyncExitStack)

    def __post_init__(self) -> None:
        """The door by which everything is told."""
        self.cases = CaseClient(self.store, self.client, POLICY.region)
        self.in_a_hurry = CaseClient(self.store, self.client, POLICY.region, patience=_HURRY)

    async def restore_without_the_last_event(self, case_id: str) -> None:
        """Do to the journal what restoring an older dump does."""
        connection = await asyncpg.connect(self.dsn)
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")  # past the append-only wall
                await connection.execute(_CUT, case_id)
                await connection.execute(_HEAD, case_id)
        finally:
            await connection.close()

    async def open(
        self,
        signals: Sequence[Signal] = LOVERBOY,
        age: int = 13,
        parents: Sequence[str] = ("moeder", "vader"),
        id: str | None = None,  # noqa: A002  # its name at the door
    ) -> ToldCase:
        """Signals are recognised at school."""
        case_id = await self.cases.open(actor(SCHOOL), intake(signals, age, parents), id)
        return self.case(case_id)

    def case(self, case_id: str) -> ToldCase:
        """A case that was opened already."""
        case = ToldCase(case_id, self.client, self.store, self.cases, self.in_a_hurry)
        self.opened.append(case)
        return case

    @property
    def skipper(self) -> TimeSkipper:
        """Lets time pass."""
        return TimeSkipper(self.client)

    def errand(self, address: str, dies_at: str) -> Errand:
        """What a worker has to know that dies after this event."""
        settings = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self.settings
            if value is not None
        }
        return Errand(address=address, namespace=self.client.namespace, settings=settings, dies_at=dies_at)

    async def start_worker(self) -> None:
        """Let a worker carry cases from now on."""
        await self._worker.enter_async_context(worker(self.client, self.store, self.webhooks, self.settings))

    async def stop_worker(self) -> None:
        """Let nobody carry cases from now on; who it waits for has its limits, and it has this one."""
        async with asyncio.timeout(_STOPS.total_seconds()):
            await self._worker.aclose()


def _settings(dsn: str, keys: KeyRing, office: PostOffice, manner: Manner) -> Settings:
    return Settings(
        database_url=SecretStr(dsn),
        region=POLICY.region,
        key_ring_json=SecretStr(keys.dump()),
        public_url="https://vangnet.example",
        smtp_host="127.0.0.1",
        smtp_port=office.port,
        smtp_tls=Tls.NONE,
        mail_from="vangnet@regio.example",
        worker_cases=manner.cached_cases,
        delivery_linger_seconds=manner.linger.total_seconds(),
        worker_drain_seconds=5,
        worker_strict_sandbox=True,
    )


@asynccontextmanager
async def town_on(  # noqa: PLR0917  # a town's parts
    temporal: TemporalServer,
    dsn: str,
    keys: KeyRing,
    office: PostOffice,
    manner: Manner,
    webhooks: Webhooks | None = None,
) -> AsyncIterator[Town]:
    """Settle a town on these parts; its worker runs until the test stops it.

    Args:
        temporal: The server.
        dsn: A database with the region in it.
        keys: The key ring.
        office: Takes the mail.
        manner: How the worker works.
        webhooks: The way out by webhook, where there is one already.
    """
    async with AsyncExitStack() as stack:
        store = await Store.connect(dsn, keys)
        stack.push_async_callback(store.close)
        if webhooks is None:
            webhooks = await stack.enter_async_context(Webhooks())
        client = await temporal.client(SealingCodec(keys) if manner.sealed else None)
        town = Town(client, dsn, store, office, webhooks, _settings(dsn, keys, office, manner))
        stack.push_async_callback(town.stop_worker)
        await town.start_worker()
        yield town
