"""The page that tells how to install it, followed word for word on a Debian that has just been made."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from proofs.machine import Booted, Machine
from runtime.settings import CHECKOUT
from starter.oidc.keys import client_key_file
from starter.stack.temporal import binary
from tests.end_to_end.stack import eventually

_PAGE = CHECKOUT / "docs" / "operate" / "install.md"
_RESTORE = CHECKOUT / "docs" / "operate" / "restore.md"
_MINUTES = 15
_SCHOOL = "school:school-de-meent:j.jansen"
_OIDC, _SMTP, _INBOX = 8035, 2525, 8025
_OURS = {
    "VANGNET_SMTP_HOST": "127.0.0.1",
    "VANGNET_SMTP_PORT": str(_SMTP),
    "VANGNET_SMTP_TLS": "none",
    "VANGNET_OIDC_ISSUER": f"http://127.0.0.1:{_OIDC}",
}
_EDITED = {
    "/etc/vangnet/settings": "; ".join(
        f"sed -i 's|^{name}=.*|{name}={to}|' /etc/vangnet/settings" for name, to in _OURS.items()
    )
    + "; cp /srv/client.pem /etc/vangnet/secrets/oidc_key",
    "/etc/vangnet/console.yaml": "true",
    "/etc/vangnet/region.json": "true",
    "/etc/nginx/conf.d/vangnet.conf": "mkdir /etc/ssl/vangnet && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
    " -nodes -subj /CN=vangnet -keyout /etc/ssl/vangnet/key.pem -out /etc/ssl/vangnet/fullchain.pem",
}
"""What a script does where somebody writes their own addresses."""
_SERVER = """
printf '#!/bin/sh\\nexec /srv/temporal server start-dev --headless --log-level error --db-filename /tmp/temporal.db\\n' > /usr/local/bin/temporal-server
printf '#!/bin/sh\\n' > /usr/local/bin/temporal-sql-tool
chmod 755 /usr/local/bin/temporal-server /usr/local/bin/temporal-sql-tool
for name in temporal temporal_visibility; do runuser --user postgres -- createdb --port 5433 --owner temporal "$name"; done
"""
"""In the place of Temporal's server, whose download is not for a proof: its development server under the same name."""
_CONSOLE = """
printf '#!/bin/sh\ntest -n "$CONSOLE_CLIENT_SECRET"; test "$*" = "--root / --config etc/vangnet --env console start"\n' > /usr/local/bin/ui-server
printf 'exec /usr/bin/python3 -m http.server --directory /usr/share/nginx --bind 127.0.0.1 8233\n' >> /usr/local/bin/ui-server
sed -i 's/sh$/sh -e/' /usr/local/bin/ui-server
chmod 755 /usr/local/bin/ui-server
printf 'of-the-console' > /etc/vangnet/secrets/console_client_secret
"""
"""In the place of its console: a server of files, which wants of its unit what the console does."""

_AWAY = "Taking it away"
"""The step that comes after all others, and after what was tried there."""


def _steps() -> Iterator[tuple[str, list[str]]]:
    """The page's steps, each with its commands."""
    text = _PAGE.read_text(encoding="utf-8").split("## What was tried")[0]
    for step in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        yield step.partition("\n")[0], re.findall(r"^    (.+)$", step, flags=re.MULTILINE)


def _as_typed(command: str) -> str:
    """A command as somebody types it at that machine."""
    if command.startswith("editor "):
        return _EDITED[command.split()[1]]
    if "github.com" in command or command.startswith("sha256sum"):
        return "true"
    if command.startswith("tar "):
        return _CONSOLE if "ui-server" in command else _SERVER
    if command.startswith("curl "):  # who types takes longer than a worker to begin
        return f"for attempt in 1 2 3 4 5 6 7 8 9; do {command} && break; sleep 2; done; {command}"
    return command.replace("ADDRESS", "/srv/vangnet").replace("--branch 0.2", "--branch proof")


def _typed(commands: list[str]) -> str:
    """A step, as somebody types it who stands in the checkout."""
    return "\n".join(("cd /usr/local/src/vangnet 2>/dev/null || cd /root", *map(_as_typed, commands)))


