"""The provider's own key, and the one by which it knows the pages."""

from __future__ import annotations

from pathlib import Path

from joserfc.jwk import RSAKey

_BITS = 2048


def client_key_file(folder: Path) -> Path:
    """Where the pages find their key."""
    return folder / "client.pem"


def provider_key(folder: Path) -> RSAKey:
    """The key that ID tokens are signed by; made on first use."""
    return _kept(folder / "provider.pem")


def client_key(folder: Path) -> RSAKey:
    """The key that the pages sign by; made on first use."""
    return _kept(client_key_file(folder))


def _kept(file: Path) -> RSAKey:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        written = file.with_suffix(".new")
        written.touch(mode=0o600)
        written.write_bytes(RSAKey.generate_key(_BITS, auto_kid=True).as_pem(private=True))
        written.replace(file)
    key = RSAKey.import_key(file.read_text(encoding="utf-8"))
    key.ensure_kid()
    return key
