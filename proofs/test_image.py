"""The image is built for real, and its processes do a stack's work: as nobody, on a root that takes no writing."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from dotenv import dotenv_values

from proofs.image import Builder, Image
from runtime.settings import CHECKOUT
from tests.command_line import Ended
from tests.end_to_end.stack import LocalStack, Part, eventually, free_ports

_PORTS = ("web_port", "codec_port", "health")
_SCHOOL = "school:school-de-meent:j.jansen"
_UNTIL_ASKED = (
    ("record-police-contact", "contact=anonymous_consult"),
    ("record-pupil-talk", 'heldBy=["mentor"]'),
    ("record-parent-talk", "existingCare=false", "postponedForSafety=false", "pupilPresent=true"),
    ("request-consent", 'persons=["pupil","guardian-1"]', 'parties=["cjg","zvh"]'),
)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image, built once; nothing of it stays."""
    with TemporaryDirectory(prefix="vangnet-image-", ignore_cleanup_errors=True) as folder:
        builder = Builder(Path(folder))
        builder.make_base()
        try:
            yield builder.build()
        finally:
            builder.remove()


class Containers:
    """Processes in the image, beside a stack whose own are kept away."""

    def __init__(self, image: Image, given: Path, settings: dict[str, str]) -> None:
        self.image, self.given, self.settings = image, given, settings

    async def vangnet(self, *arguments: str) -> Ended:
        """Give a command in a container of its own."""
        return await self.run(*self.image.entrypoint, *arguments)

    async def run(self, *arguments: str) -> Ended:
        """Run something else in it."""
        process = await asyncio.create_subprocess_exec(
            *self.image.command(self.given, self.settings, *arguments),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return Ended(process.returncode or 0, out.decode(), err.decode())

    @asynccontextmanager
    async def running(self, role: str, port: int) -> AsyncIterator[None]:
        """Run a process of ours until its health check says that it is alive; told to stop it ends in order."""
        process = await asyncio.create_subprocess_exec(
            *self.image.command(self.given, self.settings, *self.image.entrypoint, role)
        )

        async def alive() -> bool:
            assert process.returncode is None, role
            return (await self.run("python", "-m", "runtime.alive", str(port))).code == 0

        try:
            await eventually(alive, f"{role} is alive", within=60)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) in {0, -signal.SIGTERM}, role


@asynccontextmanager
async def _reachable(stack: LocalStack) -> AsyncIterator[str]:
    """The stack's database by TCP: its socket is its own user's."""
    sockets = parse_qs(urlsplit(stack.database_url()).query)["host"][0]

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(f"{sockets}/.s.PGSQL.5432")
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    async with server:
        yield f"postgresql://postgres@127.0.0.1:{server.sockets[0].getsockname()[1]}/vangnet"


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def _containers(image: Image, stack: LocalStack) -> AsyncIterator[Containers]:
    """Containers with the stack's settings, its secrets as files."""
    settings = {name: value or "" for name, value in dotenv_values(stack.folder / "env").items()}
    ports = free_ports(_PORTS)
    with TemporaryDirectory(prefix="vangnet-given-") as folder:
        given = _open_to_all(folder)
        async with _reachable(stack) as url:
            (given / "database_url").write_text(url, encoding="utf-8")
            for name in ("VANGNET_KEY_RING", "VANGNET_OIDC_PRIVATE_KEY"):
                shutil.copyfile(settings[name], given / name)
                settings[name] = f"/run/given/{name}"
            for name in [each for each in settings if "ANCHOR" in each or each.endswith(("_FOLDER", "CONFIG_FILE"))]:
                del settings[name]
            del settings["VANGNET_DATABASE_URL"]
            settings |= {"VANGNET_DATABASE_URL_FILE": "/run/given/database_url"}
            settings |= {"VANGNET_WEB_PORT": str(ports["web_port"]), "VANGNET_CODEC_PORT": str(ports["codec_port"])}
            settings |= {"VANGNET_HEALTH_ADDRESS": f"127.0.0.1:{ports['health']}"}
            yield Containers(image, given, settings)


def _open_to_all(folder: str) -> Path:
    Path(folder).chmod(0o755)
    return Path(folder)


async def test_the_image_does_the_work(image: Image, stack: LocalStack, figures: list[str]) -> None:
    """Worker, pages and codec come up healthy; a case that the image opened is carried on and mailed by it."""
    assert "10001:10001" == image.told["User"]
    assert ["CMD", "python", "-m", "runtime.alive"] == dict(image.told["Healthcheck"])["Test"]  # type: ignore[call-overload]  # JSON
    async with _containers(image, stack) as containers:
        assert "Usage: vangnet" in (await containers.vangnet("--help")).out
        assert "uid=10001 gid=10001" in (await containers.run("id")).out
        assert "Read-only file system" in (await containers.run("touch", "/anything")).err
        checked = await containers.vangnet("check", "--json")
        assert 0 == checked.code, checked.out + checked.err
        assert 0 == (await containers.vangnet("migrate")).code
        settings = containers.settings
        web, codec = int(settings["VANGNET_WEB_PORT"]), int(settings["VANGNET_CODEC_PORT"])
        health = int(settings["VANGNET_HEALTH_ADDRESS"].rpartition(":")[2])
        async with (
            stack.without(Part.WORKER),
            containers.running("worker", health),
            containers.running("web", web),
            containers.running("codec", codec),
        ):
            began = time.monotonic()
            case = await _open(containers)
            await eventually(lambda: _mailed(stack), "the worker in the image mailed", within=60)
            figures.append(
                f"image: a case told by five commands, carried and mailed by it in {time.monotonic() - began:.1f} s"
            )
            assert await asyncio.to_thread(_ready, web, codec, health) == ["ok"] * 3
            assert b"<html" in await asyncio.to_thread(_page, web)
        assert "consent" in (await containers.vangnet("case", "show", case)).out
    figures.append(f"image: {image.megabytes} MB")


async def _open(containers: Containers) -> str:
    """Open a case, and tell it until somebody is asked something by mail."""
    shutil.copyfile(CHECKOUT / "docs" / "intake.json", containers.given / "intake.json")
    opened = await containers.vangnet("case", "open", "--as", _SCHOOL, "-f", "/run/given/intake.json", "--json")
    assert 0 == opened.code, opened.err
    case = str(json.loads(opened.out)["caseId"])
    for message in _UNTIL_ASKED:
        told = await containers.vangnet("case", "tell", case, *message, "--as", _SCHOOL)
        assert 0 == told.code, told.err
    return case


async def _mailed(stack: LocalStack) -> bool:
    return bool(await asyncio.to_thread(stack.mails))


def _ready(*ports: int) -> list[str]:
    found = []
    for port in ports:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as answer:
            found.append(answer.read().decode().strip())
    return found


def _page(port: int) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}/uitgelogd", timeout=20) as answer:
        return bytes(answer.read())
