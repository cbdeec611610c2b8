"""Everything that is measured, each in a process of its own: Temporal, PostgreSQL, mail, and the two workers."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from bench import bare
from runtime.codec import SealingCodec
from runtime.errors import StartError
from runtime.search_attributes import register
from runtime.settings import Ports
from runtime.temporal import TASK_QUEUE, connect
from starter.stack import region, services
from starter.stack.child import Child, Command
from starter.stack.environment import adopt, settings, write_privately
from starter.stack.layout import Layout
from starter.stack.ports import HOST, answers
from starter.stack.postgres import Postgres
from starter.stack.temporal import command as temporal
from store import KeyRing, Store, migrate
from workflows import search_attributes

_PATIENCE = timedelta(seconds=60)
_AGAIN = timedelta(milliseconds=20)
_QUEUES = {"ours": TASK_QUEUE, "bare": bare.TASK_QUEUE}


class DidNotStart(StartError):
    """Something that is to be measured does not answer."""

    code = "bench"


@dataclass(frozen=True)
class Servers:
    """What runs, and how to reach it."""

    client: Client
    """Seals as our worker does."""
    plain: Client
    """The SDK's defaults, for what is bare."""
    store: Store
    temporal: int
    """Process ids."""
    postgres: int
    layout: Layout

    @asynccontextmanager
    async def worker(self, name: str, **settings: str) -> AsyncIterator[int]:
        """Run a fresh worker, ``ours`` or ``bare``; gives its process id once it asks for tasks.

        Args:
            name: Which.
            settings: Variables of its environment that differ from the stack's.

        Raises:
            DidNotStart: It does not ask for any.
        """
        command = services.worker() if name == "ours" else _python("bare", "bench.bare")
        changed = replace(command, environment=dict(command.environment) | settings)
        async with _running(changed, self.layout) as child:
            await _until(partial(_polls, self.plain, _QUEUES[name]), child)
            yield _pid(child)


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[Servers]:
    """Run the servers with their data in a folder; nothing is left running.

    Raises:
        StartError: Something does not come up.
    """
    layout, ports = Layout(folder), _free_ports()
    # As Python runs by itself: what is compiled is kept. Kept here, the checkout stays as it is.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    layout.make()
    write_privately(layout.key_ring, KeyRing.generate().dump())
    postgres = Postgres(layout.postgres)
    postgres.prepare(layout.log("postgres"))
    adopt(settings(layout, ports, postgres.url()))
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_running(postgres.command(services.environment()), layout))
        server = await stack.enter_async_context(_running(temporal(layout, ports, services.environment()), layout))
        post = await stack.enter_async_context(_running(_python("post", "bench.post", str(ports.smtp_port)), layout))
        keys = KeyRing.parse(layout.key_ring.read_text(encoding="utf-8"))
        client = await connect(SealingCodec(keys), identity="bench", within=_PATIENCE)
        await register(client, search_attributes.ALL)
        await postgres.ready(_PATIENCE, layout.log("postgres"))
        await migrate(postgres.url())
        store = await Store.connect(postgres.url(), keys, largest=50)
        stack.push_async_callback(store.close)
        await region.set_up(store)
        await _until(partial(answers, ports.smtp_port), post)
        plain = await Client.connect(client.service_client.config.target_host)
        yield Servers(client, plain, store, _pid(server), _pid(database), layout)


@asynccontextmanager
async def _running(command: Command, layout: Layout) -> AsyncIterator[Child]:
    child = Child(command, layout.log(command.name))
    await child.start()
    try:
        yield child
    finally:
        await child.stop()


def _pid(child: Child) -> int:
    if child.pid is None:
        raise DidNotStart(f"{child.command.name} is gestopt; zie {child.log}")
    return child.pid


def _python(name: str, module: str, *arguments: str) -> Command:
    return Command(name, (sys.executable, "-m", module, *arguments), services.environment())


async def _polls(client: Client, queue: str) -> bool:
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return bool((await client.workflow_service.describe_task_queue(asked)).pollers)


async def _until(ready: Callable[[], Awaitable[bool]], child: Child) -> None:
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            while not await ready():
                _pid(child)
                await asyncio.sleep(_AGAIN.total_seconds())
    except TimeoutError:
        raise DidNotStart(f"{child.command.name} antwoordt niet; zie {child.log}") from None


def _free_ports() -> Ports:
    """Ports that nobody listens on now."""
    probes = [socket.socket() for _ in Ports.model_fields]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        found = [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
    return Ports(**dict(zip(Ports.model_fields, found, strict=True)))
