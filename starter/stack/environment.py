"""The settings of everything in the stack, and the file by which another terminal finds them."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.settings import Ports
from starter.oidc.keys import client_key_file
from starter.oidc.pages import CLIENT_ID
from starter.stack.layout import Layout
from starter.stack.ports import HOST

REGION = "voorbeeld"
_ELSEWHERE = (
    "TEMPORAL_",
    "VANGNET_DATABASE_URL",
    "VANGNET_MIGRATE_",
    "VANGNET_KEY_RING",
    "VANGNET_ANCHOR_",
    "VANGNET_SMTP_",
    "VANGNET_OIDC_",
    "VANGNET_CODEC_",
    "PG",
)
"""Variables that would lead this stack to another database, relay, login or cluster."""


def settings(layout: Layout, ports: Ports, database: str) -> dict[str, str]:
    """What distinguishes this stack from any other."""
    return {
        "VANGNET_LOCAL": "true",
        "VANGNET_LOCAL_FOLDER": str(layout.folder),
        "VANGNET_REGION": REGION,
        "VANGNET_DATABASE_URL": database,
        "VANGNET_KEY_RING": str(layout.key_ring),
        "VANGNET_ANCHOR_KEY": str(layout.anchor_key),
        "VANGNET_ANCHOR_FILE": str(layout.anchors),
        "VANGNET_PUBLIC_URL": f"http://{HOST}:{ports.web_port}",
        "VANGNET_OIDC_ISSUER": f"http://{HOST}:{ports.oidc_port}",
        "VANGNET_OIDC_CLIENT_ID": CLIENT_ID,
        "VANGNET_OIDC_PRIVATE_KEY": str(client_key_file(layout.login)),
        "VANGNET_CODEC_ORIGIN": f"http://{HOST}:{ports.console_port}",
        "VANGNET_CODEC_PASSES": "session",
        "VANGNET_PRIVACY_MAIL_TO": "privacy@gemeente.example",
        "VANGNET_SESSION_RATE": "1000000",  # measurements ask for everything with one session
        "VANGNET_SMTP_HOST": HOST,
        "VANGNET_SMTP_TLS": "none",
        "VANGNET_MAIL_FROM": "vangnet@region.voorbeeld.example",
        **{f"VANGNET_{name.upper()}": str(port) for name, port in ports},
        "TEMPORAL_ADDRESS": f"{HOST}:{ports.temporal_port}",
        "TEMPORAL_NAMESPACE": "default",
        "TEMPORAL_CONFIG_FILE": str(layout.temporal_profile),
    }


def adopt(found: dict[str, str]) -> None:
    """Make these the settings of this process and of all that it starts, whatever the user's own say."""
    for name in [name for name in os.environ if name.startswith(_ELSEWHERE)]:
        del os.environ[name]
    os.environ.update(found)


def leave(layout: Layout, found: dict[str, str]) -> None:
    """Leave the settings in the stack's folder for other terminals."""
    layout.temporal_profile.touch()
    write_privately(layout.settings, "".join(f"{name}='{value}'\n" for name, value in found.items()))


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner reads; it is there whole or not at all."""
    written = path.with_suffix(".new")
    written.touch(mode=0o600)
    written.write_text(text, encoding="utf-8")
    written.replace(path)
