from __future__ import annotations

import asyncio
import socket

from runtime.errors import SettingsError
from runtime.settings import PREFIX, Ports

HOST = "127.0.0.1"


def check(ports: Ports) -> None:
    """See that everything can listen, before anything starts.

    Raises:
        SettingsError: One line that names the port and its setting.
    """
    taken: dict[int, str] = {}
    for name, port in ports:
        setting = PREFIX + name.upper()
        if port in taken:
            raise SettingsError(f"{taken[port]} en {setting} zijn allebei {port}")
        if not _free(port):
            raise SettingsError(f"poort {port} is in gebruik; kies een andere met {setting}")
        taken[port] = setting


def any_free() -> int:
    """A port that nothing listens on, for what only this stack itself speaks to."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: what was closed a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


async def answers(port: int) -> bool:
    """Whether something listens on the port."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