def _put_back() -> str:
    """Another backup, and what the page about restoring has somebody type at such a server."""
    section = _RESTORE.read_text(encoding="utf-8").split("### On a Debian server")[1].split("###")[0]
    typed = "\n".join(re.findall(r"^    (.+)$", section, flags=re.MULTILINE))
    latest = "MOMENT=$(ls /var/lib/vangnet-backup/file-* | tail -1 | grep -o '2[0-9]*T[0-9]*Z')"
    typed = re.sub("MOMENT=.*", latest, typed, count=1)
    for looked_at in ("vangnet check", "vangnet reconcile --dry-run"):  # not in order, which is why they are asked
        typed = typed.replace(f"{looked_at}\n", f"{looked_at} || true\n")
    return f"systemctl start vangnet-backup\n{typed}"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A new machine, with what it would fetch: Debian's packages, Python's, our source."""
    with TemporaryDirectory(prefix="vangnet-machine-", ignore_cleanup_errors=True) as folder:
        made = Machine(Path(folder) / "debian")
        packages = next(command for _, commands in _steps() for command in commands if " install " in command)
        made.make(packages.split("--no-install-recommends ")[1].split())
        given = made.root / "srv"
        locks = [option for name in ("run", "build") for option in ("-r", f"requirements/{name}.txt")]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--dest", str(given / "wheels")]
        for command in (
            [*pip, *locks],
            ["git", "clone", "--quiet", str(CHECKOUT), str(given / "vangnet")],
            ["git", "-C", str(given / "vangnet"), "tag", "proof"],
            ["chown", "--recursive", "root:root", str(given)],
            ["cp", binary(), str(given / "temporal")],
        ):
            subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)  # noqa: S603  # our own
        (made.root / "etc/pip.conf").write_text(
            "[global]\nno-index = true\nfind-links = /srv/wheels\n", encoding="utf-8"
        )
        yield made


@asynccontextmanager
async def _neighbours(machine: Machine, booted: Booted) -> AsyncIterator[None]:
    """The login provider and the mail relay of the local stack."""
    login, mail = machine.root / "srv" / "login", machine.root / "srv" / "mail"
    login.mkdir()
    mail.mkdir()
    pages = "https://vangnet.voorbeeld.example"
    running = [
        booted.beside(sys.executable, "-m", "starter.oidc", "--port", str(_OIDC), "--folder", str(login), "--pages", pages),
        booted.beside(
            sys.executable, "-m", "starter.inbox",
            "--smtp-port", str(_SMTP), "--http-port", str(_INBOX), "--folder", str(mail),
        ),
    ]  # fmt: skip

    async def answer() -> bool:
        return 0 == (await booted.tried(f"curl -fsS http://127.0.0.1:{_OIDC}/.well-known/openid-configuration"))[0]

    try:
        await eventually(answer, "the login provider answers", within=60)
        client_key_file(login).rename(machine.root / "srv" / "client.pem")
        yield
    finally:
        for process in running:
            process.kill()
        await asyncio.to_thread(psutil.wait_procs, running, 30)


async def test_the_page_installs_it(machine: Machine, figures: list[str]) -> None:
    """Every command of the page, in its order; then a case is opened, carried, put back from a backup, and all is taken away."""
    async with machine.booted() as booted:
        await booted.said("ip link set lo up")
        async with _neighbours(machine, booted):
            began, said = time.monotonic(), ""
            for name, commands in _steps():
                if name == _AWAY:
                    continue
                said += await booted.said(_typed(commands))
                figures.append(f"install: {time.monotonic() - began:5.1f} s after step {name}")
            assert time.monotonic() - began < _MINUTES * 60
            assert "NIET IN ORDE" not in said
            case = await _works(booted)
            await _is_backed_up(booted)
            began = time.monotonic()
            await booted.said(_put_back())
            await _tells(booted, case)
            figures.append(
                f"install: {time.monotonic() - began:.1f} s for a backup, and to put back both databases from it"
            )
            await booted.said(_typed(dict(_steps())[_AWAY]))
            left = "systemctl list-units --no-legend --plain --state=active,activating 'vangnet*' 'temporal*'"
            assert "" == (await booted.said(left)).strip()


async def _works(booted: Booted) -> str:
    """A case is opened and carried, and the proxy leads to pages and console; which case that is."""
    example = "/usr/local/src/vangnet/docs/intake.json"
    case = (await booted.said(f"vangnet case open --as {_SCHOOL} -f {example}")).split()[-1]
    assert "pupil_talk" in await booted.said(f"vangnet case show {case}")
    proxied = "curl -ks -o /dev/null -w '%{http_code}' -H 'Host: vangnet.voorbeeld.example' https://127.0.0.1/"
    assert "303" == await booted.said(f"{proxied}")
    assert "404" == await booted.said(f"{proxied}readyz")
    console = "curl -ksf -H 'Host: console.voorbeeld.example' https://127.0.0.1/"
    assert "Directory listing" in await booted.said(console)
    assert "Vangnet in de console" in await booted.said(f"{console}vangnet")
    return case


async def _is_backed_up(booted: Booted) -> None:
    """The first backup holds both databases."""
    kept = await booted.said("cd /var/lib/vangnet-backup && find . -type f")
    names = ("file", "keys/keystore", "destroyed", "temporal/temporal-", "temporal/temporal_visibility-")
    assert all(f"./{name}" in kept for name in names), kept


async def _tells(booted: Booted, case: str) -> None:
    """A case that was opened before goes on."""
    assert "pupil_talk" in await booted.said(f"vangnet case show {case}")
    tell = f"vangnet case tell {case} declare-acute --as {_SCHOOL} --id danger"
    await booted.said(f"for attempt in 1 2 3 4 5 6 7 8 9; do {tell} && break; sleep 2; done; {tell}")
