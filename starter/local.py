"""``vangnet local``: everything on this machine with demo data, from the Python packages alone."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from runtime import logs
from runtime.codec import SealingCodec
from runtime.errors import StartError
from runtime.leaving import leaving
from runtime.search_attributes import register
from runtime.settings import LogFormat, LogLevel, Ports, Settings, load, load_or_exit, local_folder, stop_for
from runtime.signals import stop_on_signals
from runtime.temporal import TASK_QUEUE, connect
from starter.client import CaseClient
from starter.oidc.keys import client_key
from starter.stack import cases, region, services
from starter.stack.display import Display
from starter.stack.environment import REGION, adopt, leave, settings, write_privately
from starter.stack.layout import Layout
from starter.stack.lock import only_one
from starter.stack.ports import answers, any_free, check
from starter.stack.postgres import Postgres
from starter.stack.supervisor import Supervisor
from starter.stack.temporal import command as temporal
from store import KeyRing, Store, StoreError, migrate, new_signing_key
from workflows import search_attributes

_PATIENCE = timedelta(seconds=60)
"""How long one part gets to answer: a slow, busy machine still comes up."""
_AGAIN = timedelta(milliseconds=50)


class NotUp(StartError):
    """A part of the stack does not come up."""

    code = "not_up"


@dataclass(frozen=True)
class Stack:
    """Everything that `make run` starts."""

    layout: Layout
    ports: Ports
    display: Display
    supervisor: Supervisor

    async def up(self) -> None:
        """Start everything and wait until it answers.

        Raises:
            StartError: Something does not come up; the line names it and its log.
        """
        postgres = Postgres(self.layout.postgres)
        await self._servers(postgres)
        found = load(Settings)
        keys = KeyRing.parse(found.key_ring_text())
        with self.display.phase("Temporal"):
            client = await connect(SealingCodec(keys), identity="vangnet-local", within=_PATIENCE)
            await register(client, search_attributes.ALL)
        with self.display.phase("PostgreSQL"):
            await postgres.ready(_PATIENCE, self.layout.log("postgres"))
            await migrate(postgres.url())
        store = await Store.connect(postgres.url(), keys)
        try:
            await self._ours(store, client)
        finally:
            await store.close()

    async def _servers(self, postgres: Postgres) -> None:
        with self.display.phase("Mappen en sleutels"):
            if not self.layout.key_ring.exists():
                write_privately(self.layout.key_ring, KeyRing.generate().dump())
            if not self.layout.anchor_key.exists():
                write_privately(self.layout.anchor_key, new_signing_key())
            client_key(self.layout.login)
            postgres.prepare(self.layout.log("postgres"))
            found = settings(self.layout, self.ports, postgres.url())
            adopt(found)
        await self.supervisor.start(postgres.command(services.environment()))
        behind = any_free()
        await self.supervisor.start(temporal(self.layout, self.ports, services.environment(), behind))
        await self.supervisor.start(services.console(self.ports, behind))
        await self.supervisor.start(services.inbox(self.layout, self.ports))
        await self.supervisor.start(services.login(self.layout, self.ports))
        leave(self.layout, found)

    async def _ours(self, store: Store, client: Client) -> None:
        with self.display.phase("Voorbeeldregio"):
            await region.set_up(store)
        await self.supervisor.start(services.worker())
        await self.supervisor.start(services.web())
        await self.supervisor.start(services.codec())
        with self.display.phase("Worker"):
            await self._answering("worker", _taken_up(client))
        with self.display.phase("Voorbeeldcasussen"):
            await cases.set_up(CaseClient(store, client, REGION), client, store, self.layout.folder / "demo.json")
        with self.display.phase("Pagina's en inbox"):
            await self._answering("web", _listening(self.ports.web_port))
            await self._answering("inbox", _listening(self.ports.inbox_port))
            await self._answering("login", _listening(self.ports.oidc_port))
            await self._answering("codec", _listening(self.ports.codec_port))
            await self._answering("console", _listening(self.ports.console_port))

    async def _answering(self, name: str, sign: Coroutine[None, None, None]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await sign
        except TimeoutError:
            raise NotUp(f"{name} antwoordt niet; zie {self.layout.log(name)}") from None


async def _listening(port: int) -> None:
    while not await answers(port):
        await asyncio.sleep(_AGAIN.total_seconds())


async def _taken_up(client: Client) -> None:
    """Wait until a worker asks for the tasks of cases."""
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    while not (await client.workflow_service.describe_task_queue(asked)).pollers:
        await asyncio.sleep(_AGAIN.total_seconds())


async def run(layout: Layout, ports: Ports, display: Display) -> None:
    """Bring the stack up, keep it up until a signal, and stop all of it.

    Raises:
        StartError: It did not come up; what had started is stopped again.
    """
    supervisor = Supervisor(layout.logs, display.say)
    with stop_on_signals() as stop:
        try:
            if await _unless(stop, Stack(layout, ports, display, supervisor).up()):
                display.addresses(ports)
                await stop.wait()
        finally:
            with display.phase("Gestopt"):
                await supervisor.stop()


async def _unless(stop: asyncio.Event, coming_up: Coroutine[None, None, None]) -> bool:
    """Finish coming up, unless told to stop before that; returns whether it finished."""
    up, stopped = asyncio.create_task(coming_up), asyncio.create_task(stop.wait())
    await asyncio.wait((up, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not up.done():
        up.cancel()
        with suppress(asyncio.CancelledError):
            await up
        return False
    await up
    return True


def main() -> None:
    """Run the local stack.

    Ends with exit code 2 when it cannot start as asked, 4 when a part does not come up, 1 for a fault of ours.
    """
    with leaving():
        _run_here()


def _run_here() -> None:
    layout, ports = Layout(local_folder()), load_or_exit(Ports)
    layout.make()
    logs.configure(LogFormat.JSON, LogLevel.WARNING, layout.log("local"))
    try:
        with only_one(layout.lock):
            check(ports)
            asyncio.run(run(layout, ports, Display(Console())))
    except (StartError, StoreError) as error:
        stop_for(error)
    except Exception:  # whatever it is: its words go to the log on this machine, and one line to who started it
        logging.getLogger(__name__).exception("the stack fell")
        sys.stderr.write(f"vangnet: onverwachte fout; zie {layout.log('local')}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
