from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from runtime.settings import Ports
from starter.stack.child import Child
from starter.stack.layout import Layout
from starter.stack.services import environment
from starter.stack.temporal import command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A Temporal server of its own, without our search attributes; yields its address."""
    layout = Layout(Path(tmp_path_factory.mktemp("temporal")))
    layout.make()
    ports = Ports(temporal_port=free_port(), console_port=free_port())
    server = Child(command(layout, ports, environment()), layout.log("temporal"))
    await server.start()
    yield f"127.0.0.1:{ports.temporal_port}"
    await server.stop()


@pytest.fixture
def patience() -> timedelta:
    return timedelta(seconds=30)
