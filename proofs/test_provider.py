"""Logging in at a certified OpenID provider, another program than the one of the trial set-up."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from starter.oidc.keys import client_key
from store import KeyRing
from tests.postgres import Postgres, key_ring, postgres
from tests.starter.stack import Stack, running_stack
from tests.web.conftest import browser
from tests.web.serving import Pages, running_pages, settle_demo_region

__all__ = ["browser", "key_ring", "postgres"]

PACKAGE = "oidc-provider@9.13.3"
_PROGRAM = Path(__file__).parent / "certified" / "provider.mjs"
_INSTALLS_WITHIN = 300.0
_STARTS_WITHIN = 30.0


@pytest.fixture(scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder from which the provider runs; it needs Node and npm, and says so."""
    npm = shutil.which("npm")
    assert npm, "Deze proef heeft Node en npm nodig. Op Debian of Ubuntu: apt install npm"
    folder = tmp_path_factory.mktemp("provider")
    words = ("install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), PACKAGE)
    installing = await asyncio.create_subprocess_exec(npm, *words, cwd=folder, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(_INSTALLS_WITHIN):
        _, said = await installing.communicate()
    assert 0 == installing.returncode, said.decode()[-2000:]
    shutil.copy(_PROGRAM, folder)
    return folder


@pytest.fixture(scope="module")
async def stack(
    postgres: Postgres, key_ring: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """What the pages stand on."""
    async with running_stack(postgres, key_ring, tmp_path_factory.mktemp("local")) as running:
        await settle_demo_region(running.store)
        yield running


@asynccontextmanager
async def _pages(installed: Path, stack: Stack, keys: Path, registered: Path) -> AsyncIterator[Pages]:
    """Pages that sign by one key, at a provider that has the public half of one."""
    port, public = _free_port(), keys / "client.jwk.json"
    async with running_pages(stack, keys, oidc_issuer=f"http://127.0.0.1:{port}") as pages:
        public.write_text(json.dumps(client_key(registered).as_dict(private=False)), encoding="utf-8")
        async with _provider(installed, port, public, pages.address):
            yield pages


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@asynccontextmanager
async def _provider(folder: Path, port: int, key: Path, address: str) -> AsyncIterator[Process]:
    node = shutil.which("node") or "node"
    program = folder / _PROGRAM.name
    running = await asyncio.create_subprocess_exec(
        node, str(program), str(port), str(key), address, stdout=PIPE, env={"PATH": os.environ["PATH"]}
    )
    try:
        assert running.stdout
        async with asyncio.timeout(_STARTS_WITHIN):
            assert b"ready" in await running.stdout.readline()
        yield running
    finally:
        running.terminate()
        await running.wait()


async def logged_in(page: Page) -> None:
    """Through the provider's own two pages: who one is, and that the pages may know it."""
    await page.get_by_placeholder("Enter any login").fill("s.yilmaz")
    await page.get_by_placeholder("and password").fill("-")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def test_logging_in_and_out(
    installed: Path, stack: Stack, browser: Browser, tmp_path: Path, figures: list[str]
) -> None:
    """With the code flow, PKCE and a signed assertion instead of a secret; back on the page that was asked for."""
    async with (
        _pages(installed, stack, tmp_path, registered=tmp_path) as pages,
        await browser.new_context(base_url=pages.address) as context,
    ):
        page = await context.new_page()
        await page.goto("/beoordelingen")
        await logged_in(page)

        await expect(page).to_have_url(f"{pages.address}/beoordelingen")
        await expect(page.locator(".app-visitor__name")).to_contain_text("Selin Yilmaz")
        await page.reload()
        await expect(page.locator(".app-visitor__name")).to_contain_text("Centrum voor Jeugd en Gezin")

        await page.get_by_role("button", name="Uitloggen").click()
        await page.get_by_role("button", name="Yes, sign me out").click()
        await expect(page).to_have_url(f"{pages.address}/uitgelogd")
        await page.goto("/zaken")
        await expect(page.get_by_placeholder("Enter any login")).to_be_visible()
    figures.append(f"{PACKAGE}: logged in with private_key_jwt and PKCE, came back, logged out at both")


async def test_another_key_lets_nobody_in(installed: Path, stack: Stack, browser: Browser, tmp_path: Path) -> None:
    """The provider checks who signed: pages whose key it does not know log nobody in, and say so."""
    keys = tmp_path / "keys"
    async with (
        _pages(installed, stack, keys, registered=tmp_path / "other") as pages,
        await browser.new_context(base_url=pages.address) as context,
    ):
        page = await context.new_page()
        await page.goto("/zaken")
        await logged_in(page)

        await expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen is niet gelukt")
        assert not await page.locator(".app-visitor__name").count()
