"""Everything a case needs, for real: PostgreSQL, Temporal, a mail server and a worker that can be away."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import asyncpg
from pydantic import JsonValue, SecretStr
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import worker as composition
from activities.webhooks import Webhooks
from protocol.messages import Actor
from protocol.notices import Contact
from protocol.policy import Policy
from protocol.vocabulary import OrganisationKind
from runtime.codec import SealingCodec
from runtime.settings import CHECKOUT, Settings, Tls
from runtime.temporal import data_converter
from starter.actors import parse_actor
from starter.client import CaseClient
from store import ContactPerson, KeyRing, OrganisationRow, Store
from tests.activities.post_office import PostOffice, open_office
from tests.command_line import CommandLine, Ended
from tests.postgres import Postgres
from workflows.hearing import Answer
from workflows.search_attributes import ALL

REGION = "proefregio"
_TEMPORAL = Path(sys.executable).with_name("temporal")

SCHOOL = "school:school-de-meent:j.jansen"
CJG = "cjg:cjg:a.cjg"
ZVH = "zvh:zvh:z.zvh"
GGD = "partner:ggd:g.ggd"

_ABOUT_A_CASE = ("cases", "messages", "notes", "people", "journal", "notices", "links", "allotments")

ORGANISATIONS = {
    "school-de-meent": OrganisationKind.SCHOOL,
    "school-het-kompas": OrganisationKind.SCHOOL,
    "cjg": OrganisationKind.CJG,
    "zvh": OrganisationKind.ZVH,
    "veilig-thuis": OrganisationKind.AGENCY,
    "ggd": OrganisationKind.PARTNER,
}


class Words(NamedTuple):
    """What somebody tells a case, to be told more than once."""

    name: str
    fields: dict[str, JsonValue]
    actor: Actor
    note: str | None
    id: str


@dataclass
class Stack:
    """What the tests work with; ``work`` and ``rest`` bring the worker and take it away."""

    temporal: Client
    store: Store
    webhooks: Webhooks
    settings: Settings
    environment: dict[str, str]
    commands: CommandLine
    _worker: Worker | None = None

    @property
    def client(self) -> CaseClient:
        """A client with little patience, as nobody has to wait for a test."""
        return CaseClient(self.store, self.temporal, REGION, patience=timedelta(seconds=3))

    async def work(self) -> None:
        """Have a worker."""
        if self._worker is None:
            self._worker = composition.worker(self.temporal, self.store, self.webhooks, self.settings)
            await self._worker.__aenter__()

    async def rest(self) -> None:
        """Have none."""
        if self._worker is not None:
            await self._worker.__aexit__(None, None, None)
            self._worker = None

    async def open(self, intake: Mapping[str, JsonValue] | None = None, id: str | None = None) -> str:  # noqa: A002
        """Open a case at the school, by default with a pupil of 13 and one parent."""
        return await self.client.open(actor(SCHOOL), intake or an_intake(), id)

    async def tell(
        self, case: str, name: str, acting_as: str = SCHOOL, note: str | None = None, **fields: JsonValue
    ) -> Answer:
        """Tell a case something, with field names as Python writes them."""
        return await self.client.tell(case, name, fields, actor(acting_as), note)

    async def written(self, case: str) -> dict[str, int]:
        """How many rows there are about a case, by table."""
        connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
        try:
            return {
                table: await connection.fetchval(f"SELECT count(*) FROM vangnet.{table} WHERE case_id = $1", case)  # noqa: S608
                for table in _ABOUT_A_CASE
            }
        finally:
            await connection.close()

    async def looked(self, case: str) -> int:
        """How many rows the access log has about a case."""
        connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
        try:
            return int(await connection.fetchval("SELECT count(*) FROM vangnet.access_log WHERE scope = $1", case))
        finally:
            await connection.close()

    def write(self, file: str, content: JsonValue) -> None:
        """Write a JSON file for a command to read."""
        Path(file).write_text(json.dumps(content), encoding="utf-8")

    async def run(self, *arguments: str, stdin: bytes | None = None, around: Mapping[str, str] | None = None) -> Ended:
        """Run the command line as somebody at a shell does."""
        ended = await self.commands.run(
            *arguments, environment=self.environment | dict(around or {}), folder=CHECKOUT, stdin=stdin
        )
        assert "Traceback" not in ended.err, ended.err
        assert ended.code >= 0, f"ended by signal {ended.code}: {ended.err}"
        return ended


@asynccontextmanager
async def running_stack(postgres: Postgres, keys: KeyRing, folder: Path) -> AsyncIterator[Stack]:
    """Run everything for as long as the tests take."""
    dsn = postgres.dsn(await postgres.create())
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(_TEMPORAL),
        dev_server_extra_args=[
            "--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true",
            "--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000",
            # A namespace that a test makes is known soon, not after some seconds; each look takes the server a millisecond.
            "--dynamic-config-value", 'system.namespaceCacheRefreshInterval="500ms"',
            "--dynamic-config-value", "system.forceSearchAttributesCacheRefreshOnRead=true",
        ],
        search_attributes=ALL,
    )  # fmt: skip
    async with environment, open_office(PostOffice()) as office, AsyncExitStack() as opened:
        address = environment.client.service_client.config.target_host
        temporal = await Client.connect(address, data_converter=data_converter(SealingCodec(keys)))
        store = await Store.connect(dsn, keys)
        opened.push_async_callback(store.close)
        await _set_up_region(store)
        settings = _settings(dsn, keys, office.port)
        webhooks = await opened.enter_async_context(Webhooks())
        commands = CommandLine()
        opened.callback(commands.end)
        stack = Stack(temporal, store, webhooks, settings, _environment(settings, address, folder), commands)
        opened.push_async_callback(stack.rest)
        await stack.work()
        yield stack


async def _set_up_region(store: Store) -> None:
    for organisation, kind in ORGANISATIONS.items():
        row = OrganisationRow(region=REGION, id=organisation, kind=kind, name=organisation)
        desk = ContactPerson(name="Desk", email=f"{organisation}@voorbeeld.example")
        await store.save_organisation(row, {Contact.DESK: desk, Contact.TEAM_LEAD: desk})
    await store.save_policy(Policy(region=REGION))


def _settings(dsn: str, keys: KeyRing, smtp_port: int) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(dsn),
        region=REGION,
        key_ring_json=SecretStr(keys.dump()),
        public_url="http://127.0.0.1:8080",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_tls=Tls.NONE,
        mail_from="vangnet@voorbeeld.example",
        delivery_linger_seconds=0.5,
        local=True,
    )


def _environment(settings: Settings, address: str, folder: Path) -> dict[str, str]:
    """What the command line finds around it; nothing of the machine's own stack."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VANGNET_", "TEMPORAL_"))}
    return inherited | {
        "VANGNET_LOCAL_FOLDER": str(folder),
        "VANGNET_DATABASE_URL": settings.database_url.get_secret_value(),
        "VANGNET_REGION": REGION,
        "VANGNET_KEY_RING_JSON": settings.key_ring_json.get_secret_value() if settings.key_ring_json else "",
        "VANGNET_PUBLIC_URL": settings.public_url,
        "VANGNET_SMTP_HOST": settings.smtp_host,
        "VANGNET_SMTP_PORT": str(settings.smtp_port),
        "VANGNET_SMTP_TLS": settings.smtp_tls,
        "VANGNET_MAIL_FROM": settings.mail_from,
        "VANGNET_LOCAL": "true",
        "TEMPORAL_ADDRESS": address,
    }


async def until(holds: Callable[[], Awaitable[bool]], patience: timedelta = timedelta(seconds=20)) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(patience.total_seconds()):
        while not await holds():
            await asyncio.sleep(0.02)


def actor(text: str) -> Actor:
    """Somebody, as ``--as`` names them."""
    return parse_actor(text)


def an_intake(**changed: JsonValue) -> dict[str, JsonValue]:
    """An intake of a pupil of 13 with one parent."""
    usual: dict[str, JsonValue] = {
        "signals": ["nude_photos"],
        "staffInvolved": False,
        "pupil": {"name": f"Leerling {uuid4()}", "dateOfBirth": "2013-04-03", "email": "leerling@voorbeeld.example"},
        "guardians": [
            {"name": "Ouder Een", "email": "ouder@voorbeeld.example", "custody": True, "language": "nl"},
        ],
        "note": "De mentor zag een foto die rondging 😟",
    }
    return usual | changed
