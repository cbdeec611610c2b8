"""The scripts that an operator runs once, and what they leave."""

from __future__ import annotations

import json
import shutil
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


def _tools(folder: Path, openssl: str | None = None) -> str:
    """A path with the system's own tools, and what is given in the place of openssl, or none."""
    folder.mkdir()
    for name in ("sh", "dirname", "mkdir", "chmod", "cat", "grep", "mv", "rm"):
        (folder / name).symlink_to(shutil.which(name) or name)
    if openssl is not None:
        (folder / "openssl").write_text(f"#!/bin/sh\n{openssl}\n", encoding="utf-8")
        (folder / "openssl").chmod(0o755)
    return str(folder)


def test_without_openssl_no_secret_is_made(tmp_path: Path) -> None:
    """Not there, failing or silent: an empty key would be kept by every later run, and protect nothing."""
    absent = judge("sh", DEPLOY / "secrets.sh", tmp_path / "absent", PATH=_tools(tmp_path / "none"))
    assert (1, "secrets: openssl is missing; nothing was made\n") == absent
    assert not (tmp_path / "absent").exists()
    for name, program in (
        ("fails", "echo half; exit 1"),
        ("silent", "exit 0"),
        ("one-sided", '[ "$2" != -hex ] || echo 0f'),
    ):
        said = judge("sh", DEPLOY / "secrets.sh", tmp_path / name, PATH=_tools(tmp_path / f"{name}-tools", program))
        what = "key_ring" if name == "one-sided" else "database_password"
        assert (1, f"secrets: {what} could not be made\n") == (said.code, said.said[said.said.rfind("secrets:") :])
        assert what not in {file.name.removesuffix(".new") for file in (tmp_path / name).iterdir()}


def test_an_empty_secret_is_not_kept_in_silence(tmp_path: Path) -> None:
    """As one was made before where openssl was missing: each is named, and nothing is made beside it."""
    empty = {
        "database_password": "",
        "oidc_key": "\n",
        "database_url": "postgresql://vangnet_app:@database/vangnet\n",
        "key_ring": '{"current": "key-1", "keys": {"key-1": ""}, "secret": ""}\n',
    }
    for name, text in empty.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    code, said = judge("sh", DEPLOY / "secrets.sh", tmp_path)

    assert (1, set(empty)) == (code, {line.split(":")[0] for line in said.splitlines()} - {"secrets"})
    assert empty == {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}


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
