"""The mail catcher: takes mail by SMTP, shows it on a page and as JSON, and keeps it."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from activities.mail import Mailer
from activities.texts import Reader
from starter.inbox.catcher import listen
from starter.inbox.mails import Box
from starter.inbox.pages import app
from tests.activities.builders import LINK, dispatch
from tests.activities.conftest import mail_settings


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """An empty box."""
    return Box(tmp_path)


@pytest.fixture
async def browser(box: Box) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser on its pages."""
    transport = httpx2.ASGITransport(app(box))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def post(box: Box, *addresses: str) -> None:
    """Hand in a real notice for each address by SMTP."""
    async with await listen(box, 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Mailer(mail_settings(port)).round() as mails:
            for place, address in enumerate(addresses):
                await mails.send(dispatch(address, place, reader=Reader.PERSON))


async def test_a_program_reads_what_was_sent(box: Box, browser: httpx2.AsyncClient) -> None:
    """Everything of a mail can be read as JSON, in the order in which mails came."""
    await post(box, "een@post.example", "twee@post.example")

    first, second = (await browser.get("/api/messages")).json()
    assert first["to"] == ["een@post.example"]
    assert second["to"] == ["twee@post.example"]
    assert first["from"] == "vangnet@regio.example"
    assert first["messageId"] == first["headers"]["Message-ID"] == "<ab12-cd34-ef56.7.0@mail.regio.example>"
    assert LINK in first["text"]
    assert LINK in first["html"]
    assert {"subject", "date", "receivedAt", "number"} <= set(first)
    assert (await browser.get(f"/api/messages/{second['number']}")).json() == second


async def test_mail_to_one_address_can_be_asked_for(box: Box, browser: httpx2.AsyncClient) -> None:
    """``?to=`` keeps one address, whatever its capitals; a part of an address is not it."""
    await post(box, "een@post.example", "geen@post.example")

    assert len((await browser.get("/api/messages", params={"to": "Een@Post.Example"})).json()) == 1
    assert "geen@" not in (await browser.get("/", params={"to": "een@post.example"})).text


async def test_the_box_can_be_cleared(box: Box, browser: httpx2.AsyncClient, tmp_path: Path) -> None:
    """After DELETE nothing is left, in the file neither."""
    await post(box, "een@post.example")

    assert (await browser.delete("/api/messages")).status_code == 204
    assert (await browser.get("/api/messages")).json() == []
    assert Box(tmp_path).all() == ()


async def test_a_second_run_finds_the_mails_and_goes_on_counting(box: Box, tmp_path: Path) -> None:
    """Mails outlive the process, also when it was killed while writing one."""
    await post(box, "een@post.example")
    with (tmp_path / "mails.jsonl").open("a", encoding="utf-8") as file:
        file.write('\n{"number": 2, "sen')

    second_run = Box(tmp_path)
    assert second_run.all() == box.all()
    await post(second_run, "twee@post.example")
    assert [mail.number for mail in Box(tmp_path).all()] == [1, 2]


async def test_the_page_lists_the_newest_first(box: Box, browser: httpx2.AsyncClient) -> None:
    """A person sees who got what and when, and opens one."""
    await post(box, "een@post.example", "twee@post.example")

    page = (await browser.get("/")).text
    assert page.index("twee@post.example") < page.index("een@post.example")
    assert '<html lang="nl">' in page
    mail = (await browser.get("/mails/1")).text
    assert "Wij willen u iets vragen." in mail
    assert "<iframe" in mail
    assert 'sandbox srcdoc="&lt;!DOCTYPE' in mail


async def test_a_mail_cannot_run_anything_in_the_page(box: Box, browser: httpx2.AsyncClient) -> None:
    """What a mail holds is shown as text, and no page may load or run anything."""
    box.add(
        "a@b.example", ('"><script>x</script>@c.example',), b"Subject: <script>x</script>\r\n\r\n<script>x</script>"
    )

    for path, status in (("/", 200), ("/mails/1", 200), ("/mails/99", 404)):
        answer = await browser.get(path)
        assert answer.status_code == status
        assert "<script" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_another_name_for_this_machine_is_not_answered(browser: httpx2.AsyncClient) -> None:
    """A website that lets its own name point here reads nothing."""
    answer = await browser.get("/api/messages", headers={"host": "evil.example"})

    assert answer.status_code == 400


STRANGE = [
    b"",
    b"\xff\xfe\x00",
    b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff",
    b"Subject: \xff=?x?q?=ff?=\r\n\r\n\xe2\x80\xa8",
]
"""Mails that are hardly mails."""


async def test_a_strange_mail_is_kept_as_far_as_it_can_be_read(
    box: Box, browser: httpx2.AsyncClient, tmp_path: Path
) -> None:
    """Nothing that is handed in breaks the box."""
    for content in STRANGE:
        box.add("", ("x@y.example",), content)

    assert len((await browser.get("/api/messages")).json()) == 4
    assert (await browser.get("/")).status_code == 200
    assert len(Box(tmp_path).all()) == 4


@asynccontextmanager
async def catcher(folder: Path, smtp: int, http: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The mail catcher as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-m", "starter.inbox",
        "--smtp-port", str(smtp), "--http-port", str(http), "--folder", str(folder),
        cwd=Path(__file__).parents[2], stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_runs_as_a_process_and_stops_when_told(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], number: signal.Signals
) -> None:
    """``python -m starter.inbox`` takes mail, shows it, and ends in order at SIGTERM and Ctrl-C."""
    smtp, http = unused_tcp_port_factory(), unused_tcp_port_factory()
    browser = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{http}", trust_env=False)
    async with browser, catcher(tmp_path, smtp, http) as process:
        await answering(browser, process)
        async with Mailer(mail_settings(smtp)).round() as mails:
            await mails.send(dispatch())
        assert len((await browser.get("/api/messages")).json()) == 1
        process.send_signal(number)
        async with asyncio.timeout(10):
            _, said = await process.communicate()

    assert (process.returncode, said) == (0, b"")


@pytest.mark.parametrize("taken", ["smtp", "http"])
async def test_a_port_in_use_is_said_in_one_line(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], taken: str
) -> None:
    """Somebody else listens there: no traceback, and an end that says so."""
    ports = {"smtp": unused_tcp_port_factory(), "http": unused_tcp_port_factory()}
    with socket.create_server(("127.0.0.1", ports[taken])):
        async with catcher(tmp_path, **ports) as process, asyncio.timeout(20):
            _, said = await process.communicate()

    assert process.returncode == 1
    assert len(said.decode().strip().splitlines()) == 1
    assert str(ports[taken]) in said.decode()


async def answering(client: httpx2.AsyncClient, process: asyncio.subprocess.Process) -> None:
    """Wait until the page is there, or the process is not."""
    async with asyncio.timeout(20):
        while process.returncode is None:
            try:
                await client.get("/")
            except httpx2.ConnectError:
                await asyncio.sleep(0.02)  # another process begins, and cannot say when it listens
            else:
                return
    raise AssertionError("the mail catcher ended")
