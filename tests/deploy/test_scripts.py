"""The scripts that an operator runs once, and what they leave."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from runtime.alive import alive
from runtime.secret_files import read_secrets, secret_fields
from runtime.settings import PREFIX, Settings
from starter.cli.region_keeping import Beginning
from starter.web.login.tokens import ClientKey
from store import KeyRing
from tests.deploy.tools import DEPLOY, judge


def test_the_scripts_have_no_fault() -> None:
    """By shellcheck, all of them."""
    scripts = sorted(DEPLOY.rglob("*.sh"))

    assert (0, "") == judge("shellcheck", *scripts)
    assert scripts


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """Each is what the process wants that gets it, closed to others; made again they would lock everybody out."""
    folder = tmp_path / "secrets"
    assert 0 == judge("sh", DEPLOY / "secrets.sh", folder, DATABASE_HOST="postgres.example").code
    made = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert 0 == judge("sh", DEPLOY / "secrets.sh", folder).code

    assert made == {file.name: file.read_bytes() for file in folder.iterdir()}
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert ("key-1",) == tuple(KeyRing.parse(made["key_ring"].decode()).key_ids)
    assert ClientKey.read(folder / "oidc_key").assertion("vangnet", "https://login.example", ())
    assert isinstance(load_pem_private_key(made["anchor_key"], None), Ed25519PrivateKey)
    assert f"postgresql://vangnet_app:{made['database_app_password'].decode().strip()}@postgres.example/vangnet\n" == (
        made["database_url"].decode()
    )


def test_a_secret_given_by_itself_goes_before_its_file(tmp_path: Path) -> None:
    """As restore.sh gives the wrapper its database: both at once would end every command."""
    secrets = tmp_path / "etc" / "secrets"
    secrets.mkdir(parents=True)
    (tmp_path / "etc" / "settings").write_text("VANGNET_REGION=voorbeeld\n", encoding="utf-8")
    for name in ("database_url", "migrate_database_url", "smtp_password"):
        (secrets / name).write_text("a file", encoding="utf-8")
    wrapper = (DEPLOY / "systemd" / "vangnet.sh").read_text(encoding="utf-8")
    (tmp_path / "vangnet").write_text(
        wrapper.replace("/etc/vangnet", f"{tmp_path}/etc").replace("/opt/vangnet/bin/vangnet", "/usr/bin/env"),
        encoding="utf-8",
    )
    fields = secret_fields(Settings)
    given = {PREFIX + field.upper(): "by itself" for field in ("database_url", "migrate_database_url", "smtp_password")}

    for environment, expected in (({}, "a file"), (given, "by itself")):
        said = judge("sh", tmp_path / "vangnet", **environment).said
        seen = dict(line.split("=", 1) for line in said.splitlines() if line.startswith(PREFIX))
        read = {PREFIX + field.upper(): value for field, value in read_secrets(PREFIX, fields, seen).items()}
        assert dict.fromkeys(given, expected) == {name: (seen | read)[name] for name in given}


_ADDRESS = "postgresql://vangnet:p%40ss%2Fw%25rd@postgres.example:5433/vangnet?sslmode=require"
_PASSWORD = "p@ss/w%rd"
_WATCHED = """#!/bin/sh
echo "$(basename "$0")|${PGPASSWORD:-}|$*" >> "$SEEN"
for argument; do case $argument in --file=*) : > "${argument#--file=}" ;; esac; done
"""
"""In the place of PostgreSQL's programs and of ours: only what they are given is looked at here, and nothing of them. The
scripts are run with the real ones by `proofs/test_restore.py`."""


def _given(tmp_path: Path, script: str, *arguments: str, **environment: str) -> list[list[str]]:
    """Of each program that a script runs, its name, the password in its environment, and what it is told by arguments."""
    programs, seen = tmp_path / "programs", tmp_path / f"seen-{script}"
    programs.mkdir(exist_ok=True)
    for name in ("pg_dump", "pg_restore", "psql", "vangnet"):
        (programs / name).write_text(_WATCHED, encoding="utf-8")
        (programs / name).chmod(0o755)
    path = {"PATH": f"{programs}:{os.environ['PATH']}", "SEEN": str(seen)}
    done = judge("sh", DEPLOY / "backup" / script, tmp_path, *arguments, **path | environment)
    assert 0 == done.code, done.said
    return [line.split("|") for line in seen.read_text(encoding="utf-8").splitlines()]


def test_no_password_stands_on_a_command_line(tmp_path: Path) -> None:
    """Everybody on a machine sees those: the address goes there without, and the password by the environment, to PostgreSQL's programs alone."""
    backed_up = _given(tmp_path, "backup.sh", BACKUP_DATABASE_URL=_ADDRESS)
    put_back = _given(tmp_path, "restore.sh", "20261122T013000Z", VANGNET_MIGRATE_DATABASE_URL=_ADDRESS)
    for _, password, told in backed_up + put_back:
        assert not any(secret in told for secret in ("p%40ss", _PASSWORD))
        assert password == (_PASSWORD if "--dbname=" in told else "")
        assert "--dbname=" not in told or "postgresql://vangnet@postgres.example:5433/vangnet?sslmode=require" in told
    assert ["pg_dump", "pg_dump", "vangnet", "pg_restore", "pg_restore", "vangnet"] == [each[0] for each in backed_up]
    assert "audit backed-up" == backed_up[-1][2]
    assert ["psql", "pg_restore", "pg_restore", "vangnet", "vangnet"] == [each[0] for each in put_back]


def test_a_password_that_is_given_by_itself_stays(tmp_path: Path) -> None:
    """As the unit of the night's backup gives it; where it would be on the command line all the same, nothing is done."""
    here = "postgresql://vangnet_backup@127.0.0.1/vangnet"
    given = _given(tmp_path, "backup.sh", BACKUP_DATABASE_URL=here, PGPASSWORD="by-itself")
    assert {"by-itself"} == {password for _, password, told in given if here in told}
    refused = judge("sh", DEPLOY / "backup" / "backup.sh", tmp_path, BACKUP_DATABASE_URL=f"{here}?password=x")
    assert (2, True) == (refused.code, "before its @" in refused.said)


def test_the_example_region_can_begin() -> None:
    """What an installation copies is what the command takes."""
    beginning = Beginning.model_validate(json.loads((DEPLOY / "example-region.json").read_text(encoding="utf-8")))

    assert {"school-de-meent", "cjg", "zvh"} == {each.id for each in beginning.organisations}


def test_alive_is_who_says_so() -> None:
    """What refuses, fails or is nobody is not alive."""
    with _answering(200) as well, _answering(503) as ill:
        assert alive(well)
        assert not alive(ill)
    assert not alive(well)


@contextmanager
def _answering(status: int) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
